"""Clock tables fitted to a shop's own log: when its carriers really tell, found from shipments that ended.

Two things are tried on two thirds of the shipments: to move the rows of a group earlier or later as they are, which a
few hundred shipments are enough for, and to replace a row by the hours that would have cost least. Whatever makes the
replayed shipments cheaper stays. The last third, which nothing was fitted to, says what it gains; where that is
nothing, the tables stay as they were.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from commerce.rules.polling_tables import Rung, Tables, shipped
from commerce.rules.refit_replay import Cost, Observed, Played, Seen, cost, play, shown
from commerce.rules.refit_rows import Counts, counted, hours

__all__ = ["FEWEST", "Cost", "Observed", "Refit", "Seen", "UnableToRefit", "refit", "shown"]

FEWEST = 200  # shipments
_TRIED_ON, _JUDGED_ON = 600, 1000  # at most
_SHIFTS = (-4.0, -3.0, -2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 3.0, 4.0)
_GROUPS = (("label",), ("far", "eve", "due", "over", "none", "intl", "dest"), ("ofd",), ("attempt", "ready"))
_LEAST_GAIN = 0.01  # of the cost of what was tried, for a change to stay
_TOUCHED = 25  # shipments that must have looked at a changed row, at least


class UnableToRefit(Exception):
    """There is too little to learn from; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """Fitted tables, and what they gain on shipments that they were not fitted to.

    `changes` says of each changed row by how many hours it moved, or that it was counted anew.
    """

    tables: Tables
    before: Cost
    after: Cost
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def worthwhile(self) -> bool:
        """Whether anything is to be gained."""
        return bool(self.changes)


def refit(shipments: Iterable[Observed], level: str, *, tables: Tables | None = None) -> Refit:
    """Fit the tables to shipments that ended; UnableToRefit where there are too few.

    The whole ladder of prices is fitted, judged by what it gains at `level`. Takes seconds, whatever the log's size.
    """
    tables = tables or shipped()
    ended = [shipment for shipment in shipments if shipment.scans]
    if len(ended) < FEWEST:
        raise UnableToRefit(f"{FEWEST} shipments with scans are needed, there are {len(ended)}.")
    ended.sort(key=lambda shipment: blake2b(shipment.key.encode(), digest_size=8).digest())
    third = len(ended) // 3
    judged, learned = ended[:third][:_JUDGED_ON], ended[third:]
    fitting = _Fitting(learned[:_TRIED_ON], level, tables)
    fitting.shift()
    fitting.count_anew(counted(learned))
    before, after = play(judged, level, tables), play(judged, level, fitting.tables)
    price = tables.levels[level]
    if _total(after, price) >= _total(before, price):
        return Refit(tables=tables, before=cost(before), after=cost(before))
    return Refit(tables=fitting.tables, before=cost(before), after=cost(after), changes=fitting.changes)


class _Fitting:
    """Tables that get better on some shipments, change by change."""

    def __init__(self, shipments: Sequence[Observed], level: str, tables: Tables) -> None:
        self.tables = tables
        self.changes: dict[str, str] = {}
        self._shipments, self._level, self._price = shipments, level, tables.levels[level]
        self._played = play(shipments, level, tables)

    def shift(self) -> None:
        """Move groups of rows earlier or later."""
        names = sorted({name for rung in self.tables.rungs for name in rung.hours})
        for group in _GROUPS:
            rows = [name for name in names if name.startswith(group)]
            origin, moved = self.tables, ""
            for by in _SHIFTS:
                if self._try(_shifted(origin, rows, by), rows):
                    moved = f"{by:+g} h"
            if moved:
                self.changes |= dict.fromkeys(rows, moved)

    def count_anew(self, counts: Mapping[str, Counts]) -> None:
        """Replace rows by the cheapest hours, where that is cheaper indeed."""
        for name in sorted(counts):
            rungs = []
            for rung in self.tables.rungs:
                row = hours(counts, name, rung.price)
                rungs.append(rung if row is None else replace(rung, hours={**rung.hours, name: row}))
            if self._try(replace(self.tables, rungs=tuple(rungs)), [name]):
                self.changes[name] = "counted anew"

    def _try(self, tables: Tables, rows: Sequence[str]) -> bool:
        """Keep the tables if they make the shipments cheaper that looked at a changed row."""
        touched = [index for index, played in enumerate(self._played) if not played.rows.isdisjoint(rows)]
        if len(touched) < _TOUCHED or tables == self.tables:
            return False
        again = play([self._shipments[index] for index in touched], self._level, tables)
        before = _total([self._played[index] for index in touched], self._price)
        if _total(again, self._price) > before * (1 - _LEAST_GAIN):
            return False
        self.tables = tables
        for index, played in zip(touched, again, strict=True):
            self._played[index] = played
        return True


def _total(played: Iterable[Played], price: float) -> float:
    return sum(one.cost(price) for one in played)


def _shifted(tables: Tables, rows: Sequence[str], by: float) -> Tables:
    rungs = []
    for rung in tables.rungs:
        moved = {name: tuple(hour + by for hour in rung.hours.get(name, ()) if 0 <= hour + by < 24) for name in rows}
        rungs.append(Rung(price=rung.price, hours={**rung.hours, **moved}))
    return replace(tables, rungs=tuple(rungs))
