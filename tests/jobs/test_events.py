"""The inbox worker, with a real database and a real queue."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from commerce.tables import events as event_log
from commerce.tables import inbox, leases, tallies
from integrations.platforms.shopify import topics
from integrations.platforms.shopify.registered import SHOPIFY
from jobs import events, slices
from jobs import process as jobs_process
from jobs.job import LEASE_SECONDS, Lease, LeaseLost, utc_now
from jobs.process import Process
from jobs.queues import APPLY
from jobs.sweep import sweep
from tests.conftest import Backroom
from tests.payloads import product
from tests.shops import Shop
from tests.stored import deliveries, row, rows, waiting_effects

TOO_SLOW = "SET LOCAL statement_timeout = 50; SELECT pg_sleep(5)"


class TestApplyDeliveries:
    def test_brings_a_product_from_the_door_to_the_search(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        assert shop.send("products/create", product()).status_code == 200
        backroom.work()
        assert [hit["id"] for hit in shop.search("lamp")["hits"]] == ["1"]
        assert shop.read("products/1")["variants"][0]["sku"] == "L1"

    def test_takes_the_oldest_first_in_batches(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        shop, sizes = backroom.shops.shopify(), list[int]()
        apply_batch = events.apply_batch

        def noted(*args: Any, **more: Any) -> int:
            sizes.append(apply_batch(*args, **more))
            return sizes[-1]

        monkeypatch.setattr(events, "apply_batch", noted)
        flood(backroom, shop, 250)
        backroom.work()
        assert [size for size in sizes if size] == [100, 100, 50]
        applied = [delivery.applied_at for delivery in deliveries(backroom.process.database, shop.id)]
        assert applied == sorted(applied)
        assert all(delivery.attempts == 1 for delivery in deliveries(backroom.process.database, shop.id))

    def test_takes_fewer_large_deliveries_at_once(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        body = json.dumps({"id": 1, "x": "y" * (inbox._BATCH_BYTES * 2 // 5)}).encode()
        store(backroom, shop, [body] * 4, topic="carts/update")
        with backroom.process.database.read() as db:
            assert len(inbox.batch(db, shop_id=shop.id, now=utc_now(), limit=100)) == 2
        backroom.work()
        assert {delivery.state for delivery in deliveries(backroom.process.database, shop.id)} == {inbox.SKIPPED}

    def test_takes_even_one_that_is_larger_than_a_batch(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        body = json.dumps({"id": 1, "x": "y" * (inbox._BATCH_BYTES + 1)}).encode()
        store(backroom, shop, [body] * 2, topic="carts/update")
        backroom.work()
        assert {delivery.state for delivery in deliveries(backroom.process.database, shop.id)} == {inbox.SKIPPED}

    def test_does_nothing_twice(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/create", product())
        backroom.work()
        before = rows(backroom.process.database, inbox.inbox)
        events.apply_deliveries(shop_id=shop.id)
        assert rows(backroom.process.database, inbox.inbox) == before

    def test_writes_no_effect_for_what_did_not_change(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        for second in range(3):
            shop.send("products/update", product(updated_at=f"2026-01-01T00:00:0{second}Z"))
        events.apply_deliveries(shop_id=shop.id)
        assert waiting_effects(backroom.process.database, shop.id) == [("index", "product", "1")]
        states = [(one.state, one.note) for one in deliveries(backroom.process.database, shop.id)]
        assert states == [("applied", "Saved."), ("skipped", "Nothing changed."), ("skipped", "Nothing changed.")]

    def test_applies_what_arrives_at_the_very_moment_a_batch_ends(
        self, backroom: Backroom, another_process: Callable[[], Process], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The first worker has looked and found nothing more. Before it gives its lease back, a delivery comes in and
        # the worker that was woken for it finds the lease taken. No wake-up is left, and no sweep runs. Its slice is
        # not over, however busy the machine is: what follows then is the next test's.
        monkeypatch.setattr(slices, "SLICE", 60.0)
        shop, apply_batch, late = backroom.shops.shopify(), events.apply_batch, list[bool]()

        def with_a_late_arrival(process: Process, held: Lease, limit: int = events.BATCH) -> int:
            taken = apply_batch(process, held, limit)
            if not taken and not late:
                late.append(True)
                shop.send("products/create", product(2))
                jobs_process.start(another_process())
                events.apply_deliveries(shop_id=shop.id)
                jobs_process.start(process)
                process.queues.redis.flushall()
                assert deliveries(process.database, shop.id)[1].state == inbox.WAITING
            return taken

        monkeypatch.setattr(events, "apply_batch", with_a_late_arrival)
        shop.send("products/create", product(1))
        events.apply_deliveries(shop_id=shop.id)
        assert late
        assert [one.state for one in deliveries(backroom.process.database, shop.id)] == [inbox.APPLIED] * 2

    def test_wakes_itself_when_its_slice_is_over(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        shop = backroom.shops.shopify()
        monkeypatch.setattr(slices, "SLICE", 0.0)
        flood(backroom, shop, 3)
        backroom.process.queues.redis.flushall()
        events.apply_deliveries(shop_id=shop.id)
        assert backroom.parts.queues.depths()["events"] == 1

    def test_is_fair_between_shops(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        flooded, small = backroom.shops.shopify(), backroom.shops.shopify("two.myshopify.com")
        monkeypatch.setattr(slices, "SLICE", 0.05)
        flood(backroom, flooded, 2000)
        small.send("products/create", product())
        backroom.work()
        done = [one.applied_at for one in deliveries(backroom.process.database, flooded.id)]
        assert all(done)
        applied_at = row(backroom.process.database, inbox.inbox, shop_id=small.id).applied_at
        before = sum(at < applied_at for at in done)
        assert before < 1000, "one shop's flood kept another shop waiting"


def store(backroom: Backroom, shop: Shop, bodies: list[bytes], *, topic: str = "products/update") -> None:
    """Deliveries through the door; all but the first as copies of its row, which is faster."""
    assert shop.send(topic, bodies[0]).status_code == 200
    first = dict(deliveries(backroom.process.database, shop.id)[-1]._mapping)
    del first["id"]
    copies = [{**first, "body": body, "delivery_id": None} for body in bodies[1:]]
    with backroom.process.database.write() as db:
        db.execute(inbox.inbox.insert(), copies)


def flood(backroom: Backroom, shop: Shop, number: int) -> None:
    store(backroom, shop, [json.dumps(product(key)).encode() for key in range(1, number + 1)])


def make_due(backroom: Backroom) -> None:
    """Let the time pass until the next try."""
    with backroom.process.database.write() as db:
        db.execute(text("UPDATE inbox SET due_at = received_at"))


def break_reader(monkeypatch: pytest.MonkeyPatch, *, of: str) -> None:
    """A bug of ours, met by one product."""
    read = SHOPIFY.read

    def buggy(delivered: Any) -> Any:
        if str(delivered.payload.get("id")) == of:
            raise ZeroDivisionError("a bug of ours")
        return read(delivered)

    monkeypatch.setattr(SHOPIFY, "read", buggy)


class TestADeliveryThatBreaks:
    def test_is_set_aside_at_once_when_its_body_lacks_what_its_topic_promises(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/update", product(1))
        shop.send("products/update", product(2, variants="no list"))
        backroom.work()
        good, broken = deliveries(backroom.process.database, shop.id)
        assert (good.state, broken.state, broken.attempts) == (inbox.APPLIED, inbox.FAILED, 1)
        assert "`variants` is not a list of objects" in broken.error

    def test_is_retried_with_back_off_then_set_aside_while_others_go_through(
        self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop = backroom.shops.shopify()
        break_reader(monkeypatch, of="2")
        shop.send("products/update", product(1))
        shop.send("products/update", product(2))
        shop.send("products/update", product(3))
        waits = []
        for _ in range(len(events.RETRIES)):
            began = datetime.now(UTC)
            events.apply_deliveries(shop_id=shop.id)
            good, broken, other = deliveries(backroom.process.database, shop.id)
            assert (good.state, other.state, broken.state) == (inbox.APPLIED, inbox.APPLIED, inbox.WAITING)
            assert broken.error == "ZeroDivisionError: a bug of ours"
            waits.append(round((broken.due_at - began).total_seconds()))
            make_due(backroom)
        assert waits == list(events.RETRIES)
        events.apply_deliveries(shop_id=shop.id)
        broken = deliveries(backroom.process.database, shop.id)[1]
        assert (broken.state, broken.attempts) == (inbox.FAILED, len(events.RETRIES) + 1)
        assert "Traceback" in broken.traceback
        make_due(backroom)
        events.apply_deliveries(shop_id=shop.id)
        assert deliveries(backroom.process.database, shop.id)[1].attempts == broken.attempts

    def test_is_applied_by_a_replay_after_the_bug_is_fixed(
        self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop = backroom.shops.shopify()

        def buggy(_: Any) -> Any:
            raise ZeroDivisionError("a bug of ours")

        with monkeypatch.context() as patch:
            patch.setitem(topics.READERS, "products/update", buggy)
            shop.send("products/update", product(1))
            for _ in range(len(events.RETRIES) + 1):
                events.apply_deliveries(shop_id=shop.id)
                make_due(backroom)
        (failed,) = deliveries(backroom.process.database, shop.id)
        assert (failed.state, failed.error) == (inbox.FAILED, "ZeroDivisionError: a bug of ours")
        with backroom.process.database.write() as db:
            event_log.replay(db, shop_id=shop.id, filters=event_log.Filters(states=(inbox.FAILED,)))
        backroom.parts.queues.wake(APPLY, [shop.id], again=True)
        backroom.work()
        (applied,) = deliveries(backroom.process.database, shop.id)
        assert (applied.state, applied.origin, applied.error, applied.traceback) == (inbox.APPLIED, "replay", "", "")
        assert shop.search("lamp")["total"] == 1

    def test_cannot_take_the_rest_of_its_batch_with_it(self, backroom: Backroom) -> None:
        if backroom.process.database.is_sqlite:
            pytest.skip("SQLite stores any number in any column")
        shop = backroom.shops.shopify()
        too_large = product(2, variants=[{"id": 20, "product_id": 2, "price": "1", "position": 2**40}])
        for told in (product(1), too_large, product(3)):
            shop.send("products/update", told)
        events.apply_deliveries(shop_id=shop.id)
        states = [one.state for one in deliveries(backroom.process.database, shop.id)]
        assert states == [inbox.APPLIED, inbox.WAITING, inbox.APPLIED]
        assert "out of range" in deliveries(backroom.process.database, shop.id)[1].traceback

    def test_does_not_block_its_shop_when_the_database_cancels_it(
        self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop, apply = backroom.shops.shopify(), events.mirror.apply

        def refused(db: Any, its_shop: Any, told: Any, **more: Any) -> Any:
            if any(one.reading.object_id == "2" for one in told):
                statement = "SELECT nothing" if backroom.process.database.is_sqlite else TOO_SLOW
                db.execute(text(statement))
            return apply(db, its_shop, told, **more)

        monkeypatch.setattr(events.mirror, "apply", refused)
        for key in (1, 2, 3):
            shop.send("products/update", product(key))
        events.apply_deliveries(shop_id=shop.id)
        states = [one.state for one in deliveries(backroom.process.database, shop.id)]
        assert states == [inbox.APPLIED, inbox.WAITING, inbox.APPLIED]
        assert "OperationalError" in deliveries(backroom.process.database, shop.id)[1].traceback


class TestALease:
    def test_of_a_killed_worker_lapses_and_is_taken_over(self, backroom: Backroom) -> None:
        shop, database = backroom.shops.shopify(), backroom.process.database
        shop.send("products/create", product())
        backroom.process.queues.redis.flushall()
        dead = {"shop_id": shop.id, "kind": events.LEASE, "holder": "dead:1"}
        with database.write() as db:
            assert leases.take(db, **dead, now=utc_now(), seconds=LEASE_SECONDS)
        events.apply_deliveries(shop_id=shop.id)
        assert deliveries(database, shop.id)[0].state == inbox.WAITING
        with database.write() as db:
            past = {"then": utc_now() - timedelta(seconds=3)}
            db.execute(text("UPDATE inbox SET due_at = :then, received_at = :then"), past)
        sweep()
        assert backroom.parts.queues.depths()["events"] == 0, "somebody still seems to be at work"
        with database.write() as db:
            leases.take(db, **dead, now=utc_now() - timedelta(seconds=LEASE_SECONDS), seconds=LEASE_SECONDS)
        sweep()
        backroom.work()
        assert deliveries(database, shop.id)[0].state == inbox.APPLIED

    def test_that_was_lost_writes_nothing(self, backroom: Backroom, another_process: Callable[[], Process]) -> None:
        shop, slow = backroom.shops.shopify(), another_process()
        past = utc_now() - timedelta(seconds=60)
        with slow.database.write() as db:
            leases.take(db, shop_id=shop.id, kind=events.LEASE, holder=slow.name, now=past, seconds=LEASE_SECONDS)
        shop.send("products/create", product(1))
        backroom.work()  # took it over
        shop.send("products/create", product(2))
        with pytest.raises(LeaseLost):
            events.apply_batch(slow, Lease(slow, shop.id, events.LEASE))
        assert [one.state for one in deliveries(slow.database, shop.id)] == [inbox.APPLIED, inbox.WAITING]
        assert shop.read("products")["data"][0]["id"] == "1"
        assert len(shop.read("products")["data"]) == 1

    def test_is_each_shops_own(self, backroom: Backroom) -> None:
        one, two = backroom.shops.shopify(), backroom.shops.shopify("two.myshopify.com")
        with backroom.process.database.write() as db:
            leases.take(db, shop_id=one.id, kind=events.LEASE, holder="busy", now=utc_now(), seconds=60)
        for shop in (one, two):
            shop.send("products/create", product())
        backroom.work()
        assert deliveries(backroom.process.database, two.id)[0].state == inbox.APPLIED
        assert deliveries(backroom.process.database, one.id)[0].state == inbox.WAITING


class TestAShopsCurrency:
    def test_is_known_to_the_readers_of_the_batch_that_tells_it(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/create", product(1))
        shop.send("shop/update", {"id": 1, "myshopify_domain": shop.domain, "currency": "JPY"})
        backroom.work()
        assert shop.read("products/1")["price"] == {"amount": 20, "currency": "JPY"}


class TestOrigin:
    def test_of_a_replay_counts_no_lag(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/create", product())
        backroom.work()
        with backroom.process.database.write() as db:
            event_log.replay(db, shop_id=shop.id, filters=event_log.Filters())
        events.apply_deliveries(shop_id=shop.id)
        assert "backroom_lag_seconds_count 1.0" in replace(shop).client.get("/metrics").text

    def test_of_live_deliveries_counts_what_they_changed(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        for key, title in ((1, "Lamp"), (2, "Desk"), (1, "Lamp"), (1, "Lamp, new")):
            shop.send("products/update", product(key, title=title))
        shop.send("products/update", {"title": "without a number"})
        events.apply_deliveries(shop_id=shop.id)
        with backroom.process.database.write() as db:
            event_log.replay(db, shop_id=shop.id, filters=event_log.Filters())
        events.apply_deliveries(shop_id=shop.id)
        with backroom.process.database.read() as db:
            counted = tallies.of_shop(db, shop_id=shop.id, since=utc_now())
        assert {label: number for (name, label), number in counted.items() if name == "changed"} == {"product": 3}
