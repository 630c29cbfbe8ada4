"""What a shop's searches are made with: its settings, its rules, and what its facets are called."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from commerce.database import Connection
from commerce.rules.merchandising import Rule
from commerce.rules.search_settings import SORTS, USUAL, SearchSettings
from commerce.tables import search_rules, search_settings
from integrations.search_api import SearchQuery
from webapp.inputs import wrong
from webapp.languages import gettext as _
from webapp.search.asked import ALL

PRICE = "price"
# Shown where a merchant has not chosen any.
_USUAL_FACETS = ("category", "brand", "type")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """A shop's settings and rules of search; `labels`: facet name to what shoppers read.

    `version`: of all of these, where it is known: the same number means the same tools.
    """

    settings: SearchSettings = USUAL
    rules: tuple[Rule, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None


def of_shop(db: Connection, shop_id: int) -> Tools:
    """The shop's tools as they are stored."""
    chosen = search_settings.chosen(db, shop_id=shop_id)
    rules = search_rules.all_of(db, shop_id=shop_id)
    return Tools(settings=chosen.settings, rules=rules, labels=chosen.labels)


def for_merchants(tools: Tools) -> Tools:
    """The same search without rules, and with every facet and order: merchants look for what shoppers may not see."""
    return Tools(settings=replace(tools.settings, facets=None, sorts=SORTS), labels=tools.labels)


def shown_facets(tools: Tools) -> tuple[str, ...]:
    """Facets in the order in which shoppers see them."""
    shown = _USUAL_FACETS if tools.settings.facets is None else tools.settings.facets
    return (*shown, PRICE) if tools.settings.price_bands and PRICE not in shown else shown


def fitted(query: SearchQuery, tools: Tools) -> SearchQuery:
    """The query within what the shop allows. Raises Problem for a filter or an order that it does not."""
    allowed, sorts = tools.settings.facets, tools.settings.sorts
    sort = query.sort
    if sort not in sorts:
        if sort != SORTS[0]:
            raise wrong("sort", _("one of %(names)s", names=", ".join(sorts)))
        sort = sorts[0]  # nobody asked for another one
    facets = query.facets
    if ALL in facets:
        facets = tuple(dict.fromkeys([*(name for name in facets if name != ALL), *shown_facets(tools)]))
    if allowed is not None:
        for name in query.filters:
            if name not in allowed:
                names = ", ".join(allowed) or _("it has none")
                raise wrong(f"filter[{name}]", _("one of the shop's facets: %(names)s", names=names))
        facets = tuple(name for name in facets if name in allowed or name == PRICE)
    return (
        query
        if (facets, sort) == (query.facets, query.sort) and tools.settings is query.settings
        else _with(query, tools, facets, sort)
    )


def _with(query: SearchQuery, tools: Tools, facets: tuple[str, ...], sort: str) -> SearchQuery:
    return replace(query, facets=facets, sort=sort, settings=tools.settings)
