"""The report: ratios first, then figures; as text, Markdown and JSON."""

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.door import ALONE, NAIVE, PLAIN, WORKING
from benchmarks.importing import GOAL_LAG_MS, GOAL_MEMORY_MB, LIVE_PER_SECOND
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
    parts.append(_importing(told))
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
    histogram, catalogue = figures["lag_histogram_at_most_ms"], told["catalogue"]
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
        f"| lag histogram of /metrics, at most | {histogram['p50']:.0f} | {histogram['p99']:.0f} | |\n"
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
