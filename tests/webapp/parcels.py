"""Parcels for a shop of the tests: one of each kind, with believable lines."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from commerce.mirror import following
from commerce.mirror.following import Wanted
from commerce.rules.tracking import Place, Scan
from commerce.tables import carriers, order_tracking, tallies, tracking_scans
from commerce.tables.carriers import Account, account_key
from tests.webapp import stock

MEMPHIS = Place(city="Memphis", province="TN", country="US")
FRISCO = Place(city="San Francisco", province="CA", postcode="94107", country="US")


def ago(**span: float) -> datetime:
    return stock.NOW - timedelta(**span)


def parcel(shop: Any, number: str, *, carrier: str = "ups", order: str = "", **columns: Any) -> int:
    """A parcel of the shop with these columns; gives its id."""
    wanted = Wanted(number=number, carrier=carrier, order_id=order, source=order_tracking.SHOP, to=_TO)
    known = {"ups", "sandbox"}
    with shop.here.database.write() as db:
        following.add(db, shop_id=shop.id, wanted=[wanted], known=known, now=ago(days=20))
        row = order_tracking.by_numbers(db, shop_id=shop.id, numbers=[number])[number]
        if columns:
            order_tracking.change(db, [{"id": row.id, **columns}])
    return int(row.id)


_TO = {"country": "US", "postcode": "94107", "province": "CA"}


def row(shop: Any, tracking_id: int) -> Any:
    with shop.here.database.read() as db:
        return order_tracking.by_id(db, shop_id=shop.id, tracking_id=tracking_id)


def scans(shop: Any, tracking_id: int, *lines: Scan) -> None:
    with shop.here.database.write() as db:
        found = [(tracking_id, line) for line in lines]
        tracking_scans.add(db, shop_id=shop.id, found=found, way=tracking_scans.POLL, now=stock.NOW)


def journey(shop: Any, number: str = "1Z999AA10123456784", **columns: Any) -> int:
    """A parcel that is out for delivery, with lines in three zones and one that nobody understands."""
    key = parcel(
        shop,
        number,
        status="out_for_delivery",
        moved=True,
        city="San Francisco",
        country="US",
        service="Ground",
        scanned_at=ago(hours=3),
        checked_at=ago(hours=1),
        calls=9,
        saved_at=ago(hours=1),
        expected_first=stock.NOW.date(),
        expected_last=stock.NOW.date(),
        next_check_at=stock.NOW + timedelta(hours=2),
        candidates="fedex",
        **columns,
    )
    scans(
        shop,
        key,
        _scan(70, "picked_up", "Picked up", Place(city="Louisville", province="KY", country="US"), "America/New_York"),
        _scan(50, "in_transit", "Departed from facility", MEMPHIS, "America/Chicago"),
        _scan(9, "", "Bag scan QX", FRISCO, "America/Los_Angeles", code="QX:77"),
        _scan(3, "out_for_delivery", "Out for delivery today", FRISCO, "America/Los_Angeles"),
    )
    with shop.here.database.write() as db:
        carriers.count_unknown(db, shop_id=shop.id, found=[("ups", "QX:77", "Bag scan QX")], now=stock.NOW)
    return key


def _scan(hours: float, status: str, text: str, place: Place, zone: str, code: str = "") -> Scan:
    at = ago(hours=hours)
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(timespec="seconds")
    return Scan(at=at, status=status, text=text, place=place, zone=zone, local=local, code=code or f"M:{status}")


def troubled(shop: Any) -> dict[str, int]:
    """A parcel for each thing that may be wrong, by reason."""
    moved = {"moved": True, "checked_at": ago(hours=2), "city": "Memphis"}
    fresh = moved | {"scanned_at": ago(hours=20)}
    soon = {"next_check_at": ago(hours=-3)}
    return {
        "returned": parcel(shop, "1ZRETURNED0000001", status="returning", **fresh),
        "exception": parcel(shop, "1ZEXCEPTION000001", status="exception", sub_status="damaged", **fresh),
        "attempt_failed": parcel(shop, "1ZATTEMPT00000001", status="attempt_failed", **fresh),
        "stuck": parcel(shop, "1ZSTUCK0000000001", status="in_transit", **moved, scanned_at=ago(days=8)),
        "overdue": parcel(shop, "1ZOVERDUE00000001", status="in_transit", expected_last=ago(days=4).date(), **fresh),
        "not_handed_over": parcel(shop, "1ZLABEL0000000001", checked_at=ago(hours=2), **soon),
        "no_information": parcel(shop, "1ZNOTFOUND0000001", status="not_found", checked_at=ago(hours=2)),
        "no_account": parcel(shop, "794612345678", carrier="fedex"),
        "unknown_carrier": parcel(shop, "SOMETHING12345", carrier="", carrier_named="Bob's vans"),
    }


def well(shop: Any) -> list[int]:
    """Parcels with which nothing is wrong."""
    fresh = {"moved": True, "checked_at": ago(hours=2), "scanned_at": ago(hours=20)}
    return [
        parcel(shop, "1ZWELL00000000001", status="in_transit", expected_last=ago(days=-1).date(), **fresh),
        parcel(shop, "1ZDELIVERED000001", status="delivered", ended_at=ago(hours=9), **fresh),
    ]


def account(shop: Any, carrier: str = "ups", **changes: Any) -> None:
    told = {"client_id": "a client", "client_secret": "a very secret word"}
    key = account_key(carrier, told, is_test=False)
    found = Account(carrier=carrier, key=key, credentials=told, **changes)
    with shop.here.database.write() as db:
        carriers.save_account(db, shop.here.vault, shop_id=shop.id, account=found, now=stock.NOW)


def figures(shop: Any) -> None:
    """What rounds counted, and a carrier that is left alone."""
    counted = {
        (shop.id, "parcel_checks", "ups"): 1234,
        (shop.id, "parcel_checks", "fedex"): 12,
        (shop.id, "parcel_errors", "ups:away"): 7,
        (shop.id, "parcel_errors", "ups:too_often"): 2,
        (shop.id, "parcel_news", "ups"): 100,
        (shop.id, "parcel_news_seconds", "ups"): 412_000,
    }
    with shop.here.database.write() as db:
        tallies.add(db, counted, now=stock.NOW)
        carriers.note_health(
            db,
            shop_id=shop.id,
            carrier="ups",
            values={"failures": 5, "closed_until": ago(minutes=-4), "error": "It hung.", "failed_at": ago(minutes=1)}
            | {"answered_at": ago(minutes=20)},
        )
