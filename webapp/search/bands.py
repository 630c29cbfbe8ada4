"""Price bands: how many products of a search cost how much."""

from dataclasses import dataclass

from webapp.search.composed import Search
from webapp.search.tools import PRICE


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Prices in minor units from `low` to `high`, both included, open where None, and how many products have one."""

    low: int | None
    high: int | None
    count: int

    @property
    def value(self) -> str:
        """As it is written in filter[price]."""
        return f"{'' if self.low is None else self.low}-{'' if self.high is None else self.high}"


def bands(search: Search) -> tuple[Band, ...]:
    """The shop's bands where the search asks for the price as a facet; its own filter does not narrow them."""
    bounds = search.query.settings.price_bands
    if not bounds or PRICE not in search.query.facets:
        return ()
    lows = (None, *bounds)
    highs = (*(bound - 1 for bound in bounds), None)
    return tuple(
        Band(low=low, high=high, count=search.total(price=(low, high))) for low, high in zip(lows, highs, strict=True)
    )
