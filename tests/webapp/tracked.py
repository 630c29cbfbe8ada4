"""Parcels for the tests of the shopper's pages: at any state, with believable lines."""

from datetime import datetime, timedelta
from typing import Any

from commerce.rules.tracking import (
    CUSTOMS,
    DELIVERED,
    ENDED,
    FINAL,
    IN_TRANSIT,
    LABEL_CREATED,
    OUT_FOR_DELIVERY,
    PICKED_UP,
    UNMOVED,
    Place,
    Scan,
)
from commerce.tables import order_tracking, tracking_scans, tracking_settings
from commerce.tables.tracking_settings import TrackingSettings
from tests.webapp.stock import Stock

HERE, THERE = Place(city="LEIPZIG", country="DE"), Place(city="Lyon", country="FR")
TEXTS = {
    LABEL_CREATED: "Shipment information received",
    PICKED_UP: "Picked up from the shipper",
    IN_TRANSIT: "Departed from the sorting centre",
    CUSTOMS: "Clearance processing complete",
    OUT_FOR_DELIVERY: "With the courier",
    DELIVERED: "Delivered to Mrs. Marlowe, signed by NEIGHBOUR AT NO. 7",
}


def parcel(shop: Stock, now: datetime, number: str = "SBX0001", **changes: Any) -> str:
    """Store a parcel of order 21 that is on its way; gives its token. `lines` False: without any line."""
    has_lines = changes.pop("lines", True)
    status = changes.get("status", IN_TRANSIT)
    scans = _scans(status, now) if has_lines else []
    known = {
        "shop_id": shop.id,
        "number": number,
        "carrier": "sandbox",
        "order_id": "21",
        "source": order_tracking.SHOP,
        "token": f"token-of-{number}",
        "status": status,
        "moved": status not in UNMOVED,
        "city": "Lyon",
        "country": "FR",
        "scanned_at": scans[-1].at if scans else None,
        "scanned_local": scans[-1].local if scans else "",
        "scanned_zone": scans[-1].zone if scans else "",
        "expected_first": (now + timedelta(days=2)).date(),
        "expected_last": (now + timedelta(days=2)).date(),
        "signed_by": "Marlowe",
        "to_country": "FR",
        "to_postcode": "69003",
        "to_zone": "Europe/Paris",
        "from_zone": "Europe/Berlin",
        "language": "de",
        "created_at": now - timedelta(days=3),
        "ended_at": now if status in FINAL else None,
        "checked_at": now - timedelta(hours=1),
        "next_check_at": None if status in FINAL else now + timedelta(hours=3),
        "saved_at": now,
    }
    with shop.here.database.write() as db:
        order_tracking.add(db, [known | changes])
        row = order_tracking.by_numbers(db, shop_id=shop.id, numbers=[number])[number]
        lines(db, shop, row.id, scans, now)
    return str(row.token)


def lines(db: Any, shop: Stock, tracking_id: int, scans: list[Scan], now: datetime) -> None:
    """Store lines of a parcel."""
    found = [(tracking_id, scan) for scan in scans]
    tracking_scans.add(db, shop_id=shop.id, found=found, way=tracking_scans.POLL, now=now)


def _scans(status: str, now: datetime) -> list[Scan]:
    """Lines that lead to that state, the last of them an hour ago."""
    way = [LABEL_CREATED, PICKED_UP, IN_TRANSIT, OUT_FOR_DELIVERY]
    way = [*way[: way.index(status)], status] if status in way else [*way[: 4 if status in ENDED else 3], status]
    scans = []
    for back, step in enumerate(reversed(way)):
        at = now - timedelta(hours=1 + 11 * back)
        place, zone = (HERE, "Europe/Berlin") if step in (LABEL_CREATED, PICKED_UP) else (THERE, "Europe/Paris")
        local = (at + timedelta(hours=1)).replace(tzinfo=None).isoformat()
        text = TEXTS.get(step, "Something that the carrier wrote")
        scans.append(Scan(at=at, status=step, code=step, text=text, place=place, local=local, zone=zone))
    return scans[::-1]


def choose(shop: Stock, now: datetime, **chosen: str) -> None:
    """How the shop's pages look."""
    with shop.here.database.write() as db:
        tracking_settings.save(db, shop_id=shop.id, chosen=TrackingSettings(**chosen), now=now)  # type: ignore[arg-type]
