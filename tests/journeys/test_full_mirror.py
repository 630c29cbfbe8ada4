"""From a connected shop to a whole mirror of it, and back to one after deliveries were lost: object by object."""

import html
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from commerce.settings import Settings
from commerce.tables import effects, syncs
from tests.conftest import Backroom, assembled
from tests.connected import at, connect_shopify, connect_woocommerce, served, sync, with_stand_ins
from tests.peers.shopify import payloads, payloads_sales
from tests.peers.shopify.peer import Peer as ShopifyPeer
from tests.peers.shopify.sender import Disorder
from tests.peers.shopify.shop import Shop as ShopifyShop
from tests.peers.woocommerce import shapes
from tests.peers.woocommerce.peer import Peer as WooCommercePeer
from tests.peers.woocommerce.store import Store, stocked
from tests.shops import Shop
from tests.stored import deliveries, rows

Told = dict[str, Any]

SLOW = pytest.mark.slow


def everything(shop: Shop, path: str) -> dict[str, Told]:
    """All objects of a list of the API, by their ids."""
    found, cursor = {}, None
    while True:
        page = shop.read(path, limit=100, **({"cursor": cursor} if cursor else {}))
        found |= {row["id"]: row for row in page["data"]}
        cursor = page["next_cursor"]
        if not cursor:
            return found


def minor(amount: object) -> int | None:
    return None if amount in (None, "") else round(Decimal(str(amount)) * 100)


def price_of(told: Told) -> int | None:
    return told["price"]["amount"] if told["price"] else None


# --- WooCommerce ---


def woocommerce_products(store: Store) -> dict[str, Told]:
    """What the store's own answers say of its products, variations with their parents."""
    expected = {}
    for number, row in store.products.items():
        if row["status"] == "trash":
            continue
        told = shapes.product(store, row)
        own = [shapes.variation(store, one) for one in store.variations.values() if one["parent_id"] == number]
        live = [one for one in own if one["status"] != "trash"] if told["type"] == "variable" else [told]
        expected[str(number)] = {
            "status": told["status"],
            "skus": sorted(one["sku"] for one in live),
            "prices": sorted(minor(one["price"]) or 0 for one in live),
            "stock": sorted(str(one["stock_quantity"]) for one in live),
            "categories": sorted(html.unescape(one["name"]) for one in told["categories"]),
        }
    return expected


def woocommerce_orders(store: Store) -> dict[str, Told]:
    expected = {}
    for number, row in store.orders.items():
        told = shapes.order(store, row)
        if told["status"] in ("trash", "checkout-draft"):
            continue
        expected[str(number)] = {
            "status": told["status"],
            "total": minor(told["total"]),
            "refunded": -sum(minor(one["total"]) or 0 for one in told["refunds"]),
            "lines": [(str(line["id"]), line["quantity"]) for line in told["line_items"]],
            "email": told["billing"]["email"],
        }
    return expected


def assert_is_woocommerce(shop: Shop, store: Store) -> None:
    """Products, orders and customers here are those of the store, and nothing else is here."""
    here = {
        key: {
            "status": row["platform_status"],
            "skus": sorted(one["sku"] for one in row["variants"]),
            "prices": sorted(price_of(one) or 0 for one in row["variants"]),
            "stock": sorted(str(one["stock"]) for one in row["variants"]),
            "categories": sorted(row["categories"]),
        }
        for key, row in everything(shop, "products").items()
    }
    assert here == woocommerce_products(store)
    orders = {
        key: {
            "status": row["platform_status"],
            "total": row["total"]["amount"],
            "refunded": row["refunded"]["amount"],
            "lines": [(line["id"], line["quantity"]) for line in row["lines"]],
            "email": row["email"],
        }
        for key, row in everything(shop, "orders").items()
    }
    assert orders == woocommerce_orders(store)
    people = {key: (row["email"], row["first_name"]) for key, row in accounts(shop).items()}
    assert people == {
        str(number): (row["email"], row["first_name"])
        for number, row in store.customers.items()
        if row["role"] == "customer"
    }


def accounts(shop: Shop) -> dict[str, Any]:
    """The customers who have an account at the store; guests are known by their orders only."""
    return {key: row for key, row in everything(shop, "customers").items() if row["has_account"]}


def busy_day_at_woocommerce(store: Store) -> None:
    """What a day brings, also what fires no webhook at all."""
    simple = [number for number, row in store.products.items() if row["type"] == "simple"]
    variable = [number for number, row in store.products.items() if row["type"] == "variable"]
    variations = [number for number, row in store.variations.items()]
    for number in simple[:20]:
        store.edit(number, price="99.90")
    store.edit(simple[20], name="Renamed", status="draft")
    store.trash(simple[21], by="rest")
    store.trash(simple[22])
    store.untrash(simple[22])
    store.delete(simple[23])
    store.trash(simple[24])
    store.delete(simple[24], by="wp-admin")
    store.edit(variations[0], price="1.00")
    store.delete(variations[1])
    store.create_variation(variable[1], options={"Colour": "Black"}, price="7", sku="BLACK")
    store.trash(variable[2])
    store.create_product("New today", price="5.00")
    store.edit_category(next(iter(store.categories)), name="Renamed category")
    category = store.create_category("Short-lived")
    store.edit(simple[25], categories=[category])
    store.delete_category(category)
    store.trash_page()
    eve = store.create_customer("eve@example.com", first_name="Eve")
    store.create_customer("editor@example.com", role="editor")
    orders = [store.checkout([(number, 1)], customer=eve) for number in simple[5:12]]
    store.start_checkout([(simple[0], 1)])
    store.edit_order(orders[0], status="completed")
    store.refund(orders[1], "1.00")
    store.trash_order(orders[2])
    store.delete_order(orders[3])
    store.edit_customer(eve, first_name="Evelyn")


