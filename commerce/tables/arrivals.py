"""The inbox's front: how deliveries get in, many in one transaction, each once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, text, update

from commerce.rules.events import LIVE
from commerce.tables.columns import AT_ONCE, insert
from commerce.tables.inbox import WAITING, inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A delivery to store. `state` is waiting, or rejected with the reason in `error`.

    `delivery_id` is unique per delivery, where the platform gives one; elsewhere `fingerprint`, where it is not empty,
    is the same for the same delivery that comes again.
    """

    shop_id: int
    topic: str
    delivery_id: str | None
    fingerprint: str = ""
    headers: Mapping[str, str]
    body: bytes
    triggered_at: datetime | None
    received_at: datetime
    state: str = WAITING
    error: str = ""


def store(db: Connection, deliveries: Sequence[NewDelivery]) -> list[int | None]:
    """Store deliveries in one statement each way; gives their ids, None for one that was stored before.

    A repeat (same shop and delivery id) is counted on the row that is there.
    """
    unnumbered = iter(_insert(db, [delivery for delivery in deliveries if delivery.delivery_id is None]))
    stored = _insert_once(db, [delivery for delivery in deliveries if delivery.delivery_id is not None])
    ids: list[int | None] = []
    for delivery in deliveries:
        if delivery.delivery_id is None:
            ids.append(next(unnumbered))
            continue
        # The id goes to the first of those that came together.
        ids.append(stored.pop((delivery.shop_id, delivery.delivery_id), None))
        if ids[-1] is None:
            same = and_(inbox.c.shop_id == delivery.shop_id, inbox.c.delivery_id == delivery.delivery_id)
            db.execute(update(inbox).where(same).values(repeats=inbox.c.repeats + 1))
    return ids


def _insert(db: Connection, deliveries: Sequence[NewDelivery]) -> list[int]:
    if not deliveries:
        return []
    return list(db.execute(_statement(db, once=False), [_row(delivery) for delivery in deliveries]).scalars())


def _insert_once(db: Connection, deliveries: Sequence[NewDelivery]) -> dict[tuple[int, str], int]:
    """Insert what is new; gives the ids of that, by shop and delivery id."""
    if not deliveries:
        return {}
    rows = db.execute(_statement(db, once=True), [_row(delivery) for delivery in deliveries])
    return {(row.shop_id, row.delivery_id): row.id for row in rows}


_statements: dict[tuple[str, bool], Any] = {}


def _statement(db: Connection, *, once: bool) -> Any:
    """The INSERT of the door, kept because building it takes longer than running it."""
    kept = _statements.get((db.dialect.name, once))
    if kept is None and once:
        where = text("delivery_id IS NOT NULL")
        kept = insert(db, inbox).on_conflict_do_nothing(index_elements=["shop_id", "delivery_id"], index_where=where)
        kept = kept.returning(inbox.c.id, inbox.c.shop_id, inbox.c.delivery_id)
    elif kept is None:
        kept = insert(db, inbox).returning(inbox.c.id, sort_by_parameter_order=True)
    _statements[db.dialect.name, once] = kept
    return kept


def _row(delivery: NewDelivery) -> dict[str, Any]:
    return {
        "shop_id": delivery.shop_id,
        "topic": delivery.topic,
        "delivery_id": delivery.delivery_id,
        "fingerprint": delivery.fingerprint,
        "headers": dict(delivery.headers),
        "body": delivery.body,
        "origin": LIVE,
        "state": delivery.state,
        "attempts": 0,
        "repeats": 0,
        "triggered_at": delivery.triggered_at,
        "received_at": delivery.received_at,
        "due_at": AT_ONCE,
        "kind": "",
        "object_id": "",
        "note": "",
        "error": delivery.error,
        "traceback": "",
    }
