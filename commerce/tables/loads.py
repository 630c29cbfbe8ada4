"""How much work waits for each shop: what is due by now in the tables, one statement for each kind."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from commerce.tables.columns import Moment, later
from commerce.tables.effects import effects
from commerce.tables.inbox import inbox
from commerce.tables.notifications.notifications import notifications
from commerce.tables.order_steps.steps import steps
from commerce.tables.outgoing.dispatches import dispatches

DELIVERIES, EFFECTS, STEPS, MESSAGES, DISPATCHES = "deliveries", "effects", "steps", "messages", "dispatches"
KINDS = (DELIVERIES, EFFECTS, STEPS, MESSAGES, DISPATCHES)

# Table, what its rows that can be due have in common, and when each was written. In the others, `due_at` is empty once
# a row has ended.
_WAITING: dict[str, tuple[Table, Any, str]] = {
    DELIVERIES: (inbox, inbox.c.state == text("'waiting'"), "received_at"),
    EFFECTS: (effects, effects.c.state == text("'waiting'"), "created_at"),
    STEPS: (steps, steps.c.due_at.is_not(None), "created_at"),
    MESSAGES: (notifications, notifications.c.due_at.is_not(None), "created_at"),
    DISPATCHES: (dispatches, dispatches.c.due_at.is_not(None), "created_at"),
}

Load = Mapping[str, tuple[int, datetime]]


def by_shop(db: Connection, *, now: datetime) -> dict[int, Load]:
    """For each shop of which something is due: how much of each kind, and since when the oldest is."""
    found: dict[int, dict[str, tuple[int, datetime]]] = defaultdict(dict)
    for kind, (table, waits, written) in _WAITING.items():
        since = func.min(later(table.c.due_at, table.c[written]), type_=Moment())
        query = select(table.c.shop_id, func.count(), since).where(waits, table.c.due_at <= now)
        for shop_id, number, oldest in db.execute(query.group_by(table.c.shop_id)):
            found[shop_id][kind] = (number, oldest)
    return dict(found)
