"""Points by the clock: they count, end, and are warned of before; a new programme reaches all customers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from commerce.rules import calls as names
from commerce.settings import Settings
from commerce.tables import effects
from commerce.tables.loyalty import programmes, reading
from commerce.tables.people.happenings import happenings
from commerce.tables.people.profiles import profiles
from jobs import loyalty
from jobs.job import lease, utc_now
from jobs.process import Process
from tests.conftest import Backroom, assembled
from tests.connected import connect_shopify, connect_woocommerce, with_stand_ins
from tests.ledgers import DAY, Ledger
from tests.peers.shopify.peer import Peer as ShopifyPeer
from tests.peers.shopify.shop import Shop as ShopifyShop
from tests.peers.woocommerce.peer import Peer as WooCommercePeer
from tests.peers.woocommerce.store import stocked
from tests.stored import row, rows

REWARDS: list[dict[str, Any]] = [
    {"name": "Five off", "points": 50, "kind": "amount", "value": 500, "minimum": 2000},
    {"name": "A tenth off", "points": 60, "kind": "percent", "value": 10},
    {"name": "Free shipping", "points": 20, "kind": "shipping"},
]


def ledger_of(backroom: Backroom, shop_id: int = 0, **rules: Any) -> Ledger:
    """A ledger of the present; of that shop, or one of its own."""
    ledger = Ledger(backroom.process.database, backroom.process.vault)
    ledger.id = shop_id or ledger.id
    ledger.now = utc_now()
    ledger.programme(since=ledger.now - 400 * DAY, **rules)
    return ledger


def work(backroom: Backroom) -> None:
    loyalty.wake_points()
    backroom.work()


class TestKeepPoints:
    def test_lets_points_count_and_end_and_profiles_know(self, backroom: Backroom) -> None:
        ledger = ledger_of(backroom, waiting={"days": 2}, expiry={"days": 10})
        ledger.member("a", "email:a@shop.example")
        ledger.order("1", "a", placed_at=ledger.now - 3 * DAY)
        ledger.order("2", "a", placed_at=ledger.now - DAY)
        ledger.now -= timedelta(days=2)
        ledger.settle()
        assert ledger.of("a") == (0, 200, 200)
        work(backroom)
        assert ledger.of("a") == (100, 100, 200)
        assert row(backroom.process.database, profiles, id="a").points == 100
        ledger.check()
        before = len(ledger.transactions())
        work(backroom)
        assert len(ledger.transactions()) == before

    def test_warns_once_before_points_end(self, backroom: Backroom) -> None:
        ledger = ledger_of(backroom, waiting={"days": 0}, expiry={"days": 10, "warn_days": 10})
        ledger.member("a")
        ledger.order("1", "a")
        ledger.settle()
        with backroom.process.database.write() as db:
            programmes.walked(db, shop_id=ledger.id, settled_to=None)
        for _ in range(2):
            work(backroom)
        told = row(backroom.process.database, happenings, member_id="a")
        assert (told.kind, told.source, told.detail["points"]) == (reading.EXPIRING, "backroom", 100)

    def test_warns_nobody_who_was_active_lately(self, backroom: Backroom) -> None:
        ledger = ledger_of(backroom, waiting={"days": 0}, expiry={"days": 10, "warn_days": 5, "by": "inactivity"})
        ledger.member("a")
        now, ledger.now = ledger.now, ledger.now - 8 * DAY
        ledger.order("1", "a")
        ledger.settle()
        with backroom.process.database.write() as db:  # as it was then: a rule of those days
            db.execute(ledger.batches_end(ledger.now + 10 * DAY))
        ledger.now = now
        ledger.order("2", "a")
        ledger.settle()
        work(backroom)
        assert rows(backroom.process.database, happenings) == []

    def test_walks_through_all_customers_of_a_programme_that_is_switched_on(
        self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(loyalty, "_AT_ONCE", 2)
        ledger = ledger_of(backroom, waiting={"days": 0})
        for id_ in "abcde":
            ledger.member(id_)
            ledger.order(id_, id_, placed_at=ledger.now - 30 * DAY)
        work(backroom)
        assert [ledger.of(id_)[0] for id_ in "abcde"] == [100] * 5
        assert row(backroom.process.database, programmes.programmes).settled_to is None
        ledger.check()

    def test_that_is_killed_goes_on_where_it_was(
        self, backroom: Backroom, another_process: Callable[[], Process], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(loyalty, "_AT_ONCE", 2)
        ledger = ledger_of(backroom, waiting={"days": 0})
        for id_ in "abcde":
            ledger.member(id_)
            ledger.order(id_, id_)
        with lease(shop_id=ledger.id, kind=loyalty.LEASE) as held:
            assert held is not None
            loyalty.keep_some(backroom.process, held)
        assert row(backroom.process.database, programmes.programmes).settled_to == "b"
        work(backroom)
        assert [ledger.of(id_)[0] for id_ in "abcde"] == [100] * 5
        ledger.check()

    def test_leaves_points_alone_while_the_programme_is_off(self, backroom: Backroom) -> None:
        ledger = ledger_of(backroom, waiting={"days": 0}, expiry={"days": 1})
        ledger.member("a")
        ledger.order("1", "a")
        ledger.settle()
        with backroom.process.database.write() as db:
            db.execute(ledger.batches_end(ledger.now - DAY))
        ledger.now += timedelta(seconds=1)
        ledger.programme(is_on=False)
        work(backroom)
        assert ledger.of("a")[0] == 100


class TestDiscountsAtShopify:
    def test_are_made_once_and_give_points_back_where_they_are_refused(self, settings: Settings) -> None:
        store = ShopifyShop.filled(products=2, customers=2, orders=0)
        with ShopifyPeer(store) as peer:
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                ledger = ledger_of(backroom, shop.id, rewards=REWARDS)
                ledger.member("a")
                ledger.adjust("a", 200, key="start")
                bought = [ledger.spend("a", key=one["name"], reward=one["name"]) for one in REWARDS]
                assert all(one.calls for one in bought)
                again(backroom, shop.id)
                made = [store.discounts[one.code] for one in bought]
                assert [one["usageLimit"] for one in made] == [1, 1, 1]
                assert made[0]["customerGets"]["value"]["discountAmount"]["amount"] == "5.00"
                least = made[0]["minimumRequirement"]["subtotal"]["greaterThanOrEqualToSubtotal"]
                assert least == "20.00"
                assert made[1]["customerGets"]["value"]["percentage"] == 0.1
                assert made[2]["destination"] == {"all": True}
                assert {one.state for one in calls(backroom)} == {effects.DONE}
                assert ledger.of("a")[0] == 70

    def test_are_found_when_an_answer_was_lost(self, settings: Settings) -> None:
        store = ShopifyShop.filled(products=2, customers=2, orders=0)
        with ShopifyPeer(store) as peer:
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                ledger = ledger_of(backroom, shop.id, rewards=REWARDS)
                ledger.member("a")
                ledger.adjust("a", 200, key="start")
                code = ledger.spend("a", key="1", reward="Five off").code
                store.discounts[code] = {}  # what an earlier try made
                again(backroom, shop.id)
                (done,) = calls(backroom)
                assert (done.state, "already" in done.reason) == (effects.DONE, True)
                assert ledger.of("a")[0] == 150

    def test_that_are_refused_give_the_points_back_and_are_not_made_later(self, settings: Settings) -> None:
        store = ShopifyShop.filled(products=2, customers=2, orders=0)
        with ShopifyPeer(store) as peer:
            for backroom in assembled(with_stand_ins(settings, peer)):
                shop = connect_shopify(backroom, peer, store)
                ledger = ledger_of(backroom, shop.id, rewards=REWARDS)
                ledger.member("9999", "account:9999")  # an account that the shop does not know
                ledger.account("9999")
                ledger.adjust("9999", 200, key="start")
                spent = ledger.spend("9999", key="1", reward="Five off")
                again(backroom, shop.id)
                (failed,) = calls(backroom)
                assert (failed.state, "refused" in failed.error) == (effects.FAILED, True)
                assert ledger.of("9999")[0] == 200
                assert ledger.transactions()[-1].reason == f"The shop refused the discount code {spent.code}."
                ledger.check()
                with backroom.process.database.write() as db:
                    effects.retry(db, [failed.id], due_at=utc_now(), error="")
                ledger.account("9999", gone=True)
                again(backroom, shop.id)
                (failed,) = calls(backroom)
                assert "given back" in failed.error
                assert store.discounts == {}
                assert ledger.of("9999")[0] == 200


class TestDiscountsAtWooCommerce:
    def test_are_coupons_for_one_order(self, settings: Settings) -> None:
        with WooCommercePeer(stocked(2, 1)) as peer:
            for backroom in assembled(with_stand_ins(settings)):
                shop = connect_woocommerce(backroom, peer)
                ledger = ledger_of(backroom, shop.id, rewards=REWARDS)
                ledger.member("a", "email:anna@shop.example")
                ledger.adjust("a", 200, key="start")
                bought = [ledger.spend("a", key=one["name"], reward=one["name"]) for one in REWARDS]
                peer.store.coupons[bought[2].code.lower()] = {"code": bought[2].code.lower()}
                again(backroom, shop.id)
                made = peer.store.coupons[bought[0].code.lower()]
                assert (made["discount_type"], made["amount"], made["usage_limit"]) == ("fixed_cart", "5.00", 1)
                assert (made["minimum_amount"], made["email_restrictions"]) == ("20.00", ["anna@shop.example"])
                assert peer.store.coupons[bought[1].code.lower()]["discount_type"] == "percent"
                assert len(peer.store.coupons) == 3
                assert {one.state for one in calls(backroom)} == {effects.DONE}


class TestDiscountsElsewhere:
    def test_are_told_in_the_answer_only(self, backroom: Backroom) -> None:
        ledger = ledger_of(backroom, rewards=REWARDS)
        ledger.member("a")
        ledger.adjust("a", 200, key="start")
        spent = ledger.spend("a", key="1", reward="Five off")
        assert (len(spent.code), spent.calls) == (13, False)
        assert ledger.spend("a", key="1", reward="Five off").code == spent.code
        assert calls(backroom) == []


def again(backroom: Backroom, shop_id: int) -> None:
    backroom.process.queues.wake("call", [shop_id], again=True)
    backroom.work()


def calls(backroom: Backroom) -> list[Any]:
    found = rows(backroom.process.database, effects.effects, kind=effects.CALL)
    return [one for one in found if one.detail["call"] == names.CREATE_DISCOUNT]
