import random
from datetime import UTC, datetime

import pytest

from integrations.simulator import life, orders
from integrations.simulator.model import taxed
from integrations.simulator.shop import open_store
from integrations.simulator.store import ticking


@pytest.fixture
def store():
    return open_store("woocommerce", 3, ticking(datetime(2026, 11, 22, 8, tzinfo=UTC)), size=60)


@pytest.fixture
def rng():
    return random.Random(1)


@pytest.fixture
def order(store, rng):
    """Two pieces of one thing and three of another, paid."""
    shelves = [
        (product, variant, count)
        for product, count in zip(list(store.products.values())[:2], (2, 3), strict=True)
        for variant in product.variants[:1]
    ]
    for product, variant, _ in shelves:
        store.edit_variant(product, variant, stock=10)
    told = orders.fill_cart(store, rng, store.person(rng), shelves)
    orders.place(store, store.orders[told[0].id], paid=True)
    return store.orders[told[0].id]


def stock_of(store, line):
    return store.variant_of(line.product_id, line.variant_id).stock


class TestOrders:
    def test_a_sale_takes_goods_from_the_shelf(self, store, order):
        assert [stock_of(store, line) for line in order.lines] == [8, 7]

    def test_amounts_add_up(self, order):
        assert order.total == order.subtotal + order.shipping + order.tax
        assert order.tax == sum(taxed(line.total) for line in order.lines) + taxed(order.shipping)
        assert order.subtotal + order.discount == sum(line.price * line.quantity for line in order.lines)

    def test_refunds_piece_by_piece_end_at_the_total(self, store, order):
        while orders.pieces_left(order):
            line = next(iter(orders.pieces_left(order)))
            orders.refund(store, order, {line: 1}, reason="", restock=True)
            assert order.refunded <= order.total
        assert order.refunded == order.total
        assert [stock_of(store, line) for line in order.lines] == [10, 10]

    def test_a_cancelled_order_puts_goods_back(self, store, order):
        orders.cancel(store, order)
        assert [stock_of(store, line) for line in order.lines] == [10, 10]

    def test_an_empty_shelf_sells_nothing(self, store, rng):
        product = next(iter(store.products.values()))
        store.edit_variant(product, product.variants[0], stock=0)
        told = orders.fill_cart(store, rng, store.person(rng), [(product, product.variants[0], 1)])
        assert orders.place(store, store.orders[told[0].id], paid=True) == []
        assert store.orders[told[0].id].draft


class TestLife:
    def test_goes_on_for_long_and_stays_sound(self, store, rng):
        seen = {}
        for _ in range(3000):
            for happening in life.step(store, rng, bin_exists=True):
                noun = happening.what.partition(".")[0]
                key = (noun, happening.id, happening.part)
                assert seen.get(key) is None or happening.at >= seen[key]
                seen[key] = happening.at
        assert all(variant.stock >= 0 for one in store.products.values() for variant in one.variants)
        for order in store.orders.values():
            assert order.refunded <= order.total
            assert order.total == order.subtotal + order.shipping + order.tax
        facts = store.facts()
        assert facts["deleted"]
        assert facts["restored"]
        assert any(order["cancelled"] for order in facts["orders"].values())
        assert any(order["refunded"] for order in facts["orders"].values())

    def test_is_the_same_for_the_same_seed(self):
        plays = []
        for _ in range(2):
            store = open_store("shopify", 3, ticking(datetime(2026, 11, 22, 8, tzinfo=UTC)), size=30)
            rng = random.Random(5)
            plays.append([life.step(store, rng, bin_exists=False) for _ in range(200)])
            plays.append(store.facts())
        assert plays[:2] == plays[2:]

    def test_touching_moves_time_on_by_whole_seconds(self, store):
        store.clock = lambda: datetime(2026, 11, 22, 9, tzinfo=UTC)
        product = next(iter(store.products.values()))
        moments = [store.edit(product, title="x")[0].at for _ in range(3)]
        assert [moment.second for moment in moments] == [0, 1, 2]
