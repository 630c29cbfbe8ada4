"""A bulk operation's result on disk, where its lines are joined to objects whatever order they come in.

Shopify writes each node of a nested connection on a line of its own, with `__parentId`, and promises no order
(shopify.dev, bulk-operations). The file is a SQLite database beside nothing else: it may be deleted at any time, and
is then downloaded again.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import orjson

_COMMIT_EVERY = 5_000  # lines
_PARENTS = 500  # ids per query
_LINES = 10_000  # below the objects that are taken at once: products have up to 2,000 variants
# Where a child goes in its parent, by the type that its GID names; pictures and films have many.
_CONNECTIONS = {
    "ProductVariant": "variants",
    "Collection": "collections",
    "InventoryLevel": "inventoryLevels",
    "MailingAddress": "addressesV2",
    "LineItem": "lineItems",
}

Node = dict[str, Any]


class Disturbed(Exception):
    """Somebody else loads the same result into the same file, or the file is damaged."""


class Spool:
    """The result of one bulk operation. `load` until `complete`, then take objects with `after`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(file, isolation_level=None)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise Disturbed(f"The file of the result cannot be used ({error}).") from error

    def _prepare(self) -> None:
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

    def load(self, chunks: Iterable[bytes], *, seconds: float, size: int | None = None) -> None:
        """Store what comes, from byte `loaded` on, for so many seconds; what is cut off comes again next time.

        `size`: of the whole result; what ends before that is not complete. Raises Disturbed.
        """
        until, rest = monotonic() + seconds, b""
        stored = position = self.loaded
        batch: list[tuple[str, str | None, bytes]] = []
        for chunk in chunks:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                position += len(line) + 1
                if line.strip():
                    batch.append(_line(line))
            if len(batch) >= _COMMIT_EVERY or monotonic() >= until:
                self._store(batch, stored, position, complete=False)
                stored, batch = position, []
            if monotonic() >= until:
                return
        if size is not None and position + len(rest) < size:
            self._store(batch, stored, position, complete=False)
            return
        if rest.strip():
            batch.append(_line(rest))
        self._store(batch, stored, position + len(rest), complete=True)

    def _store(self, batch: list[tuple[str, str | None, bytes]], start: int, end: int, *, complete: bool) -> None:
        """The lines between two places, in one transaction: a process that is killed loads none of them twice, and
        one that lost its turn to another loads none beside it."""
        with _undamaged():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                if self.loaded != start:
                    raise Disturbed("Another process loads the same result.")
                self._db.executemany("INSERT INTO lines (id, parent, node) VALUES (?, ?, ?)", batch)
                if complete:
                    self._db.execute("CREATE INDEX IF NOT EXISTS by_parent ON lines (parent)")
                self._db.execute("DELETE FROM state")
                self._db.execute("INSERT INTO state VALUES (?, ?)", (end, int(complete)))
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def after(self, seq: int, limit: int) -> tuple[list[Node], int, bool]:
        """The next objects behind that place in the file, whole, the place of the last one, and whether there are more.

        There are at most `limit`, and fewer where they are large. Raises Disturbed.
        """
        query = "SELECT seq, id, node FROM lines WHERE parent IS NULL AND seq > ? ORDER BY seq LIMIT ?"
        with _undamaged():
            rows = self._db.execute(query, (seq, limit + 1)).fetchall()
            chosen = self._few(rows[:limit])
            found = {row[1]: orjson.loads(row[2]) for row in chosen}
            level: list[Node] = list(found.values())
            while level:
                level = list(self._attach(level))
        return list(found.values()), chosen[-1][0] if chosen else seq, len(rows) > len(chosen)

    def _few(self, rows: list[tuple[int, str, bytes]]) -> list[tuple[int, str, bytes]]:
        """As many of the objects, one at least, as have not too many lines below them."""
        lines = 0
        for place, row in enumerate(rows):
            lines += int(self._db.execute("SELECT count(*) FROM lines WHERE parent = ?", (row[1],)).fetchone()[0])
            if lines > _LINES and place:
                return rows[:place]
        return rows

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


@contextmanager
def _undamaged() -> Iterator[None]:
    """What SQLite says of a file that is none, as after a loss of power, or of a disk that is full."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise Disturbed(f"The file of the result cannot be used ({error}).") from error


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
