"""A Backroom with its demo shop, after enough happened there to look at; and the browser to look with."""

import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.processes import UnableToMeasure, environment, free_port, running, wait_until

ENOUGH = {"products": 500, "orders": 120, "tracking_scans": 100}
_RATE = "20"
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The path of the machine's Chromium. Raises UnableToMeasure."""
    found = next((path for name in _CHROMIUMS if (path := shutil.which(name))), None)
    if found is None:
        raise UnableToMeasure("Chromium is needed: install it, for example with `apt-get install chromium`")
    return found


@contextmanager
def lively_demo(folder: Path) -> Iterator[tuple[str, str]]:
    """Its address and a link to sign in with, for the block."""
    port, var_dir, log = free_port(), folder / "var", folder / "run.log"
    settings = {"PORT": str(port), "VAR_DIR": str(var_dir), "DEMO_RATE": _RATE}
    with running([sys.executable, "-m", "webapp.run"], env=environment(settings), log=log):
        wait_until(lambda: _sign_in_link(log) != "", "starting the demo")
        wait_until(lambda: _is_lively(var_dir / "backroom.db"), "filling the demo shop", seconds=180, every=1)
        yield f"http://127.0.0.1:{port}", _sign_in_link(log)


def _sign_in_link(log: Path) -> str:
    found = re.search(r"http://\S+/sign-in/\S+", log.read_text())
    return found[0] if found else ""


def _is_lively(database: Path) -> bool:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as db:
        numbers = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ENOUGH}
    return all(numbers[table] >= number for table, number in ENOUGH.items())
