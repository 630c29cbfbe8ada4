"""Somebody looks at a parcel's page: its carrier is asked soon, however often the page is opened."""

from datetime import datetime, timedelta
from typing import Any

from commerce.database import UNREACHABLE
from commerce.rules.tracking import OUT_FOR_DELIVERY
from commerce.tables import order_tracking
from jobs import queues
from webapp.parts import Parts

WINDOW, ON_THE_DAY = timedelta(minutes=15), timedelta(minutes=5)
_CLAIM = timedelta(
    minutes=5
)  # for which workers take parcels: one that is due so soon is being asked for, or about to be
_PATIENCE = 0.05  # seconds; whoever writes meanwhile goes first, and the next one who opens the page asks


def is_due(row: Any, now: datetime) -> bool:
    """Whether the carrier can be asked, and neither was nor will be for an earlier look at the page."""
    if row.ended_at is not None or row.next_check_at is None:
        return False
    window = ON_THE_DAY if row.status == OUT_FOR_DELIVERY else WINDOW
    return all(at is None or now - at >= window for at in (row.checked_at, row.opened_at))


def ask(here: Parts, shop_id: int, tracking_id: int, *, now: datetime) -> bool:
    """Have the carrier asked; gives whether it will be. Others who write go first, and it is left out."""
    try:
        with here.database.write(patience=_PATIENCE) as db:
            row = order_tracking.held(db, [tracking_id]).get(tracking_id)
            if row is None or not is_due(row, now):  # somebody else opened it at the same moment
                return False
            order_tracking.opened(db, tracking_id, now=now, ask=row.next_check_at > now + _CLAIM)
    except UNREACHABLE:
        return False
    here.queues.wake(queues.TRACK, [shop_id])
    return True
