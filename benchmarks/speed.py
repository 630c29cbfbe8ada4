"""How fast the embedded engine is, beside SQLite's FTS5 (and milli where it is installed) in the same run.

    python benchmarks/search_speed.py [--documents 43000] [--docs PRODUCTS] [--queries QUERIES] [--http]

Without --docs, a catalogue of its own making; with fewer products than asked for, they are repeated under other ids.
Prints a table to the error output and JSON to the output. Absolute figures are for this machine: `--http` also measures
the machine factor by which `make bench` scales them, and searches through gunicorn.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks import catalogue, http_searches
from benchmarks.figures import spread
from benchmarks.judged import fill, judgments, products
from benchmarks.search_peers import PEERS
from commerce.rules.documents import Document
from commerce.rules.search_settings import USUAL
from integrations.search.embedded.engine import EmbeddedEngine
from integrations.search_api import SearchQuery

INDEX = "speed"
PRICE = (1000, 20_000)
FACETS = ("brand", "color")
ROUNDS = 5
GOALS = {
    "build_per_s": 10_000, "disk_bytes_per_document": 512, "search_ms": (0.5, 3.0), "narrowed_ms": (1.0, 5.0),
    "500_updates_s": 0.2, "commits_per_s": 50,
}  # fmt: skip


def ours(folder: Path, documents: Sequence[Document], texts: Sequence[str], seconds: float) -> dict[str, Any]:
    """Everything about the embedded engine; without vectors, which are an extra."""
    engine, settings = EmbeddedEngine(folder), replace(USUAL, vectors=False)
    count, building = fill(engine, INDEX, documents, settings)
    told: dict[str, Any] = {
        "documents": count,
        "build_per_s": round(count / building),
        "disk_bytes_per_document": round(_size(folder) / count),
    }

    def plain(text: str) -> None:
        engine.search(INDEX, SearchQuery(text=text, settings=settings))

    def narrowed(text: str) -> None:
        engine.search(INDEX, SearchQuery(text=text, price=PRICE, facets=FACETS, settings=settings))

    told["search_first_ms"] = spread(times(plain, texts), 3)
    told["search_ms"] = spread(times(plain, list(texts) * ROUNDS), 3)
    told["narrowed_ms"] = spread(times(narrowed, list(texts) * ROUNDS), 3)
    return told | updates(engine, folder, documents, plain, texts, seconds)


def updates(
    engine: EmbeddedEngine,
    folder: Path,
    documents: Sequence[Document],
    plain: Callable[[str], None],
    texts: Sequence[str],
    seconds: float,
) -> dict[str, Any]:
    """One update until it is found, 500 in one commit, and commits one after another for so many seconds."""
    marked = [replace(each, title=f"{each.title} zq{number}x") for number, each in enumerate(documents[:60])]
    found = 0

    def one(number: str) -> None:
        nonlocal found
        engine.save(INDEX, [marked[int(number)]])
        found += engine.search(INDEX, SearchQuery(text=f"zq{number}x", is_prefix=False)).total

    told: dict[str, Any] = {"update_searchable_ms": spread(times(one, [str(n) for n in range(len(marked))]), 1)}
    if found < len(marked):
        raise RuntimeError(f"{len(marked) - found} updates were not found")
    began = time.perf_counter()
    engine.save(INDEX, [replace(each, title=each.title + " again") for each in documents[:500]])
    told["500_updates_s"] = round(time.perf_counter() - began, 3)
    commits, began = 0, time.perf_counter()
    while time.perf_counter() < began + seconds:
        engine.save(INDEX, [documents[commits % len(documents)]])
        commits += 1
    told["commits_per_s"] = round(commits / (time.perf_counter() - began), 1)
    told["disk_bytes_per_document_after"] = round(_size(folder) / engine.count(INDEX))
    told["search_after_ms"] = spread(times(plain, texts), 3)
    return told


def beside(name: str, documents: Sequence[Document], texts: Sequence[str]) -> dict[str, Any]:
    """The same of a peer; says so where it is not installed."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        try:
            engine = PEERS[name](folder)
        except ImportError:
            return {"skipped": "not installed"}
        began = time.perf_counter()
        engine.build(documents)
        told: dict[str, Any] = {
            "build_per_s": round(len(documents) / (time.perf_counter() - began)),
            "disk_bytes_per_document": round(_size(folder) / len(documents)),
            "search_ms": spread(times(engine.search, texts), 3),
        }
        if engine.narrowed(texts[0], PRICE) is not None:
            told["narrowed_ms"] = spread(times(lambda text: engine.narrowed(text, PRICE), texts), 3)
        return told


def times(ask: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Milliseconds of each, one after another."""
    taken = []
    for text in texts:
        began = time.perf_counter()
        ask(text)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _repeated(documents: Sequence[Document], count: int) -> list[Document]:
    rounds = enumerate(islice(cycle(documents), count))
    size = len(documents)
    return [each if at < size else replace(each, id=f"{each.id}-{at // size}") for at, each in rounds]


def table(told: dict[str, Any]) -> str:
    """A line per engine."""
    lines = [f"{'':10}{'built/s':>9}{'B/doc':>7}{'search p50/p99 ms':>20}{'filter+facets p50/p99':>24}"]
    for name in ("embedded", *PEERS):
        row = told[name]
        if "skipped" in row:
            lines.append(f"{name:10}{row['skipped']}")
            continue
        search, narrowed = row["search_ms"], row.get("narrowed_ms", {})
        lines.append(
            f"{name:10}{row['build_per_s']:9}{row['disk_bytes_per_document']:7}"
            f"{search['p50']:13.3f} /{search['p99']:6.2f}"
            f"{narrowed.get('p50', float('nan')):16.3f} /{narrowed.get('p99', float('nan')):6.2f}"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="search_speed", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--documents", type=int, default=43_000)
    parser.add_argument("--docs", type=Path, help="a catalogue as JSON lines")
    parser.add_argument("--queries", type=Path, help="judged queries, for their texts")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long commits follow each other")
    parser.add_argument("--http", action="store_true", help="also the machine factor, and searches through gunicorn")
    options = parser.parse_args(arguments)
    made = products(options.docs) if options.docs else catalogue.documents(options.documents)
    documents = _repeated(list(made), options.documents)
    texts = list(judgments(options.queries).queries) if options.queries else catalogue.queries(400)
    told: dict[str, Any] = {
        "text_bytes_per_document": round(sum(map(catalogue.text_bytes, documents)) / len(documents)),
        "queries": len(texts),
        "goals": GOALS,
    }
    with tempfile.TemporaryDirectory() as folder:
        told["embedded"] = ours(Path(folder), documents, texts, options.seconds)
    told |= {name: beside(name, documents, texts) for name in PEERS}
    if options.http:
        told["http"] = http_searches.measure()
    print(table(told), file=sys.stderr)
    print(json.dumps(told, indent=2))
    return 0
