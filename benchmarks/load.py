"""The load generator: several processes, 32 keep-alive connections in all, each with one delivery under way."""

import itertools
import multiprocessing
import selectors
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.queues import Queue
from typing import Any

from benchmarks.figures import percentile
from benchmarks.payloads import order_body, order_template, signed
from benchmarks.processes import UnableToMeasure
from benchmarks.wire import Wire, get, post

PROCESSES = 2
CONNECTIONS = 32
WARM_UP = 1.0  # seconds that are answered and stored but not measured

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One round: how many answers of 200 in all, how many per second in the measured time, how long each took."""

    answered: int
    refused: int
    rate: float
    p50: float
    p99: float


def closed_loop(port: int, *, seconds: float, warm_up: float = WARM_UP, paths: tuple[str, ...] = ()) -> Load:
    """Post orders of 7.5 kB, each with an id of its own, as fast as the server answers them; or get `paths` in turn."""
    context = multiprocessing.get_context("spawn")
    answers: Queue[Any] = context.Queue()
    # Each sender has a hundred million numbers of its own, so that no order comes twice.
    senders = [
        context.Process(
            target=_send, args=(port, next(_numbers) * 10**8, paths, seconds, warm_up, answers), daemon=True
        )
        for _ in range(PROCESSES)
    ]
    for sender in senders:
        sender.start()
    try:
        told = [answers.get(timeout=seconds + warm_up + 60) for _ in senders]
    finally:
        for sender in senders:
            sender.join(5)
            sender.kill()
    for one in told:
        if "error" in one:
            raise UnableToMeasure(f"a connection broke: {one['error']}")
    times = [each for one in told for each in one["times"]]
    return Load(
        answered=sum(one["answered"] for one in told),
        refused=sum(one["refused"] for one in told),
        rate=len(times) / seconds,
        p50=percentile(times, 0.5),
        p99=percentile(times, 0.99),
    )


def _send(port: int, first: int, paths: tuple[str, ...], seconds: float, warm_up: float, answers: "Queue[Any]") -> None:
    """The process of one sender: whatever happens, it answers."""
    try:
        answers.put(_sent(port, _messages(first, paths), seconds, warm_up))
    except OSError as error:
        answers.put({"error": str(error)})


def _sent(port: int, messages: Iterator[bytes], seconds: float, warm_up: float) -> dict[str, Any]:
    """Whichever connection has its answer gets the next delivery."""
    times: list[float] = []
    answered = refused = 0
    measured = time.perf_counter() + warm_up
    until = measured + seconds
    waiting = selectors.DefaultSelector()
    for _ in range(CONNECTIONS // PROCESSES):
        wire = Wire(port)
        waiting.register(wire.socket, selectors.EVENT_READ, [wire, _begin(wire, next(messages))])
    while waiting.get_map():
        for key, _ in waiting.select():
            wire, began = key.data
            status, _ = wire.receive()
            now = time.perf_counter()
            answered, refused = answered + (status == 200), refused + (status != 200)
            if measured <= now < until and status == 200:
                times.append((now - began) * 1000)
            if now < until:
                key.data[1] = _begin(wire, next(messages))
            else:
                waiting.unregister(wire.socket)
                wire.close()
    return {"answered": answered, "refused": refused, "times": times}


def _begin(wire: Wire, message: bytes) -> float:
    """Send the next request; gives when."""
    began = time.perf_counter()
    wire.send(message)
    return began


def _messages(first: int, paths: tuple[str, ...]) -> Iterator[bytes]:
    """Requests without end: for the paths, or deliveries of orders with numbers from `first` on."""
    if paths:
        yield from itertools.cycle([get(path) for path in paths])
    template = order_template()
    for number in itertools.count(first):
        body = order_body(template, number)
        yield post("/webhooks/shopify", signed(body, "orders/create"), body)
