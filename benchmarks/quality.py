"""How good search results are: NDCG@10 on judged queries, as asked and with a typo or half a last word.

    python benchmarks/search_quality.py --docs PRODUCTS --queries QUERIES [--engine embedded|meilisearch] [--vectors]

PRODUCTS: JSON lines (also gzipped) with id and title, and what there is of brand, sku, category, description, attrs
(object) or attributes (text), price (minor units), color. QUERIES: JSON {"maxrel": 3, "qrels": {query: {product id:
grade}}}. Prints JSON: means over the queries, shares from 0 to 1. No judged data comes with the repository.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.judged import Judgments, fill, judgments, products
from benchmarks.judging import DEEP, Marks, half_typed, mistyped
from commerce.rules.search_settings import USUAL, SearchSettings
from integrations.registry import ENGINES, load
from integrations.search.embedded import vectors
from integrations.search_api import SearchEngine, SearchQuery

INDEX = "judged"
TYPOS_PER_QUERY = 4
_SEED = 7


def measure(
    engine: SearchEngine, judged: Judgments, settings: SearchSettings, asked: Callable[[str], str | None]
) -> Marks:
    """The marks of the queries that `asked` gives, in its form of them."""
    marks = Marks(judged.highest)
    for query, grades in judged.queries.items():
        text = asked(query)
        if text is not None:
            found = engine.search(INDEX, SearchQuery(text=text, limit=DEEP, settings=settings))
            marks.add([hit.id for hit in found.hits], grades)
    return marks


def marked(engine: SearchEngine, judged: Judgments, settings: SearchSettings) -> dict[str, Any]:
    """Everything that is measured on one index.

    `typo_drop`: what a typo costs, as a share of the NDCG of the same queries without; each query that has a word of
    five letters is mistyped four times. `prefix_ndcg`: all queries, the last word cut where it is longer than three
    letters (to three, from six letters on to four).
    """
    told: dict[str, Any] = {}
    plain = measure(engine, judged, settings, lambda query: query)
    told |= {name: round(plain.mean(name), 4) for name in sorted(plain.given)}
    chance = random.Random(_SEED)
    long = measure(engine, judged, settings, lambda query: query if mistyped(query, random.Random(_SEED)) else None)
    rounds = [measure(engine, judged, settings, lambda query: mistyped(query, chance)) for _ in range(TYPOS_PER_QUERY)]
    typo = sum(marks.mean("ndcg@10") for marks in rounds) / len(rounds)
    told["typo_ndcg"] = round(typo, 4)
    told["typo_drop"] = round(1 - typo / (long.mean("ndcg@10") or 1.0), 4)
    told["typo_zero"] = round(sum(marks.mean("zero") for marks in rounds) / len(rounds), 4)
    cut = measure(engine, judged, settings, lambda query: half_typed(query) or query)
    told["prefix_ndcg"] = round(cut.mean("ndcg@10"), 4)
    told["prefix_cut_ndcg"] = round(measure(engine, judged, settings, half_typed).mean("ndcg@10"), 4)
    return told


def run(engine_name: str, docs: Path, queries: Path, *, has_vectors: bool) -> dict[str, Any]:
    """Index the catalogue in a folder of its own (or at SEARCH_URL) and measure; nothing is left behind."""
    judged, settings = judgments(queries), replace(USUAL, vectors=has_vectors)
    with tempfile.TemporaryDirectory() as files:
        url, key = os.environ.get("SEARCH_URL", ""), os.environ.get("SEARCH_KEY", "")
        engine: SearchEngine = load(ENGINES[engine_name])(url=url, key=key, folder=Path(files))
        began = time.perf_counter()
        try:
            count, _ = fill(engine, INDEX, products(docs), settings)
            told = marked(engine, judged, settings)
        finally:
            engine.drop(INDEX)
        seconds = round(time.perf_counter() - began, 1)
    about = {"engine": engine_name, "vectors": has_vectors, "documents": count, "queries": len(judged.queries)}
    return {**about, **told, "seconds": seconds}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as JSON; 2 where there is no judged data, or no extra for vectors."""
    parser = argparse.ArgumentParser(prog="search_quality", description=(__doc__ or "").split("\n")[0])
    folder = Path(os.environ.get("JUDGED_DATA", ""))
    parser.add_argument("--docs", type=Path, default=folder / "products.jsonl.gz", help="default: in $JUDGED_DATA")
    parser.add_argument("--queries", type=Path, default=folder / "queries.json", help="default: in $JUDGED_DATA")
    parser.add_argument("--engine", choices=sorted(ENGINES), default="embedded")
    parser.add_argument("--vectors", action="store_true", help="let meaning count (make install-vectors)")
    options = parser.parse_args(arguments)
    for path in (options.docs, options.queries):
        if not path.is_file():
            print(f"no judged data at {path}: give --docs and --queries, or set JUDGED_DATA", file=sys.stderr)
            return 2
    if options.vectors and options.engine == "embedded" and not vectors.model_name():
        print("the extra for vectors is not installed: make install-vectors", file=sys.stderr)
        return 2
    print(json.dumps(run(options.engine, options.docs, options.queries, has_vectors=options.vectors), indent=2))
    return 0
