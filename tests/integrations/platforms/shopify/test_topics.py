import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commerce.rules.events import Reading, UnableToRead
from integrations.platforms.shopify.registered import SHOPIFY
from integrations.platforms.shopify.topics import KNOWN_TOPICS, READERS
from integrations.protocols import Delivered
from tests.examples import examples

SAMPLES = Path(__file__).parents[4] / "../shared/data/shopify/webhooks"
PAYLOADS = sorted((SAMPLES / "payloads_2026-07").rglob("*.json")) if SAMPLES.exists() else []
NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIELDS = (
    *("id", "title", "variants", "options", "images", "price", "tags", "status", "currency", "total_price", "customer"),
    *("line_items", "refunds", "transactions", "amount", "fulfillments", "customer_id", "customerId", "email", "data"),
    *("order_id", "order_edit", "tracking_numbers", "happened_at", "fulfillment_id", "inventory_item_id", "subtotal"),
    *("location_id", "amountSpent", "query_variables", "product", "shop_money", "name", "values", "position"),
    *("admin_graphql_api_customer_kept_id", "admin_graphql_api_customer_deleted_id", "admin_graphql_api_id"),
    *("variant_gids", "numberOfOrders", "addresses", "discount_allocations", "email_marketing_consent"),
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["1.00", "gid://shopify/Product/1", "2026-11-22T10:00:00Z", 10**30, "0001-01-01T00:00:00+14:00"])
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=25,
)


def told(topic, payload):
    return Delivered(topic=topic, payload=payload, received_at=NOW, currency="EUR")


@settings(max_examples=examples(1500), deadline=None)
@given(topic=st.sampled_from(sorted(READERS)), payload=ANY_JSON)
@example(topic="orders/create", payload={"id": 1, "currency": "EUR", "total_price": "1", "line_items": [{"id": 1}]})
def test_any_body_is_read_or_refused(topic, payload):
    try:
        outcome = SHOPIFY.read(told(topic, payload))
    except UnableToRead as complaint:
        outcome = complaint
    assert isinstance(outcome, Reading) or str(outcome).startswith(f"{topic}: ")


@given(payload=ANY_JSON)
def test_unused_and_unknown_topics_need_nothing(payload):
    for topic in (*sorted(KNOWN_TOPICS - set(READERS)), "made/up", ""):
        reading = SHOPIFY.read(told(topic, payload))
        assert (reading.changes, reading.note) == ((), "Backroom does not use this topic.")


@pytest.mark.skipif(not PAYLOADS, reason="Shopify's samples are not here")
def test_reads_every_sample_of_shopify():
    assert len(PAYLOADS) == 210
    for path in PAYLOADS:
        topic = path.relative_to(SAMPLES / "payloads_2026-07").with_suffix("").as_posix()
        reading = SHOPIFY.read(told(topic, json.loads(path.read_text())))
        assert topic in KNOWN_TOPICS
        assert bool(reading.note) is not bool(reading.changes), topic


@pytest.mark.skipif(not PAYLOADS, reason="Shopify's list of topics is not here")
def test_knows_every_topic_that_shopify_lists():
    listed = {entry["topic"] for entry in json.loads((SAMPLES / "topics_2026-07.json").read_text())}
    assert listed <= KNOWN_TOPICS
