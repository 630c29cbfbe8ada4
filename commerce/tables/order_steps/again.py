"""Steps that are done again, because an order became once more what it was before."""

from collections.abc import Collection

from sqlalchemy import Connection, and_, tuple_, update

from commerce.rules.order_steps.outcomes import ENDED, WAITING
from commerce.tables.columns import AT_ONCE
from commerce.tables.order_steps.steps import steps

Key = tuple[str, str]  # order, occasion


def begin(db: Connection, *, shop_id: int, kind: str, keys: Collection[Key]) -> set[Key]:
    """Have the ended steps of these occasions done again; gives those that are."""
    if not keys:
        return set()
    chosen = and_(
        steps.c.shop_id == shop_id,
        steps.c.kind == kind,
        steps.c.state.in_(ENDED),
        tuple_(steps.c.order_id, steps.c.occasion).in_(list(keys)),
    )
    again = update(steps).where(chosen).values(state=WAITING, due_at=AT_ONCE, finished_at=None)
    found = db.execute(again.returning(steps.c.order_id, steps.c.occasion))
    return {(row.order_id, row.occasion) for row in found}
