"""`python -m tests.run quick|all|meilisearch`: runs the tests as `make test`, `test-all` and `test-meilisearch` do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
_RUNS = {
    "quick": ["--databases", "sqlite", "-m", "not slow and not chaos"],
    "all": ["--databases", "sqlite,postgresql"],
    # One after the other: all journeys have a shop 1, and there is one server.
    "meilisearch": [
        *("tests/integrations/search", "tests/journeys", "--ignore", "tests/journeys/test_run.py"),
        *("--databases", "sqlite", "-k", "not embedded", "-m", "not chaos", "--numprocesses", "0"),
    ],
}
# Each test has a database of its own, and waits until what it commits is safe on the disk. So files are kept in memory
# where that has room, and those of a test that went well are deleted at once.
_MEMORY, _ENOUGH = Path("/dev/shm"), 3_000_000_000
_KEPT = ["-o", "tmp_path_retention_policy=failed", "-o", "tmp_path_retention_count=1"]
_NO_SERVER = """\
SEARCH_URL is not set: give the address of a Meilisearch server that no shop uses, and SEARCH_KEY if it asks for one.
    SEARCH_URL=http://127.0.0.1:7700 SEARCH_KEY=… make test-meilisearch"""


def main(which: str) -> int:
    """Run the tests; gives pytest's exit code."""
    if which == "meilisearch":
        if not os.environ.get("SEARCH_URL"):
            _say(_NO_SERVER)
            return 2
        os.environ["JOURNEYS_ON_SEARCH_URL"] = "1"
    elif not _browser():
        _say("NO BROWSER: there is no Chromium and none could be installed. Browser tests are SKIPPED, the rest runs.")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--numprocesses",
        os.environ.get("TEST_PROCESSES", "2"),
        "--dist",
        "loadgroup",
        *_KEPT,
    ]
    environment = _place_for_files() | os.environ | {"TESTS_RUN": which}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # the many processes that tests start would all compile our code
    return subprocess.call([*command, *_RUNS[which], *sys.argv[2:]], env=environment)


def _place_for_files() -> dict[str, str]:
    """Where tests keep their files: in memory, where that has room; PYTEST_DEBUG_TEMPROOT names another place."""
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ENOUGH:
        return {}
    return {"PYTEST_DEBUG_TEMPROOT": str(_MEMORY)}


def _browser() -> bool:
    """Whether there is a Chromium; installs Debian's where that is possible without asking anyone."""
    if any(shutil.which(name) for name in _CHROMIUMS):
        return True
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return False
    _say("Installing Chromium for the browser tests …")
    quiet = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    }
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"]):
        if subprocess.call(["apt-get", "-q", *arguments], **quiet):
            return False
    return shutil.which("chromium") is not None


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "quick"))
