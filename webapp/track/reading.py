"""What a parcel's page is made of, read at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from commerce.database import Connection
from commerce.rules.tracking import Scan
from commerce.tables import order_tracking, shops, tracking_scans, tracking_settings
from commerce.tables.shops import ACTIVE, Shop
from commerce.tables.tracking_settings import TrackingSettings
from webapp.parts import Parts

_TAKEN_OUT = "not_in_shop"  # order_tracking.stopped: the shop took the number away from the order


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A parcel with its lines, newest first, all parcels of its order, oldest first, and whose they are."""

    row: Any
    lines: Sequence[Scan]
    parcels: Sequence[Any]
    shop: Shop
    chosen: TrackingSettings


def read(here: Parts, token: str) -> Found | None:
    """The parcel of that token; None where there is none, or its shop has left."""
    with here.database.read() as db:
        row = order_tracking.by_token(db, token)
        shop = shops.by_id(db, here.vault, row.shop_id) if row else None
        if row is None or shop is None or shop.state != ACTIVE:
            return None
        told: Mapping[int, list[Any]] = tracking_scans.of_parcels(db, [row.id])
        return Found(
            row=row,
            lines=[tracking_scans.scan(line) for line in told.get(row.id, ())],
            parcels=of_order(db, shop.id, row.order_id, besides=row.id) or [row],
            shop=shop,
            chosen=tracking_settings.of_shop(db, shop_id=shop.id),
        )


def of_order(db: Connection, shop_id: int, order_id: str, *, besides: int = 0) -> list[Any]:
    """The parcels of an order, oldest first, without those that the shop took out of it but for `besides`."""
    rows = order_tracking.by_orders(db, shop_id=shop_id, order_ids=[order_id]) if order_id else []
    return [row for row in rows if row.stopped != _TAKEN_OUT or row.id == besides]


def whose(here: Parts, shop_key: str) -> tuple[Shop, TrackingSettings] | None:
    """The shop of a public key, and what it chose; None where there is none."""
    with here.database.read() as db:
        shop = shops.by_key(db, here.vault, shop_key)
        if shop is None or shop.state != ACTIVE:
            return None
        return shop, tracking_settings.of_shop(db, shop_id=shop.id)
