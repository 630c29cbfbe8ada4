"""What this process knows of the shops whose shoppers ask it, looked up again ten times a second while they do.

So nobody waits for the database on each request, a change of a shop's settings is seen within a tenth of a second, and
so is a change of its products that was committed but has not reached the cache yet, whatever became of its worker.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

import structlog

from commerce.database import UNREACHABLE, Connection, Database
from commerce.rules.merchandising import Rule
from commerce.tables import effects, page_templates, search_rules, search_settings, shops
from commerce.tables.page_templates import Cdn
from commerce.tables.search_settings import Chosen
from commerce.tables.shops import Shop
from commerce.vault import Vault, digest
from webapp.reading.copies import Copies, Proof

SEEN_SECONDS = 0.1
_AWAY_SECONDS = 1.0  # without a try after the database could not be reached
_KNOWN = 5_000
_MOST_WAITING = 300
_ABOUT = ("products", "categories", "keys")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Changes that are committed, and whose pages were not dropped yet. `keys`: what may lead elsewhere now;
    `everything`: too many to name.
    """

    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    everything: bool = False

    def touches(self, about: Mapping[str, Any]) -> bool:
        """Whether a page about these (ids by "products" and "categories", "keys" that it was asked for by) may be older
        than a change.
        """
        if not (self.everything or self.products or self.categories):
            return False
        if self.everything or about.get("all"):
            return True
        return any(_meet(getattr(self, name), about.get(name, ())) for name in _ABOUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storefront:
    """A shop as shoppers meet it: what it is, how it is searched, which rules it has, how its pages look.

    `proof`: which copies of pages this look at it vouches for.
    """

    shop: Shop
    chosen: Chosen = field(default_factory=Chosen)
    rules: tuple[Rule, ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)
    cdn: Cdn | None = None
    waiting: Waiting = field(default_factory=Waiting)
    proof: Proof | None = None

    @property
    def version(self) -> int:
        """The version of its pages."""
        return self.shop.pages_version

    def lets_in(self, token: str, *, is_in_address: bool) -> str:
        """Who shows this key: a "shopper", the shop's own "server", or "" for nobody.

        In an address, which logs keep, only the publishable key counts.
        """
        if secrets.compare_digest(token.encode(), self.shop.publishable_key.encode()):
            return "shopper"
        if (
            not is_in_address
            and token.startswith("br_")
            and secrets.compare_digest(digest(token), self.shop.api_key_hash)
        ):
            return "server"
        return ""


class Storefronts:
    """The storefronts that this process knows. Safe to share among threads."""

    def __init__(self, database: Database, vault: Vault, copies: Copies) -> None:
        self._database, self._vault, self._copies = database, vault, copies
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[float, Storefront]] = OrderedDict()
        self._is_away, self._away_until = False, 0.0

    def of(self, key: str) -> Storefront | None:
        """The storefront of the shop with this key, as it was a tenth of a second ago at most.

        While the database is away, as it was last seen. Raises what the database raises where it never was.
        """
        seen, known = self._known.get(key, (0.0, None))
        if known is not None and time.monotonic() - seen < SEEN_SECONDS:
            return known
        if known is not None and self._is_away and (time.monotonic() < self._away_until or self._lock.locked()):
            return known  # or another one is trying just now, which may take seconds
        with self._lock:
            seen, known = self._known.get(key, (0.0, None))
            if known is not None and time.monotonic() - seen < SEEN_SECONDS:  # another thread looked it up meanwhile
                return known
            return self._looked_up(key, known)

    def _looked_up(self, key: str, known: Storefront | None) -> Storefront | None:
        now = time.monotonic()
        try:
            with self._database.read() as db:
                found = _read(db, self._vault, key, known)
            self._is_away = False
            if found is not None:  # what was dropped is heard of after what is committed was seen, never before
                found = replace(found, proof=self._copies.prove(found.shop.id, found.version))
        except UNREACHABLE as error:
            self._is_away, self._away_until = True, time.monotonic() + _AWAY_SECONDS
            if known is None:
                raise
            _log.warning("storefront.unseen", error=type(error).__name__, effect="served as it was last known")
            found = replace(known, proof=None)
        if found is None:
            self._known.pop(key, None)
            return None
        self._known[key] = (now, found)
        self._known.move_to_end(key)
        while len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        return found

    def forget(self) -> None:
        """Look everything up again."""
        with self._lock:
            self._known.clear()
            self._is_away = False


def read(db: Connection, vault: Vault, shop: Shop) -> Storefront:
    """The storefront of a shop, right now."""
    chosen = search_settings.chosen(db, shop_id=shop.id)
    return Storefront(
        shop=shop,
        chosen=chosen,
        rules=search_rules.all_of(db, shop_id=shop.id),
        templates=page_templates.sources(db, shop_id=shop.id),
        cdn=page_templates.cdn(db, vault, shop_id=shop.id),
        waiting=_waiting(db, shop.id),
    )


def _read(db: Connection, vault: Vault, key: str, known: Storefront | None) -> Storefront | None:
    shop = shops.by_key(db, vault, key)
    if shop is None:
        return None
    if known is None or known.shop.pages_version != shop.pages_version:
        return read(db, vault, shop)
    return Storefront(
        shop=shop,
        chosen=known.chosen,
        rules=known.rules,
        templates=known.templates,
        cdn=known.cdn,
        waiting=_waiting(db, shop.id),
    )


def _waiting(db: Connection, shop_id: int) -> Waiting:
    rows = effects.waiting_details(db, shop_id=shop_id, kind=effects.PAGES, limit=_MOST_WAITING + 1)
    details = [detail or {} for detail in rows]
    named = {name: frozenset(each for detail in details for each in detail.get(name, ())) for name in _ABOUT}
    return Waiting(
        **named,
        everything=len(rows) > _MOST_WAITING or any(not detail for detail in details),
    )


def _meet(some: frozenset[str], others: Collection[str]) -> bool:
    return not some.isdisjoint(others)
