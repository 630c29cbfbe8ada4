"""`python -m docs.pictures`: takes the pictures in docs/pictures/ from a running demo, with headless Chromium.

Starts a Backroom of its own in a temporary folder and ends it again.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.lively import chromium, lively_demo
from benchmarks.processes import UnableToMeasure

FOLDER = Path(__file__).resolve().parent / "pictures"
SIZE = {"width": 1280, "height": 800}

# Name of the picture to the page that it shows.
PAGES = {
    "home": "/dashboard/",
    "events": "/dashboard/events",
    "products": "/dashboard/products?q=lamp",
    "orders": "/dashboard/orders",
    "search": "/dashboard/search/test?q=lamp",
    "cache": "/dashboard/cache",
    "parcels": "/dashboard/parcels/all",
    "customers": "/dashboard/customers?sort=orders",
}


def main() -> int:
    """Take all pictures; gives the exit code."""
    try:
        with tempfile.TemporaryDirectory(prefix="pictures-") as folder, lively_demo(Path(folder)) as (base, link):
            _take(chromium(), base, link)
    except UnableToMeasure as error:
        sys.stderr.write(f"{error}.\n")
        return 1
    return 0


def _take(browser: str, base: str, link: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        try:
            page = launched.new_page(viewport=SIZE)
            page.goto(link)
            for name, path in PAGES.items():
                page.goto(base + path)
                _picture(page, name)
            page.goto(base + PAGES["events"] + "?state=applied&kind=order")
            page.locator("table a[href*='/dashboard/events/']").first.click()
            _picture(page, "event")
            page.goto(base + PAGES["customers"])
            page.locator(".people .main a").first.click()
            _picture(page, "customer")
        finally:
            launched.close()


def _picture(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")
    sys.stdout.write(f"docs/pictures/{name}.png\n")


if __name__ == "__main__":
    sys.exit(main())
