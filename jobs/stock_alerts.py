"""Merchants hear of items of which few are left, or too many were sold: once, until that is over."""

from collections.abc import Sequence
from datetime import datetime

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
from commerce.mirror.stock.settling import LOW, LOW_OVER, OVERSOLD, OVERSOLD_OVER
from commerce.tables.shops import Shop
from jobs import alerts

LOW_STOCK, SOLD_TOO_MANY = "low_stock", "oversold"
_TOLD = {LOW: LOW_STOCK, OVERSOLD: SOLD_TOO_MANY}
_OVER = {LOW_OVER: LOW_STOCK, OVERSOLD_OVER: SOLD_TOO_MANY}


def tell(db: Connection, shop: Shop, happened: Sequence[Happened], *, now: datetime) -> None:
    """Raise and end alerts, in the caller's transaction."""
    for event in happened:
        if event.name in _TOLD:
            alerts.alert(db, shop, _TOLD[event.name], event.reason, now, about=event.object_id)
        elif event.name in _OVER:
            alerts.over(db, shop, _OVER[event.name], about=event.object_id)
