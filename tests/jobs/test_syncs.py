"""Runs through shops' own APIs: they go on where they stopped, stop when told to, and wait where they have to."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from commerce.mirror import apply as mirror
from commerce.settings import Settings
from commerce.tables import connections, leases, orders, products, syncs, tallies
from commerce.vault import UnableToDecrypt
from integrations import registry
from integrations.errors import Permanent, RateLimited, Transient
from integrations.platforms.woocommerce.api import WooCommerceApi
from jobs import queues, walks
from jobs.connections import keep_alive, opened
from jobs.job import utc_now
from jobs.steps import Going
from jobs.sweep import sweep
from jobs.syncs import sync_shop
from tests.conftest import Backroom, assembled
from tests.connected import connect_shopify, connect_woocommerce, sync, with_stand_ins
from tests.peers.shopify.peer import Peer as ShopifyPeer
from tests.peers.shopify.shop import Shop as ShopifyShop
from tests.peers.woocommerce.peer import Peer as WooCommercePeer
from tests.peers.woocommerce.store import stocked
from tests.shops import Shop
from tests.stored import row, rows


class Killed(BaseException):
    """The worker dies here."""


@pytest.fixture
def peer() -> Iterator[WooCommercePeer]:
    with WooCommercePeer(stocked(30, 20)) as peer:
        yield peer


@pytest.fixture
def backroom(settings: Settings) -> Iterator[Backroom]:
    yield from assembled(with_stand_ins(settings))


@pytest.fixture
def shop(backroom: Backroom, peer: WooCommercePeer) -> Shop:
    return connect_woocommerce(backroom, peer)


def begin(backroom: Backroom, shop: Shop, kind: str = syncs.IMPORT) -> int:
    with backroom.process.database.write() as db:
        return syncs.begin(db, shop_id=shop.id, kind=kind, now=utc_now())


def counted(backroom: Backroom, shop: Shop) -> tuple[int, int]:
    with backroom.process.database.read() as db:
        return products.count(db, shop_id=shop.id), orders.count(db, shop_id=shop.id)


def run_of(backroom: Backroom, shop: Shop) -> Any:
    return rows(backroom.process.database, syncs.syncs, shop_id=shop.id)[-1]


class TestARun:
    def test_counts_what_it_read_and_how_often_it_asked(
        self, backroom: Backroom, shop: Shop, peer: WooCommercePeer
    ) -> None:
        run = sync(backroom, shop, syncs.IMPORT)
        assert run.done == sum(run.totals.values()) - 1  # the shop itself is no object of it
        assert run.totals["products"] == 30
        # Each webhook is one more call that the store makes to itself; what was asked by GET is what was counted.
        assert run.calls <= len(peer.asked)
        with backroom.process.database.read() as db:
            by_purpose = tallies.of_shop(db, shop_id=shop.id, since=utc_now() - timedelta(hours=1))
        assert by_purpose["api_calls", "import"] == run.calls

    @pytest.mark.parametrize("kills", range(1, 8))
    def test_goes_on_where_a_killed_worker_stopped(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch, kills: int
    ) -> None:
        """Killed within the transaction of each page in turn: nothing of it is written, and it comes again."""
        begin(backroom, shop)
        calls, real = 0, mirror.apply

        def killed(*args: Any, **more: Any) -> Any:
            nonlocal calls
            calls += 1
            told = real(*args, **more)
            if calls == kills:
                raise Killed
            return told

        monkeypatch.setattr(mirror, "apply", killed)
        if _survives(shop):
            pytest.skip("the import has fewer transactions")
        with backroom.process.database.write() as db:
            leases.release(
                db, shop_id=shop.id, kind="sync", holder=backroom.process.name, now=utc_now() - timedelta(minutes=1)
            )
        sweep()
        backroom.work()
        assert run_of(backroom, shop).state == syncs.DONE
        assert counted(backroom, shop) == (30, 20)
        assert sync(backroom, shop, syncs.COMPARE).found == {}

    def test_is_found_by_the_sweep_when_its_wake_up_was_lost(self, backroom: Backroom, shop: Shop) -> None:
        begin(backroom, shop)
        sweep()
        backroom.work()
        assert run_of(backroom, shop).state == syncs.DONE

    def test_can_be_cancelled(self, backroom: Backroom, shop: Shop, peer: WooCommercePeer) -> None:
        begin(backroom, shop)

        def cancel(asked: Any) -> None:
            if asked.method == "GET" and "/orders" in asked.path:
                with backroom.process.database.write() as db:
                    syncs.cancel(db, shop_id=shop.id, now=utc_now())

        peer.before_answer = cancel
        backroom.process.queues.wake(queues.SYNC, [shop.id])
        backroom.work()
        run = run_of(backroom, shop)
        assert run.state == syncs.CANCELLED
        assert counted(backroom, shop) == (30, 0)
        sync_shop(shop_id=shop.id)
        assert run_of(backroom, shop).state == syncs.CANCELLED

    def test_is_there_once_however_often_it_is_asked_for(self, backroom: Backroom, shop: Shop) -> None:
        assert begin(backroom, shop) == begin(backroom, shop)
        assert begin(backroom, shop, syncs.COMPARE) != begin(backroom, shop)

    def test_waits_as_long_as_the_shop_says(self, backroom: Backroom, shop: Shop, peer: WooCommercePeer) -> None:
        begin(backroom, shop)
        peer.next_answers.append((429, {"Retry-After": "77"}, b"slow down"))
        before = utc_now()
        sync_shop(shop_id=shop.id)
        run = run_of(backroom, shop)
        assert run.state == syncs.RUNNING
        assert run.due_at >= before + timedelta(seconds=76)
        assert "asked too often" in run.error

    def test_is_tried_again_when_the_shop_is_down(self, backroom: Backroom, shop: Shop, peer: WooCommercePeer) -> None:
        begin(backroom, shop)
        peer.next_answers.extend([(502, {}, b"bad gateway")] * 2)  # a read is tried twice at once
        sync_shop(shop_id=shop.id)
        assert run_of(backroom, shop).attempts == 1
        with backroom.process.database.write() as db:
            syncs.wake_all(db, shop_id=shop.id)
        sync_shop(shop_id=shop.id)
        backroom.work()
        run = run_of(backroom, shop)
        assert (run.state, run.attempts, run.error) == (syncs.DONE, 0, "")

    def test_ends_and_says_so_when_the_keys_are_refused(
        self, backroom: Backroom, shop: Shop, peer: WooCommercePeer
    ) -> None:
        peer.store.keys.clear()
        begin(backroom, shop)
        sync_shop(shop_id=shop.id)
        run = run_of(backroom, shop)
        assert run.state == syncs.FAILED
        connection = row(backroom.process.database, connections.connections, shop_id=shop.id)
        assert connection.state == connections.LOST
        assert connection.error
        for text in (run.error, connection.error):
            assert "ck_" not in text
            assert "cs_" not in text

    def test_waits_for_a_lost_connection(self, backroom: Backroom, shop: Shop) -> None:
        with backroom.process.database.write() as db:
            installed_at = row(backroom.process.database, connections.connections, shop_id=shop.id).installed_at
            connections.lose(db, shop_id=shop.id, error="gone", installed_at=installed_at)
        begin(backroom, shop)
        sync_shop(shop_id=shop.id)
        run = run_of(backroom, shop)
        assert run.state == syncs.RUNNING
        assert "connect it again" in run.error

    def test_that_fails_ends_no_other_run(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The newer run has its turn within the same slice while the older one waits."""
        sync(backroom, shop, syncs.IMPORT)
        older, newer = begin(backroom, shop, syncs.COMPARE), begin(backroom, shop, syncs.CHANGES)

        def step(going: Going) -> None:
            if going.run.id == newer:
                raise Permanent("The shop does not let Backroom read this.")
            with backroom.process.database.write() as db:
                later = utc_now() + timedelta(minutes=5)
                db.execute(syncs.syncs.update().where(syncs.syncs.c.id == older).values(due_at=later))

        monkeypatch.setattr("jobs.syncs.step", step)
        sync_shop(shop_id=shop.id)
        states = {run.id: run.state for run in rows(backroom.process.database, syncs.syncs)}
        assert (states[older], states[newer]) == (syncs.RUNNING, syncs.FAILED)

    def test_waits_after_something_that_nobody_thought_of(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def breaks(*_: Any, **__: Any) -> None:
            raise KeyError("surprise")

        monkeypatch.setattr(WooCommerceApi, "page", breaks)
        begin(backroom, shop)
        sync_shop(shop_id=shop.id)
        run = run_of(backroom, shop)
        assert (run.state, run.attempts) == (syncs.RUNNING, 1)
        assert run.due_at > utc_now()
        assert "KeyError" in run.error

    def test_does_not_give_up_within_minutes_when_the_shop_asks_it_to_wait(
        self, backroom: Backroom, shop: Shop, peer: WooCommercePeer
    ) -> None:
        sync_id = begin(backroom, shop)
        with backroom.process.database.write() as db:
            db.execute(syncs.syncs.update().where(syncs.syncs.c.id == sync_id).values(attempts=10))
        peer.next_answers.append((429, {}, b"slow down"))
        sync_shop(shop_id=shop.id)
        assert run_of(backroom, shop).due_at > utc_now() + timedelta(minutes=10)

    def test_makes_the_webhooks_before_it_reads(self, backroom: Backroom, shop: Shop, peer: WooCommercePeer) -> None:
        sync(backroom, shop, syncs.IMPORT)
        stored = row(backroom.process.database, connections.connections, shop_id=shop.id).hooks
        assert stored["wanted"] == stored["active"] > 10
        made = [path for method, path in peer.asked if method == "POST"]
        read = [place for place, (how, path) in enumerate(peer.asked) if how == "GET" and "/products?" in path]
        assert made
        assert peer.asked.index(("POST", made[0])) < read[0]


def _survives(shop: Shop) -> bool:
    """Whether the run came to its end; False where it was killed."""
    try:
        sync_shop(shop_id=shop.id)
    except Killed:
        return False
    return True


@pytest.mark.slow
class TestShopifysExport:
    def store(self) -> ShopifyShop:
        return ShopifyShop.filled(products=40, customers=10, orders=30, seed=2)

    @pytest.mark.slow
    def test_is_waited_for(self, settings: Settings) -> None:
        store = self.store()
        with ShopifyPeer(store, bulk_seconds=0.2) as peer:
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                assert sync(backroom, shop, syncs.IMPORT).state == syncs.DONE
                assert counted(backroom, shop) == (40, 30)

    @pytest.mark.parametrize("fault", ["fail", "expire"])
    def test_is_begun_again_when_shopify_gives_it_up(self, settings: Settings, fault: str) -> None:
        store = self.store()
        with ShopifyPeer(store) as peer:
            exports = peer[store.domain].exports
            exports.fail_next("INTERNAL_SERVER_ERROR") if fault == "fail" else exports.expire_next()
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                assert sync(backroom, shop, syncs.IMPORT).state == syncs.DONE
                assert counted(backroom, shop) == (40, 30)

    @pytest.mark.parametrize("how", ["500", "close"])
    def test_survives_a_download_that_breaks_off(self, settings: Settings, how: str) -> None:
        store = self.store()
        with ShopifyPeer(store) as peer:
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                peer.faults.fail_next(2, how=how, where="file")
                assert sync(backroom, shop, syncs.IMPORT).state == syncs.DONE
                assert counted(backroom, shop) == (40, 30)

    def test_is_downloaded_again_on_another_machine(self, settings: Settings) -> None:
        store = self.store()
        with ShopifyPeer(store) as peer:
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                begin(backroom, shop)
                folder = settings.var_dir / "syncs" / shop.key
                for _ in range(200):
                    sync_shop(shop_id=shop.id)
                    for file in folder.glob("*.db*"):
                        if counted(backroom, shop)[0] == 0:
                            file.unlink()
                    if run_of(backroom, shop).state != syncs.RUNNING:
                        break
                    with backroom.process.database.write() as db:
                        syncs.wake_all(db, shop_id=shop.id)
                    if counted(backroom, shop)[0] == 0 and run_of(backroom, shop).calls > 30:
                        break
                sync(backroom, shop, syncs.IMPORT)
                assert counted(backroom, shop) == (40, 30)
                assert list(folder.glob("*.db*")) == []

    def test_slows_down_when_throttled(self, settings: Settings) -> None:
        store = self.store()
        with ShopifyPeer(store, bucket_size=1000, restore_rate=2000) as peer:
            peer[store.domain].bucket.empty()
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                assert sync(backroom, shop, syncs.IMPORT).state == syncs.DONE
                assert sync(backroom, shop, syncs.CHANGES).state == syncs.DONE

    @pytest.mark.slow
    def test_keeps_what_it_may_see_and_deletes_nothing_that_it_may_not(self, settings: Settings) -> None:
        """Protected customer data that is not approved ends the export of that listing; the others go on."""
        store = self.store()
        with ShopifyPeer(store) as peer:
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                sync(backroom, shop, syncs.IMPORT)
                peer.hide_protected()
                next(iter(store.products.values())).title = "Renamed in silence"
                run = sync(backroom, shop, syncs.COMPARE)
                assert (run.state, set(run.notes)) == (syncs.DONE, {"customers", "orders"})
                assert run.found == {"product.stale": 1}
                assert counted(backroom, shop) == (40, 30)


class TestTokens:
    def test_are_refreshed_before_they_end(self, settings: Settings) -> None:
        store = ShopifyShop.filled(products=3, customers=1, orders=1)
        with ShopifyPeer(store) as peer:
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                self.end_soon(backroom, shop)
                before = self.secrets(backroom, shop)
                assert sync(backroom, shop, syncs.IMPORT).state == syncs.DONE
                after = self.secrets(backroom, shop)
                assert before.secrets["refresh_token"] != after.secrets["refresh_token"]
                assert after.expires_at > utc_now() + timedelta(minutes=50)

    def test_are_refreshed_when_the_shop_refuses_them_early(self, settings: Settings) -> None:
        store = ShopifyShop.filled(products=3, customers=1, orders=1)
        with ShopifyPeer(store) as peer:
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                self.refreshed_long_ago(backroom, shop)
                peer[store.domain].grants.expire_access_tokens()
                assert sync(backroom, shop, syncs.IMPORT).state == syncs.DONE

    @pytest.mark.slow
    def test_go_on_being_refreshed_when_an_answer_does_not_say_for_how_long(self, settings: Settings) -> None:
        store = ShopifyShop.filled(products=3, customers=1, orders=1)
        with ShopifyPeer(store) as peer:
            peer[store.domain].grants.tells_expiry = False
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                for _ in range(3):
                    self.end_soon(backroom, shop)
                    assert sync(backroom, shop, syncs.COMPARE).state == syncs.DONE
                    assert self.secrets(backroom, shop).expires_at is not None

    def test_that_are_lost_are_shown_and_nothing_is_asked_any_more(self, settings: Settings) -> None:
        store = ShopifyShop.filled(products=3, customers=1, orders=1)
        with ShopifyPeer(store) as peer:
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                peer[store.domain].uninstall()
                begin(backroom, shop)
                self.end_soon(backroom, shop)
                sync_shop(shop_id=shop.id)
                assert (
                    row(backroom.process.database, connections.connections, shop_id=shop.id).state == connections.LOST
                )
                asked = len(peer.calls)
                sync_shop(shop_id=shop.id)
                assert len(peer.calls) == asked

    def test_are_kept_alive_without_being_used(self, settings: Settings) -> None:
        store = ShopifyShop.filled(products=3, customers=1, orders=1)
        with ShopifyPeer(store) as peer:
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                keep_alive()
                before = self.secrets(backroom, shop)
                self.refreshed_long_ago(backroom, shop)
                keep_alive()
                after = self.secrets(backroom, shop)
                assert before.secrets != after.secrets
                keep_alive()
                assert self.secrets(backroom, shop).secrets == after.secrets

    def test_that_another_worker_refreshed_meanwhile_are_not_lost(self, settings: Settings) -> None:
        """Each refresh makes the access before it void, also for calls of other workers that are under way."""
        store = ShopifyShop.filled(products=3, customers=1, orders=1)
        with ShopifyPeer(store) as peer:
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                with pytest.raises(Transient):
                    self.ask_while_another_refreshes(backroom, shop)
                connection = row(backroom.process.database, connections.connections, shop_id=shop.id)
                assert connection.state == connections.CONNECTED
                assert sync(backroom, shop, syncs.IMPORT).state == syncs.DONE

    def ask_while_another_refreshes(self, backroom: Backroom, shop: Shop) -> None:
        with opened(backroom.process, shop.id, purpose="test") as mine:
            assert mine is not None
            self.end_soon(backroom, shop)
            with opened(backroom.process, shop.id, purpose="test") as theirs:
                assert theirs is not None
                assert theirs.connection.credentials.secrets != mine.connection.credentials.secrets
            mine.api.about()

    @pytest.mark.parametrize("error", [Permanent("302"), RateLimited("429", retry_after=5), UnableToDecrypt("no key")])
    def test_are_kept_alive_even_if_another_shops_cannot_be(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        stores = [ShopifyShop.filled(products=1, customers=1, orders=1, domain=f"s{n}.myshopify.com") for n in (1, 2)]
        real = registry.renewed

        def renewed(platform: str, of: Settings, domain: str, known: Any) -> Any:
            if domain == stores[0].domain:
                raise error
            return real(platform, of, domain, known)

        with ShopifyPeer(*stores) as peer:
            for backroom in assembled(with_stand_ins(settings, peer)):
                shops = [connect_shopify(backroom, peer, store) for store in stores]
                for shop in shops:
                    self.refreshed_long_ago(backroom, shop)
                monkeypatch.setattr(registry, "renewed", renewed)
                before = self.secrets(backroom, shops[1])
                keep_alive()
                assert self.secrets(backroom, shops[1]).secrets != before.secrets

    def secrets(self, backroom: Backroom, shop: Shop) -> connections.Credentials:
        with backroom.process.database.read() as db:
            connection = connections.one(db, backroom.process.vault, shop_id=shop.id)
        assert connection is not None
        return connection.credentials

    def end_soon(self, backroom: Backroom, shop: Shop) -> None:
        self.set(backroom, shop, expires_at=utc_now() + timedelta(minutes=4))

    def refreshed_long_ago(self, backroom: Backroom, shop: Shop) -> None:
        self.set(backroom, shop, refreshed_at=utc_now() - timedelta(days=8))

    def set(self, backroom: Backroom, shop: Shop, **values: Any) -> None:
        table = connections.connections
        with backroom.process.database.write() as db:
            db.execute(table.update().where(table.c.shop_id == shop.id).values(values))


class TestTheClock:
    def test_imports_first_then_looks_for_changes_then_compares(self, backroom: Backroom, shop: Shop) -> None:
        for kind, later in ((syncs.IMPORT, 0.0), (syncs.CHANGES, 0.2), (syncs.COMPARE, 25)):
            self.age(backroom, hours=later)
            walks.begin_walks()
            assert [run.kind for run in rows(backroom.process.database, syncs.syncs, state=syncs.RUNNING)] == [kind]
            backroom.work()
            walks.begin_walks()
            assert rows(backroom.process.database, syncs.syncs, state=syncs.RUNNING) == []

    def test_compares_nothing_while_the_first_import_takes_its_time(self, backroom: Backroom, shop: Shop) -> None:
        walks.begin_walks()
        self.age(backroom, hours=1)
        walks.begin_walks()
        assert [run.kind for run in rows(backroom.process.database, syncs.syncs)] == [syncs.IMPORT]

    def test_leaves_shops_alone_that_are_not_connected(self, backroom: Backroom) -> None:
        backroom.shops.shopify()
        walks.begin_walks()
        assert rows(backroom.process.database, syncs.syncs) == []

    def test_wakes_one_job_per_shop(self, backroom: Backroom, shop: Shop) -> None:
        begin(backroom, shop)
        sweep()
        sweep()
        assert backroom.process.queues.depths()[queues.OUTSIDE] == 1

    def age(self, backroom: Backroom, *, hours: float) -> None:
        """All runs happened that much earlier."""
        with backroom.process.database.write() as db:
            for run in rows(backroom.process.database, syncs.syncs):
                earlier = run.started_at - timedelta(hours=hours)
                db.execute(syncs.syncs.update().where(syncs.syncs.c.id == run.id).values(started_at=earlier))
