"""Answers to calls that carried an Idempotency-Key, stored in the transaction of what the call did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, LargeBinary, Table, Text, delete, select, update
from sqlalchemy.exc import OperationalError

from commerce.tables.columns import BigId, Json, Moment, insert, metadata

answers = Table(
    "idempotent_answers",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),  # a digest of who called and the key they sent
    Column("fingerprint", Text, nullable=False),  # a digest of method, path and body
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_idempotent_answers_at", "at"),
)

_LOCKED = "55P03"  # PostgreSQL's lock_not_available


class UnderWay(Exception):
    """The same call is being answered just now, and was not finished within the time that there is for waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered to a call with this fingerprint."""

    fingerprint: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def claim(db: Connection, *, shop_id: int, key: str, fingerprint: str, now: datetime) -> Answer | None:
    """Take the key for the call that this transaction answers; gives the answer of before where there is one.

    Whoever comes second waits here until the first one has committed, and then finds its answer; where the first one
    was rolled back, the second one takes its place. Raises UnderWay where that takes too long.
    """
    row = {"shop_id": shop_id, "key": key, "fingerprint": fingerprint, "status": 0, "headers": {}, "body": b""}
    taking = insert(db, answers).values(row | {"at": now}).on_conflict_do_nothing().returning(answers.c.key)
    chosen = (answers.c.shop_id == shop_id, answers.c.key == key)
    while True:
        try:
            if db.execute(taking).one_or_none() is not None:
                return None
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == _LOCKED:
                raise UnderWay from error
            raise
        found = db.execute(select(answers).where(*chosen)).one_or_none()
        if found is not None:  # else it was forgotten a moment ago
            return Answer(fingerprint=found.fingerprint, status=found.status, headers=found.headers, body=found.body)


def keep(db: Connection, *, shop_id: int, key: str, answer: Answer) -> None:
    """Store the answer under the key that was taken in this transaction."""
    chosen = (answers.c.shop_id == shop_id, answers.c.key == key)
    values = {"status": answer.status, "headers": dict(answer.headers), "body": answer.body}
    db.execute(update(answers).where(*chosen).values(values))


def forget(db: Connection, *, before: datetime) -> int:
    """Delete answers of before that time."""
    return db.execute(delete(answers).where(answers.c.at < before)).rowcount
