"""The report: ratios first, then figures; as text, Markdown and JSON."""

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.burst import GOAL_S as BURST_GOAL_S
from benchmarks.door import ALONE, NAIVE, PLAIN, WORKING
from benchmarks.importing import GOAL_LAG_MS, GOAL_MEMORY_MB, LIVE_PER_SECOND
from benchmarks.pages import GOALS as PAGE_GOALS
from benchmarks.report_parcels import parcels
from benchmarks.searchable import GOALS_MS

_NAMES = {
    PLAIN: "plain Flask view, answers only",
    NAIVE: "Flask view, HMAC, one RQ job per delivery (Redis, not durable)",
    ALONE: "Backroom's door, workers paused (SQLite, durable)",
    WORKING: "Backroom's door while the workers apply",
}


def markdown(told: Mapping[str, Any]) -> str:
    """The whole report."""
    parts = [_head(told), _ratios(told), _door(told["door"]), _searchable(told), _searching(told["searching"])]
    parts += [_pages(told["pages"]), _engine(told["engine"]), _importing(told), parcels(told["parcels"])]
    if "relevance" in told:
        parts.append(f"## Relevance\n\n```\n{told['relevance'].strip()}\n```\n")
    return "\n".join(parts)


def write(told: Mapping[str, Any], folder: Path, name: str) -> Path:
    """Write `<date>-<name>.md` and latest.json; gives the former."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{told['at'][:10]}-{name}.md"
    file.write_text(markdown(told))
    (folder / "latest.json").write_text(json.dumps(told, indent=2) + "\n")
    return file


def machine() -> dict[str, Any]:
    """Where and when this was measured."""
    load = os.getloadavg()[0]
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": round(load, 2),
    }


def limits(factor: float) -> dict[str, float]:
    """The goals of delivery to searchable, for a machine of that speed; milliseconds."""
    return {name: round(goal / factor, 1) for name, goal in GOALS_MS.items()}


def _head(told: Mapping[str, Any]) -> str:
    quick = " A quick run: the figures say little." if told["quick"] else ""
    door = told["door"]
    plain = door["targets"][PLAIN]["per_s"]
    return (
        f"# Benchmarks, {told['at']}\n\n"
        f"{told['machine']}, Python {told['python']}; load before the run {told['load_before']}.{quick}\n\n"
        f"**Machine factor {door['machine_factor']}**: the plain Flask view makes {plain:.0f} "
        f"requests/s here, {door['reference_per_s']:.0f} on the reference machine. Rates are multiplied by it, times "
        "divided, before they are compared with a goal; ratios are compared as they are.\n"
    )


def _ratios(told: Mapping[str, Any]) -> str:
    ratios, goals = told["door"]["ratios"], limits(told["door"]["machine_factor"])
    reached = told["searchable"]["to_searchable_ms"]
    rows = [
        ("door : one RQ job per delivery (not durable)", f"{ratios['door_to_naive']} x"),
        ("the same while the workers apply", f"{ratios['door_working_to_naive']} x"),
        ("door : plain Flask view that does nothing", f"{ratios['door_to_plain']} x"),
        *(
            (f"delivery to searchable {name} : goal of {goals[name]:.0f} ms", f"{reached[name] / goals[name]:.2f} x")
            for name in goals
        ),
    ]
    return "## Ratios\n\n| what | ratio |\n|---|---|\n" + "".join(f"| {what} | {ratio} |\n" for what, ratio in rows)


def _door(door: Mapping[str, Any]) -> str:
    rows = "".join(
        f"| {_NAMES[name]} | {row['per_s']:.0f} | {row['p50_ms']:.1f} / {row['p99_ms']:.1f} "
        f"| {row['web_cpu_us']:.0f} |\n"
        for name, row in door["targets"].items()
    )
    return (
        "## The door\n\nOrders of 7.5 kB, signed, each with an id of its own; 32 keep-alive connections; the same "
        "gunicorn settings for all; medians of interleaved rounds. Every round checked that what was answered is "
        "stored.\n\n"
        "| target | deliveries/s | p50 / p99 ms | web CPU us per delivery |\n|---|---|---|---|\n" + rows
    )


def _searchable(told: Mapping[str, Any]) -> str:
    figures, goals = told["searchable"], limits(told["door"]["machine_factor"])
    histogram, catalogue, burst = figures["lag_histogram_at_most_ms"], told["catalogue"], told["burst"]
    rows = "".join(
        f"| {name} | {figures[key]['p50']} | {figures[key]['p99']} | {figures[key]['max']} |\n"
        for name, key in (
            (f"delivery to searchable ({figures['watched']} watched)", "to_searchable_ms"),
            (f"received to indexed (all {figures['deliveries']})", "to_indexed_ms"),
            (f"received to applied (all {figures['deliveries']})", "to_applied_ms"),
            ("sent later than planned", "sent_late_ms"),
        )
    )
    return (
        f"## Delivery to searchable\n\nA catalogue of {catalogue['products']} products ({catalogue['seconds']} s from "
        f"the first POST until all could be found), then {figures['deliveries']} updates at {figures['per_s']} per "
        "second. Every tenth is watched, with a search every 10 ms (30 after the first 200): from its POST's start to "
        "the answer of the first search that shows the change.\n\n"
        "| | p50 ms | p99 ms | max ms |\n|---|---|---|---|\n"
        f"| goal on this machine | {goals['p50']} | {goals['p99']} | |\n{rows}"
        f"| lag histogram of /metrics, at most | {histogram['p50']:.0f} | {histogram['p99']:.0f} | |\n\n"
        f"A bulk edit: {burst['products']} products changed at once were all found {burst['from_last_s']} s after the "
        f"last of them was taken in, {burst['from_first_s']} s after the first (goal {BURST_GOAL_S} s).\n"
    )


def _pages(figures: Mapping[str, Any]) -> str:
    rows = "".join(
        f"| {name} | {figures[key]['per_s']:.0f} | {figures[key]['p50_ms']} / {figures[key]['p99_ms']} |\n"
        for name, key in (
            ("cached product page", "cached"),
            ("the same with rate limits", "limited"),
            ("answered with 304", "not_modified"),
            ("at a fixed rate", "at_200_per_s"),
            ("the same page from SQL, in a Flask view", "sql"),
            ("plain Flask view, answers only", "plain"),
        )
    )
    ratios, cold, goals = figures["ratios"], figures["cold_loads"], PAGE_GOALS
    return (
        f"## Read cache\n\n{cold['clients']} clients asked for one cold page at once: made {cold['made']} time(s). "
        f"Then random pages of {figures['products']} products over 32 connections. Machine factor of this part "
        f"{figures['machine_factor']}; cached : plain view {ratios['cached_to_plain']} x, cached : SQL "
        f"{ratios['cached_to_sql']} x. Goals at factor 1: {goals['per_s']} and {goals['limited_per_s']} a second, p99 "
        f"{goals['p99_ms_at_200']} ms at 200 a second.\n\n"
        "| | per second | p50 / p99 ms |\n|---|---|---|\n" + rows
    )


def _engine(told: Mapping[str, Any]) -> str:
    ours, http = told["embedded"], told["http"]
    peers = "".join(
        f"| {name} | {told[name]['build_per_s']} | {told[name]['disk_bytes_per_document']} "
        f"| {told[name]['search_ms']['p50']} / {told[name]['search_ms']['p99']} | |\n"
        for name in ("fts5", "milli")
        if "search_ms" in told.get(name, {})
    )
    return (
        f"## Search engine\n\n{ours['documents']} documents of {told['text_bytes_per_document']} bytes of text. "
        f"Through gunicorn with two processes: {http['plain']['per_s']} searches a second, with filter and facets "
        f"{http['filter_and_facets']['per_s']} (goal {http['goal_per_s']} at factor 1; factor "
        f"{http['machine_factor']}). 500 updates in one commit: {ours['500_updates_s']} s.\n\n"
        "| | built/s | bytes/document | search p50 / p99 ms | with price filter and two facets |\n"
        "|---|---|---|---|---|\n"
        f"| Backroom, embedded | {ours['build_per_s']} | {ours['disk_bytes_per_document']} "
        f"| {ours['search_ms']['p50']} / {ours['search_ms']['p99']} "
        f"| {ours['narrowed_ms']['p50']} / {ours['narrowed_ms']['p99']} |\n{peers}"
    )


def _importing(told: Mapping[str, Any]) -> str:
    figures, factor = told["importing"], told["door"]["machine_factor"]
    lag, goal = figures["live_lag_ms"], GOAL_LAG_MS / factor
    return (
        f"## First import\n\n{figures['products']} products, {figures['customers']} customers and {figures['orders']} "
        f"orders by bulk operations of a stand-in on the same machine, while {LIVE_PER_SECOND} orders per second are "
        f"delivered; the importing worker was killed {figures['killed']} times. Afterwards all objects were there, "
        f"once each, and nothing but index and pages was asked for ({figures['effects_but_index']} other effects).\n\n"
        "| what | figure | goal |\n|---|---|---|\n"
        f"| seconds | {figures['seconds']} ({figures['per_s']} objects/s) | |\n"
        f"| calls to the shop's API | {figures['calls']} | |\n"
        f"| live deliveries, received to applied: p50 / p99 / max ms ({figures['live']}) "
        f"| {lag['p50']} / {lag['p99']} / {lag['max']} | p99 {goal:.0f} ({GOAL_LAG_MS:.0f} divided by the factor) |\n"
        f"| most memory of a worker, MB | {figures['worker_mb']} | {GOAL_MEMORY_MB:.0f} |\n"
    )


def _searching(figures: Mapping[str, Any]) -> str:
    rows = "".join(
        f"| {name} | {figures[key]['p50']} | {figures[key]['p99']} | {figures[key]['max']} |\n"
        for name, key in (("plain", "plain_ms"), ("filter and facets", "filter_and_facets_ms"))
    )
    return (
        f"## Storefront search over HTTP\n\n{figures['searches']} searches each, one at a time, on that catalogue.\n\n"
        "| | p50 ms | p99 ms | max ms |\n|---|---|---|---|\n" + rows
    )
