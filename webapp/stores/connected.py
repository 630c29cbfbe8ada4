"""What the page of a shop's connection shows: the connection, its webhooks, its runs, and what they cost the shop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from commerce.rules.events import PRODUCT
from commerce.tables import categories, connections, customers, orders, products, syncs, tallies
from commerce.tables.shops import Shop
from webapp.languages import lazy_gettext as _
from webapp.parts import Parts
from webapp.stores.runs import Runs, runs_of

# What calls are made for (the labels of the tally "api_calls"), in plain words.
PURPOSES = {
    "re-read": _("Reading again what a delivery left open"),
    "changes": _("Looking for changes"),
    "compare": _("Comparing everything"),
    "import": _("First import"),
    "call": _("Changing something at the shop"),
}
_TABLES = {
    "products": (_("Products"), products),
    "collections": (_("Collections"), categories),
    "categories": (_("Categories"), categories),
    "customers": (_("Customers"), customers),
    "orders": (_("Orders"), orders),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The connection: `state` as in commerce.tables.connections, or `demo`, `none` (never connected) or `no_api`.

    `connect_at`: the address that connects it (again).
    """

    state: str
    connect_at: str
    row: Any = None

    @property
    def hooks(self) -> Any:
        """The webhooks as the last run found them; None while none looked."""
        return self.row.hooks if self.row is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Objects of one kind: how many are here, and how many the shop counted."""

    name: str
    here: int
    there: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Calls for one purpose in the last 24 hours, and per 1,000 product changes that came as deliveries."""

    purpose: str
    words: str
    calls: int
    per_thousand: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """All calls of the last 24 hours, in whole hours."""

    spent: Sequence[Spent]
    calls: int
    changes: int


def link(row: Any, shop: Shop) -> Link:
    """How the shop is connected, from its connection's row."""
    if shop.platform == "custom":
        return Link(state="no_api", connect_at="")
    if row is None or (row.state != connections.CONNECTED and shop.demo):
        return Link(state="demo" if shop.demo else "none", connect_at=_connect_at(shop))
    return Link(state=row.state, connect_at=_connect_at(shop), row=row)


def _connect_at(shop: Shop) -> str:
    if shop.platform == "shopify":
        return f"/shopify/install?{urlencode({'shop': shop.domain})}"
    return f"/woocommerce/connect?{urlencode({'address': shop.domain})}"


def overview(here: Parts, shop: Shop, now: datetime) -> dict[str, Any]:
    """Everything on the page, as it stands in the tables."""
    with here.database.read() as db:
        connection = link(connections.state(db, shop_id=shop.id), shop)
        runs = runs_of(syncs.latest(db, shop_id=shop.id), shop.platform, now)
        counted = tallies.of_shop(db, shop_id=shop.id, since=now - timedelta(hours=23))
        sides = [
            Side(name=name, here=table.count(db, shop_id=shop.id), there=runs.totals[listing])
            for listing, (name, table) in _TABLES.items()
            if listing in runs.totals
        ]
    return {"link": connection, "runs": runs, "sides": sides, "costs": _costs(counted)}


def _costs(counted: dict[tuple[str, str], int]) -> Costs:
    changes = counted.get(("changed", PRODUCT), 0)
    calls = {label: number for (name, label), number in counted.items() if name == "api_calls"}
    spent = [
        Spent(
            purpose=purpose,
            words=words,
            calls=calls.get(purpose, 0),
            per_thousand=calls.get(purpose, 0) * 1000 / changes if changes else None,
        )
        for purpose, words in PURPOSES.items()
    ]
    return Costs(spent=spent, calls=sum(calls.values()), changes=changes)


def briefly(here: Parts, shop: Shop, now: datetime) -> tuple[Link, Runs]:
    """The connection and its runs, for the home page."""
    with here.database.read() as db:
        connection = link(connections.state(db, shop_id=shop.id), shop)
        return connection, runs_of(syncs.latest(db, shop_id=shop.id), shop.platform, now)
