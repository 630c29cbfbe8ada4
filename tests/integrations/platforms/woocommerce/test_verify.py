"""WooCommerce's signatures and its ping."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.platforms.woocommerce.verify import envelope, is_genuine, is_ping, resolved

BODY = b'{"id":7}'


def signed(key: str, body: bytes = BODY) -> str:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


class TestIsGenuine:
    @given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="&\x00"), min_size=1), st.binary())
    def test_accepts_what_the_secret_signed(self, secret: str, body: bytes) -> None:
        assert is_genuine(signed(secret, body), body, [secret.encode()])

    @pytest.mark.parametrize(
        ("secret", "key"),
        [
            ("a&amp;b", "a&b"),
            ("&quot;q&quot; &#39;s&#039; &lt;t&gt;", "\"q\" 's' <t>"),
            ("&#x27;&#X22;", "'\""),
            ("&amp;amp;", "&amp;"),
            ("ünïcödé 密", "ünïcödé 密"),
            ("&auml;&euro;", "&auml;&euro;"),
            ("<b> 50% ", "<b> 50% "),
            ("x" * 300, "x" * 300),
        ],
    )
    def test_resolves_the_secrets_entities_as_wordpress_does(self, secret: str, key: str) -> None:
        assert resolved(secret.encode()) == key.encode()
        assert is_genuine(signed(key), BODY, [secret.encode()])

    def test_accepts_the_secret_before_a_rotation(self) -> None:
        assert is_genuine(signed("old"), BODY, [b"new", b"old"])
        assert not is_genuine(signed("older"), BODY, [b"new", b"old"])

    @pytest.mark.parametrize("signature", ["", "AAAA", "no base64", "é", "\udc80", "=", "A" * 43 + "=", "\x00"])
    def test_refuses_what_is_no_signature(self, signature: str) -> None:
        assert not is_genuine(signature, BODY, [b"secret"])

    def test_never_verifies_with_an_empty_secret(self) -> None:
        assert not is_genuine(signed(""), BODY, [b""])
        assert not is_genuine(signed(""), BODY, [])

    @given(st.text(), st.binary(), st.binary())
    def test_never_raises(self, signature: str, body: bytes, secret: bytes) -> None:
        assert isinstance(is_genuine(signature, body, [secret]), bool)

    def test_knows_a_changed_body(self) -> None:
        assert not is_genuine(signed("s"), BODY + b" ", [b"s"])


class TestIsPing:
    def test_knows_the_form_without_headers_of_a_delivery(self) -> None:
        assert is_ping({"content-type": "application/x-www-form-urlencoded"}, b"webhook_id=12")

    @pytest.mark.parametrize(
        "body", [b"", b"webhook_id=", b"webhook_id=x", b"webhook_id=1&a=b", b"webhook_id=1\n", BODY]
    )
    def test_knows_everything_else(self, body: bytes) -> None:
        assert not is_ping({}, body)

    def test_is_none_with_headers_of_a_delivery(self) -> None:
        assert not is_ping({"x-wc-webhook-topic": "order.updated"}, b"webhook_id=12")


class TestEnvelope:
    def test_reads_topic_and_signature_but_no_id_that_is_not_unique(self) -> None:
        read = envelope(
            {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-signature": "s", "x-wc-webhook-delivery-id": "d"}
        )
        assert (read.topic, read.signature, read.delivery_id) == ("order.updated", "s", None)

    @given(st.dictionaries(st.text(), st.text()))
    def test_never_raises(self, headers: dict[str, str]) -> None:
        assert envelope(headers).delivery_id is None
