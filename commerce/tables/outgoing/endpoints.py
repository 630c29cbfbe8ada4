"""Endpoints: where a merchant's own systems are told of events, which ones, and how well that goes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    delete,
    func,
    select,
    update,
)

from commerce.rules.outgoing.health import ACTIVE, DISABLED, OFF, Health
from commerce.tables.columns import BigId, Json, Moment, metadata
from commerce.vault import Vault

MOST = 20  # endpoints of one shop: each event may be sent to all of them

# `why`: in plain words, why it is not active. `saved_at`: when a person changed it last, which its version is made of.
endpoints = Table(
    "outgoing_endpoints",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False, default=""),
    Column("filters", Json, nullable=False),
    Column("secret_sealed", Text, nullable=False),
    Column("previous_sealed", Text, nullable=False, default=""),
    Column("previous_until", Moment),
    Column("state", Text, nullable=False),
    Column("why", Text, nullable=False, default=""),
    Column("failures", Integer, nullable=False, default=0),
    Column("failing_since", Moment),
    Column("warned", Integer, nullable=False, default=0),
    Column("rests_until", Moment),
    Column("error", Text, nullable=False, default=""),
    Column("succeeded_at", Moment),
    Column("failed_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Index("ix_outgoing_endpoints_shop", "shop_id", "id"),
)

_WELL: Mapping[str, Any] = {"failures": 0, "failing_since": None, "warned": 0, "rests_until": None, "error": ""}


class TooMany(ValueError):
    """The shop has as many endpoints as there may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a merchant says of an endpoint."""

    url: str
    filters: Sequence[str]
    description: str = ""


def all_of(db: Connection, *, shop_id: int) -> Sequence[Row[Any]]:
    """The shop's endpoints, oldest first."""
    return db.execute(select(endpoints).where(endpoints.c.shop_id == shop_id).order_by(endpoints.c.id)).all()


def listening(db: Connection, *, shop_id: int) -> Sequence[Any]:
    """Those for which dispatches are written: their ids, filters and states."""
    query = select(endpoints.c.id, endpoints.c.filters, endpoints.c.state)
    return db.execute(query.where(endpoints.c.shop_id == shop_id, endpoints.c.state != DISABLED)).all()


def one(db: Connection, *, shop_id: int, endpoint_id: int) -> Row[Any] | None:
    """One of the shop's endpoints."""
    return db.execute(select(endpoints).where(_of(shop_id, endpoint_id))).one_or_none()


def add(db: Connection, vault: Vault, *, shop_id: int, chosen: Chosen, secret: str, now: datetime) -> int:
    """Store a new endpoint; gives its id. Raises TooMany."""
    if db.execute(select(func.count()).where(endpoints.c.shop_id == shop_id)).scalar_one() >= MOST:
        raise TooMany(f"A shop has at most {MOST} endpoints. Delete one that is no longer needed.")
    row = _row(chosen, now) | {"shop_id": shop_id, "state": ACTIVE, "created_at": now}
    made = endpoints.insert().values(row | {"secret_sealed": vault.seal(secret)}).returning(endpoints.c.id)
    return int(db.execute(made).scalar_one())


def save(db: Connection, *, shop_id: int, endpoint_id: int, chosen: Chosen, now: datetime) -> None:
    """Change where it is and what it wants. Another address begins without the failures of the one before."""
    before = one(db, shop_id=shop_id, endpoint_id=endpoint_id)
    well = _WELL if before is not None and before.url != chosen.url else {}
    db.execute(update(endpoints).where(_of(shop_id, endpoint_id)).values(_row(chosen, now) | dict(well)))


def _row(chosen: Chosen, now: datetime) -> dict[str, Any]:
    told = {"url": chosen.url, "filters": list(chosen.filters), "description": chosen.description}
    return told | {"saved_at": now}


def switch(db: Connection, *, shop_id: int, endpoint_id: int, state: str, now: datetime) -> None:
    """A person chose its state; one that is active again begins without its failures."""
    values = {"state": state, "why": "", "saved_at": now} | (dict(_WELL) if state == ACTIVE else {})
    db.execute(update(endpoints).where(_of(shop_id, endpoint_id)).values(values))


def rotate(
    db: Connection, vault: Vault, *, shop_id: int, endpoint_id: int, secret: str, overlap: timedelta, now: datetime
) -> None:
    """Give it another secret; the one before goes on signing as well for that long."""
    values = {
        "previous_sealed": endpoints.c.secret_sealed if overlap else "",
        "previous_until": now + overlap if overlap else None,
        "secret_sealed": vault.seal(secret),
        "saved_at": now,
    }
    db.execute(update(endpoints).where(_of(shop_id, endpoint_id)).values(values))


def secrets_of(row: Any, vault: Vault, *, now: datetime) -> list[str]:
    """What its dispatches are signed with, the newest first."""
    found = [vault.open(row.secret_sealed)]
    if row.previous_sealed and row.previous_until is not None and row.previous_until > now:
        found.append(vault.open(row.previous_sealed))
    return found


def remove(db: Connection, *, shop_id: int, endpoint_id: int) -> bool:
    """Delete it with its log; False where the shop has none of that id."""
    return db.execute(delete(endpoints).where(_of(shop_id, endpoint_id))).rowcount == 1


def health_of(row: Any) -> Health:
    """How it is, as rules see it."""
    return Health(
        failures=row.failures, failing_since=row.failing_since, warned=row.warned, rests_until=row.rests_until
    )


def held(db: Connection, *, shop_id: int, ids: Collection[int]) -> dict[int, Row[Any]]:
    """These endpoints, which nobody else changes until the transaction ends."""
    chosen = and_(endpoints.c.shop_id == shop_id, endpoints.c.id.in_(ids))
    rows = db.execute(select(endpoints).where(chosen).order_by(endpoints.c.id).with_for_update(key_share=True))
    return {row.id: row for row in rows}


def learn(db: Connection, endpoint_id: int, **values: Any) -> None:
    """Write what was learned of it by sending."""
    db.execute(update(endpoints).where(endpoints.c.id == endpoint_id).values(values))


def in_trouble(db: Connection, *, shop_id: int) -> Sequence[Row[Any]]:
    """Those that were switched off, or that fail: what its merchant has to look at."""
    unwell = (endpoints.c.state == OFF) | ((endpoints.c.state == ACTIVE) & (endpoints.c.failures >= 1))
    gone = (endpoints.c.state == DISABLED) & (endpoints.c.why != "")
    return db.execute(select(endpoints).where(endpoints.c.shop_id == shop_id, unwell | gone)).all()


def _of(shop_id: int, endpoint_id: int) -> Any:
    return and_(endpoints.c.shop_id == shop_id, endpoints.c.id == endpoint_id)
