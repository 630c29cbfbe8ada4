"""The comparison of the search index with the tables, and what it heals."""

from typing import Any

import pytest
from sqlalchemy import text

from commerce.rules.documents import Document, index_of
from commerce.tables import drift, reindexes
from integrations.errors import Transient
from jobs import drift as checks
from jobs import events
from jobs.job import utc_now
from jobs.queues import CHECK
from jobs.sweep import sweep
from tests.conftest import Backroom
from tests.payloads import product
from tests.shops import Shop
from tests.stored import row, rows


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    """A shop with six products, all of them searchable and indexed but a draft."""
    shop = backroom.shops.shopify()
    for key in range(1, 6):
        shop.send("products/create", product(key))
    shop.send("products/create", product(6, status="draft"))
    backroom.work()
    return shop


def check(backroom: Backroom, shop: Shop) -> Any:
    """Ask for a check and do all that follows; gives what it found."""
    with backroom.process.database.write() as db:
        drift.begin(db, shop_id=shop.id, now=utc_now())
    backroom.process.queues.wake(CHECK, [shop.id], again=True)
    backroom.work()
    with backroom.process.database.read() as db:
        (last,) = drift.last(db, shop_id=shop.id)
    return last


def numbers(found: Any) -> tuple[int, int, int, int]:
    return found.missing, found.stale, found.surplus, found.healed


def found(shop: Shop, words: str = "") -> list[str]:
    return sorted(hit["id"] for hit in shop.search(words, per_page=100)["hits"])


class TestCheckIndex:
    def test_finds_nothing_where_both_agree(self, backroom: Backroom, shop: Shop) -> None:
        told = check(backroom, shop)
        assert (told.state, told.documents, told.indexed) == (drift.DONE, 5, 5)
        assert numbers(told) == (0, 0, 0, 0)

    def test_heals_what_is_missing_stale_and_too_much(self, backroom: Backroom, shop: Shop) -> None:
        engine, index = backroom.process.engine, index_of(shop.id)
        engine.remove(index, ["1"])
        engine.save(index, [Document(id="2", title="Lamp of yesterday", digest="old")])
        engine.save(index, [Document(id="ghost", title="Lamp that is gone", digest="gone")])
        engine.save(index, [Document(id="6", title="Lamp in drafts", digest="draft")])
        told = check(backroom, shop)
        assert numbers(told) == (1, 1, 2, 4)
        assert told.examples == {"missing": ["1"], "stale": ["2"], "surplus": ["6", "ghost"]}
        assert found(shop) == ["1", "2", "3", "4", "5"]
        assert found(shop, "yesterday") == []
        assert numbers(check(backroom, shop)) == (0, 0, 0, 0)

    def test_leaves_products_that_change_to_their_own_effects(self, backroom: Backroom, shop: Shop) -> None:
        shop.send("products/update", product(1, title="Renamed", updated_at="2026-02-01T00:00:00Z"))
        events.apply_deliveries(shop_id=shop.id)
        with backroom.process.database.write() as db:
            drift.begin(db, shop_id=shop.id, now=utc_now())
        checks.check_index(shop_id=shop.id)
        with backroom.process.database.read() as db:
            (told,) = drift.last(db, shop_id=shop.id)
        assert numbers(told) == (0, 0, 0, 0)

    def test_goes_through_all_however_small_the_parts(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checks, "PART", 2)
        monkeypatch.setattr(checks, "_CHUNK", 2)
        backroom.process.engine.remove(index_of(shop.id), ["1", "4"])
        told = check(backroom, shop)
        assert (told.documents, told.indexed, *numbers(told)) == (5, 3, 2, 0, 0, 2)
        assert found(shop) == ["1", "2", "3", "4", "5"]

    def test_rebuilds_where_much_differs(self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checks, "MOST", 2)
        backroom.process.engine.remove(index_of(shop.id), ["1", "2", "3"])
        assert numbers(check(backroom, shop)) == (3, 0, 0, 0)
        assert row(backroom.process.database, reindexes.reindexes, shop_id=shop.id).state == reindexes.DONE
        assert found(shop) == ["1", "2", "3", "4", "5"]

    def test_rebuilds_where_documents_are_made_in_another_way_by_now(self, backroom: Backroom, shop: Shop) -> None:
        with backroom.process.database.write() as db:
            db.execute(text("UPDATE products SET digest = 'of the last version' WHERE id = '3'"))
        backroom.process.engine.save(index_of(shop.id), [Document(id="3", title="Lamp", digest="of the last version")])
        check(backroom, shop)
        assert row(backroom.process.database, reindexes.reindexes, shop_id=shop.id).state == reindexes.DONE
        assert numbers(check(backroom, shop)) == (0, 0, 0, 0)
        assert found(shop, "L3") == ["3"]

    def test_builds_documents_whose_digests_are_not_stored(self, backroom: Backroom, shop: Shop) -> None:
        with backroom.process.database.write() as db:
            db.execute(text("UPDATE products SET digest = '' WHERE id = '3'"))
        assert numbers(check(backroom, shop)) == (0, 0, 0, 0)

    def test_says_why_it_could_not_compare(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: Any) -> Any:
            raise Transient("the engine is away")

        with monkeypatch.context() as patch:
            patch.setattr(type(backroom.process.engine), "digests", away)
            told = check(backroom, shop)
        assert (told.state, told.error) == (drift.FAILED, "the engine is away")

    def test_is_done_once_for_all_who_ask(self, backroom: Backroom, shop: Shop) -> None:
        with backroom.process.database.write() as db:
            asked = [drift.begin(db, shop_id=shop.id, now=utc_now()) for _ in range(2)]
        assert asked == [True, False]
        checks.check_index(shop_id=shop.id)
        checks.check_index(shop_id=shop.id)
        assert len(rows(backroom.process.database, drift.drift)) == 1

    def test_is_found_by_the_sweep_when_its_wake_up_was_lost(self, backroom: Backroom, shop: Shop) -> None:
        with backroom.process.database.write() as db:
            drift.begin(db, shop_id=shop.id, now=utc_now())
        sweep()
        backroom.work()
        assert row(backroom.process.database, drift.drift).state == drift.DONE


class TestTheIndex:
    """What leaves and enters it by webhooks alone."""

    @pytest.mark.parametrize(
        "change",
        [{"status": "draft"}, {"status": "archived"}, {"published_at": None}],
        ids=["draft", "archived", "not"],
    )
    def test_loses_what_is_taken_from_sale_at_once(
        self, backroom: Backroom, shop: Shop, change: dict[str, object]
    ) -> None:
        shop.send("products/update", product(2, updated_at="2026-02-01T00:00:00Z", **change))
        backroom.work()
        assert backroom.process.engine.count(index_of(shop.id)) == 4
        assert found(shop) == ["1", "3", "4", "5"]
        shop.send("products/update", product(2, updated_at="2026-03-01T00:00:00Z"))
        backroom.work()
        assert found(shop) == ["1", "2", "3", "4", "5"]

    def test_has_a_variants_new_price(self, backroom: Backroom, shop: Shop) -> None:
        variant = {"id": 20, "product_id": 2, "title": "Default Title", "sku": "L2", "price": "5.00"}
        shop.send("products/update", product(2, variants=[variant], updated_at="2026-02-01T00:00:00Z"))
        backroom.work()
        assert [hit["id"] for hit in shop.search("", **{"filter[price]": "-600"})["hits"]] == ["2"]
        assert numbers(check(backroom, shop)) == (0, 0, 0, 0)
