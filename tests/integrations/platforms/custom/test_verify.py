"""Signatures by Standard Webhooks, beside the standard's own library."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from integrations.platforms.custom.registered import CUSTOM
from integrations.platforms.custom.verify import is_secret, key_of, new_secret
from integrations.protocols import Envelope

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"type": "product.deleted", "timestamp": "2026-11-22T10:00:00Z", "data": {"id": 7}}'
NOW = datetime.now(UTC).replace(microsecond=0)


def headers(secret: str = SECRET, body: bytes = BODY, id_: str = "msg_1", at: datetime = NOW) -> dict[str, str]:
    """As the standard's library signs."""
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, at, body.decode()),
    }


def is_genuine(told: dict[str, str], body: bytes = BODY, *secrets: str) -> bool:
    return CUSTOM.is_genuine(CUSTOM.envelope(told), body, [secret.encode() for secret in secrets or (SECRET,)])


class TestIsGenuine:
    @given(
        st.binary(min_size=1, max_size=64),
        st.text(alphabet=st.characters(codec="ascii", exclude_categories=["C"]), min_size=1),
        st.text(alphabet=st.characters(codec="utf-8")),
        st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    )
    def test_accepts_what_the_standards_library_signed(self, key: bytes, id_: str, body: str, at: datetime) -> None:
        secret = "whsec_" + base64.b64encode(key).decode()
        assert is_genuine(headers(secret, body.encode(), id_, at), body.encode(), secret)

    @given(st.dictionaries(st.text(max_size=5), st.integers(), max_size=3), st.booleans(), st.booleans())
    def test_agrees_with_the_library_on_what_is_right(self, told: Any, other_body: bool, other_secret: bool) -> None:
        body = json.dumps(told).encode()
        sent = headers(
            new_secret() if other_secret else SECRET, body + b" " if other_body else body, at=datetime.now(UTC)
        )
        try:
            Webhook(SECRET).verify(body, sent)
            right = True
        except WebhookVerificationError:
            right = False
        assert is_genuine(sent, body) is right is not (other_body or other_secret)

    @pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    def test_refuses_a_header_that_was_changed(self, changed: str) -> None:
        other = headers(id_="msg_2", at=NOW - timedelta(seconds=1), body=BODY + b" ")
        assert not is_genuine({**headers(), changed: other[changed]})

    def test_accepts_any_of_several_signatures_and_secrets(self) -> None:
        old, new = new_secret(), new_secret()
        both = f"v1a,xyz v1,AAAA {headers(old)['webhook-signature']} {headers(new)['webhook-signature']}"
        told = {**headers(), "webhook-signature": both}
        assert is_genuine(told, BODY, old)
        assert is_genuine(told, BODY, new)
        assert is_genuine(headers(old), BODY, new, old)
        assert not is_genuine(told, BODY, SECRET)

    def test_takes_a_secret_without_its_prefix_and_padding(self) -> None:
        key = base64.b64encode(b"a key whose base64 has padding").decode() + "=="
        told = headers("whsec_" + base64.b64encode(b"a key whose base64 has padding!").decode())
        assert is_genuine(told, BODY, base64.b64encode(b"a key whose base64 has padding!").decode().rstrip("="))
        assert not is_genuine(told, BODY, key)

    @pytest.mark.parametrize(
        "signature", ["", "v1", "v1,", "v1,no base64", "v2,AAAA", ",", "é", "\udc80", " ", "v1,\x00"]
    )
    def test_refuses_what_is_no_signature(self, signature: str) -> None:
        assert not is_genuine({**headers(), "webhook-signature": signature})

    def test_refuses_the_right_signature_of_another_version(self) -> None:
        right = headers()["webhook-signature"].removeprefix("v1")
        assert not is_genuine({**headers(), "webhook-signature": f"v2{right}"})

    @pytest.mark.parametrize("secret", ["", "whsec_", "no base64!", "whsec_é"])
    def test_never_verifies_with_a_secret_that_is_none(self, secret: str) -> None:
        told = headers()
        told["webhook-signature"] = "v1," + base64.b64encode(b"").decode()
        assert not is_genuine(told, BODY, secret)

    @pytest.mark.parametrize("time", ["", "now", "-1", "1e9", "1763805600.5", " 1763805600", "²"])
    def test_refuses_a_time_that_is_none(self, time: str) -> None:
        assert not is_genuine({**headers(), "webhook-timestamp": time})

    @given(st.text(), st.text(), st.text(), st.binary(), st.binary())
    def test_never_raises(self, id_: str, time: str, signature: str, body: bytes, secret: bytes) -> None:
        told = {"webhook-id": id_, "webhook-timestamp": time, "webhook-signature": signature}
        assert isinstance(CUSTOM.is_genuine(CUSTOM.envelope(told), body, [secret]), bool)


class TestEnvelope:
    def test_has_the_id_and_the_time_of_signing(self) -> None:
        envelope = CUSTOM.envelope(headers())
        assert (envelope.delivery_id, envelope.signed_at, envelope.topic) == ("msg_1", NOW, "")

    @pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    def test_is_unsigned_without_one_of_the_headers(self, missing: str) -> None:
        assert CUSTOM.envelope({**headers(), missing: ""}).signature == ""

    def test_takes_milliseconds_for_the_far_future(self) -> None:
        signed_at = CUSTOM.envelope({**headers(), "webhook-timestamp": "1763805600000"}).signed_at
        assert signed_at is not None
        assert signed_at.year == 9999

    def test_is_told_topic_and_time_by_the_body(self) -> None:
        opened = CUSTOM.opened(CUSTOM.envelope(headers()), json.loads(BODY))
        assert (opened.topic, opened.triggered_at) == ("product.deleted", datetime(2026, 11, 22, 10, tzinfo=UTC))
        assert (opened.delivery_id, opened.signed_at) == ("msg_1", NOW)

    @pytest.mark.parametrize("payload", [None, 1, "x", [], {}, {"type": 1, "timestamp": 1}, {"type": {}}])
    def test_has_no_topic_where_the_body_names_none(self, payload: Any) -> None:
        opened = CUSTOM.opened(CUSTOM.envelope({}), payload)
        assert isinstance(opened, Envelope)
        assert (opened.topic, opened.triggered_at) == ("", None)


class TestASecret:
    def test_is_as_the_standard_has_it(self) -> None:
        assert new_secret().startswith("whsec_")
        assert len(key_of(new_secret().encode())) == 32
        assert new_secret() != new_secret()

    @pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "a shop's secret", "whsec_é"])
    def test_is_none_where_it_is_short_or_no_base64(self, secret: str) -> None:
        assert is_secret(new_secret())
        assert not is_secret(secret)
