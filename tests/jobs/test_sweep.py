"""What finds work that no wake-up found, and what clears up."""

import os
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text, update

from commerce.tables import effects, inbox, rejections, sign_ins, syncs
from commerce.tables.team import memberships, sessions, users
from integrations.platforms.shopify.registered import SHOPIFY
from jobs import events, products, schedule
from jobs.job import LEASE_SECONDS, utc_now
from jobs.sweep import forget, sweep
from tests.conftest import Backroom
from tests.payloads import product
from tests.shops import Shop
from tests.stored import deliveries, rows


def let_time_pass(backroom: Backroom, seconds: float = 5) -> None:
    """Everything that waits became due that long ago."""
    then = utc_now() - timedelta(seconds=seconds)
    with backroom.process.database.write() as db:
        for table, began in (("inbox", "received_at"), ("effects", "created_at")):
            past = f"UPDATE {table} SET due_at = :then, {began} = :then WHERE state = 'waiting'"
            db.execute(text(past), {"then": _naive(db, then)})


def _naive(db: object, moment: datetime) -> datetime:
    dialect = getattr(db, "dialect").name  # noqa: B009 - typed as little as the tests need
    return moment.replace(tzinfo=None) if dialect == "sqlite" else moment


class TestSweep:
    def test_finds_everything_in_an_emptied_redis(self, backroom: Backroom) -> None:
        shops = [backroom.shops.shopify(), backroom.shops.shopify("two.myshopify.com")]
        for shop in shops:
            shop.send("products/create", product(1))
        events.apply_deliveries(shop_id=shops[0].id)  # one has an index effect waiting, the other a delivery
        backroom.process.queues.redis.flushall()
        let_time_pass(backroom)
        sweep()
        backroom.work()
        for shop in shops:
            assert [hit["id"] for hit in shop.search("lamp")["hits"]] == ["1"]

    def test_leaves_alone_what_a_wake_up_is_on_its_way_for(self, backroom: Backroom) -> None:
        backroom.shops.shopify().send("products/create", product())
        backroom.process.queues.redis.flushall()
        sweep()
        assert backroom.parts.queues.depths()["events"] == 0

    def test_needs_not_find_what_a_host_wrote_whose_clock_is_ahead(
        self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/create", product())
        behind = utc_now() - timedelta(hours=1)
        for module in (events, products):
            monkeypatch.setattr(module, "utc_now", lambda: behind)
        events.apply_deliveries(shop_id=shop.id)
        monkeypatch.setattr(products, "utc_now", lambda: behind - timedelta(hours=1))
        products.index_products(shop_id=shop.id)
        assert [hit["id"] for hit in shop.search("lamp")["hits"]] == ["1"]

    def test_wakes_rows_whose_retry_is_due(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        shop = backroom.shops.shopify()
        monkeypatch.setattr(SHOPIFY, "read", lambda _: 1 // 0)
        shop.send("products/update", product())
        backroom.work()
        assert deliveries(backroom.process.database, shop.id)[0].attempts == 1
        sweep()
        backroom.work()
        assert deliveries(backroom.process.database, shop.id)[0].attempts == 1
        let_time_pass(backroom)
        sweep()
        backroom.work()
        assert deliveries(backroom.process.database, shop.id)[0].attempts == 2

    def test_has_nothing_to_do_when_all_is_done(self, backroom: Backroom) -> None:
        backroom.shops.shopify().send("products/create", product())
        backroom.work()
        let_time_pass(backroom)
        sweep()
        assert sum(backroom.parts.queues.depths().values()) == 0

    def test_finds_what_a_killed_worker_left_within_ten_seconds(self) -> None:
        every = next(entry.seconds for entry in schedule.SCHEDULE if entry.run is sweep)
        grace = 1
        assert LEASE_SECONDS + every + grace < 10


def age(backroom: Backroom, days: int) -> None:
    """Let all that is stored be that much older."""
    past = utc_now() - timedelta(days=days)
    with backroom.process.database.write() as db:
        db.execute(update(inbox.inbox).values(received_at=past))
        db.execute(update(effects.effects).where(effects.effects.c.state == "done").values(finished_at=past))
        db.execute(update(rejections.rejections).values(hour=past))
        db.execute(update(sign_ins.sign_ins).values(expires_at=past))


def filled(backroom: Backroom) -> Shop:
    """A shop with a finished, a waiting, a failed and a rejected delivery, effects in two states, a rejection."""
    shop = backroom.shops.shopify()
    shop.send("products/create", product(1))
    backroom.work()
    shop.send("products/create", b"{")
    shop.send("products/create", product(2), **{"X-Shopify-Hmac-Sha256": "AAAA"})
    shop.send("products/create", product(3))
    events.apply_deliveries(shop_id=shop.id)
    shop.send("products/create", product(4))
    with backroom.process.database.write() as db:
        sign_ins.create(db, now=utc_now())
    return shop


class TestForget:
    def test_deletes_what_is_finished_and_old_only(self, backroom: Backroom) -> None:
        shop = filled(backroom)
        age(backroom, backroom.settings.keep_days + 1)
        forget()
        database = backroom.process.database
        assert [row.state for row in deliveries(database, shop.id)] == ["waiting"]
        assert [row.state for row in rows(database, effects.effects)] == ["waiting"]
        assert rows(database, rejections.rejections) == []
        assert rows(database, sign_ins.sign_ins) == []
        backroom.work()
        assert len(shop.read("products")["data"]) == 3, "what the deliveries told stays"

    def test_keeps_what_is_younger(self, backroom: Backroom) -> None:
        shop = filled(backroom)
        age(backroom, backroom.settings.keep_days - 1)
        forget()
        assert len(deliveries(backroom.process.database, shop.id)) == 4
        assert len(rows(backroom.process.database, effects.effects, kind=effects.INDEX)) == 2

    def test_keeps_runs_for_changes_shorter_than_others(self, backroom: Backroom) -> None:
        """There are 144 of them a day at each shop, and each look at the clock goes through all runs."""
        shop, now = backroom.shops.shopify(), utc_now()
        with backroom.process.database.write() as db:
            for kind, days in ((syncs.IMPORT, 90), (syncs.COMPARE, 40), (syncs.COMPARE, 5), (syncs.CHANGES, 5)):
                run = syncs.one(db, shop_id=shop.id, sync_id=syncs.start(db, shop_id=shop.id, kind=kind, now=now))
                assert run is not None
                syncs.finish(db, run, state=syncs.DONE, now=now - timedelta(days=days))
        forget()
        left = [run.kind for run in rows(backroom.process.database, syncs.syncs)]
        assert left == [syncs.IMPORT, syncs.COMPARE]

    def test_forgets_users_who_left_all_shops_a_month_ago(self, backroom: Backroom) -> None:
        shop, now = backroom.shops.shopify(), utc_now()
        with backroom.process.database.write() as db:
            for name, days in (("left", 31), ("just-left", 3), ("member", 99), ("signed-in", 99), ("operator", 99)):
                user = users.ensure(db, mail=f"{name}@example.com", now=now - timedelta(days=days))
                if name == "member":
                    memberships.join(db, user_id=user, shop_id=shop.id, role="staff", now=now)
                if name == "signed-in":
                    sessions.create(db, how=sessions.MAIL, user_id=user, now=now)
                users.change(db, user, is_operator=name == "operator")
        forget()
        left = {user.mail.partition("@")[0] for user in rows(backroom.process.database, users.users)}
        assert left == {"just-left", "member", "signed-in", "operator"}

    def test_deletes_files_of_runs_that_nobody_goes_on_with(self, backroom: Backroom) -> None:
        folder, then = backroom.settings.var_dir / "syncs", (utc_now() - timedelta(days=2)).timestamp()
        files = {name: folder / name / "customers-1.db" for name in ("left", "going", "just-begun")}
        for name, file in files.items():
            file.parent.mkdir(parents=True)
            file.write_text("ada@example.org")
            for touched in (file, file.parent) if name != "just-begun" else ():
                os.utime(touched, (then, then))
        (folder / "going" / "customers-1.db-wal").write_text("newer")
        forget()
        assert [name for name, file in files.items() if file.exists()] == ["going", "just-begun"]

    def test_goes_on_in_steps_until_all_is_gone(self, backroom: Backroom) -> None:
        shop = filled(backroom)
        age(backroom, 100)
        with backroom.process.database.write() as db:
            assert inbox.forget(db, before=utc_now(), limit=1) == 1
            assert inbox.forget(db, before=utc_now(), limit=10) == 2
        assert len(deliveries(backroom.process.database, shop.id)) == 1
