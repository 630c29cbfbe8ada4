"""Starts processes and keeps them alive: a dead one is started again within a second."""

import ctypes
import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from webapp.run.parts import REDIS, ROOT, Part

_TICK = 0.1
_SHORT_LIFE = 5.0  # seconds; a part that dies sooner is given a moment before the next start
_PAUSE = 0.8
_PATIENCE = 12.0  # seconds for a part to end by itself
_LOG_BYTES = 20_000_000
_PR_SET_PDEATHSIG = 1


class UnableToStart(RuntimeError):
    """A part does not come up; the message is one line."""


class Stopped(Exception):
    """It was asked to stop before all parts were up."""


@dataclass(slots=True)
class _Running:
    part: Part
    process: "subprocess.Popen[bytes]"
    began: float
    again_at: float = 0.0
    restarts: int = 0


class Supervisor:
    """The processes of one VAR_DIR."""

    def __init__(self, var_dir: Path, environment: Mapping[str, str]) -> None:
        self._run, self._logs = var_dir / "run", var_dir / "logs"
        self._environment = dict(environment)
        self._running: list[_Running] = []
        self._stopping = False
        for folder in (self._run, self._logs):
            folder.mkdir(parents=True, exist_ok=True)

    def start(self, part: Part) -> None:
        """Start a part and note its process."""
        self._running.append(_Running(part, self._spawn(part), monotonic()))
        self._write_parts()

    def wait_until_ready(self, name: str, seconds: float) -> None:
        """Wait for a part to do its work. Raises UnableToStart with its last line, Stopped when asked to stop."""
        running = next(one for one in self._running if one.part.name == name)
        until = monotonic() + seconds
        while monotonic() < until and not self._stopping:
            if running.part.ready is None or running.part.ready():
                return
            if running.process.poll() is not None:
                break
            sleep(0.03)
        if self._stopping:
            raise Stopped
        raise UnableToStart(f"{name} does not start: {self._last_words(name)} (all of it is in {self._log(name)})")

    def watch(self) -> None:
        """Keep all parts alive until `stop` is asked for."""
        while not self._stopping:
            for running in self._running:
                if not self._stopping:
                    self._look_at(running)
            sleep(_TICK)

    def ask_to_stop(self, *_: object) -> None:
        """For signals: end `watch`."""
        self._stopping = True

    def stop(self) -> None:
        """Stop all parts, the newest first; Redis, which the others need to end well, last."""
        self._stopping = True
        newest_first = list(reversed(self._running))
        self._end([running for running in newest_first if running.part.name != REDIS])
        self._end([running for running in newest_first if running.part.name == REDIS])
        (self._run / "parts.json").unlink(missing_ok=True)

    def _end(self, those: list[_Running]) -> None:
        """Tell parts to end and wait for it; those that do not are killed."""
        for running in those:
            if running.process.poll() is None:
                running.process.terminate()
        until = monotonic() + _PATIENCE
        for running in those:
            try:
                running.process.wait(max(0.0, until - monotonic()))
            except subprocess.TimeoutExpired:
                running.process.kill()
                running.process.wait()

    def _look_at(self, running: _Running) -> None:
        code = running.process.poll()
        if code is None:
            return
        if not running.again_at:
            lived = monotonic() - running.began
            running.again_at = monotonic() + (_PAUSE if lived < _SHORT_LIFE else 0.0)
            words = self._last_words(running.part.name)
            _say(f"{running.part.name} ended ({_how(code)}) and is started again. Last words: {words}")
        if monotonic() >= running.again_at:
            running.process, running.began, running.again_at = self._spawn(running.part), monotonic(), 0.0
            running.restarts += 1
            self._write_parts()

    def _spawn(self, part: Part) -> "subprocess.Popen[bytes]":
        with self._open_log(part.name) as log:
            return subprocess.Popen(  # noqa: S603
                part.command,
                cwd=ROOT,
                env={**self._environment, **part.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone, so that we end them in order
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one thread
            )

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _open_log(self, name: str) -> IO[bytes]:
        path = self._log(name)
        if path.exists() and path.stat().st_size > _LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

    def _last_words(self, name: str) -> str:
        try:
            lines = self._log(name).read_bytes()[-4000:].decode("utf-8", "replace").strip().splitlines()
        except OSError:
            return "none"
        return lines[-1][:300] if lines else "none"

    def _write_parts(self) -> None:
        rows = [
            {"name": one.part.name, "pid": one.process.pid, "address": one.part.address, "restarts": one.restarts}
            for one in self._running
        ]
        fresh = self._run / "parts.json.new"
        fresh.write_text(json.dumps(rows, indent=2) + "\n")
        fresh.replace(self._run / "parts.json")


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _die_with_parent() -> None:
    """Linux ends the child when this process is killed, so that nothing is left behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
