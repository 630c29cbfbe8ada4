"""The timeline has everything once, in order, however small its pages are."""

from datetime import timedelta
from typing import Any

import pytest

from commerce.mirror import changes, merges
from commerce.rules.orders import Refund
from commerce.tables import shops
from commerce.tables.people import profile_lists
from tests.webapp.stock import NOW, Stock
from webapp.people import timeline
from webapp.people.timeline import Entry


def told(shop: Stock, member: str, number: int, *, source_id: str | None = None) -> None:
    one = {
        "kind": "ticket.opened",
        "source": "desk",
        "source_id": source_id,
        "title": f"Ticket {number}",
        "detail": {},
        "happened_at": NOW - timedelta(hours=number // 2),  # two of each moment
    }
    with shop.here.database.write() as db:
        here = shops.by_id(db, shop.here.vault, shop.id)
        assert here is not None
        changes.happened(db, here, member, told=[one], made_by="key 1 (Desk)", now=NOW)


def walked(shop: Stock, member: str, limit: int) -> list[Entry]:
    found: list[Entry] = []
    place = None
    while True:
        with shop.here.database.read() as db:
            here = shops.by_id(db, shop.here.vault, shop.id)
            row = profile_lists.of_member(db, shop_id=shop.id, member_id=member)
            assert here is not None
            entries, place = timeline.page(db, here, row, limit=limit, before=place)
        found += entries
        assert len(found) < 1000
        if place is None:
            return found


@pytest.fixture
def busy(shop: Stock) -> Stock:
    shop.customer("31")
    refund = Refund(id="r", amount=500, created_at=NOW - timedelta(days=1))
    shop.order("21", customer_id="31", refunds=(refund,), refunded=500, placed_at=NOW - timedelta(days=3))
    shop.order("22", customer_id="31", refunds=(), refunded=0, placed_at=NOW - timedelta(days=2))
    for number in range(10):
        told(shop, "31", number)
    return shop


class TestTimeline:
    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
    def test_has_everything_once_whatever_the_page(self, busy: Stock, limit: int) -> None:
        found = walked(busy, "31", limit)
        assert [entry.at for entry in found] == sorted((entry.at for entry in found), reverse=True)
        assert len({entry.place for entry in found}) == len(found)
        kinds = [entry.kind for entry in found]
        assert (kinds.count("order.placed"), kinds.count("order.refunded"), kinds.count("ticket.opened")) == (2, 1, 10)

    def test_what_a_source_tells_twice_stands_once(self, busy: Stock) -> None:
        for _ in range(2):
            told(busy, "31", 20, source_id="t-20")
        assert [entry.title for entry in walked(busy, "31", 50)].count("Ticket 20") == 1

    def test_of_a_merged_person_has_both(self, busy: Stock) -> None:
        busy.customer("32", email="other@example.org")
        told(busy, "32", 90)
        with busy.here.database.write() as db:
            here = shops.by_id(db, busy.here.vault, busy.id)
            assert here is not None
            merges.merge(db, here, primary="31", secondary="32", reason="Same.", made_by="Kim", now=NOW)
        titles = [entry.title for entry in walked(busy, "32", 5)]
        assert {"Ticket 90", "Ticket 1", "Merged"} <= set(titles)

    def test_asks_as_much_for_long_ones_as_for_short_ones(self, busy: Stock, statements: Any) -> None:
        counts = []
        for _ in range(2):
            with busy.here.database.read() as db, statements() as seen:
                here = shops.by_id(db, busy.here.vault, busy.id)
                row = profile_lists.of_member(db, shop_id=busy.id, member_id="31")
                assert here is not None
                timeline.page(db, here, row)
            counts.append(len(seen))
            for number in range(30, 60):
                told(busy, "31", number)
                busy.order(str(number), customer_id="31", placed_at=replace_day(number))
        assert counts[0] == counts[1] <= 9


def replace_day(number: int) -> Any:
    return NOW - timedelta(days=number)
