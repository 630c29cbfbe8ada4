"""Who is told of what happened: announcements and dispatches, written with what they tell of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.rules.outgoing.health import KEEPS
from commerce.rules.outgoing.names import Announced, wants
from commerce.tables.outgoing import announcements, dispatches, endpoints
from commerce.tables.shops import Shop


def plan(
    db: Connection, shop: Shop, events: Sequence[Announced], *, now: datetime, listening: Sequence[Any] | None = None
) -> int:
    """Write announcements and dispatches of what endpoints want; gives how many dispatches there are to send.

    An occasion that was announced before is not announced again. `listening`: the shop's endpoints where they were
    read already (endpoints.listening).
    """
    if not events:
        return 0
    there = endpoints.listening(db, shop_id=shop.id) if listening is None else listening
    asked = [event for event in events if any(wants(each.filters, event.name) for each in there)]
    new = announcements.add(db, shop_id=shop.id, shop_key=shop.key, events=asked, now=now)
    wanted = [
        (row.id, each.id, row.name, each.state in KEEPS)
        for row in new
        for each in there
        if wants(each.filters, row.name)
    ]
    dispatches.add(db, shop_id=shop.id, wanted=wanted, now=now)
    return sum(not is_held for *_, is_held in wanted)
