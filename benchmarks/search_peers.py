"""Engines that the same catalogue and queries are given to: SQLite's FTS5, and milli where it is installed."""

import json
import re
import sqlite3
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from commerce.rules.documents import Document

_WORD = re.compile(r"\w+")
_COLUMNS = ("title", "brand", "kind", "codes", "description")


class Peer(Protocol):
    """An engine to compare with."""

    def build(self, documents: Sequence[Document]) -> None:
        """Index a catalogue."""

    def search(self, text: str) -> int:
        """Find twenty products; gives how many there were."""

    def narrowed(self, text: str, price: tuple[int, int]) -> int | None:
        """The same with a price filter and the counts of two facets; None where it has no such thing."""


class Fts5:
    """SQLite: products with all words, by bm25 with the title counted twice, then those with any."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "fts5.db")
        options = f"{', '.join(_COLUMNS)}, tokenize='porter unicode61 remove_diacritics 2'"
        self._db.execute(f"CREATE VIRTUAL TABLE product USING fts5({options})")
        self._db.execute("CREATE TABLE facts (id TEXT, price INTEGER, brand TEXT, color TEXT)")

    def build(self, documents: Sequence[Document]) -> None:
        """One transaction."""
        rows = [(d.title, d.brand, d.product_type, " ".join(d.skus), d.description) for d in documents]
        facts = [(d.id, d.price, d.brand, (d.facets.get("color") or ("",))[0]) for d in documents]
        with self._db:
            self._db.executemany("INSERT INTO product VALUES (?, ?, ?, ?, ?)", rows)
            self._db.executemany("INSERT INTO facts VALUES (?, ?, ?, ?)", facts)

    def search(self, text: str) -> int:
        """All words, else any; the last one may go on."""
        for between in (" ", " OR "):
            sql = "SELECT rowid FROM product WHERE product MATCH ? ORDER BY bm25(product, 2, 1, 1, 1, 1) LIMIT 20"
            found = self._db.execute(sql, (_expression(text, between),)).fetchall()
            if found:
                return len(found)
        return 0

    def narrowed(self, text: str, price: tuple[int, int]) -> int | None:
        """The page, and a count for each facet."""
        joined = (
            "FROM product JOIN facts ON facts.rowid = product.rowid WHERE product MATCH ? AND price BETWEEN ? AND ?"
        )
        asked = (_expression(text, " "), *price)
        order = "ORDER BY bm25(product, 2, 1, 1, 1, 1) LIMIT 20"
        found = self._db.execute(f"SELECT facts.id {joined} {order}", asked).fetchall()
        for facet in ("brand", "color"):
            self._db.execute(f"SELECT facts.{facet}, count(*) {joined} GROUP BY 1 ORDER BY 2 DESC", asked).fetchall()
        return len(found)


def _expression(text: str, between: str) -> str:
    words = [f'"{word}"' for word in _WORD.findall(text)]
    return between.join(words) + "*" if words else '""'


class Milli:
    """The engine inside Meilisearch, as the package of that name offers it, with its default settings."""

    def __init__(self, folder: Path) -> None:
        (folder / "milli").mkdir()
        self._index: Any = import_module("milli").Index(str(folder / "milli"), 8 << 30)

    def build(self, documents: Sequence[Document]) -> None:
        """One call."""
        self._index.add_documents([_plain(document) for document in documents])

    def search(self, text: str) -> int:
        """Twenty at most."""
        return len(self._index.search(text))

    def narrowed(self, text: str, price: tuple[int, int]) -> int | None:  # noqa: ARG002 - it has no filters there
        """The package has neither filters nor facets."""
        return None


def _plain(document: Document) -> dict[str, Any]:
    told = {"title": document.title, "brand": document.brand, "type": document.product_type}
    return json.loads(json.dumps({"id": document.id, **told, "description": document.description}))  # type: ignore[no-any-return]


PEERS = {"fts5": Fts5, "milli": Milli}
