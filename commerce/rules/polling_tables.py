"""Clock tables: at which hours of the local day a shipment in a given situation is asked about, by the price of a call.

A table is a ladder of rungs, each the best schedule at one price: hours of delay of a milestone that one call may cost
to save. Levels are prices; a price between two rungs is met by putting a share of the shipments on either of them.
"""

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import inf, log
from pathlib import Path
from typing import Any

ECONOMY, BALANCED, FAST = "economy", "balanced", "fast"
Hours = Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One schedule: hours of the local day (8.5 is half past eight) of each situation, ascending."""

    price: float
    hours: Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """A ladder of rungs, cheapest calls (most checks) first, and the price that each level stands for.

    `chances`: of each situation, how likely a milestone is in each of the 24 hours of the local day.
    """

    rungs: tuple[Rung, ...]
    levels: Mapping[str, float]
    chances: Hours

    def rung(self, level: str, *, price: float, share: float) -> Rung:
        """The rung of a shipment whose place among all is `share` (0 to 1, even); KeyError for an unknown level."""
        wanted = self.levels[level] * max(price, 1e-6)
        above = bisect_right([rung.price for rung in self.rungs], wanted)
        if above == 0 or above == len(self.rungs):
            return self.rungs[min(above, len(self.rungs) - 1)]
        lower, upper = self.rungs[above - 1], self.rungs[above]
        way = log(wanted / lower.price) / log(upper.price / lower.price)
        return upper if share < way else lower


@cache
def shipped() -> Tables:
    """The tables that come with the product: see docs/explanation/polling.md for where they are from."""
    return read(json.loads(Path(__file__).with_name("polling_clock.json").read_text()))


def read(told: Mapping[str, Any]) -> Tables:
    """Tables from JSON as `written` makes it; ValueError where it is none."""
    try:
        tables = Tables(
            rungs=tuple(sorted((_rung(rung) for rung in told["rungs"]), key=lambda rung: rung.price)),
            levels={str(name): float(price) for name, price in told["levels"].items()},
            chances={str(name): tuple(float(chance) for chance in row) for name, row in told["chances"].items()},
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError("These are no clock tables.") from error
    if not _makes_sense(tables):
        raise ValueError("These are no clock tables.")
    return tables


def own(told: Mapping[str, Any] | None) -> Tables | None:
    """A shop's own tables; None, which stands for the usual ones, where it has none or they cannot be read: what is
    stored there must never keep its orders or its parcels from being worked on."""
    try:
        return read(told) if told else None
    except ValueError:
        return None


def _rung(told: Mapping[str, Any]) -> Rung:
    hours = {str(name): tuple(sorted(float(hour) for hour in row)) for name, row in told["hours"].items()}
    return Rung(price=float(told["price"]), hours=hours)


def _makes_sense(tables: Tables) -> bool:
    prices = [*(rung.price for rung in tables.rungs), *tables.levels.values()]
    hours = [hour for rung in tables.rungs for row in rung.hours.values() for hour in row]
    chances = tables.chances.values()
    return (
        bool(tables.rungs)
        and tables.levels.keys() >= {ECONOMY, BALANCED, FAST}
        and all(0 < price < inf for price in prices)
        and all(0 <= hour < 24 for hour in hours)
        and all(len(row) == 24 and all(0 <= chance <= 1 for chance in row) for row in chances)
    )


def written(tables: Tables) -> dict[str, object]:
    """The tables as JSON, which `read` takes."""
    rungs = [
        {"price": rung.price, "hours": {name: list(row) for name, row in rung.hours.items()}} for rung in tables.rungs
    ]
    chances = {name: list(row) for name, row in tables.chances.items()}
    return {"levels": dict(tables.levels), "rungs": rungs, "chances": chances}
