"""A merchant's settings reach the index, whatever happens in between."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from commerce.rules.documents import index_of
from commerce.rules.search_settings import USUAL, SearchSettings
from commerce.tables import effects, reindexes, search_settings
from integrations.errors import Transient
from jobs import events, products
from jobs import search_settings as job
from jobs.job import utc_now
from jobs.queues import CONFIGURE
from jobs.sweep import sweep
from tests.conftest import Backroom
from tests.payloads import product
from tests.shops import Shop
from tests.stored import row, rows

GERMAN = SearchSettings(languages=("german",))


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    shop = backroom.shops.shopify()
    shop.send("products/create", product(1, title="Bücher über Lampen"))
    backroom.work()
    return shop


def save(backroom: Backroom, shop: Shop, settings: SearchSettings) -> None:
    with backroom.process.database.write() as db:
        search_settings.save(db, shop_id=shop.id, settings=settings, now=utc_now())


def found(shop: Shop, words: str) -> list[str]:
    return [hit["id"] for hit in shop.search(words)["hits"]]


def effect(backroom: Backroom) -> Any:
    return row(backroom.process.database, effects.effects, kind=effects.CONFIGURE)


class TestConfigureIndex:
    def test_rebuilds_the_index_where_a_language_changes(self, backroom: Backroom, shop: Shop) -> None:
        save(backroom, shop, GERMAN)
        backroom.process.queues.wake(CONFIGURE, [shop.id])
        backroom.work()
        assert effect(backroom).state == effects.DONE
        assert row(backroom.process.database, reindexes.reindexes).state == reindexes.DONE
        assert not backroom.process.engine.configure(index_of(shop.id), GERMAN)
        assert found(shop, "Buch Lampe") == ["1"]

    def test_rebuilds_nothing_for_what_counts_only_in_queries(self, backroom: Backroom, shop: Shop) -> None:
        save(backroom, shop, replace(USUAL, synonyms={"leuchte": ("lampen",)}))
        backroom.process.queues.wake(CONFIGURE, [shop.id])
        backroom.work()
        assert rows(backroom.process.database, reindexes.reindexes) == []
        assert found(shop, "leuchte") == ["1"]

    def test_asks_for_nothing_where_nothing_changed(self, backroom: Backroom, shop: Shop) -> None:
        save(backroom, shop, USUAL)
        assert rows(backroom.process.database, effects.effects, kind=effects.CONFIGURE) == []

    def test_is_found_by_the_sweep_when_its_wake_up_was_lost(self, backroom: Backroom, shop: Shop) -> None:
        save(backroom, shop, GERMAN)
        with backroom.process.database.write() as db:
            past = {"then": utc_now() - timedelta(seconds=3)}
            db.execute(text("UPDATE effects SET due_at = :then, created_at = :then"), past)
        sweep()
        backroom.work()
        assert effect(backroom).state == effects.DONE

    def test_tries_again_when_the_engine_is_away(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: Any) -> Any:
            raise Transient("away")

        save(backroom, shop, GERMAN)
        with monkeypatch.context() as patch:
            patch.setattr(type(backroom.process.engine), "configure", away)
            job.configure_index(shop_id=shop.id)
        assert (effect(backroom).state, effect(backroom).error) == (effects.WAITING, "away")

    def test_asks_again_after_a_rebuild_that_began_with_other_settings(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with backroom.process.database.write() as db:
            reindexes.start(db, shop_id=shop.id, total=1, now=utc_now())
        swap = products._swap

        def after_a_change(*args: Any) -> bool:
            monkeypatch.setattr(products, "_swap", swap)
            save(backroom, shop, GERMAN)
            job.configure_index(shop_id=shop.id)
            assert effect(backroom).state == effects.WAITING
            return swap(*args)

        monkeypatch.setattr(products, "_swap", after_a_change)
        products.reindex_products(shop_id=shop.id)
        with backroom.process.database.write() as db:
            db.execute(text("UPDATE effects SET due_at = created_at"))
        job.configure_index(shop_id=shop.id)
        backroom.work()
        assert effect(backroom).state == effects.DONE
        assert not backroom.process.engine.configure(index_of(shop.id), GERMAN)
        assert found(shop, "Buch Lampe") == ["1"]

    def test_of_a_changed_locale_is_that_of_its_language(self, backroom: Backroom, shop: Shop) -> None:
        shop.send("shop/update", {"id": 1, "primary_locale": "de", "updated_at": "2026-02-01T00:00:00Z"})
        backroom.work()
        with backroom.process.database.read() as db:
            assert search_settings.of(db, shop_id=shop.id) == GERMAN
        assert effect(backroom).state in (effects.WAITING, effects.DONE)


class TestReindexProducts:
    def test_keeps_the_settings_for_live_updates_during_a_rebuild(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        save(backroom, shop, GERMAN)
        swap = products._swap

        def after_a_change(*args: Any) -> bool:
            shop.send("products/create", product(2, title="Häuser voller Lampen"))
            events.apply_deliveries(shop_id=shop.id)
            products.index_products(shop_id=shop.id)
            assert found(shop, "Häuser") == ["2"], "in the old index at once"
            return swap(*args)

        monkeypatch.setattr(products, "_swap", after_a_change)
        backroom.process.queues.wake(CONFIGURE, [shop.id])
        backroom.work()
        assert row(backroom.process.database, reindexes.reindexes).state == reindexes.DONE
        assert found(shop, "Haus Lampe")[0] == "2", "and in the new one"
