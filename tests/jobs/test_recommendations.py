"""Bought together, counted from orders; what is counted of searches, forgotten in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.rules.orders import CANCELLED, OrderFacts, OrderLine
from commerce.tables import orders, recommendations, searches
from commerce.tables.searches import Tally
from jobs import recommendations as jobs_recommendations
from jobs.recommendations import count_companions
from jobs.searches import forget_searches
from tests.conftest import Backroom

NOW = datetime.now(UTC).replace(microsecond=0)


def bought(backroom: Backroom, shop_id: int, key: str, *products: str, **changes: Any) -> None:
    lines = tuple(OrderLine(id=str(place), product_id=product) for place, product in enumerate(products))
    told = {"status": "open", "placed_at": NOW - timedelta(hours=1)} | changes
    facts = OrderFacts(id=key, number=key, currency="EUR", lines=lines, updated_at=NOW, **told)
    with backroom.parts.database.write() as db:
        orders.save(db, shop_id=shop_id, facts=[facts], now=NOW, members={})


def bought_with(backroom: Backroom, shop_id: int, product: str) -> list[str]:
    with backroom.parts.database.read() as db:
        return recommendations.bought_with(db, shop_id=shop_id, product_id=product, limit=9)


class TestCompanions:
    def test_are_what_stands_in_the_same_orders(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs_recommendations, "_CHUNK", 2)
        shop, other = backroom.shops.shopify("one.example").id, backroom.shops.shopify("two.example").id
        for key, products in enumerate([("a", "b"), ("a", "b", "c"), ("a", "c", "c"), ("a", "b"), ("a", "")]):
            bought(backroom, shop, str(key), *products)
        bought(backroom, shop, "cancelled", "a", "z", status=CANCELLED)
        bought(backroom, shop, "old", "a", "y", placed_at=NOW - timedelta(days=400))
        bought(backroom, other, "1", "a", "x")
        count_companions()
        assert bought_with(backroom, shop, "a") == ["b", "c"]
        assert bought_with(backroom, shop, "c") == ["a", "b"]
        assert bought_with(backroom, shop, "z") == []
        assert bought_with(backroom, other, "a") == ["x"]

    def test_are_counted_again_when_it_is_due(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        shop = backroom.shops.shopify("one.example").id
        count_companions()
        bought(backroom, shop, "1", "a", "b")
        count_companions()
        bought(backroom, shop, "1", "a", "c")
        count_companions()
        assert bought_with(backroom, shop, "a") == ["b"]
        monkeypatch.setattr(jobs_recommendations, "utc_now", lambda: NOW + timedelta(hours=25))
        count_companions()
        assert bought_with(backroom, shop, "a") == ["c"]


class TestSearches:
    def test_of_one_person_are_forgotten_after_a_month(self, backroom: Backroom) -> None:
        shop, today = backroom.shops.shopify("one.example").id, datetime.now(UTC).date()
        with backroom.parts.database.write() as db:
            for query, asked, days in (("rare", 1, 40), ("new", 1, 2), ("usual", 5, 40), ("ancient", 50, 500)):
                searches.add(db, {(shop, today - timedelta(days=days), query): Tally(asked=asked)})
        forget_searches()
        with backroom.parts.database.read() as db:
            rows = searches.top(db, shop_id=shop, since=today - timedelta(days=1000), limit=9)
            assert [row.query for row in rows] == ["usual", "new"]
            assert searches.totals(db, shop_id=shop, since=today - timedelta(days=1000)).asked == 7
