"""What a merchant's daily digest counts that no other table has ready."""

from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from commerce.rules.tracking import DELIVERED
from commerce.tables.alerts import alerts
from commerce.tables.order_tracking import order_tracking


def parcels_delivered(db: Connection, *, shop_id: int, since: datetime, until: datetime) -> int:
    """How many parcels of the shop were delivered in that span."""
    table = order_tracking.c
    ended = and_(table.shop_id == shop_id, table.status == DELIVERED, table.ended_at >= since, table.ended_at < until)
    return db.execute(select(func.count()).where(ended)).scalar_one()


def open_alerts(db: Connection, *, shop_id: int) -> int:
    """How many alerts stand."""
    return db.execute(select(func.count()).where(alerts.c.shop_id == shop_id)).scalar_one()
