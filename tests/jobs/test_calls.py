"""Calls back to the shop: what may be repeated is, what may not is shown, and each has an outcome."""

from collections.abc import Iterator
from typing import Any

import pytest

from commerce.rules import calls as names
from commerce.settings import Settings
from commerce.tables import effects
from integrations.platforms.shopify.api import ShopifyApi
from jobs import calls
from jobs.job import utc_now
from tests.conftest import Backroom, assembled
from tests.connected import connect_shopify, connect_woocommerce, with_stand_ins
from tests.peers.shopify.peer import Peer as ShopifyPeer
from tests.peers.shopify.shop import Shop as ShopifyShop
from tests.peers.woocommerce.peer import Peer as WooCommercePeer
from tests.peers.woocommerce.store import stocked
from tests.shops import Shop
from tests.stored import rows


@pytest.fixture
def store() -> ShopifyShop:
    return ShopifyShop.filled(products=12, customers=4, orders=12)


@pytest.fixture
def peer(store: ShopifyShop) -> Iterator[ShopifyPeer]:
    with ShopifyPeer(store) as peer:
        yield peer


@pytest.fixture
def backroom(settings: Settings, peer: ShopifyPeer) -> Iterator[Backroom]:
    yield from assembled(with_stand_ins(settings, peer))


@pytest.fixture
def shop(backroom: Backroom, peer: ShopifyPeer, store: ShopifyShop) -> Shop:
    return connect_shopify(backroom, peer, store)


def plan(backroom: Backroom, shop: Shop, call: str, **detail: Any) -> None:
    with backroom.process.database.write() as db:
        wanted = effects.NewEffect(
            kind=effects.CALL, object_kind="order", object_id="1", detail={"call": call, **detail}
        )
        effects.plan(db, shop_id=shop.id, wanted=[wanted], now=utc_now())


def call(backroom: Backroom, shop: Shop, name: str, **detail: Any) -> Any:
    """Plan a call and work; gives its row."""
    plan(backroom, shop, name, **detail)
    backroom.process.queues.wake("call", [shop.id])
    backroom.work()
    return rows(backroom.process.database, effects.effects, kind=effects.CALL)[-1]


def parcel(store: ShopifyShop) -> Any:
    return next(one for order in store.orders.values() for one in order.fulfillments)


class TestCallsToShopify:
    def test_tell_a_parcels_state(self, backroom: Backroom, shop: Shop, store: ShopifyShop) -> None:
        sent = parcel(store)
        before = len(sent.events)
        done = call(
            backroom,
            shop,
            names.PARCEL_EVENT,
            shipment_id=str(sent.id),
            status="out_for_delivery",
            happened_at="2026-11-22T10:00:00Z",
        )
        assert (done.state, done.error) == (effects.DONE, "")
        assert len(sent.events) == before + 1

    def test_change_stock_once_however_often_they_are_tried(
        self, backroom: Backroom, shop: Shop, store: ShopifyShop, peer: ShopifyPeer
    ) -> None:
        variant = next(one for product in store.products.values() for one in product.variants if one.item.tracked)
        level = variant.item.levels[0]
        before = level.available
        place = {"inventory_item_id": str(variant.item.id), "location_id": str(level.location.id)}
        peer.faults.fail_next(1, how="close")
        waiting = call(backroom, shop, names.ADJUST_STOCK, **place, delta=-3, **{"from": before})
        assert waiting.state == effects.WAITING
        with backroom.process.database.write() as db:
            effects.wake_all(db, shop_id=shop.id, kinds=[effects.CALL])
        for _ in range(2):
            backroom.process.queues.wake("call", [shop.id], again=True)
            backroom.work()
        (done,) = rows(backroom.process.database, effects.effects, kind=effects.CALL)
        assert done.state == effects.DONE
        assert level.available == before - 3

    def test_put_tags_on_and_take_them_off(self, backroom: Backroom, shop: Shop, store: ShopifyShop) -> None:
        person = next(iter(store.customers.values()))
        assert (
            call(backroom, shop, names.ADD_TAGS, kind="customer", id=str(person.id), tags=["gold"]).state
            == effects.DONE
        )
        assert "gold" in person.tags
        call(backroom, shop, names.REMOVE_TAGS, kind="customer", id=str(person.id), tags=["gold"])
        assert "gold" not in person.tags

    def test_store_metafields_and_notes(self, backroom: Backroom, shop: Shop, store: ShopifyShop) -> None:
        order = next(iter(store.orders.values()))
        told = {"namespace": "backroom", "key": "points", "value": "12", "type": "number_integer"}
        assert call(backroom, shop, names.SET_META, kind="order", id=str(order.id), **told).state == effects.DONE
        assert order.metafields["backroom", "points"].value == "12"
        call(backroom, shop, names.SET_NOTE, order_id=str(order.id), note="Ring twice")
        assert order.note == "Ring twice"

    def test_that_shopify_refuses_are_shown(self, backroom: Backroom, shop: Shop) -> None:
        failed = call(
            backroom, shop, names.PARCEL_EVENT, shipment_id="1", status="delivered", happened_at="2026-11-22T10:00:00Z"
        )
        assert failed.state == effects.FAILED
        assert "refused" in failed.error

    @pytest.mark.parametrize(
        "detail",
        [
            {"call": "no.such.call"},
            {"call": names.SET_NOTE},
            {"call": names.PARCEL_EVENT, "status": "x"},
            {"call": names.ADJUST_STOCK, "inventory_item_id": "1", "location_id": "1", "delta": "many"},
        ],
    )
    def test_that_make_no_sense_are_shown(self, backroom: Backroom, shop: Shop, detail: dict[str, Any]) -> None:
        told = {name: value for name, value in detail.items() if name != "call"}
        failed = call(backroom, shop, detail["call"], **told)
        assert failed.state == effects.FAILED
        assert failed.error


