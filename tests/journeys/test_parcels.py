"""From an order with a parcel to what its store is told of it, through the parts: delivery, round, call back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from commerce.settings import Settings
from commerce.tables import effects, order_tracking
from integrations.carriers.sandbox.numbering import number
from jobs.job import utc_now
from jobs.shipments import check
from tests.conftest import Backroom, assembled
from tests.connected import connect_shopify, connect_woocommerce, with_stand_ins
from tests.parcels import arrived
from tests.peers.shopify import payloads_sales
from tests.peers.shopify.peer import Peer as ShopifyPeer
from tests.peers.shopify.shop import Shop as ShopifyShop
from tests.peers.woocommerce import shapes
from tests.peers.woocommerce.peer import Peer as WooCommercePeer
from tests.peers.woocommerce.store import Store, stocked
from tests.stored import rows


def ask(backroom: Backroom, shop_id: int, *, parcels: int = 1) -> Any:
    with backroom.process.database.write() as db:
        due = {"next_check_at": utc_now() - timedelta(minutes=5), "created_at": utc_now() - timedelta(days=20)}
        db.execute(update(order_tracking.order_tracking).values(due))
    report = check(backroom.process, shop_id, seconds=20)
    assert report is not None
    assert report.parcels == parcels
    backroom.work()
    return rows(backroom.process.database, order_tracking.order_tracking)[0]


class TestShopify:
    @pytest.fixture
    def store(self) -> ShopifyShop:
        return ShopifyShop.filled(products=6, customers=2, orders=3)

    @pytest.fixture
    def peer(self, store: ShopifyShop) -> Iterator[ShopifyPeer]:
        with ShopifyPeer(store) as peer:
            yield peer

    @pytest.fixture
    def backroom(self, settings: Settings, peer: ShopifyPeer) -> Iterator[Backroom]:
        yield from assembled(with_stand_ins(settings, peer))

    def test_hears_each_milestone_once(self, backroom: Backroom, peer: ShopifyPeer, store: ShopifyShop) -> None:
        shop = connect_shopify(backroom, peer, store)
        order = next(one for one in store.orders.values() if not one.fulfillments)
        sent = store.fulfil(order, company="Sandbox Express")
        sent.number = arrived()
        assert shop.send("orders/create", payloads_sales.order(store, order)).status_code == 200
        backroom.work()
        before = len(sent.events)
        parcel = ask(backroom, shop.id)
        assert parcel.status == "delivered"
        told = [event.status for event in sent.events[before:]]
        assert told[-1] == "DELIVERED"
        assert len(told) == len(set(told)) >= 2
        ask(backroom, shop.id)
        assert len(sent.events) == before + len(told)


class TestWooCommerce:
    @pytest.fixture
    def store(self) -> Store:
        return stocked(products=6, orders=3)

    @pytest.fixture
    def peer(self, store: Store) -> Iterator[WooCommercePeer]:
        with WooCommercePeer(store) as peer:
            yield peer

    @pytest.fixture
    def backroom(self, settings: Settings) -> Iterator[Backroom]:
        yield from assembled(with_stand_ins(settings))

    def test_gets_a_note_for_each_milestone(self, backroom: Backroom, peer: WooCommercePeer, store: Store) -> None:
        shop = connect_woocommerce(backroom, peer)
        order_id, row = next(iter(store.orders.items()))
        item = {"tracking_provider": "Sandbox Express", "tracking_number": arrived(), "tracking_id": "t1"}
        told = shapes.order(store, row) | {
            "meta_data": [{"id": 1, "key": "_wc_shipment_tracking_items", "value": [item]}]
        }
        assert shop.send("order.updated", told).status_code == 200
        backroom.work()
        parcel = ask(backroom, shop.id)
        assert (parcel.status, parcel.order_id) == ("delivered", str(order_id))
        calls = rows(backroom.process.database, effects.effects, kind=effects.CALL)
        assert calls
        assert {call.state for call in calls} == {effects.DONE}
        assert any("delivered" in call.detail["note"] for call in calls)

    def test_fulfilments_of_the_store_are_asked_for_once_a_change(
        self, backroom: Backroom, peer: WooCommercePeer, store: Store
    ) -> None:
        shop = connect_woocommerce(backroom, peer)
        store.has_fulfilments = True
        order_id, tracked = next(iter(store.orders)), arrived()

        def told() -> int:
            assert shop.send("order.updated", shapes.order(store, store.orders[order_id])).status_code == 200
            backroom.work()
            return sum(target.split("?")[0].endswith("/fulfillments") for _, target in peer.asked)

        assert told() == 0
        store.fulfil(order_id, tracked, "Sandbox Express")
        assert told() == 1
        (parcel,) = rows(backroom.process.database, order_tracking.order_tracking)
        assert (parcel.number, parcel.carrier, parcel.order_id) == (tracked, "sandbox", str(order_id))
        assert told() == 1
        store.fulfil(order_id, second := number(utc_now() - timedelta(days=8), 41), "Sandbox Express")
        assert told() == 2
        parcels = rows(backroom.process.database, order_tracking.order_tracking)
        assert {parcel.number for parcel in parcels} == {tracked, second}
        waiting = rows(backroom.process.database, effects.effects, kind=effects.REREAD, state=effects.WAITING)
        assert not waiting
        assert ask(backroom, shop.id, parcels=2)
