"""A Backroom as users run it: all its processes, started and stopped through `python -m webapp.run`."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
_LINK = re.compile(r"http://\S+/sign-in/\S+")


@dataclass
class Running:
    """A started Backroom."""

    port: int
    var_dir: Path
    environ: dict[str, str]
    process: "subprocess.Popen[str]"
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return "".join(self.lines)

    @property
    def link(self) -> str:
        found = _LINK.search(self.output)
        assert found, self.output
        return found.group()

    def parts(self) -> dict[str, dict[str, Any]]:
        return {part["name"]: part for part in json.loads((self.var_dir / "run" / "parts.json").read_text())}

    def kill(self, name: str) -> None:
        until(lambda: self._killed(name), seconds=60, what=f"{name} is alive to be killed")

    def _killed(self, name: str) -> bool:
        try:
            os.kill(self.parts()[name]["pid"], signal.SIGKILL)
        except ProcessLookupError:  # it is being started again
            return False
        return True

    def command(self, *arguments: str) -> Any:
        """A command of `flask --app webapp.app`; gives its JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "webapp.app", *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        return json.loads(done.stdout)

    def ready(self) -> dict[str, Any]:
        answer: dict[str, Any] = requests.get(f"{self.url}/readyz", timeout=60).json()
        return answer

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(120)


def until(true: Callable[[], Any], *, seconds: float = 60, what: str = "") -> Any:
    """Wait for something to become true; gives what it was. The time is a limit for a hang, not a measure of speed."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = true()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"did not happen within {seconds} s: {what or true}")


def start(port: int, var_dir: Path, **settings: str) -> Running:
    """Start a Backroom; returns at once."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "PYTHONPATH")}
    environ = kept | {"PORT": str(port), "VAR_DIR": str(var_dir), "DEMO": "0", **settings}
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp.run"],
        cwd=ROOT,
        env=environ,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    running = Running(port, var_dir, environ, process)
    threading.Thread(target=_collect, args=(running,), daemon=True).start()
    return running


def _collect(running: Running) -> None:
    assert running.process.stdout is not None
    with running.process.stdout as said:
        running.lines.extend(iter(said.readline, ""))


@contextmanager
def started(port: int, var_dir: Path, **settings: str) -> Iterator[Running]:
    """A Backroom that is ready, stopped afterwards."""
    running = start(port, var_dir, **settings)
    try:
        until(lambda: "Sign in once" in running.output or running.process.poll() is not None, what="ready")
        assert running.process.poll() is None, running.output
        yield running
    finally:
        if running.process.poll() is None:
            running.stop(signal.SIGTERM)
