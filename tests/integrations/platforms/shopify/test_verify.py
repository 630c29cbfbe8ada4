import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import shopify_app
from hypothesis import given
from hypothesis import strategies as st

from integrations.platforms.shopify.registered import SHOPIFY
from integrations.protocols import Envelope

VECTORS = Path(__file__).parents[4] / "../shared/data/shopify/vectors.json"
CLASSIC = {
    "x-shopify-topic": "products/update",
    "x-shopify-hmac-sha256": "c2lnbmF0dXJl",
    "x-shopify-shop-domain": "Quay-Goods.myshopify.com",
    "x-shopify-webhook-id": "b54557e4",
    "x-shopify-event-id": "98880550",
    "x-shopify-name": "catalogue",
    "x-shopify-triggered-at": "2026-11-22T14:51:43.123456789Z",
}
EVENTS = {
    "shopify-topic": "Product",
    "shopify-action": "update",
    "shopify-hmac-sha256": "c2lnbmF0dXJl",
    "shopify-shop-domain": "quay-goods.myshopify.com",
    "shopify-webhook-id": "77aa",
    "shopify-triggered-at": "2026-11-22T15:51:43+01:00",
}


def sign(body: bytes, secret: bytes) -> str:
    return base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()


def is_genuine(signature: str, body: bytes, secrets: list[bytes]) -> bool:
    return SHOPIFY.is_genuine(Envelope(topic="products/update", signature=signature), body, secrets)


class TestEnvelope:
    def test_reads_the_classic_family(self):
        envelope = SHOPIFY.envelope(CLASSIC)
        assert (envelope.topic, envelope.shop) == ("products/update", "quay-goods.myshopify.com")
        assert (envelope.signature, envelope.delivery_id) == ("c2lnbmF0dXJl", "b54557e4")
        assert envelope.triggered_at == datetime(2026, 11, 22, 14, 51, 43, 123456, tzinfo=UTC)

    def test_reads_the_events_family(self):
        envelope = SHOPIFY.envelope(EVENTS)
        assert (envelope.topic, envelope.delivery_id) == ("Product/update", "77aa")
        assert envelope.triggered_at == datetime(2026, 11, 22, 14, 51, 43, tzinfo=UTC)

    def test_takes_the_classic_family_when_both_are_there(self):
        assert SHOPIFY.envelope({**EVENTS, **CLASSIC}).topic == "products/update"

    def test_makes_up_an_id_only_where_an_event_id_allows_it(self):
        without = {name: value for name, value in CLASSIC.items() if name != "x-shopify-webhook-id"}
        assert SHOPIFY.envelope(without).delivery_id == "products/update:98880550:catalogue"
        without.pop("x-shopify-event-id")
        assert SHOPIFY.envelope(without).delivery_id is None

    @given(st.dictionaries(st.sampled_from([*CLASSIC, *EVENTS]), st.text()))
    def test_never_raises(self, headers):
        SHOPIFY.envelope(headers)


class TestIsGenuine:
    @given(body=st.binary(), secret=st.binary(min_size=1))
    def test_accepts_what_the_secret_signed(self, body, secret):
        assert is_genuine(sign(body, secret), body, [secret])
        assert not is_genuine(sign(body, secret), body + b" ", [secret])

    def test_accepts_the_secret_before_a_rotation(self):
        assert is_genuine(sign(b"{}", b"old"), b"{}", [b"new", b"old"])
        assert not is_genuine(sign(b"{}", b"older"), b"{}", [b"new", b"old"])

    @pytest.mark.parametrize("signature", ["", "é", "not base64!", "AAAA", "====", "\ud800", " " * 44, "Zm9v\nYmFy"])
    def test_refuses_what_is_no_signature(self, signature):
        assert not is_genuine(signature, b"{}", [b"secret"])

    def test_refuses_everything_without_a_secret(self):
        assert not is_genuine(sign(b"{}", b""), b"{}", [])
        assert not is_genuine(sign(b"{}", b""), b"{}", [b""])

    @given(st.text(), st.binary())
    def test_never_raises(self, signature, body):
        is_genuine(signature, body, [b"one", b"two"])

    @pytest.mark.skipif(not VECTORS.exists(), reason="the shared vectors are not here")
    def test_agrees_with_vectors_made_elsewhere(self):
        vectors = json.loads(VECTORS.read_text())["webhook"]
        for vector in vectors:
            body = vector.get("body", "").encode()
            if "body_file" in vector:
                body = (VECTORS.parent / vector["body_file"]).read_bytes()
            assert is_genuine(vector["X-Shopify-Hmac-Sha256"], body, [vector["secret"].encode()])


class TestNamesAnotherShop:
    @pytest.mark.parametrize(
        ("topic", "payload", "another"),
        [
            ("shop/redact", {"shop_domain": "quay-goods.myshopify.com"}, False),
            ("shop/redact", {"shop_domain": "QUAY-goods.myshopify.com"}, False),
            ("customers/redact", {"shop_domain": "other.myshopify.com"}, True),
            ("app/uninstalled", {"myshopify_domain": "other.myshopify.com"}, True),
            ("shop/update", {"myshopify_domain": None}, False),
            ("products/update", {"shop_domain": "other.myshopify.com"}, False),
            ("shop/redact", ["shop_domain"], False),
        ],
    )
    def test_compares_the_signed_name_with_the_header(self, topic, payload, another):
        assert SHOPIFY.names_another_shop(topic, payload, "quay-goods.myshopify.com") is another


def test_shopify_sends_no_ping():
    assert not SHOPIFY.is_ping({}, b"webhook_id=1")


class TestAgreement:
    """Shopify's own package and ours think the same of a signature."""

    @given(
        st.text(max_size=60).map(lambda text: text.encode("utf-8", "ignore")),
        st.sampled_from(["right", "former", "wrong", "cut", "empty"]),
    )
    def test_with_shopifys_package(self, body: bytes, which: str) -> None:
        secrets = {"right": b"the app's secret", "former": b"the one before", "wrong": b"somebody's"}
        signature = sign(body, secrets.get(which, b"the app's secret"))
        signature = {"cut": signature[:-8], "empty": ""}.get(which, signature)
        request: Any = {
            "method": "POST",
            "url": "https://app.example/webhooks/shopify",
            "headers": {"x-shopify-hmac-sha256": signature, "x-shopify-shop-domain": "one.myshopify.com"},
            "body": body.decode(),
        }
        config: Any = {"client_id": "key", "client_secret": "the app's secret", "old_client_secret": "the one before"}
        theirs = shopify_app.verify_webhook_req(request, config).ok
        assert is_genuine(signature, body, [secrets["right"], secrets["former"]]) == theirs
