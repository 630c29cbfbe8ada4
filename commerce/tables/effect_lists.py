"""Lists and counts of effects, for pages, figures and health."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select, text

from commerce.tables.columns import Moment
from commerce.tables.effects import effects


def oldest_waiting(db: Connection, *, but: str) -> datetime | None:
    """When the oldest effect that waits was written, of all kinds `but` one."""
    waiting = and_(effects.c.state == text("'waiting'"), effects.c.kind != but)
    return db.execute(select(func.min(effects.c.created_at, type_=Moment())).where(waiting)).scalar_one_or_none()


def of_delivery(db: Connection, *, shop_id: int, inbox_id: int) -> Sequence[Row[Any]]:
    """The effects that a delivery asked for."""
    query = select(effects).where(effects.c.shop_id == shop_id, effects.c.inbox_id == inbox_id)
    return db.execute(query.order_by(effects.c.id)).all()


def page(
    db: Connection, *, shop_id: int, kind: str = "", state: str = "", before: int | None = None, limit: int
) -> Sequence[Row[Any]]:
    """Effects, newest first; `before` is the id to go on from."""
    query = select(effects).where(effects.c.shop_id == shop_id).order_by(effects.c.id.desc()).limit(limit)
    if kind:
        query = query.where(effects.c.kind == kind)
    if state:
        query = query.where(effects.c.state == state)
    if before is not None:
        query = query.where(effects.c.id < before)
    return db.execute(query).all()


def counts(db: Connection) -> dict[tuple[str, str], int]:
    """How many effects there are of all shops, by kind and state."""
    query = select(effects.c.kind, effects.c.state, func.count()).group_by(effects.c.kind, effects.c.state)
    return {(kind, state): number for kind, state, number in db.execute(query)}


def waiting(db: Connection, *, shop_id: int) -> dict[str, int]:
    """How many effects of each kind wait."""
    unfinished = and_(effects.c.shop_id == shop_id, effects.c.state == text("'waiting'"))
    query = select(effects.c.kind, func.count()).where(unfinished).group_by(effects.c.kind)
    return dict(db.execute(query).all())


def failed(db: Connection, *, shop_id: int, limit: int) -> Sequence[Row[Any]]:
    """The newest effects that failed for good."""
    # As the index of those that failed has it.
    chosen = and_(effects.c.shop_id == shop_id, effects.c.state == text("'failed'"))
    return db.execute(select(effects).where(chosen).order_by(effects.c.id.desc()).limit(limit)).all()


def count_failed(db: Connection, *, shop_id: int, kind: str = "") -> int:
    """How many effects failed for good, of one kind or of all."""
    chosen = and_(effects.c.shop_id == shop_id, effects.c.state == text("'failed'"))
    if kind:
        chosen = and_(chosen, effects.c.kind == kind)
    return db.execute(select(func.count()).where(chosen)).scalar_one()
