"""The webhook door, free of Flask: is the delivery genuine, is the shop known; store it durably; say so.

Nothing else happens here. What comes in at the same moment shares one transaction (group commit), and a shop gets one
wake-up for all of it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from commerce.database import Database
from commerce.settings import Settings
from commerce.tables import shops
from commerce.tables.arrivals import NewDelivery
from commerce.tables.inbox import REJECTED, WAITING
from commerce.tables.shops import Shop
from commerce.tables.tallies import NO_SHOP
from commerce.vault import Vault, shopify_secret
from integrations.payload import UnableToParse, parse
from integrations.protocols import Envelope, Platform
from webapp.doors.group_commit import Entry, GroupCommit

SHOPIFY, WOOCOMMERCE = "shopify", "woocommerce"

_KEPT_HEADERS = ("x-shopify-", "shopify-", "x-wc-", "webhook-", "content-type", "user-agent")
_LONGEST_TEXT = 500  # of a header that is kept
_LONGEST_KEY = 200  # of a delivery id that is kept as it came
_SECONDS_CACHED = 2.0  # a shop and its secrets
_TIMELY = timedelta(minutes=5)  # either way; source: Standard Webhooks, whose libraries allow the same

# Reasons for turning a delivery away, in the words of metrics; pages say them in plain words.
NO_SIGNATURE, WRONG_SIGNATURE, UNKNOWN_SHOP, OTHER_SHOP = (
    "no_signature",
    "wrong_signature",
    "unknown_shop",
    "other_shop",
)
NOT_JSON, TOO_LARGE = "not_json", "too_large"
TOO_OLD, TOO_EARLY = "too_old", "too_early"

OTHER_TOPIC = "(other)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: HTTP status, a reason where it is no success, what to do about it, and whether a row was written."""

    status: int
    reason: str = ""
    advice: str = ""
    stored: bool = False


ACCEPTED = Verdict(200, stored=True)
PONG = Verdict(200)


class ShopBook:
    """Shops by key or domain, remembered for a moment: the door asks for each delivery."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault
        self._known: dict[tuple[str, str], tuple[float, Shop]] = {}

    def find(self, platform: str, *, key: str | None = None, domain: str = "", fresh: bool = False) -> Shop | None:
        """The platform's shop of that key, or of that domain. `fresh` asks the database in any case."""
        name = (platform, key if key is not None else domain)
        cached = self._known.get(name)
        if cached and not fresh and cached[0] > monotonic():
            return cached[1]
        with self._database.read() as db:
            if key is not None:
                found = shops.by_key(db, self._vault, key)
            else:
                found = shops.by_domain(db, self._vault, platform=platform, domain=domain)
        if found is None or found.platform != platform:
            self._known.pop(name, None)
            return None
        self._known[name] = (monotonic() + _SECONDS_CACHED, found)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One platform's door: how it verifies, who its shops are, where deliveries are stored.

    `app_secrets` sign for all shops of the platform; a shop may have secrets of its own.
    """

    platform: Platform
    book: ShopBook
    commits: GroupCommit
    app_secrets: tuple[bytes, ...] = ()

    def secrets(self, shop: Shop) -> list[bytes]:
        """Everything that may sign for the shop."""
        return [*self.app_secrets, *(secret.encode() for secret in shop.secrets)]


def app_secrets(settings: Settings) -> tuple[bytes, ...]:
    """The Shopify app's secrets, newest first."""
    both = (shopify_secret(settings), settings.shopify_api_secret_previous)
    return tuple(secret.encode() for secret in both if secret)


def accept(door: Door, shop_key: str | None, headers: Mapping[str, str], body: bytes) -> Verdict:
    """Take a delivery in. `headers` have lower-case names. Raises what the database raises when it cannot store.

    `shop_key` is the shop in the address; None where the platform names the shop in its headers.
    """
    platform, now = door.platform, datetime.now(UTC)
    envelope = platform.envelope(headers)
    shop = door.book.find(platform.name, key=shop_key, domain=envelope.shop)
    if shop is None:
        # Shopify's review sends compliance webhooks with a wrong signature and expects 401 whatever else is wrong.
        status = 401 if shop_key is None else 404
        return _reject(door, None, envelope, status=status, reason=UNKNOWN_SHOP, now=now)
    if platform.is_ping(headers, body):
        door.commits.submit(Entry(now=now, counted=((shop.id, "ping", platform.name),)))
        return PONG
    if not envelope.signature:
        return _reject(door, shop, envelope, status=401, reason=NO_SIGNATURE, now=now)
    if not _is_genuine(door, shop, shop_key, envelope, body):
        return _reject(door, shop, envelope, status=401, reason=WRONG_SIGNATURE, now=now)
    if envelope.signed_at is not None and abs(now - envelope.signed_at) > _TIMELY:
        reason = TOO_OLD if envelope.signed_at < now else TOO_EARLY
        return _reject(door, shop, envelope, status=401, reason=reason, now=now)
    try:
        payload = parse(body)
    except UnableToParse as error:
        _store(door, shop, envelope, headers=headers, body=body, now=now, error=f"Not JSON: {error}")
        return Verdict(400, NOT_JSON, "The body is not JSON. It was kept and is shown as rejected.", stored=True)
    envelope = platform.opened(envelope, payload)
    if platform.names_another_shop(envelope.topic, payload, shop.domain):
        return _reject(door, shop, envelope, status=401, reason=OTHER_SHOP, now=now)
    _store(door, shop, envelope, headers=headers, body=body, now=now)
    return ACCEPTED


