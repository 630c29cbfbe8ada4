"""What a search engine is asked and what it answers, whichever it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from commerce.rules.documents import Document
from commerce.rules.search_settings import USUAL, SearchSettings

# The facet name under which a condition is on the product itself.
ID = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A facet has one of the values; under the name ID: the product is one of these."""

    facet: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Boost:
    """Products that meet the condition count `weight` times as much; below 1 they count less (they are buried)."""

    condition: Condition
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """What a shopper asks. `sort` is relevance, price:asc, price:desc or created:desc; `limit` at most 100.

    `filters`: facet name to accepted values (any of them); several that are options of variants have to be met by one
    variant. `price` in minor units, both ends included. `only`: of these products alone (None: of all). `without`:
    products that meet any of these conditions are neither found nor counted. `is_prefix`: whether the last word may be
    the beginning of one. `boosts` change the order by relevance.
    """

    text: str = ""
    offset: int = 0
    limit: int = 20
    sort: str = "relevance"
    facets: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    price: tuple[int | None, int | None] = (None, None)
    available: bool | None = None
    only: tuple[str, ...] | None = None
    without: tuple[Condition, ...] = ()
    boosts: tuple[Boost, ...] = ()
    is_prefix: bool = True
    settings: SearchSettings = USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A found product: its id and its title as HTML with the words that matched in <mark>."""

    id: str
    title_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """Hits of one page, `total` of all; `facets`: name to (value, count), most first; `price`: (lowest, highest).

    A facet's own filter does not narrow its counts, nor the price filter the span. `corrected`: the query as it was
    understood where that is another spelling, else empty. `is_partial`: no product has all the words. `unknown`: words
    that no product has.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    price: tuple[int, int] | None = None
    corrected: str = ""
    is_partial: bool = False
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason why a product stands where it stands: in plain words, and what it adds to the score."""

    text: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a product is found, or not: how the query was read (in plain words), reasons with the weightiest first.

    `score`: their sum, 0 where the engine tells none; `is_found`: whether the query finds the product at all.
    """

    read_as: tuple[str, ...]
    reasons: tuple[Reason, ...]
    score: float
    is_found: bool


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

    def save(self, index: str, documents: Sequence[Document], settings: SearchSettings = USUAL) -> None:
        """Add or replace documents, one commit for all; they are found when it returns.

        `settings` are those of an index that comes into being by this; one that is there keeps its own.
        """

    def remove(self, index: str, ids: Iterable[str]) -> None:
        """Take documents out; unknown ids are fine. They are not found when it returns."""

    def search(self, index: str, query: SearchQuery) -> SearchResult:
        """Find products. An index that does not exist yet is empty."""

    def complete(self, index: str, text: str, limit: int, settings: SearchSettings = USUAL) -> list[str]:
        """Queries that the text may be the beginning of, from the words of the products, the likeliest first."""

    def similar(self, index: str, product_id: str, limit: int) -> list[str]:
        """Ids of the products most like this one, the most alike first; none where it is not in the index."""

    def explain(self, index: str, query: SearchQuery, product_id: str) -> Explanation:
        """Why the query finds the product, or does not."""

    def configure(self, index: str, settings: SearchSettings) -> bool:
        """Bring an index that is there in line with settings, if they differ from its own.

        True where that takes a rebuild, which the caller has to begin. Does nothing where there is no index.
        """

    def state(self, index: str) -> str:
        """A name for what the index holds right now: as long as it is the same, searches find the same.

        "" where that cannot be told at once, or is changing.
        """

    def count(self, index: str) -> int:
        """How many documents the index has; 0 where there is none."""

    def digests(self, index: str) -> Iterator[tuple[str, str]]:
        """Every document's id and digest (`Document.digest` as it was saved), in no order; for comparing with the
        tables. What is saved meanwhile may be missing."""

    def rebuild(self, index: str, token: str, settings: SearchSettings = USUAL) -> Rebuild:
        """Open the new index of the rebuild `token`, made when it is not there: a rebuild goes on after a crash."""

    def drop(self, index: str) -> None:
        """Delete the index and all rebuilds of it; fine where there is none."""

    def token(self, index: str, settings: SearchSettings, *, seconds: int) -> tuple[str, str] | None:
        """(address, token) with which a browser may search this index, and only this one, by itself for so long.

        None where the engine has no such thing.
        """
