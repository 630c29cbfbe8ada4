import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest

from commerce.rules.events import Deleted, Saved
from commerce.rules.products import ProductFacts, VariantFacts
from integrations.protocols import Delivered
from integrations.registry import platform
from integrations.simulator.shop import deliveries, open_store
from integrations.simulator.store import ticking

SECRET = b"wc-secret"
START = datetime(2026, 11, 22, 6, tzinfo=UTC)


def play(*, disorder, steps=1500, seed=4):
    store = open_store("woocommerce", seed, ticking(START), size=80)
    told = deliveries(store, "woocommerce", seed, steps=steps, disorder=disorder, secret=SECRET)
    return [(headers["X-WC-Webhook-Topic"], headers, body) for headers, body in told], store


@pytest.fixture(scope="module")
def orderly():
    return play(disorder=False)


def bodies(told, *topics):
    return [json.loads(body) for topic, _, body in told if topic in topics]


class TestDeliveries:
    def test_are_the_same_for_the_same_seed(self):
        assert play(disorder=True, steps=60)[0] == play(disorder=True, steps=60)[0]

    def test_are_signed(self, orderly):
        for _, headers, body in orderly[0]:
            expected = base64.b64encode(hmac.new(SECRET, body, hashlib.sha256).digest()).decode()
            assert headers["X-WC-Webhook-Signature"] == expected

    def test_are_escaped_as_php_does(self, orderly):
        for _, _, body in orderly[0]:
            assert body.isascii()
            assert b"/" not in body.replace(b"\\/", b"")

    def test_delivery_ids_are_not_unique(self, orderly):
        ids = [headers["X-WC-Webhook-Delivery-ID"] for _, headers, _ in orderly[0]]
        assert len(set(ids)) < len(ids)

    def test_disorder_loses_nothing(self, orderly):
        shuffled, store = play(disorder=True)
        assert sorted(body for _, _, body in shuffled) == sorted(body for _, _, body in orderly[0])
        assert [body for _, _, body in shuffled] != [body for _, _, body in orderly[0]]
        assert store.facts() == orderly[1].facts()


class TestTraps:
    def test_variations_come_on_their_own_and_their_parents_stay_silent(self, orderly):
        catalogue = bodies(orderly[0], "product.created")
        variations = [body for body in catalogue if body.get("type") == "variation"]
        parents = {body["id"]: body for body in catalogue if body.get("type") == "variable"}
        assert variations
        assert all(body["id"] in parents[body["parent_id"]]["variations"] for body in variations)

    def test_orders_are_told_twice_when_they_are_created(self, orderly):
        told = [(topic, json.loads(body)["id"]) for topic, _, body in orderly[0] if topic.startswith("order.")]
        for place, (topic, id_) in enumerate(told):
            if topic == "order.created":
                assert told[place - 1] == ("order.updated", id_)

    def test_drafts_errors_false_deletions_and_strangers_are_there(self, orderly):
        told, store = orderly
        drafts = {body["id"] for body in bodies(told, "order.updated") if body.get("status") == "checkout-draft"}
        assert drafts - {int(id_) for id_ in store.facts()["orders"]}
        assert any(set(body) == {"code", "message", "data"} for body in bodies(told, "product.updated"))
        assert any(body["id"] not in store.products for body in bodies(told, "product.deleted"))
        assert any(body["role"] == "editor" for body in bodies(told, "customer.created"))
        assert bodies(told, "product.restored")

    def test_names_are_escaped_and_amounts_are_text(self, orderly):
        brands = {brand["name"] for body in bodies(orderly[0], "product.created") for brand in body.get("brands", [])}
        assert any("&amp;" in brand for brand in brands)
        for body in bodies(orderly[0], "order.created"):
            cents = {name: round(float(body[name]) * 100) for name in ("total", "shipping_total", "total_tax")}
            lines = sum(round(float(line["total"]) * 100) for line in body["line_items"])
            assert cents["total"] == lines + cents["shipping_total"] + cents["total_tax"]

    def test_dates_are_whole_seconds_in_two_zones(self, orderly):
        for body in bodies(orderly[0], "product.updated", "order.updated"):
            if "date_modified" in body:
                local, utc = (datetime.fromisoformat(body[name]) for name in ("date_modified", "date_modified_gmt"))
                assert (local - utc).total_seconds() == 3600
                assert local.microsecond == 0


@pytest.fixture(scope="module")
def mirror(orderly):
    """What a receiver holds that reads everything in order; products and their variations apart."""
    woocommerce = platform("woocommerce")
    held = {}
    for topic, headers, body in orderly[0]:
        envelope = woocommerce.envelope({name.lower(): value for name, value in headers.items()})
        assert woocommerce.is_genuine(envelope, body, [SECRET])
        delivered = Delivered(topic=topic, payload=json.loads(body), received_at=START, currency="EUR")
        reading = woocommerce.read(delivered)
        assert reading.changes or reading.note
        for change in reading.changes:
            if isinstance(change, Saved):
                held[change.kind, change.facts.id] = change.facts
            elif isinstance(change, Deleted):
                held.pop((change.kind, change.id), None)
    return held


def told_of(mirror, kind, *, of=object):
    return {id_: one for (known, id_), one in mirror.items() if known == kind and isinstance(one, of)}


class TestFacts:
    def test_products_equal_what_was_told(self, orderly, mirror):
        expected = orderly[1].facts()["products"]
        told = told_of(mirror, "product", of=ProductFacts)
        assert told.keys() == expected.keys()
        for id_, fact in expected.items():
            one = told[id_]
            assert (one.title, one.handle, one.brand) == (fact["title"], fact["handle"], fact["brand"])
            assert (one.description, one.published) == (fact["description"], fact["published"])
            assert [category.name for category in one.categories] == [fact["category"]]
            assert list(one.variant_ids) == list(fact["variants"])

    def test_variations_equal_what_was_told(self, orderly, mirror):
        products = orderly[1].facts()["products"]
        single = {
            id_: one.variants[0] for id_, one in told_of(mirror, "product", of=ProductFacts).items() if one.variants
        }
        told = {**single, **told_of(mirror, "product", of=VariantFacts)}
        expected = {id_: fact for product in products.values() for id_, fact in product["variants"].items()}
        assert told.keys() == expected.keys()
        for id_, fact in expected.items():
            one = told[id_]
            assert (one.sku, one.price, one.stock) == (fact["sku"], fact["price"], fact["stock"])
            assert (one.compare_at_price, dict(one.options)) == (fact["compare_at_price"], fact["options"])

    def test_orders_equal_what_was_told(self, orderly, mirror):
        expected = orderly[1].facts()["orders"]
        told = told_of(mirror, "order")
        assert told.keys() == expected.keys()
        for id_, fact in expected.items():
            one = told[id_]
            names = ("total", "tax", "shipping", "discount", "refunded")
            assert [getattr(one, name) for name in names] == [fact[name] for name in names]
            assert (one.customer_id, one.email) == (fact["customer_id"], fact["email"])
            assert (one.status == "cancelled") is fact["cancelled"]
            lines = [(line.sku, line.quantity, line.total) for line in one.lines]
            assert lines == [tuple(line[name] for name in ("sku", "quantity", "total")) for line in fact["lines"]]
            assert [parcel.tracking_number for parcel in one.shipments or ()] == fact["tracking_numbers"]

    def test_customers_equal_what_was_told(self, orderly, mirror):
        expected = orderly[1].facts()["customers"]
        told = told_of(mirror, "customer")
        assert told.keys() == expected.keys()
        for id_, fact in expected.items():
            assert (told[id_].email, told[id_].first_name) == (fact["email"], fact["first_name"])
