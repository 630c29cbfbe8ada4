"""Customers of the tests with all that their pages show: orders, guests, points, permissions, merges, segments."""

from datetime import timedelta
from typing import Any

from commerce.mirror import changes, people, points_by_hand
from commerce.rules.loyalty.programmes import Programme, Tier
from commerce.rules.segments.fields import Declared
from commerce.rules.segments.ready import ready_made
from commerce.rules.segments.written import parse
from commerce.tables import rfm, segment_members, segments, shops
from commerce.tables.loyalty import programmes
from commerce.tables.people import fields
from tests.webapp import stock
from tests.webapp.stock import Stock


def fill(shop: Stock, number: int = 40) -> None:
    """Customers 100, 101, … who ordered more or less; 31, of whom everything is known; and somebody alike."""
    home = {"address1": "1 Main Road", "city": "London", "postcode": "N1 9GU", "country": "GB"}
    shop.customer(phone="+49 30 1234567", phone_e164="+49301234567", locale="en-GB", addresses=(home,))
    shop.order()
    shop.order("22", total=2000, refunded=0, refunds=(), currency="USD")
    shop.order("23", customer_id="", email="ada31@example.org", placed_at=stock.NOW - timedelta(days=40))
    shop.customer("32", email="ada.b@example.org", addresses=(home,))
    names = ("Bob", "Cleo", "Dora", "Emil", "Frida")
    for key in range(100, 100 + number):
        name = names[key % 5]
        shop.customer(str(key), first_name=name, last_name=f"Number {key}", consents=(), addresses=({"country": "DE"},))
        for order in range(key % 4):
            at = stock.NOW - timedelta(days=key - 95 + 30 * order)
            shop.order(f"{key}{order}", customer_id=str(key), total=1000 * (key - 90), refunded=0, placed_at=at)
    said(shop)
    group(shop)


def said(shop: Stock) -> None:
    """What was noted of customer 31: a field, a permission, a note, points."""
    with shop.here.database.write() as db:
        known = shops.by_id(db, shop.here.vault, shop.id)
        assert known is not None
        fields.save(db, shop_id=shop.id, name="birthday", field=Declared(type="date", label="Birthday"), now=stock.NOW)
        told: dict[str, Any] = {"channel": "sms", "state": "subscribed", "method": "spoken", "source": "Till"}
        changes.consent(db, known, "31", **told, at=stock.NOW, now=stock.NOW)
        mine = changes.Said(fields={}, attributes={"birthday": "1990-05-01"}, source="till")
        changes.update(db, known, "31", mine, made_by="merchant", now=stock.NOW)
        note = {"kind": "note.added", "source": "dashboard", "source_id": None, "title": "Note"}
        note |= {"detail": {"text": "Likes blue."}, "happened_at": stock.NOW}
        changes.happened(db, known, "31", told=[note], made_by="merchant", now=stock.NOW)
        levels = Programme(tiers=(Tier(name="Silver", threshold=10),))
        since = stock.NOW - timedelta(days=365)
        programmes.save(db, shop_id=shop.id, programme=levels, is_on=True, since=since, now=stock.NOW)
        thanks: dict[str, Any] = {"reason": "Thank you", "by": "merchant", "key": "thanks"}
        points_by_hand.adjust(db, known, member_id="31", points=120, now=stock.NOW, **thanks)
        people.settle(db, known, ["31"], now=stock.NOW)


def group(shop: Stock) -> None:
    """Segments that are worked out, and places among the others."""
    ready = {one.key: one for one in ready_made({})}
    with shop.here.database.write() as db:
        begins = rfm.begins(db, shop_id=shop.id)
        rfm.place(db, shop_id=shop.id, begins=begins, after="", limit=10_000, now=stock.NOW)
        for key in ("best", "new"):
            rules = parse(ready[key].rules)
            one = segments.add(db, shop_id=shop.id, name=ready[key].name, rules=rules, now=stock.NOW)
            asked: dict[str, Any] = {"shop_id": shop.id, "segment_id": one.id, "now": stock.NOW}
            segment_members.work_out(db, **asked, rules=rules, after="", limit=10_000)
            if key == "best":
                segment_members.finish(db, **asked)
