"""The simulator's memory: a SQLite file with the stores' objects and the deliveries that are still to be made.

What happens in a store and the deliveries that tell of it are written together, so that a simulator that is killed
goes on where it was: nothing is told that did not happen, and nothing that happened is left untold.
"""

import json
import sqlite3
import types
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from integrations.simulator.delivery import Delivery
from integrations.simulator.model import Customer, Happening, Order, Product
from integrations.simulator.store import Clock, Store

_SCHEMA = """
CREATE TABLE IF NOT EXISTS shops (name TEXT PRIMARY KEY, last_id INTEGER, last_number INTEGER, steps INTEGER);
CREATE TABLE IF NOT EXISTS objects (shop TEXT, kind TEXT, id INTEGER, told TEXT, PRIMARY KEY (shop, kind, id));
CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY, shop TEXT, place INTEGER, not_before REAL DEFAULT 0, tries INTEGER DEFAULT 0,
    topic TEXT, body BLOB, id TEXT, event_id TEXT, triggered_at TEXT
);
CREATE INDEX IF NOT EXISTS outbox_order ON outbox (shop, place);
"""
_KINDS = {"product": "products", "variant": "products", "customer": "customers"}
_TYPES: dict[str, type[Product | Order | Customer]] = {"products": Product, "orders": Order, "customers": Customer}
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A delivery in the outbox."""

    number: int
    tries: int
    delivery: Delivery


class State:
    """The memory of all shops. `path` ":memory:" forgets everything at the end."""

    def __init__(self, path: str) -> None:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")  # a crash of the machine may cost the last second of the play
        self._db.executescript(_SCHEMA)

    def open(self, shop: str, clock: Clock) -> tuple[Store, int] | None:
        """The store as it was left, and how many steps it has lived; None for a shop that is new."""
        row = self._db.execute("SELECT last_id, last_number, steps FROM shops WHERE name = ?", [shop]).fetchone()
        if row is None:
            return None
        store = Store(clock=clock, last_id=row[0], last_number=row[1])
        for kind, id_, told in self._db.execute(
            "SELECT kind, id, told FROM objects WHERE shop = ? ORDER BY id", [shop]
        ):
            getattr(store, kind)[id_] = decoded(_TYPES[kind], json.loads(told))
        return store, row[2]

    def record(
        self,
        shop: str,
        store: Store,
        happened: Iterable[Happening],
        told: Sequence[tuple[Delivery, Sequence[int]]],
        *,
        steps: int,
    ) -> None:
        """Keep the objects that something happened to, and put the deliveries in their places of the outbox."""
        touched = {(_KINDS.get(one.what.partition(".")[0], "orders"), one.id) for one in happened}
        objects = [
            (shop, kind, id_, json.dumps(asdict(getattr(store, kind)[id_]), default=datetime.isoformat))
            for kind, id_ in touched
        ]
        rows = [
            (shop, place, one.topic, one.body, one.id, one.event_id, one.triggered_at.isoformat())
            for one, own in told
            for place in own
        ]
        with self._db:
            self._db.execute("REPLACE INTO shops VALUES (?, ?, ?, ?)", [shop, store.last_id, store.last_number, steps])
            self._db.executemany("REPLACE INTO objects VALUES (?, ?, ?, ?)", objects)
            self._db.executemany(
                "INSERT INTO outbox (shop, place, topic, body, id, event_id, triggered_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def next(self, shop: str, now: float, *, before: int) -> Waiting | None:
        """The delivery that stands first at a place below `before` and has not to wait; `now` in seconds."""
        row = self._db.execute(
            "SELECT number, tries, topic, body, id, event_id, triggered_at FROM outbox"
            " WHERE shop = ? AND place < ? AND not_before <= ? ORDER BY place, number LIMIT 1",
            [shop, before, now],
        ).fetchone()
        if row is None:
            return None
        moment = datetime.fromisoformat(row[6])
        delivery = Delivery(topic=row[2], body=row[3], id=row[4], event_id=row[5], triggered_at=moment)
        return Waiting(number=row[0], tries=row[1], delivery=delivery)

    def last_place(self, shop: str) -> int:
        """The highest place in the shop's queue; -1 when it is empty."""
        found = self._db.execute("SELECT max(place) FROM outbox WHERE shop = ?", [shop]).fetchone()[0]
        return -1 if found is None else int(found)

    def due(self, shop: str, *, before: int) -> int:
        """How many deliveries stand at places below `before`."""
        found = self._db.execute("SELECT count(*) FROM outbox WHERE shop = ? AND place < ?", [shop, before])
        return int(found.fetchone()[0])

    def delivered(self, waiting: Waiting) -> None:
        """Take a delivery out of the outbox."""
        with self._db:
            self._db.execute("DELETE FROM outbox WHERE number = ?", [waiting.number])

    def postpone(self, waiting: Waiting, until: float) -> None:
        """Try a delivery again later."""
        with self._db:
            self._db.execute(
                "UPDATE outbox SET not_before = ?, tries = tries + 1 WHERE number = ?", [until, waiting.number]
            )


def decoded(kind: type[_T], told: Any) -> _T:
    """A record as it was before it became JSON."""
    return _decoded(kind, told)  # type: ignore[no-any-return]


def _decoded(kind: Any, told: Any) -> Any:
    if told is None:
        return None
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{one.name: _decoded(hints[one.name], told[one.name]) for one in fields(kind)})  # type: ignore[operator]
    if get_origin(kind) is types.UnionType:
        return _decoded(next(part for part in get_args(kind) if part is not types.NoneType), told)
    if get_origin(kind) is list:
        return [_decoded(get_args(kind)[0], entry) for entry in told]
    if get_origin(kind) is dict:
        return {_decoded(get_args(kind)[0], key): _decoded(get_args(kind)[1], entry) for key, entry in told.items()}
    return datetime.fromisoformat(told) if kind is datetime else kind(told)
