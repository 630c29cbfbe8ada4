"""A first import of a large shop while live deliveries come in, with its worker killed twice on the way."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.backroom import Backroom, backroom
from benchmarks.figures import spread
from benchmarks.payloads import DOMAIN, order_body, order_template, signed
from benchmarks.processes import ROOT, UnableToMeasure, environment, part_pids, wait_until
from benchmarks.wire import Wire, post

LIVE_PER_SECOND = 20
GOAL_LAG_MS, GOAL_MEMORY_MB = 1000.0, 300.0
TOPIC = "orders/create"
_KILLED_AT = (0.25, 0.6)  # of the import's objects
_PATIENCE = 1200.0
_RUN = "SELECT {} FROM syncs WHERE kind = 'import' ORDER BY id DESC LIMIT 1"


def measure(folder: Path, *, products: int, customers: int, orders: int) -> dict[str, Any]:
    """Import the shop; gives seconds, objects per second, live lags, the workers' memory and what came of it."""
    with _shop_api(products=products, customers=customers, orders=orders) as api:
        settings = {"SHOPIFY_API_ORIGIN": api["url"], "ALLOW_PRIVATE_HOSTS": "1"}
        with backroom(folder, settings=settings, options=["--access-token", api["token"]]) as ours:
            return _import(ours, products=products, customers=customers, orders=orders)


@contextmanager
def _shop_api(**numbers: int) -> Iterator[dict[str, str]]:
    """The stand-in as a process of its own; gives its address and a token."""
    wanted = [word for name, number in numbers.items() for word in (f"--{name}", str(number))]
    command = [sys.executable, "-m", "benchmarks.peers.shop_api", "--domain", DOMAIN, *wanted]
    process = subprocess.Popen(command, cwd=ROOT, env=environment({}), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise UnableToMeasure("the stand-in for Shopify does not start")
        yield json.loads(line)
    finally:
        process.kill()
        process.wait()


def _import(ours: Backroom, *, products: int, customers: int, orders: int) -> dict[str, Any]:
    over, began = threading.Event(), time.monotonic()
    watched = _Memory(ours.var_dir)
    threads = [threading.Thread(target=one, args=(over,)) for one in (watched.watch, _Live(ours).send)]
    wait_until(lambda: ours.count("SELECT count(*) FROM syncs") > 0, "beginning the import", seconds=60)
    for thread in threads:
        thread.start()
    try:
        total = products + customers + orders
        for share in _KILLED_AT:
            wait_until(lambda part=share * total: _done(ours) >= part or _is_over(ours), "importing", seconds=_PATIENCE)
            _kill_importer(ours.var_dir)
        wait_until(lambda: _is_over(ours), "importing", seconds=_PATIENCE)
        seconds = time.monotonic() - began
    finally:
        over.set()
        for thread in threads:
            thread.join()
    wait_until(ours.is_idle, "indexing what was imported", seconds=300)
    return _summary(ours, seconds, watched.highest, {"products": products, "customers": customers, "orders": orders})


def _summary(ours: Backroom, seconds: float, memory: float, wanted: Mapping[str, int]) -> dict[str, Any]:
    state = ours.count(_RUN.format("state = 'done'"))
    live = ours.count(f"SELECT count(*) FROM inbox WHERE topic = '{TOPIC}'")
    here = {name: ours.count(f"SELECT count(*) FROM {name}") for name in wanted}
    # Live orders have ids of their own, and one customer.
    expected = {**wanted, "orders": wanted["orders"] + live, "customers": wanted["customers"] + bool(live)}
    if not state or here != expected:
        raise UnableToMeasure(f"the import is not whole: {here} instead of {expected}, done: {bool(state)}")
    return {
        **wanted,
        "seconds": round(seconds, 1),
        "per_s": round(sum(wanted.values()) / seconds),
        "killed": len(_KILLED_AT),
        "calls": ours.count(_RUN.format("calls")),
        "live": live,
        "live_lag_ms": spread(ours.milliseconds_to_applied(TOPIC)),
        "worker_mb": round(memory),
        "effects_but_index": ours.count("SELECT count(*) FROM effects WHERE kind NOT IN ('index', 'pages')"),
    }


def _done(ours: Backroom) -> int:
    return ours.count(_RUN.format("done"))


def _is_over(ours: Backroom) -> bool:
    return bool(ours.count(_RUN.format("state <> 'running'")))


def _kill_importer(var_dir: Path) -> None:
    """The worker that asks shops' APIs; the other one leaves that alone."""
    with suppress(ProcessLookupError):
        os.kill(part_pids(var_dir)["worker-2"], signal.SIGKILL)


class _Live:
    """Sends orders at a fixed rate, whether or not those before are through."""

    def __init__(self, ours: Backroom) -> None:
        self._port = ours.port

    def send(self, over: threading.Event) -> None:
        template, wire, number = order_template(), Wire(self._port), 0
        begin = time.perf_counter()
        while not over.is_set():
            time.sleep(max(0.0, begin + number / LIVE_PER_SECOND - time.perf_counter()))
            body = order_body(template, number)
            status, _ = wire.ask(post("/webhooks/shopify", signed(body, TOPIC), body))
            if status != 200:
                raise UnableToMeasure(f"a live delivery was answered with {status}")
            number += 1
        wire.close()


class _Memory:
    """The most memory that any worker had, in MB (resident)."""

    def __init__(self, var_dir: Path) -> None:
        self._var_dir, self.highest = var_dir, 0.0

    def watch(self, over: threading.Event) -> None:
        while not over.wait(0.25):
            for name, pid in part_pids(self._var_dir).items():
                if name.startswith("worker"):
                    self.highest = max(self.highest, _peak_mb(pid))


def _peak_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)
