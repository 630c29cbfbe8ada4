"""What mail providers tell, in their own shapes, and whether it is really from them."""

import base64
import contextlib
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.bounces import providers, signatures
from integrations.channels.bounces.bounce import UnableToReadBounce

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
WHO, ID = "maya@example.com", "backroom-1-7@example.org"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
)


def ses(kind: str, **told: Any) -> dict[str, Any]:
    mail = {"headers": [{"name": "Message-ID", "value": f"<{ID}>"}]}
    inner = {"notificationType": kind, "mail": mail, kind.lower(): told}
    return {"Type": "Notification", "TopicArn": "arn:t", "Message": json.dumps(inner)}


def mailgun(event: str, **told: Any) -> dict[str, Any]:
    return {"event-data": {"event": event, "recipient": WHO, "message": {"headers": {"message-id": ID}}, **told}}


RETURNED = {"bouncedRecipients": [{"emailAddress": WHO, "diagnosticCode": "550 5.1.1 no <maya@example.com>"}]}
POSTMARK = {"Email": WHO, "Metadata": {"message-id": ID}}
SENDGRID = {"email": WHO, "smtp-id": f"<{ID}>"}
EXAMPLES = [
    ("ses", ses("Bounce", bounceType="Permanent", **RETURNED), (True, False)),
    ("ses", ses("Bounce", bounceType="Transient", **RETURNED), (False, False)),
    (
        "ses",
        ses("Bounce", bounceType="Permanent", bounceSubType="OnAccountSuppressionList", **RETURNED),
        (False, False),
    ),
    ("ses", ses("Complaint", complainedRecipients=[{"emailAddress": WHO}]), (False, True)),
    ("sendgrid", [{**SENDGRID, "event": "bounce", "type": "bounce", "reason": "550"}], (True, False)),
    ("sendgrid", [{**SENDGRID, "event": "bounce", "type": "blocked", "reason": "421"}], (False, False)),
    ("sendgrid", [{**SENDGRID, "event": "bounce", "bounce_classification": "Reputation"}], (False, False)),
    ("sendgrid", [{**SENDGRID, "event": "spamreport"}], (False, True)),
    ("postmark", {**POSTMARK, "RecordType": "Bounce", "Type": "HardBounce", "Details": "550"}, (True, False)),
    ("postmark", {**POSTMARK, "RecordType": "Bounce", "Type": "SoftBounce"}, (False, False)),
    ("postmark", {**POSTMARK, "RecordType": "SpamComplaint"}, (False, True)),
    ("mailgun", mailgun("failed", severity="permanent", reason="bounce"), (True, False)),
    ("mailgun", mailgun("failed", severity="permanent", reason="generic"), (False, False)),
    ("mailgun", mailgun("complained"), (False, True)),
]
ARRIVED = [
    ("ses", ses("Delivery", recipients=[WHO], smtpResponse=f"250 ok <{WHO}>")),
    ("sendgrid", [{**SENDGRID, "event": "delivered", "response": "250 OK"}]),
    ("postmark", {"Recipient": WHO, "Metadata": {"message-id": ID}, "RecordType": "Delivery", "Details": "250"}),
    ("mailgun", mailgun("delivered", **{"delivery-status": {"message": "OK"}})),
]
NOTHING = [
    ("ses", ses("Send")),
    ("ses", {"Type": "SubscriptionConfirmation", "Message": "You have chosen to subscribe"}),
    ("sendgrid", [{**SENDGRID, "event": "open"}, {**SENDGRID, "event": "dropped"}]),
    ("postmark", {**POSTMARK, "RecordType": "Open"}),
    ("mailgun", mailgun("opened")),
    ("mailgun", mailgun("failed", severity="temporary", reason="generic")),
    ("postmark", {**POSTMARK, "RecordType": "Bounce", "Type": "Transient"}),
]


