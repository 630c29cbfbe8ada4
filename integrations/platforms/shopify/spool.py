"""A bulk operation's result on disk, where its lines are joined to objects whatever order they come in.

Shopify writes each node of a nested connection on a line of its own, with `__parentId`, and promises no order
(shopify.dev, bulk-operations). The file is a SQLite database beside nothing else: it may be deleted at any time, and
is then downloaded again.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import orjson

_COMMIT_EVERY = 5_000  # lines
_PARENTS = 500  # ids per query
# Where a child goes in its parent, by the type that its GID names; pictures and films have many.
_CONNECTIONS = {
    "ProductVariant": "variants",
    "Collection": "collections",
    "InventoryLevel": "inventoryLevels",
    "MailingAddress": "addressesV2",
    "LineItem": "lineItems",
}

Node = dict[str, Any]


class Spool:
    """The result of one bulk operation. `load` until `complete`, then take objects with `after`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
            "CREATE TABLE IF NOT EXISTS lines (seq INTEGER PRIMARY KEY, id TEXT, parent TEXT, node BLOB);"
            "CREATE TABLE IF NOT EXISTS state (bytes INTEGER NOT NULL, complete INTEGER NOT NULL);"
        )

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @property
    def complete(self) -> bool:
        """Whether the whole result is here."""
        row = self._db.execute("SELECT complete FROM state").fetchone()
        return bool(row and row[0])

    @property
    def loaded(self) -> int:
        """Bytes of the result that are here."""
        row = self._db.execute("SELECT bytes FROM state").fetchone()
        return int(row[0]) if row else 0

    def load(self, chunks: Iterable[bytes], *, seconds: float) -> None:
        """Store what comes, from byte `loaded` on, for so many seconds; what is cut off comes again next time."""
        until, rest, position = monotonic() + seconds, b"", self.loaded
        batch: list[tuple[str, str | None, bytes]] = []
        for chunk in chunks:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                position += len(line) + 1
                if line.strip():
                    batch.append(_line(line))
            if len(batch) >= _COMMIT_EVERY or monotonic() >= until:
                self._store(batch, position, complete=False)
                batch = []
            if monotonic() >= until:
                return
        if rest.strip():
            batch.append(_line(rest))
        self._store(batch, position + len(rest), complete=True)
        self._db.execute("CREATE INDEX IF NOT EXISTS by_parent ON lines (parent)")

    def _store(self, batch: list[tuple[str, str | None, bytes]], position: int, *, complete: bool) -> None:
        """Lines and how far they reach, in one transaction: a process that is killed loads none of them twice."""
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO lines (id, parent, node) VALUES (?, ?, ?)", batch)
        self._db.execute("DELETE FROM state")
        self._db.execute("INSERT INTO state VALUES (?, ?)", (position, int(complete)))
        self._db.execute("COMMIT")

    def after(self, seq: int, limit: int) -> tuple[list[Node], int]:
        """The next objects behind that place in the file, whole, and the place of the last one."""
        query = "SELECT seq, id, node FROM lines WHERE parent IS NULL AND seq > ? ORDER BY seq LIMIT ?"
        rows = self._db.execute(query, (seq, limit)).fetchall()
        found = {row[1]: orjson.loads(row[2]) for row in rows}
        level: list[Node] = list(found.values())
        while level:
            level = list(self._attach(level))
        return list(found.values()), rows[-1][0] if rows else seq

    def _attach(self, parents: list[Node]) -> Iterator[Node]:
        """Put the children of these nodes into them; gives the children."""
        by_id: dict[str, list[Node]] = {}
        for parent in parents:
            by_id.setdefault(parent["id"], []).append(parent)
        ids = list(by_id)
        for start in range(0, len(ids), _PARENTS):
            some = ids[start : start + _PARENTS]
            marks = ",".join("?" * len(some))
            query = f"SELECT parent, node FROM lines WHERE parent IN ({marks}) ORDER BY seq"  # noqa: S608 - marks only
            for parent_id, raw in self._db.execute(query, some):
                child = orjson.loads(raw)
                for parent in by_id[parent_id]:
                    parent.setdefault(_connection(child), {"nodes": []})["nodes"].append(child)
                yield child

    def delete(self) -> None:
        """Throw the file away."""
        self._db.close()
        delete(self._file)


def delete(file: Path) -> None:
    """Throw a spool's file away, and what SQLite keeps beside it."""
    for name in (file, *(file.with_name(file.name + ending) for ending in ("-wal", "-shm"))):
        name.unlink(missing_ok=True)


def _line(line: bytes) -> tuple[str, str | None, bytes]:
    node = orjson.loads(line)
    return node["id"], node.get("__parentId"), line


def _connection(child: Node) -> str:
    kind = str(child["id"]).removeprefix("gid://shopify/").partition("/")[0]
    return _CONNECTIONS.get(kind, "media")
