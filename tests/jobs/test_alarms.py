"""The watch over empty indexes, and the daily checks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from commerce.rules.documents import Document, index_of
from commerce.tables import drift, reindexes
from integrations import registry
from jobs import alarms
from jobs.events import apply_deliveries
from jobs.job import utc_now
from jobs.process import start
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

    def test_builds_anew_what_cannot_be_opened(self, backroom: Backroom, shop: Shop) -> None:
        for key in (1, 2):
            shop.send("products/create", product(key))
        backroom.work()
        for file in (backroom.settings.var_dir / "search").rglob("meta.json"):
            file.write_text("of another version")
        backroom.process.engine.count(index_of(shop.id))
        engine = registry.engine(backroom.settings)
        start(replace(backroom.process, engine=engine))
        alarms.watch_indexes()
        backroom.work()
        assert engine.count(index_of(shop.id)) == 2

    def test_checks_at_once_an_index_that_has_much_less(self, backroom: Backroom, shop: Shop) -> None:
        for key in range(1, 11):
            shop.send("products/create", product(key))
        backroom.work()
        alarms.watch_indexes()
        backroom.work()
        backroom.process.engine.drop(index_of(shop.id))
        backroom.process.engine.save(index_of(shop.id), [Document(id="1", title="Lamp 1")])
        alarms.watch_indexes()
        assert rows(backroom.process.database, drift.drift, state=drift.WAITING) == [], "it was checked just now"
        with backroom.process.database.write() as db:
            db.execute(text("UPDATE drift SET started_at = :then"), {"then": utc_now() - timedelta(hours=2)})
        alarms.watch_indexes()
        backroom.work()
        assert backroom.process.engine.count(index_of(shop.id)) == 10
        assert sounding(backroom) == set()

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