def turn_away_large(door: Door, shop_key: str | None, headers: Mapping[str, str]) -> Verdict:
    """A body that is larger than the cap: nothing of it is read, so nothing of it can be verified."""
    envelope = door.platform.envelope(headers)
    shop = door.book.find(door.platform.name, key=shop_key, domain=envelope.shop)
    return _reject(door, shop, envelope, status=413, reason=TOO_LARGE, now=datetime.now(UTC))


def _is_genuine(door: Door, shop: Shop, shop_key: str | None, envelope: Envelope, body: bytes) -> bool:
    """Whether a secret fits; a failure is checked against the database, as the secret may just have been changed."""
    if door.platform.is_genuine(envelope, body, door.secrets(shop)):
        return True
    fresh = door.book.find(door.platform.name, key=shop_key, domain=envelope.shop, fresh=True)
    if fresh is None or fresh.secrets == shop.secrets:
        return False
    return door.platform.is_genuine(envelope, body, door.secrets(fresh))


def _store(
    door: Door,
    shop: Shop,
    envelope: Envelope,
    *,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    error: str = "",
) -> None:
    delivery = NewDelivery(
        shop_id=shop.id,
        topic=_printable(envelope.topic),
        delivery_id=_distinct(envelope.delivery_id) if envelope.delivery_id and not error else None,
        fingerprint=_fingerprint(envelope, body) if not error else "",
        headers={
            name: _printable(value, _LONGEST_TEXT) for name, value in headers.items() if name.startswith(_KEPT_HEADERS)
        },
        body=body,
        triggered_at=envelope.triggered_at,
        received_at=now,
        state=REJECTED if error else WAITING,
        error=error,
    )
    counted = (shop.id, "rejected", NOT_JSON) if error else (shop.id, "received", door.platform.name)
    door.commits.submit(Entry(now=now, delivery=delivery, counted=(counted,)))


def _reject(door: Door, shop: Shop | None, envelope: Envelope, *, status: int, reason: str, now: datetime) -> Verdict:
    """Count it, and list it for the merchant where the shop is known."""
    shop_id = shop.id if shop else NO_SHOP
    # The topic is whatever the sender writes: only those that the platform has get a line of their own.
    topic = envelope.topic if door.platform.knows(envelope.topic) else OTHER_TOPIC
    listed = ((shop.id, topic, reason),) if shop else ()
    door.commits.submit(Entry(now=now, counted=((shop_id, "rejected", reason),), rejected=listed))
    return Verdict(status, reason, ADVICE[reason])


def _fingerprint(envelope: Envelope, body: bytes) -> str:
    """What the same delivery has in common when it comes again, where it has no id of its own."""
    if envelope.delivery_id or not envelope.batch_id:
        return ""
    return hashlib.blake2b(f"{envelope.topic}\n{envelope.batch_id}\n".encode() + body, digest_size=16).hexdigest()


def _distinct(key: str) -> str:
    """A delivery id as the database takes it; what would have to be cut or changed for that, as a digest."""
    if len(key) <= _LONGEST_KEY and key.isprintable():
        return key
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _printable(text: str, longest: int = 200) -> str:
    """Header text as the database takes it."""
    text = text[:longest]
    return text if text.isprintable() else "".join(character for character in text if character.isprintable())


ADVICE = {
    NO_SIGNATURE: "The delivery is not signed. Deliveries carry the platform's signature headers.",
    WRONG_SIGNATURE: "The signature does not fit the body. Check that the webhook's secret is the same here and at "
    "the shop, and that nothing on the way changes the body.",
    UNKNOWN_SHOP: "No such shop is connected here.",
    OTHER_SHOP: "The signed body belongs to another shop than the header says.",
    NOT_JSON: "The body is not JSON.",
    TOO_OLD: "The delivery was signed more than 5 minutes ago. Sign every attempt anew, with the time of that attempt, "
    "and check the sender's clock.",
    TOO_EARLY: "The delivery was signed for a time more than 5 minutes ahead. Its timestamp counts seconds since 1970; "
    "check the sender's clock.",
    TOO_LARGE: "The body is larger than MAX_BODY_BYTES.",
}
