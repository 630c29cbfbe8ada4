"""The door: deliveries taken in per second, against a Flask view that enqueues one RQ job for each."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis

from benchmarks.backroom import Backroom, backroom
from benchmarks.cpu import cpu_seconds
from benchmarks.figures import median
from benchmarks.load import Load, closed_loop
from benchmarks.payloads import SECRET
from benchmarks.peers.naive import QUEUE
from benchmarks.processes import UnableToMeasure, part_pids, peer, valkey, wait_until

# A plain Flask view on the machine that the goals were set on.
REFERENCE = 3200.0  # requests per second
PLAIN, NAIVE, ALONE, WORKING = "plain", "naive", "door", "door_working"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is loaded: port and process of its web server, how many deliveries it has stored, what frames a round."""

    port: int
    web: int
    stored: Callable[[], int] | None
    prepare: Callable[[], None]
    clear: Callable[[], None]


def measure(folder: Path, *, rounds: int, seconds: float, warm_up: float) -> dict[str, Any]:
    """All targets in turn, `rounds` times; the machine factor is the plain view against the reference."""
    told: dict[str, list[dict[str, float]]] = {}
    with ExitStack() as stack:
        targets = _targets(stack, folder)
        for _ in range(rounds):
            for name, target in targets.items():
                told.setdefault(name, []).append(_round(name, target, seconds=seconds, warm_up=warm_up))
    medians = {name: {key: median([one[key] for one in rows]) for key in rows[0]} for name, rows in told.items()}
    return _summary(medians)


def _targets(stack: ExitStack, folder: Path) -> Mapping[str, Target]:
    redis_url = stack.enter_context(valkey(folder))
    redis = Redis.from_url(redis_url)
    plain, plain_pid = stack.enter_context(peer(PLAIN, folder, {}))
    naive_settings = {"PEER_REDIS_URL": redis_url, "PEER_SECRET": SECRET}
    naive, naive_pid = stack.enter_context(peer(NAIVE, folder, naive_settings))
    ours = stack.enter_context(backroom(folder))
    web = part_pids(ours.var_dir)["web"]

    def depth() -> int:
        return int(redis.llen(f"rq:queue:{QUEUE}"))

    def nothing() -> None:
        return None

    def empty() -> None:
        redis.flushall()

    def work() -> None:
        _let_work(ours)

    return {
        PLAIN: Target(port=plain, web=plain_pid, stored=None, prepare=nothing, clear=nothing),
        NAIVE: Target(port=naive, web=naive_pid, stored=depth, prepare=empty, clear=empty),
        ALONE: Target(port=ours.port, web=web, stored=ours.stored, prepare=ours.pause, clear=nothing),
        WORKING: Target(port=ours.port, web=web, stored=ours.stored, prepare=work, clear=ours.pause),
    }


def _let_work(ours: Backroom) -> None:
    """Resume the workers and wait until they are at it: they have a backlog from the round before."""
    before = ours.applied()
    ours.resume()
    wait_until(lambda: ours.applied() > before or ours.is_idle(), "resuming the workers")


def _round(name: str, target: Target, *, seconds: float, warm_up: float) -> dict[str, float]:
    target.prepare()
    before = target.stored() if target.stored else 0
    spent = cpu_seconds([target.web])
    load = closed_loop(target.port, seconds=seconds, warm_up=warm_up)
    spent = cpu_seconds([target.web]) - spent
    if load.refused:
        raise UnableToMeasure(f"{name}: {load.refused} deliveries were refused")
    if target.stored:
        _check(name, load, target.stored() - before)
    target.clear()
    return {
        "per_s": load.rate,
        "p50_ms": load.p50,
        "p99_ms": load.p99,
        "answered": load.answered,
        "web_cpu_us": spent / load.answered * 1e6,
    }


def _check(name: str, load: Load, stored: int) -> None:
    """Answered is stored, neither more nor less."""
    if stored != load.answered:
        raise UnableToMeasure(f"{name}: {load.answered} deliveries were answered with 200, {stored} are stored")


def _summary(medians: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    rates = {name: row["per_s"] for name, row in medians.items()}
    return {
        "machine_factor": round(rates[PLAIN] / REFERENCE, 3),
        "reference_per_s": REFERENCE,
        "ratios": {
            "door_to_naive": round(rates[ALONE] / rates[NAIVE], 2),
            "door_working_to_naive": round(rates[WORKING] / rates[NAIVE], 2),
            "door_to_plain": round(rates[ALONE] / rates[PLAIN], 2),
        },
        "targets": {name: {key: round(value, 1) for key, value in row.items()} for name, row in medians.items()},
    }
