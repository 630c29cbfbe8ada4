"""`make run`, as its user sees it."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.conftest import free_port
from tests.running import ROOT, start, started, until

pytestmark = pytest.mark.slow


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]


class TestRun:
    def test_signs_in_once_with_the_printed_link(self, tmp_path: Path) -> None:
        with started(free_port(), tmp_path / "var") as running:
            browser = requests.Session()
            assert (
                "Backroom"
                in browser.get(running.link, headers={"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"}).text
            )
            assert browser.get(f"{running.url}/dashboard/").status_code == 200
            again = requests.Session()
            again.get(running.link, headers={"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"})
            assert "/sign-in" in again.get(f"{running.url}/dashboard/").url

    def test_writes_its_parts_and_starts_a_dead_one_again(self, tmp_path: Path) -> None:
        with started(free_port(), tmp_path / "var") as running:
            before = running.parts()
            assert {"redis", "web", "worker-1", "worker-2", "cron"} <= set(before)
            for name in ("worker-1", "cron", "redis", "web"):
                running.kill(name)
                until(lambda name=name: running.parts()[name]["pid"] != before[name]["pid"], what=f"{name} is back")
            until(lambda: _ready(running.url), what="ready again")

    def test_stops_all_parts_at_ctrl_c_and_goes_on_with_the_same_data(self, tmp_path: Path) -> None:
        port = free_port()
        with started(port, tmp_path / "var") as running:
            shop = running.command("shops", "add-woocommerce", "https://kept.example")
            pids = [part["pid"] for part in running.parts().values()]
            assert running.stop(signal.SIGINT) == 0
            assert not [pid for pid in pids if alive(pid)]
        with started(port, tmp_path / "var") as running:
            assert [row["key"] for row in running.command("shops", "list")] == [shop["shop_key"]]

    def test_stops_quietly_at_ctrl_c_while_it_starts(self, tmp_path: Path) -> None:
        environ = {**os.environ, "VAR_DIR": str(tmp_path / "var"), "PORT": str(free_port())}
        process = subprocess.Popen(
            [sys.executable, "-m", "webapp.run"], cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True
        )
        until((tmp_path / "var" / "run" / "parts.json").exists, what="the first part is started")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
        assert (process.returncode, said) == (0, "")

    def test_leaves_nothing_behind_when_it_is_killed_itself(self, tmp_path: Path) -> None:
        with started(free_port(), tmp_path / "var") as running:
            pids = [part["pid"] for part in running.parts().values()]
            running.process.kill()
            running.process.wait()
            until(lambda: not [pid for pid in pids if alive(pid)], what="children end with their parent")

    def test_says_in_one_line_that_the_port_is_in_use(self, tmp_path: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            said = _fails(taken.getsockname()[1], tmp_path / "var")
        assert said.startswith("PORT: ")
        assert "in use" in said

    def test_says_in_one_line_that_another_one_runs_in_its_folder(self, tmp_path: Path) -> None:
        with started(free_port(), tmp_path / "var"):
            said = _fails(free_port(), tmp_path / "var")
        assert said.startswith("VAR_DIR: another Backroom runs in")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("WORKERS", "many"),
            ("DATABASE_URL", "mysql://x"),
            ("BASE_URL", "ftp://x"),
            ("MAX_BODY_BYTES", "1"),
            ("DEMO", "maybe"),
        ],
    )
    def test_says_in_one_line_which_setting_is_wrong(self, tmp_path: Path, name: str, value: str) -> None:
        assert _fails(free_port(), tmp_path / "var", **{name: value}).startswith(f"{name}: ")

    def test_says_in_one_line_that_a_database_cannot_be_reached(self, tmp_path: Path) -> None:
        url = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
        assert _fails(free_port(), tmp_path / "var", DATABASE_URL=url).startswith("DATABASE_URL: ")

    def test_says_in_one_line_that_a_redis_cannot_be_reached(self, tmp_path: Path) -> None:
        url = f"redis://127.0.0.1:{free_port()}"
        assert _fails(free_port(), tmp_path / "var", REDIS_URL=url).startswith("REDIS_URL: ")

    def test_asks_for_a_newer_python(self, tmp_path: Path) -> None:
        python = tmp_path / "python3"
        python.write_text('#!/bin/sh\ncase "$2" in *version_info*) exit 1;; esac\n')
        python.chmod(0o755)
        done = subprocess.run(
            ["make", "run", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0
        assert "Python 3.11 or newer is needed" in done.stdout


def _ready(url: str) -> bool:
    try:
        answer = requests.get(f"{url}/readyz", timeout=2)
    except requests.RequestException:
        return False
    return bool(answer.ok and answer.json()["redis"] == "ok")


def _fails(port: int, var_dir: Path, **settings: str) -> str:
    """What a start says that cannot succeed: one line, and an exit code."""
    running = start(port, var_dir, **settings)
    assert running.process.wait(120) == 1
    until(lambda: running.output, what="it says why")
    assert running.output.count("\n") == 1, running.output
    return running.output
