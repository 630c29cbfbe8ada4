"""What Backroom asks of each kind of outside party."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from commerce.rules.documents import Document
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What a shopper asks. `page` counts from 1; `sort` is relevance, price:asc, price:desc or created:desc.

    `filters`: facet name to accepted values (any of them); `price` in minor units, both ends included.
    """

    text: str = ""
    page: int = 1
    per_page: int = 20
    sort: str = "relevance"
    facets: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    price: tuple[int | None, int | None] = (None, None)
    available: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A found product: its id and its title as HTML with the words that matched in <mark>."""

    id: str
    title_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """Hits of one page, `total` of all; `facets`: name to (value, count), most first; `price`: (lowest, highest)."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    price: tuple[int, int] | None = None


class Rebuild(Protocol):
    """A new index beside the one that is searched, until `finish` puts it in its place."""

    def save(self, documents: Sequence[Document]) -> None:
        """Add or replace documents in the new index."""

    def remove(self, ids: Iterable[str]) -> None:
        """Take documents out of the new index."""

    def finish(self) -> int:
        """Put the new index in the place of the old one, at once for all searches; gives its count of documents."""

    def abandon(self) -> None:
        """Throw the new index away."""


class SearchEngine(Protocol):
    """Who searches. One index per shop, named by letters, digits and dashes.

    Raises Transient when the engine cannot be reached, Permanent when it refuses. A caller that writes holds the
    shop's index lease: there is one writer at a time.
    """

    name: str

    def save(self, index: str, documents: Sequence[Document]) -> None:
        """Add or replace documents, one commit for all; they are found when it returns."""

    def remove(self, index: str, ids: Iterable[str]) -> None:
        """Take documents out; unknown ids are fine. They are not found when it returns."""

    def search(self, index: str, query: SearchQuery) -> SearchResult:
        """Find products. An index that does not exist yet is empty."""

    def count(self, index: str) -> int:
        """How many documents the index has; 0 where there is none."""

    def rebuild(self, index: str, token: str) -> Rebuild:
        """Open the new index of the rebuild `token`, made when it is not there: a rebuild goes on after a crash."""

    def drop(self, index: str) -> None:
        """Delete the index and all rebuilds of it; fine where there is none."""
