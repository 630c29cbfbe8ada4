"""How long the storefront search takes over HTTP: plain, and with a filter and facets."""

import time
from typing import Any
from urllib.parse import quote

from benchmarks.backroom import Backroom
from benchmarks.figures import spread
from benchmarks.processes import UnableToMeasure
from benchmarks.wire import Wire, get

# Words of the catalogue, one mistyped, one half typed, one that nothing has.
QUERIES = (
    "lamp",
    "oak shelf",
    "enamel kettle",
    "nordlicht",
    "woolen blanket",
    "jaket",
    "aster",
    "chair 17",
    "zzz",
    "qui",
)
NARROWED = "facets=brand,color&filter[brand]=Nordlicht&filter[brand]=Brise&filter[price]=1000-15000"


def measure(ours: Backroom, *, searches: int) -> dict[str, Any]:
    """One shopper at a time, keep-alive; milliseconds."""
    for_warmth = searches // 10
    _times(ours, "", for_warmth)
    return {
        "searches": searches,
        "plain_ms": spread(_times(ours, "", searches), 2),
        "filter_and_facets_ms": spread(_times(ours, NARROWED, searches), 2),
    }


def _times(ours: Backroom, narrowed: str, searches: int) -> list[float]:
    wire, times = Wire(ours.port), []
    try:
        for number in range(searches):
            query = quote(QUERIES[number % len(QUERIES)])
            began = time.perf_counter()
            status, body = wire.ask(get(ours.search_path(f"q={query}&{narrowed}")))
            times.append((time.perf_counter() - began) * 1000)
            if status != 200:
                raise UnableToMeasure(f"the search answered {status}: {body[:200]!r}")
    finally:
        wire.close()
    return times
