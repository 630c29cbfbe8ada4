"""Reading what is searched from the query of a request: a search, or a clear error that names the parameter."""

import re
from collections.abc import Sequence

from werkzeug.datastructures import MultiDict

from commerce.rules.documents import facet_name
from commerce.rules.search_settings import SORTS
from integrations.search_api import SearchQuery
from webapp.inputs import choice, text, whole, wrong
from webapp.languages import gettext as _

MOST_PER_PAGE = 100
# Among the names of facets: those that the shop shows.
ALL = "*"
_LAST_PAGE = 10_000
_MOST_NAMES = 20
_MOST_VALUES = 100
_FILTER = re.compile(r"filter\[([^\[\]]{1,100})\]")
_RANGE = re.compile(r"([0-9]{0,15})-([0-9]{0,15})")


def query_of(args: MultiDict[str, str], *, sorts: Sequence[str] = SORTS) -> SearchQuery:
    """Read a search from a query's parameters. Raises Problem naming the one that is wrong."""
    chosen = _chosen(args)
    per_page = whole("per_page", default=20, low=1, high=MOST_PER_PAGE, args=args)
    price, available = chosen.pop("price", ()), chosen.pop("available", ())
    return SearchQuery(
        text=text("q", args=args),
        offset=(whole("page", default=1, low=1, high=_LAST_PAGE, args=args) - 1) * per_page,
        limit=per_page,
        sort=choice("sort", sorts, default="relevance", args=args),
        facets=tuple(dict.fromkeys(facet_name(name) or ALL for name in asked_facets(args))),
        filters=chosen,
        price=_price(price),
        available=_available(available),
    )


def asked_facets(args: MultiDict[str, str]) -> list[str]:
    """Names of facets as the caller writes them, "*" for those that the shop shows. Raises Problem."""
    names = [name.strip() for name in args.get("facets", "").split(",") if name.strip()]
    if len(names) > _MOST_NAMES or not all(facet_name(name) or name == ALL for name in names):
        raise wrong("facets", _("at most %(most)s names of facets with commas between them", most=_MOST_NAMES))
    return names


def _chosen(args: MultiDict[str, str]) -> dict[str, tuple[str, ...]]:
    """All filters by the names of their facets, however they are written: `filter[Price]` is `filter[price]`."""
    chosen: dict[str, tuple[str, ...]] = {}
    for parameter, values in args.lists():
        if not parameter.startswith("filter"):
            continue
        match = _FILTER.fullmatch(parameter)
        name = facet_name(match[1]) if match else ""
        if not name:
            raise wrong(parameter[:100], _("written as filter[name]=value"))
        if len(values) > _MOST_VALUES or any(len(value) > 500 or "\x00" in value for value in values):
            raise wrong(parameter, _("at most %(most)s values of at most 500 characters", most=_MOST_VALUES))
        chosen[name] = (*chosen.get(name, ()), *(value for value in values if value))
    if len(chosen) > _MOST_NAMES:
        raise wrong("filter", _("given for at most %(most)s names", most=_MOST_NAMES))
    return {name: values for name, values in chosen.items() if values}


def _price(values: Sequence[str]) -> tuple[int | None, int | None]:
    name, values = "filter[price]", [value.strip() for value in values if value.strip()]
    if not values:
        return None, None
    match = _RANGE.fullmatch(values[0])
    if len(values) > 1 or match is None:
        raise wrong(name, _("one range of minor units such as 1000-5000, 1000- or -5000"))
    low, high = (int(side) if side else None for side in match.groups())
    if low is not None and high is not None and low > high:
        raise wrong(name, _("a range that begins with the lower price"))
    return low, high


def _available(values: Sequence[str]) -> bool | None:
    words = {value.strip().lower() for value in values if value.strip()}
    if words - {"true", "false"}:
        raise wrong("filter[available]", _("true or false"))
    return None if len(words) != 1 else words == {"true"}
