"""The log of messages as it is looked at, and messages that are asked for once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select, update

from commerce.rules.notifications.states import BOUNCED, DELIVERED, QUEUED, SENDING, SENT, UNCERTAIN, WAITING
from commerce.rules.order_steps.outcomes import FAILED, SKIPPED, UNDERWAY, UNSURE
from commerce.tables.columns import AT_ONCE
from commerce.tables.notifications.notifications import notifications
from commerce.tables.order_steps.steps import steps

_NOT_LISTED = ("html", "text", "detail")
_LISTED = [column for column in notifications.c if column.name not in _NOT_LISTED]
# What a message is: all but what became of it, and what it said.
_SAME = (
    "shop_id", "kind", "channel", "recipient", "category", "member_id", "order_id", "tracking_id", "step_id",
    "detail", "language",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of messages is narrowed to; empty fields let all through."""

    state: str = ""
    kind: str = ""
    recipient: str = ""
    order_id: str = ""
    since: datetime | None = None


def page(db: Connection, *, shop_id: int, filters: Filters, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Messages of the shop, newest first, behind that id, without what they said."""
    table, chosen = notifications.c, [notifications.c.shop_id == shop_id]
    for name in ("state", "kind", "recipient", "order_id"):
        told = getattr(filters, name)
        if told:
            chosen.append(table[name] == told)
    if filters.since is not None:
        chosen.append(table.created_at >= filters.since)
    if before is not None:
        chosen.append(table.id < before)
    return db.execute(select(*_LISTED).where(*chosen).order_by(table.id.desc()).limit(limit)).all()


def of_order(db: Connection, *, shop_id: int, order_id: str) -> Sequence[Row[Any]]:
    """The messages about an order, oldest first, without what they said."""
    chosen = and_(notifications.c.shop_id == shop_id, notifications.c.order_id == order_id)
    return db.execute(select(*_LISTED).where(chosen).order_by(notifications.c.id)).all()


def counted(db: Connection, *, shop_id: int, since: datetime) -> dict[str, dict[str, int]]:
    """How many messages of each kind were written since then, by state."""
    table = notifications.c
    query = select(table.kind, table.state, func.count()).where(table.shop_id == shop_id, table.created_at >= since)
    found: dict[str, dict[str, int]] = {}
    for kind, state, number in db.execute(query.group_by(table.kind, table.state)):
        found.setdefault(kind, {})[state] = number
    return found


def is_under_way_again(db: Connection, row: Row[Any]) -> bool:
    """Whether a message that was asked for because of this one waits or is being sent. Nobody else asks for another one
    until the transaction ends."""
    table = notifications.c
    db.execute(select(table.id).where(table.id == row.id).with_for_update()).all()
    again = and_(table.shop_id == row.shop_id, table.recipient == row.recipient, table.resend_of == row.id)
    under_way = again & table.state.in_((*WAITING, SENDING))
    return db.execute(select(table.id).where(under_way).limit(1)).first() is not None


def again(db: Connection, row: Row[Any], *, expires_at: datetime, now: datetime) -> int:
    """A new message like this one, which a person asked for; gives its id."""
    base, table = row.occasion, notifications.c
    if row.resend_of is not None:  # else a "#" is the order's own
        base = base.rpartition("#")[0]
    same = and_(table.shop_id == row.shop_id, table.kind == row.kind, table.channel == row.channel)
    alike = select(func.count()).where(same, table.occasion.startswith(base, autoescape=True))
    number = db.execute(alike.where(table.recipient == row.recipient)).scalar_one() + 1
    values = {name: getattr(row, name) for name in _SAME}
    values |= {"occasion": f"{base}#{number}", "resend_of": row.id, "state": QUEUED, "due_at": AT_ONCE}
    values |= {"expires_at": expires_at, "created_at": now}
    new: int = db.execute(notifications.insert().values(values).returning(table.id)).scalar_one()
    if row.step_id is not None:
        ended = and_(steps.c.id == row.step_id, steps.c.state.in_((UNSURE, FAILED, SKIPPED)))
        reopened = {"state": UNDERWAY, "outcome": "Its message is sent again.", "finished_at": None}
        db.execute(update(steps).where(ended).values(reopened))
    return new


def delivered(db: Connection, *, shop_id: int, notification_id: int, state: str, words: str, at: datetime) -> bool:
    """What the recipient's own server said later: that it has the message, or that there is nobody. False where that
    changes nothing."""
    table = notifications.c
    values: dict[str, Any] = {"state": state, "reason": words}
    values |= {"bounced_at": at} if state == BOUNCED else {"delivered_at": at}
    before = {SENT, UNCERTAIN, SENDING, *((DELIVERED,) if state == BOUNCED else ())}  # servers think better of it
    chosen = and_(table.shop_id == shop_id, table.id == notification_id, table.state.in_(before))
    return db.execute(update(notifications).where(chosen).values(values)).rowcount == 1
