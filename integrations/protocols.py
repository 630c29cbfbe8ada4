"""What Backroom asks of each kind of outside party."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from commerce.rules.events import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a delivery's headers say. Nothing of it is signed but what `signed` holds.

    `shop`: the shop's domain, where the platform names it. `delivery_id`: only where it is unique per delivery;
    `batch_id`: what several deliveries share, so that only together with the same body it means the same delivery.
    `signed`: what the signature covers before the body; `signed_at`: when it was made, where signatures grow old.
    """

    topic: str
    signature: str
    shop: str = ""
    delivery_id: str | None = None
    batch_id: str = ""
    triggered_at: datetime | None = None
    signed: bytes = b""
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A stored delivery, as a reader gets it: parsed body, its topic, times in UTC, the shop's currency if known."""

    topic: str
    payload: Any
    received_at: datetime
    triggered_at: datetime | None = None
    currency: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Platform(Protocol):
    """Who sells. `names_shop`: its deliveries name their shop; otherwise each shop has an address of its own."""

    name: str
    names_shop: bool
    tells_when_deleted: bool
    variants_as_products: bool

    def envelope(self, headers: Mapping[str, str]) -> Envelope:
        """Read the headers (names in lower case); missing ones give empty fields. Never raises."""

    def opened(self, envelope: Envelope, payload: Any) -> Envelope:
        """The envelope with what only the signed body tells of the delivery. Never raises, whatever the body is."""

    def knows(self, topic: str) -> bool:
        """Whether this is one of the platform's topics, used or not."""

    def is_genuine(self, envelope: Envelope, body: bytes, secrets: Sequence[bytes]) -> bool:
        """Whether one of the secrets signed the raw body. Constant time; malformed signatures are just False.

        How old a signature may be is not asked here.
        """

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether this is the platform's unsigned test of the address."""

    def names_another_shop(self, topic: str, payload: Any, shop: str) -> bool:
        """Whether the signed body belongs to another shop than the unsigned header says."""

    def read(self, delivered: Delivered) -> Reading:
        """Turn a delivery into facts. Pure. Raises UnableToRead for a body that lacks what its topic promises."""
