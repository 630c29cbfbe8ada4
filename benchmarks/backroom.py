"""A Backroom of the benchmark's own: started like `make run`, in a folder of its own, without demo shop."""

import fcntl
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.payloads import DOMAIN, SECRET
from benchmarks.processes import ROOT, UnableToMeasure, answers, environment, free_port, part_pids, running, wait_until
from benchmarks.wire import Wire, get


@dataclass(frozen=True, slots=True, kw_only=True)
class Backroom:
    """A running Backroom with one shop, and ways to look inside."""

    port: int
    var_dir: Path
    shop: dict[str, str]

    def count(self, sql: str) -> int:
        """One number from its database."""
        with closing(sqlite3.connect(f"file:{self.var_dir / 'backroom.db'}?mode=ro", uri=True, timeout=10)) as db:
            return int(db.execute(sql).fetchone()[0])

    def milliseconds_to_applied(self, topic: str) -> list[float]:
        """From the door to the tables, of each delivery of a topic."""
        return self._lags("inbox.applied_at", "inbox", topic)

    def milliseconds_to_indexed(self, topic: str) -> list[float]:
        """From the door to the end of the index's commit, of each delivery of a topic."""
        rows = "inbox JOIN effects ON effects.inbox_id = inbox.id AND effects.kind = 'index'"
        return self._lags("effects.finished_at", rows, topic)

    def _lags(self, end: str, rows: str, topic: str) -> list[float]:
        days = f"julianday({end}) - julianday(inbox.received_at)"
        with closing(sqlite3.connect(f"file:{self.var_dir / 'backroom.db'}?mode=ro", uri=True, timeout=10)) as db:
            told = db.execute(f"SELECT {days} FROM {rows} WHERE inbox.topic = ? AND {end} IS NOT NULL", (topic,))
            return [float(lag) * 86_400_000 for (lag,) in told]

    def stored(self) -> int:
        """Deliveries in the inbox."""
        return self.count("SELECT count(*) FROM inbox")

    def applied(self) -> int:
        """Deliveries that were worked on."""
        return self.count("SELECT count(*) FROM inbox WHERE state <> 'waiting'")

    def is_idle(self) -> bool:
        """Nothing waits: no delivery, and no product for the index."""
        deliveries = self.count("SELECT count(*) FROM inbox WHERE state = 'waiting'")
        return not deliveries + self.count("SELECT count(*) FROM effects WHERE state = 'waiting' AND kind = 'index'")

    def metrics(self) -> str:
        """What Prometheus would scrape."""
        wire = Wire(self.port)
        try:
            return wire.ask(get("/metrics"))[1].decode()
        finally:
            wire.close()

    def search_path(self, query: str) -> str:
        """The storefront search's address for an encoded query string."""
        return f"/storefront/v1/{self.shop['shop_key']}/search?key={self.shop['publishable_key']}&{query}"

    def pause(self) -> None:
        """Hold workers and clock, at a moment when none of them holds the database's lock for writing."""
        pids = [pid for name, pid in part_pids(self.var_dir).items() if name == "cron" or name.startswith("worker")]
        for _ in range(500):
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            with (self.var_dir / "backroom.db.writer").open("a") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                except BlockingIOError:
                    self.resume()
            time.sleep(0.01)
        raise UnableToMeasure("the workers could not be paused outside of a transaction")

    def resume(self) -> None:
        """Let workers and clock go on."""
        for name, pid in part_pids(self.var_dir).items():
            if name == "cron" or name.startswith("worker"):
                os.kill(pid, signal.SIGCONT)


@contextmanager
def backroom(
    folder: Path, *, settings: Mapping[str, str] | None = None, options: Sequence[str] = ()
) -> Iterator[Backroom]:
    """A Backroom for the block, with one Shopify shop; `options` are further ones of the command that adds it."""
    port, var_dir = free_port(), folder / "var"
    ours = {"PORT": str(port), "VAR_DIR": str(var_dir), "DEMO": "0", "RATE_LIMITS": "off", "LOG_LEVEL": "warning"}
    env, log = environment(ours | dict(settings or {})), folder / "backroom.log"
    with running([sys.executable, "-m", "webapp.run"], env=env, log=log) as process:

        def is_up() -> bool:
            if process.poll() is not None:
                raise UnableToMeasure(f"Backroom does not start: {log.read_text()[-300:]}")
            return b"is running at" in log.read_bytes() and answers(port)

        wait_until(is_up, "starting Backroom")
        here = Backroom(port=port, var_dir=var_dir, shop=_add_shop(env, options))
        try:
            yield here
        finally:
            if process.poll() is None:
                here.resume()


def _add_shop(env: dict[str, str], more: Sequence[str]) -> dict[str, str]:
    command = [sys.executable, "-m", "flask", "--app", "webapp.app", "shops", "add-shopify", DOMAIN]
    options = ["--webhook-secret", SECRET, "--currency", "EUR"]
    told = subprocess.run([*command, *options, *more], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if told.returncode:
        raise UnableToMeasure(f"the shop could not be added: {told.stderr.strip()[-300:]}")
    added: dict[str, str] = json.loads(told.stdout)
    return added