class TestAProvider:
    @pytest.mark.parametrize(("name", "told", "expected"), EXAMPLES)
    def test_says_who_and_how(self, name: str, told: Any, expected: tuple[bool, bool]) -> None:
        (found,) = providers.read(name, json.dumps(told).encode())
        assert (found.address, found.message_id) == (WHO, ID)
        assert (found.permanent, found.complaint) == expected
        assert WHO not in found.words
        assert WHO not in repr(found)

    @pytest.mark.parametrize(("name", "told"), ARRIVED)
    def test_says_what_arrived(self, name: str, told: Any) -> None:
        (found,) = providers.read(name, json.dumps(told).encode())
        assert (found.address, found.message_id, found.delivered) == (WHO, ID, True)
        assert (found.permanent, found.complaint) == (False, False)
        assert WHO not in found.words

    @pytest.mark.parametrize(("name", "told"), NOTHING)
    def test_says_nothing_where_nothing_came_back(self, name: str, told: Any) -> None:
        assert providers.read(name, json.dumps(told).encode()) == []

    @given(st.sampled_from(sorted(providers.READERS)), JSON)
    def test_may_say_anything_without_harm(self, name: str, told: Any) -> None:
        with contextlib.suppress(UnableToReadBounce):
            providers.read(name, json.dumps(told).encode())

    def test_of_another_name_is_not_known(self) -> None:
        with pytest.raises(KeyError):
            providers.read("pigeon", b"{}")


class TestASignature:
    def test_of_mailgun_is_theirs_and_lately(self) -> None:
        stamp = str(int(NOW.timestamp()))
        good = hmac.new(b"key", f"{stamp}token".encode(), hashlib.sha256).hexdigest()
        body = json.dumps({"signature": {"timestamp": stamp, "token": "token", "signature": good}}).encode()
        assert signatures.is_mailgun(body, "key", now=NOW)
        assert not signatures.is_mailgun(body, "other", now=NOW)
        assert not signatures.is_mailgun(body, "", now=NOW)
        assert not signatures.is_mailgun(body, "key", now=NOW + timedelta(hours=1))
        assert not signatures.is_mailgun(b"[]", "key", now=NOW)

    def test_of_sendgrid_is_theirs_and_lately(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        form, kind = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        public = base64.b64encode(key.public_key().public_bytes(form, kind)).decode()
        stamp, body = str(int(NOW.timestamp())), b'[{"event":"bounce"}]'
        given_now = base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
        name = "X-Twilio-Email-Event-Webhook-"
        headers = {f"{name}Signature": given_now, f"{name}Timestamp": stamp}
        assert signatures.is_sendgrid(body, headers, public, now=NOW)
        assert not signatures.is_sendgrid(body + b" ", headers, public, now=NOW)
        assert not signatures.is_sendgrid(body, headers, public, now=NOW + timedelta(hours=1))
        assert not signatures.is_sendgrid(body, {}, public, now=NOW)
        assert not signatures.is_sendgrid(body, headers, "nonsense", now=NOW)

    @pytest.mark.parametrize("version", ["1", "2"])
    def test_of_amazon_is_theirs_for_our_topic(self, version: str) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        told = {"Type": "Notification", "MessageId": "m", "TopicArn": "arn:t", "Message": "x", "Timestamp": "now"}
        text = "".join(f"{name}\n{told[name]}\n" for name in ("Message", "MessageId", "Timestamp", "TopicArn", "Type"))
        digest = hashes.SHA256() if version == "2" else hashes.SHA1()
        told["Signature"] = base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), digest)).decode()
        told["SignatureVersion"] = version
        certificate = self.certificate(key)
        body = json.dumps(told).encode()
        assert signatures.is_sns(body, certificate, topic="arn:t")
        assert not signatures.is_sns(body, certificate, topic="arn:other")
        assert not signatures.is_sns(json.dumps({**told, "Message": "y"}).encode(), certificate, topic="arn:t")
        assert not signatures.is_sns(body, b"nonsense", topic="arn:t")

    def certificate(self, key: rsa.RSAPrivateKey) -> bytes:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        built = built.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
        return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    @pytest.mark.parametrize(
        ("url", "is_theirs"),
        [
            ("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem", True),
            ("http://sns.eu-west-1.amazonaws.com/x.pem", False),
            ("https://sns.eu-west-1.amazonaws.com.evil.example/x.pem", False),
            ("https://evil.example/sns.eu-west-1.amazonaws.com/x.pem", False),
            ("https://sns.eu-west-1.amazonaws.com:444/x.pem", False),
            ("https://a@sns.eu-west-1.amazonaws.com/x.pem", False),
        ],
    )
    def test_of_amazon_is_looked_up_at_amazons_only(self, url: str, is_theirs: bool) -> None:
        assert signatures.sns_certificate_url(json.dumps({"SigningCertURL": url}).encode()) == (
            url if is_theirs else ""
        )
        asked = json.dumps({"Type": "SubscriptionConfirmation", "SubscribeURL": url}).encode()
        assert bool(signatures.sns_confirmation_url(asked)) == is_theirs
