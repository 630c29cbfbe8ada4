"""The index worker and the rebuild of an index."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from commerce.rules.documents import Document, index_of
from commerce.rules.search_settings import USUAL, SearchSettings
from commerce.tables import effects, leases, reindexes, shops
from integrations.errors import OutsideError, Permanent, RateLimited, Transient
from integrations.search_api import SearchEngine
from jobs import events, products
from jobs import process as jobs_process
from jobs.job import utc_now
from jobs.queues import REINDEX
from jobs.sweep import sweep
from tests.conftest import Backroom
from tests.payloads import product
from tests.shops import Shop
from tests.stored import row, rows, waiting_effects


@dataclass
class Watched:
    """The real engine, with a list of what was asked of it, and an error to raise before it does its work."""

    engine: SearchEngine
    name: str = "watched"
    error: OutsideError | None = None
    saved: list[list[str]] = field(default_factory=list)

    def save(self, index: str, documents: Sequence[Document], settings: SearchSettings = USUAL) -> None:
        if self.error is not None:
            raise self.error
        self.saved.append([one.id for one in documents])
        self.engine.save(index, documents, settings)

    def remove(self, index: str, ids: Iterable[str]) -> None:
        if self.error is not None:
            raise self.error
        self.engine.remove(index, ids)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)


@pytest.fixture
def watched(backroom: Backroom) -> Watched:
    engine = Watched(backroom.process.engine)
    jobs_process.start(replace(backroom.process, engine=engine))
    return engine


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.shopify()


def found(shop: Shop, words: str = "") -> list[str]:
    return sorted(hit["id"] for hit in shop.search(words, per_page=100)["hits"])


def make_due(backroom: Backroom) -> None:
    with backroom.process.database.write() as db:
        db.execute(text("UPDATE effects SET due_at = created_at"))


class TestIndexProducts:
    def test_saves_many_changes_of_many_products_at_once(
        self, backroom: Backroom, shop: Shop, watched: Watched
    ) -> None:
        for second in range(3):
            for key in (1, 2, 3):
                shop.send(
                    "products/update", product(key, title=f"Lamp {second}", updated_at=f"2026-01-01T00:00:0{second}Z")
                )
        events.apply_deliveries(shop_id=shop.id)
        products.index_products(shop_id=shop.id)
        assert [sorted(ids) for ids in watched.saved] == [["1", "2", "3"]]
        assert {hit["title"] for hit in shop.search()["hits"]} == {"Lamp 2"}
        products.index_products(shop_id=shop.id)
        assert len(watched.saved) == 1

    @pytest.mark.parametrize(
        "hidden", [{"status": "draft"}, {"status": "archived"}, {"published_at": None}, {"status": "unlisted"}]
    )
    def test_takes_out_what_shoppers_may_not_see(
        self, backroom: Backroom, shop: Shop, hidden: dict[str, object]
    ) -> None:
        shop.send("products/create", product(1))
        shop.send("products/create", product(2))
        backroom.work()
        assert found(shop) == ["1", "2"]
        shop.send("products/update", product(1, updated_at="2026-01-02T00:00:00Z", **hidden))
        backroom.work()
        assert found(shop) == ["2"]
        shop.send("products/update", product(1, updated_at="2026-01-03T00:00:00Z"))
        backroom.work()
        assert found(shop) == ["1", "2"]

    def test_takes_out_what_was_deleted(self, backroom: Backroom, shop: Shop) -> None:
        shop.send("products/create", product(1))
        backroom.work()
        shop.send("products/delete", {"id": 1})
        backroom.work()
        assert found(shop) == []
        assert shop.read("products")["data"] == []

    def test_leaves_the_index_alone_when_only_what_is_not_searched_changed(
        self, backroom: Backroom, shop: Shop, watched: Watched
    ) -> None:
        shop.send("products/create", product(1))
        backroom.work()
        shop.send("products/update", product(1, template_suffix="x", updated_at="2026-01-02T00:00:00Z"))
        backroom.work()
        assert len(watched.saved) == 1

    @pytest.mark.parametrize(
        ("error", "seconds"), [(Transient("timed out"), 2), (RateLimited("slow down", retry_after=17), 17)]
    )
    def test_tries_again_later_when_the_engine_is_away(
        self, backroom: Backroom, shop: Shop, watched: Watched, error: OutsideError, seconds: int
    ) -> None:
        watched.error = error
        shop.send("products/create", product(1))
        backroom.work()
        effect = row(backroom.process.database, effects.effects, kind=effects.INDEX)
        assert (effect.state, effect.attempts, effect.error) == (effects.WAITING, 1, str(error))
        assert abs((effect.due_at - utc_now()).total_seconds() - seconds) < 2
        watched.error = None
        make_due(backroom)
        products.index_products(shop_id=shop.id)
        assert found(shop) == ["1"]
        assert row(backroom.process.database, effects.effects, kind=effects.INDEX).state == effects.DONE

    def test_waits_longer_each_time(self, backroom: Backroom, shop: Shop, watched: Watched) -> None:
        watched.error, waits = Transient("away"), []
        shop.send("products/create", product(1))
        events.apply_deliveries(shop_id=shop.id)
        for _ in range(5):
            began = utc_now()
            products.index_products(shop_id=shop.id)
            effect = row(backroom.process.database, effects.effects, kind=effects.INDEX)
            waits.append(int((effect.due_at - began).total_seconds()))
            make_due(backroom)
        assert waits == [2, 10, 60, 300, 300]

    def test_shows_what_the_engine_refused(self, backroom: Backroom, shop: Shop, watched: Watched) -> None:
        watched.error = Permanent("the index takes no such document")
        shop.send("products/create", product(1))
        backroom.work()
        effect = row(backroom.process.database, effects.effects, kind=effects.INDEX)
        assert (effect.state, effect.error) == (effects.FAILED, "the index takes no such document")
        assert 'backroom_effects{kind="index",state="failed"} 1.0' in backroom.client.get("/metrics").text


def ask_for_rebuild(backroom: Backroom, shop: Shop) -> str:
    with backroom.process.database.write() as db:
        token = reindexes.start(db, shop_id=shop.id, total=1, now=utc_now())
    backroom.parts.queues.wake(REINDEX, [shop.id], again=True)
    return token


def rebuild_state(backroom: Backroom, shop: Shop) -> Any:
    return row(backroom.process.database, reindexes.reindexes, shop_id=shop.id)


class TestReindexProducts:
    def test_builds_the_index_from_the_tables(self, backroom: Backroom, shop: Shop) -> None:
        for key in (1, 2, 3):
            shop.send("products/create", product(key))
        shop.send("products/create", product(4, status="draft"))
        backroom.work()
        backroom.process.engine.drop(index_of(shop.id))
        assert found(shop) == []
        ask_for_rebuild(backroom, shop)
        backroom.work()
        assert found(shop) == ["1", "2", "3"]
        state = rebuild_state(backroom, shop)
        assert (state.state, state.done) == (reindexes.DONE, 4)

    def test_throws_out_what_is_no_longer_there(self, backroom: Backroom, shop: Shop) -> None:
        shop.send("products/create", product(1))
        backroom.work()
        backroom.process.engine.save(index_of(shop.id), [Document(id="ghost", title="Lamp of the past")])
        assert "ghost" in found(shop, "lamp") or backroom.process.engine.count(index_of(shop.id)) == 2
        ask_for_rebuild(backroom, shop)
        backroom.work()
        assert backroom.process.engine.count(index_of(shop.id)) == 1

    def test_goes_on_where_it_was_interrupted(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(products, "CHUNK", 2)
        for key in range(1, 8):
            shop.send("products/create", product(key))
        backroom.work()
        ask_for_rebuild(backroom, shop)
        progress, steps = reindexes.progress, list[str]()

        def dies_in_the_third_step(*args: Any, **told: Any) -> None:
            if len(steps) == 2:
                raise SystemExit("killed")
            steps.append(told["last_id"])
            progress(*args, **told)

        with monkeypatch.context() as patch:
            patch.setattr(reindexes, "progress", dies_in_the_third_step)
            with pytest.raises(SystemExit):
                products.reindex_products(shop_id=shop.id)
        state = rebuild_state(backroom, shop)
        assert (state.state, state.last_id, state.done) == (reindexes.RUNNING, "4", 4)
        assert len(found(shop)) == 7, "the old index answers meanwhile"
        backroom.process.queues.redis.flushall()
        sweep()
        backroom.work()
        state = rebuild_state(backroom, shop)
        assert (state.state, state.done) == (reindexes.DONE, 7)
        assert backroom.process.engine.count(index_of(shop.id)) == 7

    def test_has_what_changed_while_it_ran(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for key in range(1, 5):
            shop.send("products/create", product(key))
        backroom.work()
        ask_for_rebuild(backroom, shop)
        swap = products._swap

        def after_changes(*args: Any) -> bool:
            # All products are in the new index; now one changes, one goes, one comes, and none of it is in there.
            shop.send("products/update", product(1, title="Renamed", updated_at="2026-02-01T00:00:00Z"))
            shop.send("products/delete", {"id": 2})
            shop.send("products/create", product(9))
            events.apply_deliveries(shop_id=shop.id)
            products.index_products(shop_id=shop.id)
            return swap(*args)

        monkeypatch.setattr(products, "_swap", after_changes)
        products.reindex_products(shop_id=shop.id)
        monkeypatch.undo()
        assert rebuild_state(backroom, shop).state == reindexes.DONE
        assert found(shop) == ["1", "3", "4", "9"]
        assert [hit["id"] for hit in shop.search("renamed")["hits"]] == ["1"]

    def test_lets_one_rebuild_run_at_a_time(self, backroom: Backroom, shop: Shop) -> None:
        shop.send("products/create", product(1))
        backroom.work()
        assert ask_for_rebuild(backroom, shop) == ask_for_rebuild(backroom, shop)
        with backroom.process.database.write() as db:
            leases.take(db, shop_id=shop.id, kind=products.REINDEX_LEASE, holder="other", now=utc_now(), seconds=60)
        backroom.work()
        assert rebuild_state(backroom, shop).state == reindexes.RUNNING

    def test_that_fails_says_why(self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: Any) -> Any:
            raise Permanent("no room")

        shop.send("products/create", product(1))
        backroom.work()
        ask_for_rebuild(backroom, shop)
        engine = Watched(backroom.process.engine)
        monkeypatch.setattr(Watched, "rebuild", refuse, raising=False)
        jobs_process.start(replace(backroom.process, engine=engine))
        backroom.work()
        state = rebuild_state(backroom, shop)
        assert (state.state, state.error) == (reindexes.FAILED, "no room")
        assert found(shop) == ["1"], "the old index still answers"

    @pytest.mark.parametrize("error", [Transient("timed out"), RateLimited("slow down", retry_after=1)])
    def test_goes_on_later_when_the_engine_is_away(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch, error: OutsideError
    ) -> None:
        def away(*_: Any) -> Any:
            raise error

        shop.send("products/create", product(1))
        backroom.work()
        ask_for_rebuild(backroom, shop)
        with monkeypatch.context() as patch:
            patch.setattr(Watched, "rebuild", away, raising=False)
            jobs_process.start(replace(backroom.process, engine=Watched(backroom.process.engine)))
            backroom.work()
        assert rebuild_state(backroom, shop).state == reindexes.RUNNING
        jobs_process.start(backroom.process)
        sweep()
        backroom.work()
        assert rebuild_state(backroom, shop).state == reindexes.DONE

    @pytest.mark.parametrize("kind", [products.LEASE, products.REINDEX_LEASE])
    def test_leaves_it_to_whoever_took_its_lease_over(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        shop.send("products/create", product(1))
        backroom.work()
        ask_for_rebuild(backroom, shop)
        objects_since, by_id = effects.objects_since, shops.by_id

        def lose_it() -> None:
            with backroom.process.database.write() as db:
                late = utc_now() + timedelta(seconds=60)
                leases.take(db, shop_id=shop.id, kind=kind, holder="another", now=late, seconds=60)

        def stolen(function: Any) -> Any:
            def run(*args: Any, **more: Any) -> Any:
                lose_it()
                return function(*args, **more)

            return run

        if kind == products.LEASE:
            monkeypatch.setattr(effects, "objects_since", stolen(objects_since))
        else:
            monkeypatch.setattr(shops, "by_id", stolen(by_id))
        products.reindex_products(shop_id=shop.id)  # does not raise
        assert rebuild_state(backroom, shop).state == reindexes.RUNNING

    def test_has_what_was_indexed_into_the_old_index_at_the_moment_of_the_swap(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for key in (1, 2):
            shop.send("products/create", product(key))
        backroom.work()
        ask_for_rebuild(backroom, shop)
        rebuild = backroom.process.engine.rebuild(index_of(shop.id), rebuild_state(backroom, shop).token)
        finish, late = type(rebuild).finish, list[int]()

        def after_a_change(self: Any) -> int:
            shop.send("products/update", product(1, title="Renamed", updated_at="2026-02-01T00:00:00Z"))
            shop.send("products/delete", {"id": 2})
            events.apply_deliveries(shop_id=shop.id)
            with backroom.process.database.write() as db:
                db.execute(text("UPDATE effects SET state = 'done'"))
            late.append(1)
            return int(finish(self))

        monkeypatch.setattr(type(rebuild), "finish", after_a_change)
        products.reindex_products(shop_id=shop.id)
        assert late
        assert rebuild_state(backroom, shop).state == reindexes.DONE
        assert [hit["id"] for hit in shop.search("renamed")["hits"]] == ["1"]
        assert backroom.process.engine.count(index_of(shop.id)) == 1


class TestTheSweep:
    def test_resumes_a_rebuild_whose_wake_up_was_lost(self, backroom: Backroom, shop: Shop) -> None:
        shop.send("products/create", product(1))
        backroom.work()
        ask_for_rebuild(backroom, shop)
        backroom.process.queues.redis.flushall()
        sweep()
        backroom.work()
        assert rebuild_state(backroom, shop).state == reindexes.DONE

    def test_finds_index_effects_that_lie_about(self, backroom: Backroom, shop: Shop) -> None:
        shop.send("products/create", product(1))
        events.apply_deliveries(shop_id=shop.id)
        backroom.process.queues.redis.flushall()
        assert waiting_effects(backroom.process.database, shop.id) == [("index", "product", "1")]
        with backroom.process.database.write() as db:
            past = {"then": utc_now() - timedelta(seconds=3)}
            db.execute(text("UPDATE effects SET due_at = :then, created_at = :then"), past)
        sweep()
        backroom.work()
        assert found(shop) == ["1"]
        assert [effect.state for effect in rows(backroom.process.database, effects.effects, kind=effects.INDEX)] == [
            effects.DONE
        ]
