"""The watch over empty indexes, and the daily checks."""

from datetime import timedelta

import pytest

from commerce.rules.documents import index_of
from commerce.tables import drift, reindexes
from jobs import alarms
from jobs.events import apply_deliveries
from jobs.job import utc_now
from tests.conftest import Backroom
from tests.payloads import product
from tests.shops import Shop
from tests.stored import rows


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.shopify()


def sounding(backroom: Backroom) -> set[int]:
    with backroom.process.database.read() as db:
        return set(drift.alarms(db))


class TestWatchIndexes:
    def test_builds_an_empty_index_anew_and_says_so(self, backroom: Backroom, shop: Shop) -> None:
        for key in (1, 2):
            shop.send("products/create", product(key))
        backroom.work()
        backroom.process.engine.drop(index_of(shop.id))
        alarms.watch_indexes()
        assert sounding(backroom) == {shop.id}
        backroom.work()
        assert backroom.process.engine.count(index_of(shop.id)) == 2
        alarms.watch_indexes()
        assert sounding(backroom) == set()
        (alarm,) = rows(backroom.process.database, drift.drift, kind=drift.EMPTY)
        assert "2 products" in alarm.error

    def test_is_content_with_an_empty_shop(self, backroom: Backroom, shop: Shop) -> None:
        shop.send("products/create", product(1, status="draft"))
        backroom.work()
        alarms.watch_indexes()
        assert sounding(backroom) == set()
        assert rows(backroom.process.database, reindexes.reindexes) == []

    def test_waits_for_changes_that_are_about_to_be_indexed(self, backroom: Backroom, shop: Shop) -> None:
        shop.send("products/create", product(1))
        apply_deliveries(shop_id=shop.id)
        alarms.watch_indexes()
        assert sounding(backroom) == set()

    def test_begins_each_shops_check_once_a_day(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop.send("products/create", product(1))
        backroom.work()
        later = utc_now() + timedelta(hours=25)
        for _ in range(2):
            alarms.watch_indexes()
            backroom.work()
        assert len(rows(backroom.process.database, drift.drift, kind=drift.CHECK)) == 1
        monkeypatch.setattr(alarms, "utc_now", lambda: later)
        alarms.watch_indexes()
        backroom.work()
        assert len(rows(backroom.process.database, drift.drift, kind=drift.CHECK)) == 2
