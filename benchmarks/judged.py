"""Catalogues and judged queries as files, and how they get into an index."""

import gzip
import html
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from commerce.rules.documents import Document, Product, document
from commerce.rules.products import Option, VariantFacts
from commerce.rules.search_settings import USUAL, SearchSettings
from integrations.search_api import SearchEngine

_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Judgments:
    """Grades 0 to `highest` by query and product."""

    highest: int
    queries: Mapping[str, Mapping[str, int]]


def judgments(path: Path) -> Judgments:
    """Read {"maxrel": 3, "qrels": {query: {product id: grade}}}."""
    read = json.loads(path.read_text(encoding="utf-8"))
    qrels = {query: {str(key): int(grade) for key, grade in grades.items()} for query, grades in read["qrels"].items()}
    return Judgments(int(read.get("maxrel") or 3), qrels)


def products(path: Path) -> Iterator[Document]:
    """The documents of a catalogue, as a shop would tell them: attributes are lines of the description."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield document(_product(json.loads(line)))


def _product(row: Mapping[str, Any]) -> Product:
    attributes = row.get("attrs") or {}
    told = [f"{name}: {value}" for name, value in attributes.items()] or [row.get("attributes") or ""]
    paragraphs = [row.get("description") or "", *told]
    color, price = str(row.get("color") or ""), row.get("price")
    price = round(float(price)) if price not in (None, "") else None
    key, category = str(row["id"]), row.get("category") or ""
    options = (("Color", color),) if color else ()
    variant = VariantFacts(id=f"{key}-1", product_id=key, sku=str(row.get("sku") or ""), price=price, options=options)
    return Product(
        id=key,
        handle=key,
        title=str(row.get("title") or ""),
        brand=str(row.get("brand") or ""),
        categories=(str(category),) if category else (),
        description="".join(f"<p>{html.escape(str(text))}</p>" for text in paragraphs if text),
        price=price,
        options=tuple(Option(name=name, values=(value,)) for name, value in options),
        variants=(variant,),
    )


def fill(
    engine: SearchEngine, index: str, documents: Iterable[Document], settings: SearchSettings = USUAL
) -> tuple[int, float]:
    """Index a catalogue; gives its number of documents and the seconds that indexing took."""
    rebuild = engine.rebuild(index, str(time.time_ns()), settings)
    waiting, seconds = iter(documents), 0.0
    while batch := list(islice(waiting, _AT_ONCE)):
        began = time.perf_counter()
        rebuild.save(batch)
        seconds += time.perf_counter() - began
    began = time.perf_counter()
    count = rebuild.finish()
    return count, seconds + time.perf_counter() - began
