"""How the dashboard feels in a browser: largest contentful paint, layout shift, answers to clicks and keys, bytes.

In headless Chromium with a processor four times as slow, on the demo shop, each page with an empty cache; beside them
a page with the same words and no style or script, as what this machine's browser does at best.

    python -m benchmarks.dashboard_feel [--times 5 --slower 4]
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from benchmarks.figures import percentile
from benchmarks.lively import chromium, lively_demo
from benchmarks.processes import UnableToMeasure

GOALS = {"lcp_p75_ms": 1000, "cls": 0.02, "inp_ms": 100, "kilobytes": 100}
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
_PAGES = (
    *("", "events", "products", "products?q=lamp", "search/test?q=lamp", "orders", "orders/settings", "figures"),
    *("parcels", "parcels/all", "carriers", "customers", "customers/groups", "segments", "segments/new", "loyalty"),
    *("notifications", "notifications/log", "webhooks-out", "searches", "search", "cache", "connection", "keys"),
    *("team", "audit", "operator", "operator/history"),
)
_WATCH = """
window.seen = {lcp: 0, cls: 0, inp: 0};
const watch = (type, take, more) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({type, buffered: true, ...more});
watch("largest-contentful-paint", (entry) => { seen.lcp = entry.startTime; });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
watch("event", (entry) => { if (entry.interactionId) seen.inp = Math.max(seen.inp, entry.duration); },
  {durationThreshold: 16});
"""
_LIVE_MS = 4500  # pages fetch themselves again after 4 s: what that moves counts


def measure(folder: Path, *, times: int, slower: int) -> dict[str, Any]:
    """All figures, by size of the screen and page."""
    told: dict[str, Any] = {"slower": slower, "goals": GOALS}
    with lively_demo(folder) as (base, link), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        first = browser.new_context()
        first.new_page().goto(link)
        cookies = first.cookies()
        for name, size in SIZES.items():
            pages: dict[str, Any] = {}
            for path in _PAGES:
                seen = [_seen(browser, base, path, size, cookies, slower) for _ in range(times)]
                pages[path or "home"] = _summed(seen)
            told[name] = _overall(pages) | {"pages": pages}
        told["bare_lcp_ms"] = _bare(browser, slower, times)
        browser.close()
    return told


def _seen(browser: Browser, base: str, path: str, size: Any, cookies: Any, slower: int) -> dict[str, float]:
    context = browser.new_context(viewport=size)
    context.add_cookies(cookies)
    try:
        page, wire = _slow_page(context, slower)
        received = {"bytes": 0.0}
        pictures: set[str] = set()
        wire.on("Network.responseReceived", lambda e: pictures.add(e["requestId"]) if e["type"] == "Image" else None)
        wire.on("Network.loadingFinished", lambda e: _received(received, pictures, e))
        page.goto(f"{base}/dashboard/{path}", wait_until="load")
        page.wait_for_timeout(300)
        loaded = received["bytes"]
        _use(page)
        page.wait_for_timeout(_LIVE_MS)
        figures: dict[str, float] = page.evaluate("seen")
        return figures | {"kilobytes": loaded / 1000}
    finally:
        context.close()


def _slow_page(context: BrowserContext, slower: int) -> tuple[Page, CDPSession]:
    page = context.new_page()
    page.add_init_script(_WATCH)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    return page, wire


def _received(received: dict[str, float], pictures: set[str], event: Any) -> None:
    if event["requestId"] not in pictures:
        received["bytes"] += event["encodedDataLength"]


def _use(page: Page) -> None:
    """Keys and clicks that leave the page where it is: through its links, into a field, something unfolded."""
    for _ in range(3):
        page.keyboard.press("Tab")
    field = page.locator("main input[type=search], main input[type=text], main input:not([type])")
    if field.count() and field.first.is_visible():
        field.first.click()
        page.keyboard.type("lam", delay=30)
    unfolded = page.locator("main summary")
    if unfolded.count() and unfolded.first.is_visible():
        unfolded.first.click()
    page.locator("h1").first.click()


def _summed(seen: list[dict[str, float]]) -> dict[str, float]:
    return {
        "lcp_p75_ms": round(percentile([one["lcp"] for one in seen], 0.75)),
        "cls": round(max(one["cls"] for one in seen), 4),
        "inp_ms": round(percentile([one["inp"] for one in seen], 0.75)),
        "kilobytes": round(max(one["kilobytes"] for one in seen), 1),
    }


def _overall(pages: dict[str, dict[str, float]]) -> dict[str, Any]:
    return {
        "lcp_p75_ms": round(percentile([one["lcp_p75_ms"] for one in pages.values()], 0.75)),
        "worst": {name: max(one[name] for one in pages.values()) for name in GOALS},
    }


def _bare(browser: Browser, slower: int, times: int) -> float:
    words = "<!doctype html><title>x</title><h1>Home</h1>" + "<p>Some words of a page that has no style.</p>" * 200
    taken = []
    for _ in range(times):
        context = browser.new_context()
        page, _ = _slow_page(context, slower)
        page.route("http://bare.example/", lambda route: route.fulfill(body=words, content_type="text/html"))
        page.goto("http://bare.example/")
        page.wait_for_timeout(500)
        taken.append(page.evaluate("seen.lcp"))
        context.close()
    return round(percentile(taken, 0.75))


def main() -> int:
    """Measure and print as JSON; 1 where something did not work."""
    options = argparse.ArgumentParser(description="How the dashboard feels.")
    options.add_argument("--times", type=int, default=5)
    options.add_argument("--slower", type=int, default=4)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            told = measure(Path(folder), times=asked.times, slower=asked.slower)
        except UnableToMeasure as error:
            print(f"The benchmark failed: {error}", file=sys.stderr)
            return 1
    print(json.dumps(told, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
