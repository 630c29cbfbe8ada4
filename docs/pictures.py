"""`python -m docs.pictures`: takes the pictures in docs/pictures/ from a running demo, with headless Chromium.

Starts a Backroom of its own in a temporary folder and ends it again.
"""

import re
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.processes import environment, free_port, running, wait_until

FOLDER = Path(__file__).resolve().parent / "pictures"
SIZE = {"width": 1280, "height": 800}
# Enough of a shop to look at.
ENOUGH = {"products": 500, "orders": 120, "tracking_scans": 100}
_RATE = "20"
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")

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
    browser = next((path for name in _CHROMIUMS if (path := shutil.which(name))), None)
    if browser is None:
        sys.stderr.write("Chromium is needed: install it, for example with `apt-get install chromium`.\n")
        return 1
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        var_dir, log = Path(folder) / "var", Path(folder) / "run.log"
        settings = {"PORT": str(port), "VAR_DIR": str(var_dir), "DEMO_RATE": _RATE}
        with running([sys.executable, "-m", "webapp.run"], env=environment(settings), log=log):
            wait_until(lambda: _sign_in_link(log) != "", "starting the demo")
            wait_until(lambda: _is_lively(var_dir / "backroom.db"), "filling the demo shop", seconds=180, every=1)
            _take(browser, f"http://127.0.0.1:{port}", _sign_in_link(log))
    return 0


def _sign_in_link(log: Path) -> str:
    found = re.search(r"http://\S+/sign-in/\S+", log.read_text())
    return found[0] if found else ""


def _is_lively(database: Path) -> bool:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as db:
        numbers = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ENOUGH}  # noqa: S608
    return all(numbers[table] >= number for table, number in ENOUGH.items())


def _take(browser: str, base: str, link: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        try:
            page = chromium.new_page(viewport=SIZE)
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
            chromium.close()


def _picture(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")
    sys.stdout.write(f"docs/pictures/{name}.png\n")


if __name__ == "__main__":
    sys.exit(main())