class TestACallThatMustNotHappenTwice:
    def detail(self, store: ShopifyShop) -> dict[str, Any]:
        return {"shipment_id": str(parcel(store).id), "status": "delivered", "happened_at": "2026-11-22T10:00:00Z"}

    def test_is_shown_when_the_answer_was_lost(
        self, backroom: Backroom, shop: Shop, store: ShopifyShop, peer: ShopifyPeer
    ) -> None:
        peer.faults.fail_next(1, how="close")
        failed = call(backroom, shop, names.PARCEL_EVENT, **self.detail(store))
        assert failed.state == effects.FAILED
        assert "Nobody knows" in failed.error

    def test_is_shown_when_something_happens_that_nobody_thought_of(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def breaks(*_: Any, **__: Any) -> None:
            raise AttributeError("surprise")

        monkeypatch.setattr(ShopifyApi, "carry_out", breaks)
        done = call(backroom, shop, names.SET_NOTE, order_id="1", note="Call first")
        assert done.state == effects.FAILED
        assert "AttributeError" in done.error

    def test_is_shown_when_its_worker_died(self, backroom: Backroom, shop: Shop, store: ShopifyShop) -> None:
        plan(backroom, shop, names.PARCEL_EVENT, **self.detail(store))
        (row,) = rows(backroom.process.database, effects.effects, kind=effects.CALL)
        with backroom.process.database.write() as db:
            effects.start(db, row.id)
        before = len(parcel(store).events)
        calls.carry_out_calls(shop_id=shop.id)
        (row,) = rows(backroom.process.database, effects.effects, kind=effects.CALL)
        assert row.state == effects.FAILED
        assert len(parcel(store).events) == before

    def test_is_found_though_nothing_else_waits(self, backroom: Backroom, shop: Shop, store: ShopifyShop) -> None:
        """A call that was begun wakes nobody by itself: the sweep finds it."""
        plan(backroom, shop, names.PARCEL_EVENT, **self.detail(store))
        (row,) = rows(backroom.process.database, effects.effects, kind=effects.CALL)
        with backroom.process.database.write() as db:
            effects.start(db, row.id)
        from jobs.sweep import sweep  # noqa: PLC0415

        sweep()
        backroom.work()
        (row,) = rows(backroom.process.database, effects.effects, kind=effects.CALL)
        assert row.state == effects.FAILED


class TestCallsToWooCommerce:
    def test_set_stock_and_add_notes(self, settings: Settings) -> None:
        with WooCommercePeer(stocked(4, 2)) as peer:
            for backroom in assembled(with_stand_ins(settings)):
                shop = connect_woocommerce(backroom, peer)
                number = next(one for one, row in peer.store.products.items() if row["type"] == "simple")
                assert call(backroom, shop, names.SET_STOCK, product_id=str(number), stock=77).state == effects.DONE
                assert peer.store.products[number]["stock_quantity"] == 77
                order = next(iter(peer.store.orders))
                done = call(backroom, shop, names.ADD_NOTE, order_id=str(order), note="Packed")
                assert (done.state, done.error) == (effects.DONE, "")
