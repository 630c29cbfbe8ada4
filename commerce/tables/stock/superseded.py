"""Calls that set a stock and wait still, where a newer number has to be set."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, update

from commerce.rules.events import VARIANT
from commerce.tables.effects import CALL, DONE, WAITING, effects

NOTE = "A newer number is set instead."


def end_waiting(db: Connection, *, shop_id: int, variant_ids: Collection[str], now: datetime) -> None:
    """End what waits to be set for these variants: done later, it would be an older number."""
    if variant_ids:
        about = and_(effects.c.object_kind == VARIANT, effects.c.object_id.in_(variant_ids))
        waiting = and_(effects.c.shop_id == shop_id, effects.c.kind == CALL, effects.c.state == WAITING, about)
        db.execute(update(effects).where(waiting).values(state=DONE, reason=NOTE, error="", finished_at=now))
