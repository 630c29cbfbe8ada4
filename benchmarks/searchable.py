"""From a delivery to a shopper's search that finds it: product updates at a fixed rate, each with a word of its own."""

import json
import random
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

from benchmarks.backroom import Backroom
from benchmarks.figures import spread
from benchmarks.histogram import difference, read, upper_bound
from benchmarks.payloads import product_body, signed
from benchmarks.processes import UnableToMeasure, wait_until
from benchmarks.wire import Wire, get, post

PER_SECOND = 50
WATCHED = 10  # every tenth update is searched for: searching for all would measure the searches
# Seconds between two searches for the same word, in the first moments and later: a search costs milliseconds of CPU,
# and the slower the machine, the more of them there would be.
EVERY, LATER, FIRST_MOMENTS = 0.01, 0.03, 0.2
GOALS_MS = {"p50": 150.0, "p99": 500.0}

_SENDERS = 8
_WATCHERS = 32
_GIVEN_UP_AFTER = 30.0
_LETTERS = "bcdfghjklmnpqrstvwxz"


@dataclass(slots=True)
class _Pool:
    """Keep-alive connections that threads borrow."""

    port: int
    free: "SimpleQueue[Wire]" = field(default_factory=SimpleQueue)

    @contextmanager
    def wire(self) -> Iterator[Wire]:
        borrowed = Wire(self.port) if self.free.empty() else self.free.get()
        yield borrowed
        self.free.put(borrowed)

    def close(self) -> None:
        while not self.free.empty():
            self.free.get().close()


def fill(ours: Backroom, products: int) -> dict[str, float]:
    """Post a catalogue and wait until all of it can be found; gives products per second, there and back."""
    pool, began = _Pool(ours.port), time.monotonic()
    with ThreadPoolExecutor(_SENDERS) as senders:
        list(
            senders.map(lambda number: _deliver(pool, number, product_body(number), "products/create"), _ids(products))
        )
    posted = time.monotonic() - began
    wait_until(ours.is_idle, "applying and indexing the catalogue", seconds=300)
    pool.close()
    return {"products": products, "posted_per_s": round(products / posted, 1), "seconds": round(_since(began), 1)}


def measure(ours: Backroom, *, products: int, seconds: float) -> dict[str, Any]:
    """Updates at a fixed rate, whether or not the ones before are through; some are watched until search shows them."""
    number = round(PER_SECOND * seconds)
    if number > products:
        raise UnableToMeasure("each product is changed once: more products are needed")
    before, pool, times = read(ours.metrics()), _Pool(ours.port), []
    late: list[float] = []
    collected = threading.Lock()

    def one(product: int, planned: float) -> None:
        time.sleep(max(0.0, planned - time.perf_counter()))
        token, began = new_word(), time.perf_counter()
        _deliver(pool, product, product_body(product, title=f"Changed {token}", version=1), "products/update")
        if product % WATCHED == 0:
            watchers.submit(watch, product, token, began)
        with collected:
            late.append((began - planned) * 1000)

    def watch(product: int, token: str, began: float) -> None:
        _watch(ours, pool, product, token, began)
        with collected:
            times.append((time.perf_counter() - began) * 1000)

    begin = time.perf_counter() + 0.5
    with ThreadPoolExecutor(_WATCHERS) as watchers, ThreadPoolExecutor(_SENDERS) as senders:
        plan = [(product, begin + place / PER_SECOND) for place, product in enumerate(_ids(number))]
        for done in [senders.submit(one, product, planned) for product, planned in plan]:
            done.result()
    pool.close()
    if len(times) != number // WATCHED:
        raise UnableToMeasure(
            f"{number // WATCHED - len(times)} of {number // WATCHED} changed products were not found"
        )
    wait_until(ours.is_idle, "indexing the last updates")
    return {
        "per_s": PER_SECOND,
        "deliveries": number,
        "watched": len(times),
        "to_applied_ms": spread(ours.milliseconds_to_applied("products/update")),
        "to_indexed_ms": spread(ours.milliseconds_to_indexed("products/update")),
        "to_searchable_ms": spread(times),
        "sent_late_ms": spread(late),
        "lag_histogram_at_most_ms": _applied(before, read(ours.metrics())),
    }


def _applied(before: Mapping[float, int], after: Mapping[float, int]) -> dict[str, float]:
    """From received to applied, out of the lag histogram: bounds of the buckets, in ms."""
    lags = difference(before, after)
    return {"p50": upper_bound(lags, 0.5) * 1000, "p99": upper_bound(lags, 0.99) * 1000}


def _watch(ours: Backroom, pool: _Pool, product: int, token: str, began: float) -> None:
    """Search until the product is found under its new word."""
    message = get(ours.search_path(f"q={token}&per_page=5"))
    while _since(began, time.perf_counter) < _GIVEN_UP_AFTER:
        asked = time.perf_counter()
        with pool.wire() as wire:
            status, body = wire.ask(message)
        if status != 200:
            raise UnableToMeasure(f"the search answered {status}: {body[:200]!r}")
        if any(hit["id"] == str(product) and token in hit["title"] for hit in json.loads(body)["hits"]):
            return
        pause = EVERY if asked - began < FIRST_MOMENTS else LATER
        time.sleep(max(0.0, asked + pause - time.perf_counter()))
    raise UnableToMeasure(f"{token} was not found within {_GIVEN_UP_AFTER:.0f} s")


def _deliver(pool: _Pool, product: int, body: bytes, topic: str) -> None:
    message = post("/webhooks/shopify", signed(body, topic), body)
    with pool.wire() as wire:
        status, answer = wire.ask(message)
    if status != 200:
        raise UnableToMeasure(f"product {product}: the door answered {status}: {answer[:200]!r}")


def _ids(number: int) -> range:
    return range(1, number + 1)


def new_word() -> str:
    """A word that no other product has, nor one that is like it."""
    return "".join(random.choices(_LETTERS, k=12))


def _since(began: float, clock: Any = time.monotonic) -> float:
    return float(clock() - began)