@pytest.fixture
def woocommerce() -> Iterator[WooCommercePeer]:
    with WooCommercePeer(stocked(60, 30)) as peer:
        yield peer


@pytest.fixture
def backroom(settings: Settings) -> Iterator[Backroom]:
    yield from assembled(with_stand_ins(settings))


class TestWooCommerce:
    def test_is_whole_after_the_import(self, backroom: Backroom, woocommerce: WooCommercePeer) -> None:
        shop = connect_woocommerce(backroom, woocommerce)
        run = sync(backroom, shop, syncs.IMPORT)
        assert (run.state, run.error) == (syncs.DONE, "")
        assert_is_woocommerce(shop, woocommerce.store)

    @pytest.mark.parametrize("kind", [syncs.IMPORT, syncs.COMPARE])
    def test_asks_for_nothing_to_be_sent_or_bought(
        self, backroom: Backroom, woocommerce: WooCommercePeer, kind: str
    ) -> None:
        shop = connect_woocommerce(backroom, woocommerce)
        sync(backroom, shop, kind)
        assert {row.kind for row in rows(backroom.process.database, effects.effects)} == {effects.INDEX, effects.PAGES}

    def test_is_whole_again_after_one_comparison_when_everything_was_lost(
        self, backroom: Backroom, woocommerce: WooCommercePeer
    ) -> None:
        shop = connect_woocommerce(backroom, woocommerce)
        sync(backroom, shop, syncs.IMPORT)
        busy_day_at_woocommerce(woocommerce.store)
        run = sync(backroom, shop, syncs.COMPARE)
        assert (run.state, run.error) == (syncs.DONE, "")
        assert run.found["product.surplus"] > 0
        assert_is_woocommerce(shop, woocommerce.store)
        again = sync(backroom, shop, syncs.COMPARE)
        assert again.found == {}

    @pytest.mark.parametrize("lost", [pytest.param(0.0, marks=SLOW), 0.3, pytest.param(1.0, marks=SLOW)])
    def test_is_whole_again_after_one_comparison_when_deliveries_were_lost(
        self, settings: Settings, woocommerce: WooCommercePeer, lost: float
    ) -> None:
        for assembled_so in assembled(with_stand_ins(settings)):
            with served(assembled_so) as url:
                backroom = at(assembled_so, url)
                shop = connect_woocommerce(backroom, woocommerce)
                sync(backroom, shop, syncs.IMPORT)
                woocommerce.store.hooks.drop_share = lost
                busy_day_at_woocommerce(woocommerce.store)
                woocommerce.store.hooks.deliver()
                backroom.work()
                run = sync(backroom, shop, syncs.COMPARE)
                assert (run.state, run.error) == (syncs.DONE, "")
                assert bool(woocommerce.store.hooks.delivered) == (lost < 1)
                assert_is_woocommerce(shop, woocommerce.store)
                assert sync(backroom, shop, syncs.COMPARE).found == {}

    def test_follows_a_rename_of_a_category_into_products_and_search(
        self, backroom: Backroom, woocommerce: WooCommercePeer
    ) -> None:
        shop = connect_woocommerce(backroom, woocommerce)
        sync(backroom, shop, syncs.IMPORT)
        chairs = next(number for number, row in woocommerce.store.categories.items() if row["name"] == "Chairs")
        woocommerce.store.edit_category(chairs, name="Thrones")
        sync(backroom, shop, syncs.CHANGES)
        assert_is_woocommerce(shop, woocommerce.store)
        assert shop.search("thrones")["total"] > 0


# --- Shopify ---


