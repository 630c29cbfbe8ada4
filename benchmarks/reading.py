"""Reading pages over HTTP: as fast as the server answers (closed loop), or so many a second whatever it does (open)."""

import multiprocessing
import random
import selectors
import time
from collections import Counter
from collections.abc import Sequence
from multiprocessing.queues import Queue
from typing import Any

from benchmarks.figures import spread
from benchmarks.load import CONNECTIONS, PROCESSES
from benchmarks.processes import UnableToMeasure
from benchmarks.wire import Wire


def closed_loop(
    port: int, messages: Sequence[bytes], *, seconds: float, warm_up: float, status: int = 200
) -> dict[str, Any]:
    """Ask for messages picked at random, over 32 connections; gives rate and times in ms of answers of that status."""
    told = _together(_asked, [(port, list(messages), seconds, warm_up) for _ in range(PROCESSES)], seconds + warm_up)
    times = [each for one in told for each in one["times"]]
    statuses: Counter[int] = sum((Counter(one["statuses"]) for one in told), Counter())
    if set(statuses) != {status}:
        raise UnableToMeasure(f"answers of status {dict(statuses)} where {status} was expected")
    rate = {"per_s": round(len(times) / seconds, 1), "answered": statuses[status]}
    return rate | {f"{name}_ms": value for name, value in spread(times, 2).items()}


def open_loop(port: int, messages: Sequence[bytes], *, per_s: int, seconds: float) -> dict[str, Any]:
    """Ask so many times a second over several connections; times in ms count from when each was due."""
    (told,) = _together(_paced, [(port, list(messages), per_s, seconds)], seconds)
    return {"per_s": per_s} | {f"{name}_ms": value for name, value in spread(told["times"], 2).items()}


def _together(work: Any, arguments: Sequence[tuple[Any, ...]], seconds: float) -> list[dict[str, Any]]:
    context = multiprocessing.get_context("spawn")
    answers: Queue[Any] = context.Queue()
    senders = [context.Process(target=_safely, args=(work, given, answers), daemon=True) for given in arguments]
    for sender in senders:
        sender.start()
    try:
        told = [answers.get(timeout=seconds + 60) for _ in senders]
    finally:
        for sender in senders:
            sender.join(5)
            sender.kill()
    broken = [one["error"] for one in told if "error" in one]
    if broken:
        raise UnableToMeasure(f"a connection broke: {broken[0]}")
    return told


def _safely(work: Any, given: tuple[Any, ...], answers: "Queue[Any]") -> None:
    try:
        answers.put(work(*given))
    except OSError as error:
        answers.put({"error": str(error)})


def _asked(port: int, messages: list[bytes], seconds: float, warm_up: float) -> dict[str, Any]:
    times: list[float] = []
    statuses: Counter[int] = Counter()
    measured = time.perf_counter() + warm_up
    until = measured + seconds
    waiting = selectors.DefaultSelector()
    for _ in range(CONNECTIONS // PROCESSES):
        wire = Wire(port)
        waiting.register(wire.socket, selectors.EVENT_READ, [wire, _begin(wire, messages)])
    while waiting.get_map():
        for key, _ in waiting.select():
            wire, began = key.data
            status, _ = wire.receive()
            now = time.perf_counter()
            statuses[status] += 1
            if measured <= now < until:
                times.append((now - began) * 1000)
            if now < until:
                key.data[1] = _begin(wire, messages)
            else:
                waiting.unregister(wire.socket)
                wire.close()
    return {"times": times, "statuses": dict(statuses)}


def _begin(wire: Wire, messages: list[bytes]) -> float:
    began = time.perf_counter()
    wire.send(random.choice(messages))
    return began


def _paced(port: int, messages: list[bytes], per_s: int, seconds: float) -> dict[str, Any]:
    times: list[float] = []
    free = [Wire(port) for _ in range(16)]
    busy = selectors.DefaultSelector()
    start = time.perf_counter() + 0.2
    for number in range(round(per_s * seconds)):
        due = start + number / per_s
        while time.perf_counter() < due or not free:
            wait = max(0.0, due - time.perf_counter()) if free else None
            for key, _ in busy.select(wait) if busy.get_map() else _slept(wait or 0.0):
                wire, asked = key.data
                wire.receive()
                times.append((time.perf_counter() - asked) * 1000)
                busy.unregister(wire.socket)
                free.append(wire)
        wire = free.pop()
        wire.send(random.choice(messages))
        busy.register(wire.socket, selectors.EVENT_READ, (wire, due))
    for key in list(busy.get_map().values()):
        wire, asked = key.data
        wire.receive()
        times.append((time.perf_counter() - asked) * 1000)
    return {"times": times}


def _slept(seconds: float) -> list[Any]:
    time.sleep(seconds)
    return []
