"""What mail providers tell of mail that was sent: genuine? ours? Then written to the message, and the address is not
written to any more where there is nobody, or somebody complained."""

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from commerce.database import Connection
from commerce.rules.notifications.states import BOUNCED, DELIVERED
from commerce.rules.people import keys
from commerce.tables import shops
from commerce.tables.notifications import choices, log
from commerce.tables.people import suppressions
from integrations.channels.bounces import providers, signatures
from integrations.channels.bounces.bounce import Bounce, UnableToReadBounce
from integrations.errors import OutsideError
from integrations.outbound import Outbound, checked
from webapp import pages
from webapp.errors import Problem
from webapp.parts import parts

LARGEST = providers.LARGEST
_KEY = re.compile(r"backroom-(\d{1,18})-(\d{1,18})@")
_USER = "backroom"
_ARRIVED = "The mail provider told it."
_WHO = "Amazon SNS"


def accept(provider: str, shop_key: str, headers: Mapping[str, str], body: bytes) -> None:
    """Take in what a provider tells. Raises Problem."""
    here = parts()
    with here.database.read() as db:
        shop = shops.by_key(db, here.vault, shop_key)
        secrets = choices.secrets_of(db, here.vault, shop_id=shop.id) if shop is not None else None
    if shop is None or secrets is None:
        raise Problem(404, "No such shop", "There is no shop with this key in the address.")
    if secrets.bounces.get("provider") != provider:
        text = "Choose this provider in the dashboard under Notifications, Settings."
        raise Problem(404, "Not this shop's mail provider", text)
    if not _CHECKS[provider](body, headers, secrets.bounces.get("key", ""), pages.now()):
        raise Problem(
            401, "Not signed by the provider", "The signature or the password is not the one in the settings."
        )
    try:
        told = providers.read(provider, body)
    except UnableToReadBounce as error:
        raise Problem(400, "Not what this provider tells", str(error)) from None
    if told:
        with here.database.write() as db:
            for bounce in told:
                _note(db, shop.id, bounce, pages.now())


def _note(db: Connection, shop_id: int, bounce: Bounce, now: datetime) -> None:
    """Write it to the message, and have the address left alone. What is about another shop's message is none of this
    shop's business, though one provider may send both shops' mail and tell us at one address."""
    found = _KEY.match(bounce.message_id)
    if found is not None and int(found[1]) != shop_id:
        return
    if found is not None and not bounce.complaint:
        became = {"state": DELIVERED if bounce.delivered else BOUNCED, "words": bounce.words or _ARRIVED}
        log.delivered(db, shop_id=shop_id, notification_id=int(found[2]), **became, at=now)
    address = keys.mail(bounce.address)
    if address and (bounce.permanent or bounce.complaint):
        reason = "complained" if bounce.complaint else BOUNCED
        row = {"channel": "email", "address": address, "reason": reason, "source": "mail provider"}
        suppressions.save(db, shop_id=shop_id, told=row | {"detail": bounce.words, "at": now})


def _mailgun(body: bytes, _: Mapping[str, str], key: str, now: datetime) -> bool:
    return signatures.is_mailgun(body, key, now=now)


def _sendgrid(body: bytes, headers: Mapping[str, str], key: str, now: datetime) -> bool:
    return signatures.is_sendgrid(body, headers, key, now=now)


def _postmark(_: bytes, headers: Mapping[str, str], key: str, __: datetime) -> bool:
    """A password in the address, which arrives as HTTP's own (RFC 7617)."""
    scheme, _space, told = headers.get("authorization", "").partition(" ")
    try:
        sent = base64.b64decode(told.strip(), validate=True)
    except (ValueError, binascii.Error):
        return False
    return bool(key) and scheme.lower() == "basic" and hmac.compare_digest(sent, f"{_USER}:{key}".encode())


def _ses(body: bytes, _: Mapping[str, str], topic: str, __: datetime) -> bool:
    """Signed by the certificate that the message names, if that is Amazon's. A new subscription is confirmed."""
    url = signatures.sns_certificate_url(body)
    try:
        genuine = bool(url) and signatures.is_sns(body, _fetched(url), topic=topic)
        confirming = signatures.sns_confirmation_url(body) if genuine else ""
        if confirming:
            checked(_outbound().send("GET", confirming), _WHO)
    except OutsideError:
        raise Problem(503, "Amazon cannot be reached", "Send it again later.", retry_after=60) from None
    return genuine


@lru_cache(maxsize=8)
def _fetched(url: str) -> bytes:
    """A certificate; kept only where it is one: an error of Amazon's is not remembered in its place."""
    certificate: bytes = checked(_outbound().send("GET", url, largest=100_000), _WHO).content
    return certificate


def _outbound() -> Outbound:
    settings = parts().settings
    return Outbound(_WHO, ca_bundle=settings.ca_bundle, allow_private_hosts=settings.allow_private_hosts)


_CHECKS: Mapping[str, Callable[[bytes, Mapping[str, str], str, datetime], bool]] = MappingProxyType(
    {"mailgun": _mailgun, "sendgrid": _sendgrid, "postmark": _postmark, "ses": _ses}
)
PROVIDERS = frozenset(_CHECKS)
