"""Customers for tests of the API: accounts, guests, a merge, segments, own fields, a programme with points."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from commerce.mirror import merges, points_by_hand
from commerce.mirror import people as mirrored
from commerce.rules.loyalty.programmes import Action, Programme, Reward
from commerce.rules.segments.fields import Declared
from commerce.rules.segments.written import parse
from commerce.tables import segments, shops
from commerce.tables.loyalty import programmes
from commerce.tables.people import fields
from tests.webapp import stock

RULES = {"all": [{"field": "orders_count", "operator": "at_least", "value": 1}]}
PROGRAMME = Programme(
    actions=(Action(name="review", points=50, times=1),),
    rewards=(Reward(name="five_off", points=100, kind="amount", value=500),),
    waiting_days=0,
)


@dataclass(frozen=True)
class Peopled:
    """What was made."""

    merge_id: str
    segment_id: str


def people(shop: Any) -> Peopled:
    """Fill a shop: Ada (31) has orders and points, Bob (32) is another account, 33 was merged into Bob."""
    shop.customer("31")
    shop.customer("32", email="bob@example.org", first_name="Bob", last_name="Brown")
    shop.customer("33", email="bobby@example.org", first_name="Bobby", last_name="Brown")
    shop.order("71", customer_id="31")
    shop.order("72", customer_id="", email="guest@example.org")
    now = stock.NOW
    with shop.here.database.write() as db:
        known = shops.by_id(db, shop.here.vault, shop.id)
        assert known is not None
        fields.save(db, shop_id=shop.id, name="shoe_size", field=Declared(type="number", label="Shoe size"), now=now)
        programmes.save(db, shop_id=shop.id, programme=PROGRAMME, is_on=True, now=now - timedelta(hours=1), since=now)
        points_by_hand.adjust(
            db, known, member_id="31", points=500, reason="Welcome", by="test", key="welcome", now=now
        )
        made = segments.add(db, shop_id=shop.id, name="Buyers", rules=parse(RULES), now=now)
        merge_id = merges.merge(db, known, primary="32", secondary="33", reason="Same person", made_by="test", now=now)
        mirrored.settle(db, known, ["31"], now=now)
    return Peopled(merge_id=merge_id, segment_id=made.id)
