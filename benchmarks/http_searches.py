"""Searches per second through gunicorn with two workers, rate limits off, and the machine factor."""

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks import searchable
from benchmarks.backroom import backroom
from benchmarks.door import PLAIN, REFERENCE
from benchmarks.load import closed_loop
from benchmarks.processes import UnableToMeasure, peer
from benchmarks.searching import NARROWED, QUERIES

PRODUCTS, SECONDS = 2000, 5.0


def measure() -> dict[str, Any]:
    """32 connections, the next search as soon as the last one is answered."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        with peer(PLAIN, folder, {"WEB_CONCURRENCY": "2"}) as (port, _):
            factor = round(closed_loop(port, seconds=SECONDS).rate / REFERENCE, 3)
        with backroom(folder, settings={"WEB_CONCURRENCY": "2", "RATE_LIMITS": "off"}) as ours:
            searchable.fill(ours, PRODUCTS)
            told = {
                name: _asked(ours.port, [ours.search_path(f"q={quote(query)}&{more}") for query in QUERIES])
                for name, more in (("plain", ""), ("filter_and_facets", NARROWED))
            }
    return {"machine_factor": factor, "products": PRODUCTS, "goal_per_s": 1200, **told}


def _asked(port: int, paths: list[str]) -> dict[str, float]:
    load = closed_loop(port, seconds=SECONDS, paths=tuple(paths))
    if load.refused:
        raise UnableToMeasure(f"{load.refused} searches were refused")
    return {"per_s": round(load.rate), "p50_ms": round(load.p50, 1), "p99_ms": round(load.p99, 1)}
