"""Steps that need somebody: counted for the home page, listed, and chosen for a decision about many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from commerce.rules.order_steps.outcomes import BLOCKED, DESK, DONE, FAILED, HELD, OUTSIDE, UNSURE, WAITING
from commerce.tables.order_steps.steps import steps
from commerce.tables.orders import orders

LATE = "late"
# In the order in which they are shown.
TROUBLES = (HELD, UNSURE, FAILED, LATE)
LATE_AFTER = timedelta(hours=24)  # for which a step may wait until it is shown
_COUNTED = 10_000  # more are "more than" that


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which steps: of a trouble, and of a kind where one is named. `now`: what is late is so by then."""

    trouble: str
    kind: str = ""
    now: datetime

    def as_chosen(self) -> dict[str, str]:
        """As plain JSON."""
        return {"trouble": self.trouble, "kind": self.kind}


def troubles(db: Connection, *, shop_id: int, now: datetime) -> dict[str, int]:
    """How many steps of the shop are in which trouble; at most 10,000 of each are counted."""
    found = {name: count(db, shop_id=shop_id, filters=Filters(trouble=name, now=now)) for name in TROUBLES}
    return {name: number for name, number in found.items() if number}


def done_since(db: Connection, *, shop_id: int, since: datetime) -> int:
    """How many steps were done since then, at most 10,000."""
    done = and_(steps.c.finished_at >= since, steps.c.shop_id == shop_id, steps.c.state == DONE)
    some = select(steps.c.id).where(done).limit(_COUNTED).subquery()
    return db.execute(select(func.count()).select_from(some)).scalar_one()


def count(db: Connection, *, shop_id: int, filters: Filters) -> int:
    """How many steps fit, at most 10,000."""
    some = select(steps.c.id).where(_fitting(shop_id, filters)).limit(_COUNTED).subquery()
    return db.execute(select(func.count()).select_from(some)).scalar_one()


def chosen(db: Connection, *, shop_id: int, filters: Filters, limit: int) -> list[int]:
    """The steps that fit, by their ids, oldest first."""
    query = select(steps.c.id).where(_fitting(shop_id, filters)).order_by(steps.c.id).limit(limit)
    return list(db.execute(query).scalars())


def kinds(db: Connection, *, shop_id: int, filters: Filters) -> list[str]:
    """Kinds of the steps in this trouble."""
    plain = Filters(trouble=filters.trouble, now=filters.now)
    return sorted(db.execute(select(steps.c.kind).where(_fitting(shop_id, plain)).distinct()).scalars())


def page(db: Connection, *, shop_id: int, filters: Filters, limit: int, offset: int) -> Sequence[Row[Any]]:
    """Steps that fit with their orders' numbers, newest first."""
    query: Select[Any] = select(steps, orders.c.number.label("order_number")).outerjoin(
        orders, and_(orders.c.shop_id == steps.c.shop_id, orders.c.id == steps.c.order_id)
    )
    query = query.where(_fitting(shop_id, filters)).order_by(steps.c.id.desc())
    return db.execute(query.limit(limit).offset(offset)).all()


def states_of(trouble: str) -> tuple[str, ...]:
    """The states of steps in that trouble."""
    return (WAITING, BLOCKED) if trouble == LATE else (trouble,)


def _fitting(shop_id: int, filters: Filters) -> Any:
    fitting = [steps.c.shop_id == shop_id]
    if filters.trouble == LATE:
        # Through the index of what is due: what has no time waits for something that is shown itself.
        fitting += [
            steps.c.lane.in_((DESK, OUTSIDE)),
            steps.c.due_at.is_not(None),
            steps.c.created_at < filters.now - LATE_AFTER,
        ]
    else:
        # As the index of troubles has it.
        fitting += [steps.c.state.in_((FAILED, UNSURE, HELD)), steps.c.state == filters.trouble]
    if filters.kind:
        fitting.append(steps.c.kind == filters.kind)
    return and_(*fitting)
