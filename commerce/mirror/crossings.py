"""Who entered and left segments, told to the merchant's other systems."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from commerce.rules.events import CUSTOMER
from commerce.rules.outgoing.names import Announced, wants
from commerce.rules.people.shapes import customer
from commerce.tables.outgoing import endpoints, planning
from commerce.tables.people import profile_pages
from commerce.tables.segment_members import Crossing
from commerce.tables.shops import Shop


def announce(db: Connection, shop: Shop, crossings: Sequence[Crossing], *, now: datetime) -> int:
    """Write what endpoints want to know of it; gives how many dispatches there are to send."""
    listening = endpoints.listening(db, shop_id=shop.id) if crossings else ()
    told = [one for one in crossings if any(wants(each.filters, one.name) for each in listening)]
    if not told:
        return 0
    rows = profile_pages.of_roots(db, shop_id=shop.id, roots={one.profile_id for one in told})
    events = [
        Announced(
            name=one.name,
            occasion=f"{one.segment_id}:{one.profile_id}:{now.isoformat()}",
            body=customer(rows[one.profile_id], currency=shop.currency),
            told_at=now,
            object_kind=CUSTOMER,
            object_id=one.profile_id,
            person_id=one.profile_id,
            detail={"segment": {"id": one.segment_id, "name": one.segment_name}},
        )
        for one in told
        if one.profile_id in rows
    ]
    return planning.plan(db, shop, events, now=now, listening=listening)
