"""What deliveries leave open is read from the shop's own API: at once, many in one call, on behalf of who asked."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from commerce.settings import Settings
from commerce.tables import connections, effects, syncs
from integrations.errors import Permanent, Transient
from integrations.platforms.shopify.admin import Admin, Answered
from integrations.platforms.shopify.api import ShopifyApi
from integrations.shop_api import Page
from jobs.job import utc_now
from tests.conftest import Backroom, assembled
from tests.connected import connect_shopify, connect_woocommerce, sync, with_stand_ins
from tests.peers.shopify import payloads
from tests.peers.shopify.peer import Peer as ShopifyPeer
from tests.peers.shopify.shop import Shop as ShopifyShop
from tests.peers.woocommerce.peer import Peer as WooCommercePeer
from tests.peers.woocommerce.store import stocked
from tests.shops import Shop
from tests.stored import rows, waiting_effects


@pytest.fixture
def store() -> ShopifyShop:
    return ShopifyShop.filled(products=12, customers=4, orders=6)


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


def rereads(backroom: Backroom) -> list[Any]:
    return list(rows(backroom.process.database, effects.effects, kind=effects.REREAD))


class TestAnUnclearDelivery:
    def test_is_cleared_up_at_once(self, backroom: Backroom, shop: Shop, store: ShopifyShop) -> None:
        product = next(iter(store.products.values()))
        shop.send("products/update", {"id": product.id})
        backroom.work()
        assert shop.read(f"products/{product.id}")["title"] == product.title
        (done,) = rereads(backroom)
        assert (done.state, done.attempts) == (effects.DONE, 1)

    def test_is_read_with_others_in_one_call(
        self, backroom: Backroom, shop: Shop, store: ShopifyShop, peer: ShopifyPeer
    ) -> None:
        sync(backroom, shop, syncs.IMPORT)
        before = len(peer.calls)
        orders = list(store.orders.values())[:4]
        for order in orders:
            shop.send("orders/edited", {"order_edit": {"order_id": order.id}})
            shop.send(
                "orders/edited", {"order_edit": {"order_id": order.id}}, **{"X-Shopify-Webhook-Id": f"e{order.id}"}
            )
        backroom.work()
        assert [call.operation for call in peer.calls[before:]] == ["Orders"]
        assert {row.state for row in rereads(backroom)} == {effects.DONE}

    def test_of_more_than_a_hundred_variants_is_completed(
        self, backroom: Backroom, shop: Shop, store: ShopifyShop
    ) -> None:
        large = next(product for product in store.products.values() if len(product.variants) > 250)
        shop.send("products/update", payloads.product(store, large))
        backroom.work()
        here = {one["id"]: one["price"]["amount"] for one in shop.read(f"products/{large.id}")["variants"]}
        assert here == {str(one.id): one.price for one in large.variants}

    def test_finds_out_that_an_object_is_gone(self, backroom: Backroom, shop: Shop, store: ShopifyShop) -> None:
        sync(backroom, shop, syncs.IMPORT)
        product = list(store.products.values())[3]
        store.delete_product(product)
        shop.send("products/update", {"id": product.id})
        backroom.work()
        assert shop.read(f"products/{product.id}")["status"] == 404

    def test_counts_as_the_delivery_that_asked(self, backroom: Backroom, shop: Shop, store: ShopifyShop) -> None:
        """An order whose body was too large for a delivery is a new order all the same: its origin is live."""
        order = next(iter(store.orders.values()))
        shop.send("orders/create", {"id": order.id})
        backroom.work()
        assert [row.origin for row in rereads(backroom)] == ["live"]
        assert shop.read(f"orders/{order.id}")["number"] == order.name

    def test_waits_for_a_connection_and_no_longer(
        self, backroom: Backroom, peer: ShopifyPeer, store: ShopifyShop
    ) -> None:
        shop = backroom.shops.shopify(store.domain)
        product = next(iter(store.products.values()))
        shop.send("products/update", {"id": product.id})
        backroom.work()
        assert waiting_effects(backroom.process.database, shop.id) == [("re-read", "product", str(product.id))]
        assert rereads(backroom)[0].due_at > utc_now() + timedelta(minutes=50)

    def test_is_tried_again_when_the_api_fails(
        self, backroom: Backroom, shop: Shop, store: ShopifyShop, peer: ShopifyPeer
    ) -> None:
        product = next(iter(store.products.values()))
        peer.faults.fail_next(1, how="500")
        shop.send("products/update", {"id": product.id})
        backroom.work()
        (waiting,) = rereads(backroom)
        assert (waiting.state, waiting.attempts) == (effects.WAITING, 1)
        with backroom.process.database.write() as db:
            effects.wake_all(db, shop_id=shop.id, kinds=[effects.REREAD])
        backroom.process.queues.wake("re-read", [shop.id], again=True)
        backroom.work()
        assert shop.read(f"products/{product.id}")["title"] == product.title

    def test_that_may_not_be_read_is_shown_and_deletes_nothing(
        self, backroom: Backroom, shop: Shop, store: ShopifyShop, peer: ShopifyPeer
    ) -> None:
        sync(backroom, shop, syncs.IMPORT)
        person = next(iter(store.customers.values()))
        peer.app.hidden.add(("QueryRoot", "nodes"))
        shop.send("customers/update", {"id": person.id})
        backroom.work()
        assert rereads(backroom)[0].state == effects.FAILED
        assert shop.read(f"customers/{person.id}")["id"] == str(person.id)

    def test_waits_after_something_that_nobody_thought_of(
        self, backroom: Backroom, shop: Shop, store: ShopifyShop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def breaks(*_: Any, **__: Any) -> None:
            raise AttributeError("surprise")

        monkeypatch.setattr(ShopifyApi, "read", breaks)
        shop.send("products/update", {"id": next(iter(store.products))})
        backroom.work()
        (waiting,) = rereads(backroom)
        assert (waiting.state, waiting.attempts) == (effects.WAITING, 1)
        assert "AttributeError" in waiting.error

    def test_that_may_not_be_read_does_not_keep_the_others_from_being_read(
        self, backroom: Backroom, shop: Shop, store: ShopifyShop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hidden, *others = list(store.products.values())[:8]
        real = ShopifyApi.read

        def read(api: ShopifyApi, kind: str, ids: Sequence[str]) -> Page:
            if str(hidden.id) in ids:
                raise Permanent("Shopify did not tell some objects.")
            return real(api, kind, ids)

        monkeypatch.setattr(ShopifyApi, "read", read)
        for product in (hidden, *others):
            shop.send("products/update", {"id": product.id})
        backroom.work()
        assert [row.object_id for row in rereads(backroom) if row.state == effects.FAILED] == [str(hidden.id)]
        assert [row.state for row in rereads(backroom)].count(effects.DONE) == len(others)

    @pytest.mark.slow
    def test_of_many_large_objects_keeps_what_was_read_before_the_shop_failed(
        self, backroom: Backroom, shop: Shop, store: ShopifyShop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read: list[str] = []
        real = ShopifyApi.read

        def fails_late(api: ShopifyApi, kind: str, ids: Sequence[str]) -> Page:
            if len(read) >= 6:
                raise Transient("The shop did not answer in time.")
            read.extend(ids)
            return real(api, kind, ids)

        monkeypatch.setattr(ShopifyApi, "read", fails_late)
        for product in list(store.products.values())[:9]:
            shop.send("products/update", {"id": product.id})
        backroom.work()
        assert {row.object_id for row in rereads(backroom) if row.state == effects.DONE} == set(read)
        assert [row.attempts for row in rereads(backroom) if row.state == effects.WAITING] == [1, 1, 1]

    def test_is_not_taken_for_gone_when_the_answer_is_cut_short(
        self, backroom: Backroom, shop: Shop, store: ShopifyShop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sync(backroom, shop, syncs.IMPORT)
        product = next(iter(store.products.values()))
        monkeypatch.setattr(Admin, "ask", lambda *_: Answered({}))
        shop.send("products/update", {"id": product.id})
        backroom.work()
        assert [(row.state, row.attempts) for row in rereads(backroom)] == [(effects.WAITING, 1)]
        assert shop.read(f"products/{product.id}")["title"] == product.title

    def test_ends_the_connection_when_the_shop_refuses(
        self, backroom: Backroom, shop: Shop, store: ShopifyShop, peer: ShopifyPeer
    ) -> None:
        peer[store.domain].grants.lose_tokens()
        shop.send("products/update", {"id": 1})
        backroom.work()
        assert rereads(backroom)[0].state == effects.WAITING
        (connection,) = rows(backroom.process.database, connections.connections)
        assert connection.state == connections.LOST


class TestWooCommerce:
    def test_reads_products_and_variations_by_one_number(self, settings: Settings) -> None:
        with WooCommercePeer(stocked(12, 3)) as peer:
            for backroom in assembled(with_stand_ins(settings)):
                shop = connect_woocommerce(backroom, peer)
                sync(backroom, shop, syncs.IMPORT)
                variation = next(iter(peer.store.variations))
                parent = peer.store.variations[variation]["parent_id"]
                for number in (variation, parent, 99999):
                    shop.send("product.updated", {"id": number})
                backroom.work()
                assert {row.state for row in rereads(backroom)} == {effects.DONE}
                assert len(shop.read(f"products/{parent}")["variants"]) == 3

    def test_asks_less_and_less_often_for_what_cannot_be_understood(self, settings: Settings) -> None:
        with WooCommercePeer(stocked(12, 3)) as peer:
            for backroom in assembled(with_stand_ins(settings)):
                shop = connect_woocommerce(backroom, peer)
                number = next(iter(peer.store.products))
                peer.store.products[number]["tags"] = "none"
                shop.send("product.updated", {"id": number})
                backroom.work()
                for attempts in range(1, 20):
                    (one,) = rereads(backroom)
                    if one.state == effects.FAILED:
                        break
                    assert (one.state, one.attempts) == (effects.WAITING, attempts)
                    assert one.due_at > utc_now() + timedelta(seconds=50)
                    with backroom.process.database.write() as db:
                        effects.wake_all(db, shop_id=shop.id, kinds=[effects.REREAD])
                    backroom.process.queues.wake("re-read", [shop.id], again=True)
                    backroom.work()
                assert one.state == effects.FAILED
                assert "cannot be read" in one.error


class TestAPlatformWithoutAnApi:
    def test_says_what_to_do(self, backroom: Backroom) -> None:
        shop = backroom.shops.custom()
        with backroom.process.database.write() as db:
            wanted = effects.NewEffect(kind=effects.REREAD, object_kind="product", object_id="1")
            effects.plan(db, shop_id=shop.id, wanted=[wanted], now=utc_now())
        backroom.process.queues.wake("re-read", [shop.id])
        backroom.work()
        (given_up,) = rereads(backroom)
        assert given_up.state == effects.FAILED
        assert "send it once more" in given_up.error