def assert_is_shopify(shop: Shop, store: ShopifyShop) -> None:
    expected: dict[str, Told] = {}
    for product in store.products.values():
        told = payloads.product(store, product)
        expected[str(product.id)] = {
            "title": told["title"],
            "status": told["status"],
            "prices": {str(one.id): one.price for one in product.variants},
            "stock": {
                str(one.id): sum(level.available for level in one.item.levels) if one.item.tracked else None
                for one in product.variants
            },
            "categories": sorted(collection.title for collection in store.collections_of(product)),
        }
    here = {
        key: {
            "title": row["title"],
            "status": row["platform_status"],
            "prices": {one["id"]: price_of(one) for one in row["variants"]},
            "stock": {one["id"]: one["stock"] for one in row["variants"]},
            "categories": sorted(row["categories"]),
        }
        for key, row in everything(shop, "products").items()
    }
    assert here == expected
    orders = {
        key: (
            row["number"],
            row["total"]["amount"],
            row["refunded"]["amount"],
            row["financial_status"],
            len(row["lines"]),
        )
        for key, row in everything(shop, "orders").items()
    }
    told_orders = {}
    for order in store.orders.values():
        told = payloads_sales.order(store, order)
        paid_back = sum(
            minor(one["amount"]) or 0
            for refund in told["refunds"]
            for one in refund["transactions"]
            if one["kind"] == "refund" and one["status"] == "success"
        )
        told_orders[str(order.id)] = (
            told["name"],
            minor(told["total_price"]),
            paid_back,
            told["financial_status"],
            len(told["line_items"]),
        )
    assert orders == told_orders
    people = {
        key: (row["email"], row["first_name"], row["last_name"], sorted(row["tags"]))
        for key, row in accounts(shop).items()
    }
    assert people == {
        str(one.id): (one.email or "", one.first_name or "", one.last_name or "", sorted(one.tags))
        for one in store.customers.values()
    }


def busy_day_at_shopify(store: ShopifyShop) -> None:
    """What a day brings; memberships of smart collections and all that is lost come by no webhook."""
    products, orders, people = (list(some.values()) for some in (store.products, store.orders, store.customers))
    for product in products[:15]:
        store.edit_product(product, title=f"{product.title} II")
    for product in products[15:25]:
        store.change_price(product.variants[0], 999)
    for product in products[25:30]:
        store.delete_product(product)
    store.set_stock(products[31].variants[0], 3)
    store.create_product("New today", price=499)
    collections = list(store.collections.values())
    store.edit_collection(collections[0], title="Renamed collection")
    store.delete_collection(collections[-1])
    store.edit_customer(people[0], first_name="Zoë", tags=["vip", "new"])
    store.change_consent(people[1], channel="email", state="UNSUBSCRIBED")
    store.delete_customer(people[-1]) if not _has_orders(store, people[-1]) else None
    store.refund(orders[0])
    store.cancel(orders[1])
    store.fulfil(orders[2])
    store.delete_order(orders[3])


def _has_orders(store: ShopifyShop, person: Any) -> bool:
    return any(order.customer is person for order in store.orders.values())


class TestShopify:
    def connected(self, settings: Settings, store: ShopifyShop, peer: ShopifyPeer) -> Iterator[tuple[Backroom, Shop]]:
        for backroom in assembled(with_stand_ins(settings, peer)):
            yield backroom, connect_shopify(backroom, peer, store)

    def store(self) -> ShopifyShop:
        return ShopifyShop.filled(products=60, customers=20, orders=40, seed=1)

    def test_is_whole_after_the_import(self, settings: Settings) -> None:
        store = self.store()
        with ShopifyPeer(store) as peer:
            for backroom, shop in self.connected(settings, store, peer):
                run = sync(backroom, shop, syncs.IMPORT)
                assert (run.state, run.error) == (syncs.DONE, "")
                assert_is_shopify(shop, store)
                assert {row.kind for row in rows(backroom.process.database, effects.effects)} == {
                    effects.INDEX,
                    effects.PAGES,
                }

    @pytest.mark.parametrize("lost", [pytest.param(0.0, marks=SLOW), 0.3, pytest.param(1.0, marks=SLOW)])
    def test_is_whole_again_after_one_comparison_when_deliveries_were_lost(
        self, settings: Settings, lost: float
    ) -> None:
        store = self.store()
        with ShopifyPeer(store, disorder=Disorder(drop=lost, duplicate=0.1, shuffle=True)) as peer:
            for backroom, shop in self.connected(settings, store, peer):
                with served(backroom) as url:
                    sync(backroom, shop, syncs.IMPORT)
                    peer.app.url = url
                    busy_day_at_shopify(store)
                    peer.sender.flush()
                    backroom.work()
                    assert {each.status for each in peer.sender.sent} == ({200} if lost < 1 else set())
                    assert bool(deliveries(backroom.process.database, shop.id)) == (lost < 1)
                    run = sync(backroom, shop, syncs.COMPARE)
                    assert (run.state, run.error) == (syncs.DONE, "")
                    assert_is_shopify(shop, store)
                    assert sync(backroom, shop, syncs.COMPARE).found == {}

    @pytest.mark.slow
    def test_finds_what_changed_without_reading_everything(self, settings: Settings) -> None:
        store = self.store()
        with ShopifyPeer(store) as peer:
            for backroom, shop in self.connected(settings, store, peer):
                sync(backroom, shop, syncs.IMPORT)
                products = list(store.products.values())
                store.edit_product(products[0], title="Found again")
                store.delete_product(products[1])
                run = sync(backroom, shop, syncs.CHANGES)
                assert (run.state, run.error) == (syncs.DONE, "")
                assert_is_shopify(shop, store)
                assert run.calls < 10
