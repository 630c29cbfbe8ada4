"""A connected WooCommerce store's own API."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from commerce.rules.events import ORDER, ShopFacts
from integrations.errors import Permanent
from integrations.platforms.woocommerce import calls, fulfilments, hooks, listings, objects, older, told
from integrations.platforms.woocommerce.about import about
from integrations.platforms.woocommerce.answers import NoRoute
from integrations.platforms.woocommerce.client import LARGEST_PAGE, Client, Rows
from integrations.platforms.woocommerce.listings import Walk
from integrations.shop_api import Access, Hooks, Listing, Page, ShopApi


class WooCommerceApi:
    """One store's API. For one thread of work."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client = Client(access)

    def about(self) -> ShopFacts:
        """The shop about itself. Its language is not told to keys."""
        return about(self._client)

    def listings(self, *, changes: bool) -> tuple[Listing, ...]:
        """What to walk through; variations come after products."""
        return listings.listings(changes=changes)

    def page(self, listing: str, place: str, *, since: datetime | None) -> Page:
        """The next page of a walk: every object that is there during the whole walk is told, some of them twice.

        A body that cannot be read is left out and logged. Raises Permanent for a listing that there is not.
        """
        try:
            walk = listings.walk_of(listing)
        except KeyError:
            raise Permanent(f"WooCommerce has no listing “{listing}”.") from None
        found, reached = self._rows(walk, place, since)
        rows = found.rows
        if walk.kind == ORDER:
            rows = tuple(fulfilments.embedded(self._client, row, found.read_at) for row in rows)
        made = told.readings(walk.kind, rows, read_at=found.read_at, currency=self._access.currency)
        return Page(read_at=found.read_at, readings=made, place=reached, total=found.total)

    def _rows(self, walk: Walk, place: str, since: datetime | None) -> tuple[Rows, str]:
        if walk is listings.NEWEST_CUSTOMERS:
            return listings.newest(self._client, walk, place, since)
        if place.startswith(older.PARENTS):
            return older.by_parent(self._client, walk, place, since)
        try:
            return listings.ascending(self._client, walk, place, listings.asked(walk, since))
        except NoRoute:
            if walk.path != "variations":
                raise
            return older.by_parent(self._client, walk, "", since)

    def portions(self, kind: str, ids: Sequence[str]) -> Sequence[Sequence[str]]:  # noqa: ARG002 - alike for all kinds
        """As many as one list holds."""
        return [ids[start : start + LARGEST_PAGE] for start in range(0, len(ids), LARGEST_PAGE)]

    def read(self, kind: str, ids: Sequence[str]) -> Page:
        """These objects as they are now, also those in the bin; variations are of kind "product"."""
        try:
            return objects.read(self._client, kind, ids, currency=self._access.currency)
        except KeyError:
            raise Permanent(f"WooCommerce has no objects of the kind “{kind}”.") from None

    def carry_out(self, call: str, detail: Mapping[str, Any], *, key: str) -> str:  # noqa: ARG002 - has no keys
        """Change something at the shop; gives what happened, in plain words. See `calls.carry_out`."""
        return calls.carry_out(self._client, call, detail)

    def keep_hooks(self, address: str, secret: str) -> Hooks:
        """See to it that the shop's webhooks are there, deliver to that address and are signed with the secret."""
        return hooks.keep(self._client, address, secret)

    def counts(self) -> Mapping[str, int | None]:
        """How many objects each listing of all has, by its name, without reading them."""
        walks = listings.ALL
        return {walk.name: self._client.total(f"count {walk.name}", walk.path, walk.asked) for walk in walks}


def open_api(access: Access) -> ShopApi:
    """The API of a store. Keys are `consumer_key` and `consumer_secret`; `access.origin` stands in for the domain."""
    return WooCommerceApi(access)
