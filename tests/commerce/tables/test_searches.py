"""Counting searches and clicks: once each, within bounds, and forgotten in time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from commerce.database import Connection, Database
from commerce.rules.searches import OTHERS
from commerce.tables import clicks, searches, shops
from commerce.tables.clicks import Click
from commerce.tables.searches import Place, Tally
from commerce.vault import Vault

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TODAY = NOW.date()
LONG_AGO = TODAY - timedelta(days=60)


@pytest.fixture
def db(database_url: str) -> Iterator[Connection]:
    database = Database(database_url)
    with database.write() as connection:
        yield connection
    database.dispose()


@pytest.fixture
def shop_id(db: Connection) -> int:
    return shops.add(db, Vault("a key of the tests"), platform="shopify", domain="one.example", now=NOW).id


def asked(db: Connection, shop_id: int, query: str, times: int = 1, *, empty: int = 0, day: date = TODAY) -> None:
    searches.add(db, {(shop_id, day, query): Tally(asked=times, empty=empty, found=7)})


def click(shop_id: int, token: str = "abcdefgh.2", **changes: object) -> Click:
    told = {"query": "tent", "product_id": "11", "position": 2} | changes
    return Click(shop_id=shop_id, token=token, **told)  # type: ignore[arg-type]


def queries(db: Connection, shop_id: int, since: date = LONG_AGO) -> dict[str, int]:
    return {row.query: row.asked for row in searches.top(db, shop_id=shop_id, since=since, limit=100)}


class TestSearches:
    def test_add_up_by_day_and_query(self, db: Connection, shop_id: int) -> None:
        asked(db, shop_id, "tent", 2)
        asked(db, shop_id, "tent", 3, empty=1)
        asked(db, shop_id, "stove", day=TODAY - timedelta(days=1))
        assert queries(db, shop_id) == {"tent": 5, "stove": 1}
        assert queries(db, shop_id, TODAY) == {"tent": 5}
        assert searches.totals(db, shop_id=shop_id, since=LONG_AGO) == Tally(asked=6, empty=1)
        assert searches.by_day(db, shop_id=shop_id, since=TODAY) == {TODAY: (5, 1)}
        assert searches.begin(db, shop_id=shop_id) == TODAY - timedelta(days=1)

    def test_are_nobody_elses(self, db: Connection, shop_id: int) -> None:
        asked(db, shop_id, "tent")
        assert queries(db, shop_id + 1) == {}
        assert searches.begin(db, shop_id=shop_id + 1) is None

    def test_of_too_many_kinds_are_counted_without_words(
        self, db: Connection, shop_id: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(searches, "MOST_QUERIES", 3)
        searches.add(db, {(shop_id, TODAY, f"q{number}"): Tally(asked=1) for number in range(5)})
        asked(db, shop_id, "q0")
        asked(db, shop_id, "q9")
        assert queries(db, shop_id) == {"q0": 2, "q1": 1, "q2": 1}
        assert searches.totals(db, shop_id=shop_id, since=TODAY).asked == 7

    def test_without_results_and_rarely_clicked_are_told_apart(self, db: Connection, shop_id: int) -> None:
        asked(db, shop_id, "unicorn", 4, empty=4)
        asked(db, shop_id, "tent", 20)
        asked(db, shop_id, "stove", 20)
        searches.add(db, {(shop_id, TODAY, "stove"): Tally(clicks=12)})
        (empty,) = searches.without_results(db, shop_id=shop_id, since=TODAY, limit=9)
        (rare,) = searches.rarely_clicked(db, shop_id=shop_id, since=TODAY, at_least=10, limit=9)
        assert (empty.query, rare.query) == ("unicorn", "tent")

    def test_that_several_asked_and_found_are_popular(self, db: Connection, shop_id: int) -> None:
        asked(db, shop_id, "tent", 5)
        asked(db, shop_id, "stove", 2)
        asked(db, shop_id, "unicorn", 9, empty=9)
        asked(db, shop_id, OTHERS, 50)
        assert searches.popular(db, shop_id=shop_id, since=TODAY, at_least=3, limit=9) == [("tent", 5)]

    def test_of_one_person_are_forgotten_and_stay_counted(self, db: Connection, shop_id: int) -> None:
        asked(db, shop_id, "my strange wish", day=LONG_AGO)
        asked(db, shop_id, "tent", 2, day=LONG_AGO)
        asked(db, shop_id, "stove")
        assert searches.forget_rare(db, before=TODAY - timedelta(days=30), limit=100) == 1
        assert queries(db, shop_id) == {"tent": 2, "stove": 1}
        assert searches.totals(db, shop_id=shop_id, since=LONG_AGO).asked == 4
        searches.forget(db, before=TODAY)
        assert searches.totals(db, shop_id=shop_id, since=LONG_AGO).asked == 1


class TestClicks:
    def test_count_once_for_their_token(self, db: Connection, shop_id: int) -> None:
        searches.add_places(db, {(shop_id, TODAY, 2): Place(shown=3)})
        for made in ([click(shop_id), click(shop_id)], [click(shop_id)], [click(shop_id, "abcdefgh.9", position=900)]):
            clicks.save(db, made, day=TODAY)
        assert searches.totals(db, shop_id=shop_id, since=TODAY).clicks == 2
        assert clicks.products_of(db, shop_id=shop_id, query="tent", limit=5) == [("11", 2)]
        at = searches.by_position(db, shop_id=shop_id, since=TODAY, last=100)
        assert [(row.position, row.shown, row.clicks) for row in at] == [(2, 3, 1), (100, 0, 1)]

    def test_lead_to_carts_and_orders_once_each(self, db: Connection, shop_id: int) -> None:
        clicks.save(db, [click(shop_id)], day=TODAY)
        for _ in range(2):
            clicks.cart(db, [(shop_id, "abcdefgh.2"), (shop_id, "unknown1.1")], day=TODAY)
            clicks.order(db, shop_id=shop_id, orders={"21": "abcdefgh.2", "22": "unknown1.1", "23": ""}, day=TODAY)
        found = searches.totals(db, shop_id=shop_id, since=TODAY)
        assert (found.clicks, found.carts, found.orders) == (1, 1, 1)

    def test_of_another_shop_are_not_reached(self, db: Connection, shop_id: int) -> None:
        other = shops.add(db, Vault("a key of the tests"), platform="shopify", domain="two.example", now=NOW).id
        clicks.save(db, [click(shop_id)], day=TODAY)
        clicks.cart(db, [(other, "abcdefgh.2")], day=TODAY)
        clicks.order(db, shop_id=other, orders={"21": "abcdefgh.2"}, day=TODAY)
        assert searches.totals(db, shop_id=other, since=TODAY) == Tally()

    def test_that_are_told_later_still_get_their_order(self, db: Connection, shop_id: int) -> None:
        clicks.order(db, shop_id=shop_id, orders={"21": "abcdefgh.2"}, day=TODAY)
        clicks.save(db, [click(shop_id)], day=TODAY)
        clicks.order(db, shop_id=shop_id, orders={"21": "abcdefgh.2"}, day=TODAY)
        assert searches.totals(db, shop_id=shop_id, since=TODAY).orders == 1

    def test_lead_to_a_bounded_number_of_orders(
        self, db: Connection, shop_id: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clicks, "MOST_ORDERS", 3)
        clicks.save(db, [click(shop_id)], day=TODAY)
        for start in (10, 20, 30):
            told = {str(number): "abcdefgh.2" for number in range(start, start + 2)}
            clicks.order(db, shop_id=shop_id, orders=told, day=TODAY)
        assert searches.totals(db, shop_id=shop_id, since=TODAY).orders == 3

    def test_are_bounded_and_forgotten(self, db: Connection, shop_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clicks, "MOST_CLICKS", 2)
        clicks.save(db, [click(shop_id, f"abcdefg{number}.1") for number in range(5)], day=LONG_AGO)
        assert searches.totals(db, shop_id=shop_id, since=LONG_AGO).clicks == 2
        clicks.forget(db, before=TODAY, products_before=TODAY)
        clicks.cart(db, [(shop_id, "abcdefg0.1")], day=TODAY)
        assert searches.totals(db, shop_id=shop_id, since=TODAY).carts == 0
        assert clicks.products_of(db, shop_id=shop_id, query="tent", limit=5) == []
