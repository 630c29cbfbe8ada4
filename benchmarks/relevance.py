"""How good search results are: NDCG@10 on judged queries, as asked and with a typo or half a last word.

    python -m benchmarks.relevance PRODUCTS QUERIES [--engine embedded|meilisearch]

PRODUCTS: JSON lines (also gzipped) with id, title, brand, sku, description, attrs (object), price (minor units), color.
QUERIES: JSON {"maxrel": 3, "qrels": {query: {product id: 0..maxrel}}}. Without paths: products.jsonl.gz and
queries.json in the folder that the environment variable JUDGED_DATA names. No judged data comes with the repository.
"""

import argparse
import gzip
import html
import json
import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from commerce.rules.documents import Document, Product, document
from commerce.rules.products import Option, VariantFacts
from integrations.registry import ENGINES, load
from integrations.search_api import SearchEngine, SearchQuery

INDEX = "relevance"
_BATCH = 1000
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST_MISTYPED = 5
_CUT_TO = 4


def ndcg(found: Sequence[str], judged: Mapping[str, int], *, highest: int, depth: int = 10) -> float | None:
    """The gain of the found ids over the best possible one, 0 to 1; None where nothing judged is relevant.

    Linear gain (grade / highest), discounted by log2(rank + 1); what is not judged counts as 0.
    """
    best = _gain(sorted((grade / highest for grade in judged.values()), reverse=True)[:depth])
    return _gain([judged.get(each, 0) / highest for each in found[:depth]]) / best if best else None


def _gain(grades: Iterable[float]) -> float:
    return sum(grade / math.log2(rank + 2) for rank, grade in enumerate(grades))


def mistyped(query: str, chance: random.Random) -> str | None:
    """The query with one letter swapped, left out, added or replaced in a longer word; None if it has none."""
    words = query.split()
    long = [position for position, word in enumerate(words) if len(word) >= _SHORTEST_MISTYPED]
    if not long:
        return None
    position = chance.choice(long)
    word = words[position]
    at = chance.randrange(1, len(word) - 1)
    letter = chance.choice(_LETTERS)
    words[position] = chance.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + letter + word[at:],
            word[:at] + letter + word[at + 1 :],
        ]
    )
    return " ".join(words)


def half_typed(query: str) -> str | None:
    """The query with its last word cut to four letters, as while typing; None where that is no cut."""
    *others, last = query.split()
    return " ".join([*others, last[:_CUT_TO]]) if len(last) > _CUT_TO else None


def products(path: Path) -> Iterator[Document]:
    """The documents of a catalogue, as a shop would tell them: attributes are lines of the description."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield document(_product(json.loads(line)))


def _product(row: Mapping[str, Any]) -> Product:
    paragraphs = [row.get("description") or "", *(f"{key}: {value}" for key, value in row.get("attrs", {}).items())]
    color = row.get("color") or ""
    variant = VariantFacts(
        id=f"{row['id']}-1",
        product_id=row["id"],
        sku=row.get("sku") or "",
        price=row.get("price"),
        options=(("Color", color),) if color else (),
    )
    return Product(
        id=row["id"],
        handle=row["id"],
        title=row["title"],
        brand=row.get("brand") or "",
        description="".join(f"<p>{html.escape(text)}</p>" for text in paragraphs),
        price=row.get("price"),
        options=(Option(name="Color", values=(color,)),) if color else (),
        variants=(variant,),
    )


def fill(engine: SearchEngine, documents: Iterable[Document]) -> int:
    """Index a catalogue; gives its number of documents."""
    rebuild = engine.rebuild(INDEX, str(time.time_ns()))
    batch: list[Document] = []
    for each in documents:
        batch.append(each)
        if len(batch) == _BATCH:
            rebuild.save(batch)
            batch = []
    rebuild.save(batch)
    return rebuild.finish()


def measure(
    engine: SearchEngine, judged: Mapping[str, Mapping[str, int]], highest: int, asked: Callable[[str], str | None]
) -> dict[str, float]:
    """Mean NDCG@10 and the share of queries without a hit, of the queries that `asked` gives; times in ms."""
    grades, empty, times = [], [], []
    for query, grades_of in judged.items():
        text = asked(query)
        if text is None:
            continue
        started = time.perf_counter()
        found = engine.search(INDEX, SearchQuery(text=text, limit=10))
        times.append((time.perf_counter() - started) * 1000)
        empty.append(not found.hits)
        grade = ndcg([hit.id for hit in found.hits], grades_of, highest=highest)
        if grade is not None:
            grades.append(grade)
    times.sort()
    return {
        "queries": len(times),
        "ndcg": sum(grades) / len(grades) if grades else math.nan,
        "empty": sum(empty) / len(empty) if empty else math.nan,
        "p50_ms": times[len(times) // 2] if times else math.nan,
        "p99_ms": times[int(len(times) * 0.99)] if times else math.nan,
    }


def variants(seed: int = 7) -> dict[str, Callable[[str], str | None]]:
    """Ways to ask: as written; as written but only what can be mistyped, for comparison; mistyped; half typed."""
    chance = random.Random(seed)
    return {
        "as written": lambda query: query,
        "of these, long words": lambda query: query if mistyped(query, random.Random(seed)) else None,
        "one typo": lambda query: mistyped(query, chance),
        "last word cut": half_typed,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table; 2 where there is no judged data."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.relevance", description=__doc__.split("\n")[0])
    folder = Path(os.environ.get("JUDGED_DATA", ""))
    parser.add_argument("products", nargs="?", type=Path, default=folder / "products.jsonl.gz")
    parser.add_argument("queries", nargs="?", type=Path, default=folder / "queries.json")
    parser.add_argument("--engine", choices=sorted(ENGINES), default="embedded")
    options = parser.parse_args(arguments)
    for path in (options.products, options.queries):
        if not path.is_file():
            print(f"no judged data at {path}: give two paths, or set JUDGED_DATA to their folder", file=sys.stderr)
            return 2
    judged = json.loads(options.queries.read_text())
    with tempfile.TemporaryDirectory() as files:
        url, key = os.environ.get("SEARCH_URL", ""), os.environ.get("SEARCH_KEY", "")
        engine: SearchEngine = load(ENGINES[options.engine])(url=url, key=key, folder=Path(files))
        started = time.perf_counter()
        count = fill(engine, products(options.products))
        print(f"{options.engine}: {count} documents, {count / (time.perf_counter() - started):.0f} documents/s")
        print(f"{'':22}{'queries':>8}{'NDCG@10':>9}{'no hits':>9}{'p50 ms':>8}{'p99 ms':>8}")
        for name, asked in variants().items():
            row = measure(engine, judged["qrels"], judged["maxrel"], asked)
            print(
                f"{name:22}{row['queries']:8.0f}{row['ndcg']:9.4f}{row['empty']:9.1%}"
                f"{row['p50_ms']:8.2f}{row['p99_ms']:8.2f}"
            )
        engine.drop(INDEX)
    return 0


if __name__ == "__main__":
    sys.exit(main())
