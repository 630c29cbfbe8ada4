"""Whether what a mail provider tells is really from it. Postmark signs nothing: its webhook has a password in the URL.

Sources: docs.aws.amazon.com/sns (verify-signature), SendGrid's "Getting Started with the Event Webhook Security
Features", documentation.mailgun.com ("Securing Webhooks").
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from integrations.channels.bounces.bounce import part

_FRESH = timedelta(minutes=5)
_SNS_HOST = re.compile(r"sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?")
_SNS_NOTICE = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SNS_ASKING = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


def is_mailgun(body: bytes, signing_key: str, *, now: datetime) -> bool:
    """Whether Mailgun signed it, lately: HMAC-SHA256 of timestamp and token."""
    told = _read(body)
    stamp, token = str(part(told, "signature", "timestamp") or ""), str(part(told, "signature", "token") or "")
    given = str(part(told, "signature", "signature") or "")
    expected = hmac.new(signing_key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return bool(signing_key) and hmac.compare_digest(given.encode(), expected.encode()) and _is_fresh(stamp, now)


def is_sendgrid(body: bytes, headers: Mapping[str, str], public_key: str, *, now: datetime) -> bool:
    """Whether SendGrid signed it, lately: ECDSA over timestamp and body; `public_key` as its page shows it."""
    told = {name.lower(): value for name, value in headers.items()}
    stamp = told.get("x-twilio-email-event-webhook-timestamp", "")
    try:
        key = serialization.load_der_public_key(base64.b64decode(public_key, validate=True))
        given = base64.b64decode(told.get("x-twilio-email-event-webhook-signature", ""), validate=True)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(given, stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    except (ValueError, TypeError, binascii.Error, InvalidSignature):
        return False
    return _is_fresh(stamp, now)


def sns_certificate_url(body: bytes) -> str:
    """Where the certificate of a message of Amazon SNS is; empty where it is not Amazon's own."""
    url = str(part(_read(body), "SigningCertURL") or "")
    try:
        parts = urlsplit(url)
        is_theirs = parts.scheme == "https" and bool(_SNS_HOST.fullmatch(parts.netloc)) and parts.path.endswith(".pem")
    except ValueError:
        return ""
    return url if is_theirs else ""


def sns_confirmation_url(body: bytes) -> str:
    """Where a subscription of Amazon SNS is confirmed, for whoever has checked the signature; empty for others."""
    told = _read(body)
    url = str(part(told, "SubscribeURL") or "")
    try:
        parts = urlsplit(url)
        is_theirs = parts.scheme == "https" and bool(_SNS_HOST.fullmatch(parts.netloc))
    except ValueError:
        return ""
    return url if is_theirs and part(told, "Type") == "SubscriptionConfirmation" else ""


def is_sns(body: bytes, certificate: bytes, *, topic: str) -> bool:
    """Whether Amazon SNS signed it for that topic's ARN; `certificate` is what is at `sns_certificate_url`, PEM."""
    told = _read(body)
    if not isinstance(told, dict) or not topic or told.get("TopicArn") != topic:
        return False
    names = _SNS_NOTICE if told.get("Type") == "Notification" else _SNS_ASKING
    signed = "".join(f"{name}\n{told[name]}\n" for name in names if told.get(name) is not None)
    digest = hashes.SHA256() if told.get("SignatureVersion") == "2" else hashes.SHA1()  # noqa: S303 - theirs
    try:
        key = x509.load_pem_x509_certificate(certificate).public_key()
        given = base64.b64decode(str(told.get("Signature") or ""), validate=True)
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(given, signed.encode(), padding.PKCS1v15(), digest)
    except (ValueError, TypeError, binascii.Error, InvalidSignature):
        return False
    return True


def _read(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _is_fresh(stamp: str, now: datetime) -> bool:
    try:
        return abs(now.timestamp() - int(stamp)) <= _FRESH.total_seconds()
    except ValueError:
        return False
