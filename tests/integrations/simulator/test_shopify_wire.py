import json
from datetime import UTC, datetime

import pytest

from commerce.rules.events import Deleted, Saved
from integrations.platforms.shopify.registered import SHOPIFY
from integrations.protocols import Delivered
from integrations.simulator.shop import deliveries, open_store
from integrations.simulator.store import ticking

SECRET = b"shpss_demo"


def play(*, disorder, seed=4, steps=600):
    store = open_store("shopify", seed, ticking(datetime(2026, 11, 22, 6, tzinfo=UTC)), size=80)
    told = deliveries(store, "shopify", seed, steps=steps, disorder=disorder, secret=SECRET)
    return list(told), store


def envelope_of(headers):
    return SHOPIFY.envelope({name.lower(): value for name, value in headers.items()})


def read(headers, body, currency="EUR"):
    envelope = envelope_of(headers)
    delivered = Delivered(
        topic=envelope.topic,
        payload=json.loads(body),
        received_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        triggered_at=envelope.triggered_at,
        currency=currency,
    )
    return SHOPIFY.read(delivered)


@pytest.fixture(scope="module")
def orderly():
    return play(disorder=False)


@pytest.fixture(scope="module")
def mirror(orderly):
    """What a receiver holds that believes the newest telling."""
    held = {}
    for headers, body in orderly[0]:
        for change in read(headers, body).changes:
            if isinstance(change, Saved):
                key = (change.kind, change.facts.id)
                known = held.get(key)
                if known is None or (change.facts.updated_at, change.tiebreak) >= (
                    known.facts.updated_at,
                    known.tiebreak,
                ):
                    held[key] = change
            elif isinstance(change, Deleted):
                held.pop((change.kind, change.id), None)
    return {key: change.facts for key, change in held.items()}


class TestDeliveries:
    def test_are_the_same_for_the_same_seed(self):
        assert play(disorder=True, steps=80)[0] == play(disorder=True, steps=80)[0]
        assert play(disorder=True, steps=80)[0] != play(disorder=True, steps=80, seed=5)[0]

    def test_are_signed(self, orderly):
        for headers, body in orderly[0]:
            assert SHOPIFY.is_genuine(envelope_of(headers), body, [SECRET])

    def test_are_all_understood(self, orderly):
        for headers, body in orderly[0]:
            reading = read(headers, body)
            assert reading.changes
            assert all(type(change).__name__ != "Unclear" for change in reading.changes)

    def test_disorder_changes_the_order_and_repeats_but_loses_nothing(self, orderly):
        disorderly, store = play(disorder=True)
        ids = [headers["X-Shopify-Webhook-Id"] for headers, _ in orderly[0]]
        shuffled = [headers["X-Shopify-Webhook-Id"] for headers, _ in disorderly]
        assert len(set(ids)) == len(ids)
        assert set(shuffled) == set(ids)
        assert len(shuffled) > len(ids)
        assert list(dict.fromkeys(shuffled)) != ids
        assert store.facts() == orderly[1].facts()


class TestFacts:
    def test_products_equal_what_was_told(self, orderly, mirror):
        facts = orderly[1].facts()
        told = {id_: one for (kind, id_), one in mirror.items() if kind == "product"}
        assert told.keys() == facts["products"].keys()
        for id_, expected in facts["products"].items():
            one = told[id_]
            assert (one.title, one.handle, one.brand) == (expected["title"], expected["handle"], expected["brand"])
            assert (one.status, one.published) == (expected["status"], expected["published"])
            assert (one.price, one.compare_at_price) == (expected["price"], expected["compare_at_price"])
            assert (one.stock, one.available) == (expected["stock"], expected["available"])
            assert [option.name for option in one.options] == expected["options"]
            assert {
                variant.id: {
                    "sku": variant.sku,
                    "options": dict(variant.options),
                    "price": variant.price,
                    "compare_at_price": variant.compare_at_price,
                    "stock": variant.stock,
                }
                for variant in one.variants
            } == expected["variants"]

    def test_orders_equal_what_was_told(self, orderly, mirror):
        facts = orderly[1].facts()
        told = {id_: one for (kind, id_), one in mirror.items() if kind == "order"}
        assert told.keys() == facts["orders"].keys()
        for id_, expected in facts["orders"].items():
            one = told[id_]
            amounts = (one.total, one.subtotal, one.tax, one.shipping, one.discount, one.refunded)
            names = ("total", "subtotal", "tax", "shipping", "discount", "refunded")
            assert amounts == tuple(expected[name] for name in names)
            assert (one.status == "cancelled") is expected["cancelled"]
            assert (one.fulfillment_status == "fulfilled") is expected["fulfilled"]
            assert (one.customer_id, one.email) == (expected["customer_id"], expected["email"])
            assert [parcel.tracking_number for parcel in one.shipments] == expected["tracking_numbers"]
            lines = [(line.sku, line.quantity, line.price, line.total) for line in one.lines]
            assert lines == [
                tuple(line[name] for name in ("sku", "quantity", "price", "total")) for line in expected["lines"]
            ]

    def test_customers_equal_what_was_told(self, orderly, mirror):
        facts = orderly[1].facts()
        told = {id_: one for (kind, id_), one in mirror.items() if kind == "customer"}
        assert told.keys() == facts["customers"].keys()
        for id_, expected in facts["customers"].items():
            one = told[id_]
            assert (one.email, one.phone, one.first_name) == (
                expected["email"],
                expected["phone"],
                expected["first_name"],
            )
            # A customer whom an order told last comes without addresses.
            assert one.addresses is None or one.addresses[0]["city"] == expected["city"]
