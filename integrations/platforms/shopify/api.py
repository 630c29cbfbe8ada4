"""Shopify's own API of a shop, as Backroom uses it (integrations.shop_api.ShopApi)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from commerce.rules.events import CATEGORY, CUSTOMER, ORDER, PRODUCT, SHOP, Reading, ShopFacts
from integrations.errors import Permanent
from integrations.platforms.body import Body
from integrations.platforms.shopify import calls, changes, objects
from integrations.platforms.shopify.admin import Admin
from integrations.platforms.shopify.bulk import BulkWalk
from integrations.platforms.shopify.documents import COUNTED
from integrations.platforms.shopify.documents import SHOP as SHOP_QUERY
from integrations.platforms.shopify.read_shop import INVENTORY
from integrations.shop_api import Access, Hooks, Listing, Page, ShopApi

# In this order: products name collections, stock belongs to their variants, orders to customers.
_EVERYTHING = (
    Listing(name="collections", kind=CATEGORY),
    Listing(name="products", kind=PRODUCT),
    Listing(name="stock", kind=INVENTORY),
    Listing(name="customers", kind=CUSTOMER),
    Listing(name="orders", kind=ORDER),
)
_CHANGES = (
    Listing(name="collections", kind=CATEGORY),
    Listing(name="products", kind=PRODUCT),
    Listing(name="deletions", kind=PRODUCT),
    Listing(name="customers", kind=CUSTOMER),
    Listing(name="orders", kind=ORDER),
)


class ShopifyApi:
    """One shop's API."""

    def __init__(self, access: Access) -> None:
        self._access, self._admin = access, Admin(access)
        self._kinds = {listing.name: listing.kind for listing in _EVERYTHING}

    def about(self) -> ShopFacts:
        """The shop about itself."""
        body = Body.of("shop", self._admin.ask(SHOP_QUERY).data.get("shop"))
        return ShopFacts(
            told_at=datetime.now(UTC),
            name=body.text("name"),
            currency=body.text("currencyCode").upper(),
            timezone=body.text("ianaTimezone"),
            email=body.text("email"),
        )

    def counts(self) -> Mapping[str, int | None]:
        """How many objects each listing of everything has; None where Shopify does not tell."""
        found = self._admin.ask(COUNTED).data
        return {listing.name: _number(found.get(listing.name)) for listing in _EVERYTHING}

    def listings(self, *, changes: bool) -> tuple[Listing, ...]:
        """What to walk through, in this order."""
        return _CHANGES if changes else _EVERYTHING

    def page(self, listing: str, place: str, *, since: datetime | None) -> Page:
        """The next page of a walk: of what changed since that time, or of everything."""
        if since is not None:
            return changes.page(self._access, self._admin, listing, place, since)
        return BulkWalk(self._access, self._admin, listing, self._kinds[listing]).page(place)

    def portions(self, kind: str, ids: Sequence[str]) -> Sequence[Sequence[str]]:
        """As many as one call reads: large ones take further calls, and there may be many large ones."""
        size = objects.at_once(kind)
        return [ids[start : start + size] for start in range(0, len(ids), size)]

    def read(self, kind: str, ids: Sequence[str]) -> Page:
        """These objects as they are now."""
        if kind == SHOP:
            read_at = datetime.now(UTC)
            return Page(readings=(Reading(kind=SHOP, changes=(self.about(),)),), read_at=read_at)
        return objects.read(self._admin, kind, ids, self._access.currency)

    def carry_out(self, call: str, detail: Mapping[str, Any], *, key: str) -> str:
        """Change something at the shop."""
        return calls.carry_out(self._admin, call, detail, key)

    def keep_hooks(self, address: str, secret: str) -> Hooks:  # noqa: ARG002 - the app's own configuration has them
        """Webhooks come by the app's configuration (shopify.app.toml): a shop has no list of them."""
        return Hooks(wanted=0, active=0)


def _number(counted: Mapping[str, Any] | None) -> int | None:
    return int(counted["count"]) if counted else None


def open_api(access: Access) -> ShopApi:
    """The API of the shop. Raises Permanent without a token."""
    if not access.credentials.get("access_token"):
        raise Permanent(f"There is no access token for {access.domain}: install the app again.")
    return ShopifyApi(access)
