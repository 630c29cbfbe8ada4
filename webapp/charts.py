"""Charts as numbers: where lines, bars and cells stand in a picture, so that templates only write them down.

Every chart says what it shows in a sentence, and the page has its numbers in a table. A picture never has more than a
few hundred points, however many there are: the browser would draw several on one pixel.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from commerce.rules.thinning import thinned
from webapp import formats
from webapp.languages import gettext as _

WIDTH, HEIGHT = 480.0, 120.0
MOST_POINTS, MOST_BARS = 240, 120
TABLED = 400  # rows of the table behind a chart; more are a file, not a table
_TOP = 6.0  # left free above the highest point, so that a line is not cut
_WIDEST = 40.0  # of a bar: one alone is no wall
_SPARK = (100.0, 24.0)

Drawn = tuple[str, tuple[float, float] | None]  # points as SVG has them, and where the last one is


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a chart's table: what it is about, and its numbers as they are read."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: its points as SVG has them, and the way it is drawn (1, 2, 3: colour and dashes)."""

    name: str
    kind: int
    points: str
    dot: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A chart of lines, all by the same scale. `words`: what it shows, for who does not see it."""

    lines: Sequence[Line]
    words: str
    first: str
    last: str
    highest: str
    rows: Sequence[Row]
    left_out: int = 0

    @property
    def names(self) -> list[str]:
        """The names of the lines."""
        return [line.name for line in self.lines]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar; `label` says its number."""

    x: float
    y: float
    width: float
    height: float
    label: str
    is_empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A chart of bars."""

    bars: Sequence[Bar]
    words: str
    first: str
    last: str
    highest: str
    rows: Sequence[Row]
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """A small line without axes; `words` are all that it says."""

    points: str
    area: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One hour of a weekday; `level` from 0 (nothing) to 4 (the most)."""

    x: int
    y: int
    level: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """The hours of a week."""

    cells: Sequence[Cell]
    words: str
    rows: Sequence[Row]
    hours: Sequence[str]
    days: Sequence[str]


def lines(named: Mapping[str, Sequence[float]], labels: Sequence[str], *, unit: str = "") -> Lines:
    """A line for each name, with one number for each label."""
    highest = max((value for values in named.values() for value in values), default=0.0)
    drawn = [
        Line(name=name, kind=place % 3 + 1, points=points, dot=dot)
        for place, (name, values) in enumerate(named.items())
        for points, dot in [_drawn(values, highest, (WIDTH, HEIGHT), MOST_POINTS)]
    ]
    told = [f"{name}: {_told(values, unit)}" for name, values in named.items()]
    return Lines(
        lines=drawn,
        words=" ".join(told) or _("There is nothing to show yet."),
        highest=_with(highest, unit),
        rows=_rows(labels, list(named.values()), unit),
        left_out=max(0, len(labels) - TABLED),
        **_ends(labels),
    )


def bars(values: Sequence[float], labels: Sequence[str], *, unit: str = "") -> Bars:
    """A bar for each number; neighbours are added up where there are more than can be seen."""
    grouped = _added_up(values, labels)
    highest = max((value for value, _ in grouped), default=0.0)
    each = WIDTH / max(len(grouped), 1)
    drawn = []
    for place, (value, label) in enumerate(grouped):
        height = max(value / highest * (HEIGHT - _TOP), 3.0) if value > 0 else 2.0
        width = round(min(each * 0.76, _WIDEST), 2)
        x = round(place * each + (each - width) / 2, 2)
        told = f"{label}: {_with(value, unit)}"
        top, high = round(HEIGHT - height, 1), round(height, 1)
        drawn.append(Bar(x=x, y=top, width=width, height=high, label=told, is_empty=value <= 0))
    return Bars(
        bars=drawn,
        words=_told(values, unit),
        highest=_with(highest, unit),
        rows=_rows(labels, [values], unit),
        left_out=max(0, len(labels) - TABLED),
        **_ends(labels),
    )


def spark(values: Sequence[float | None], *, of: str, unit: str = "") -> Spark | None:
    """A small line of what is known of `values`; None where it would be a single point or nothing at all."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or not any(known):
        return None
    points, _ = _drawn(known, max(known), _SPARK, 60)
    width, height = _SPARK
    area = f"0,{height:g} {points} {width:g},{height:g}"
    return Spark(points=points, area=area, words=f"{of}: {_told(known, unit)}")


def heat(counted: Mapping[tuple[int, int], int], *, of: str) -> Heat:
    """Counts by (weekday from 0 for Monday, hour); `of` says of what."""
    highest = max(counted.values(), default=0)
    days = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    cells = [
        Cell(x=hour, y=day, level=_level(number, highest), label=f"{name} {hour:02}:00: {formats.number(number)} {of}")
        for day, name in enumerate(days)
        for hour in range(24)
        for number in [counted.get((day, hour), 0)]
    ]
    if highest:
        day, hour = max(counted, key=lambda place: (counted[place], -place[0], -place[1]))
        when = {"day": days[day], "hour": f"{hour:02}:00"}
        words = _(
            "Most %(of)s came on %(day)s from %(hour)s: %(number)s.", of=of, number=formats.number(highest), **when
        )
    else:
        words = _("There are no %(of)s yet.", of=of)
    by_hour = [
        Row(label=f"{hour:02}:00", values=tuple(formats.number(counted.get((day, hour), 0)) for day in range(7)))
        for hour in range(24)
    ]
    return Heat(cells=cells, words=words, rows=by_hour, hours=[f"{hour:02}" for hour in range(0, 24, 6)], days=days)


def _level(number: int, highest: int) -> int:
    return 0 if number <= 0 else min(4, 1 + 4 * (number - 1) // highest) if highest > 4 else min(4, number)


def _drawn(values: Sequence[float], highest: float, size: tuple[float, float], most: int) -> Drawn:
    """Points over the whole width, and the only one as a dot, since a line of one is not seen."""
    width, height = size
    step = width / max(len(values) - 1, 1)
    placed = [
        (place * step, height - (value / highest * (height - _TOP * height / HEIGHT) if highest > 0 else 0.0))
        for place, value in enumerate(values)
    ]
    kept = thinned(placed, most)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in kept)
    dot = (round(kept[-1][0], 1), round(kept[-1][1], 1)) if kept else None
    return points, dot


def _added_up(values: Sequence[float], labels: Sequence[str]) -> list[tuple[float, str]]:
    each = -(-len(values) // MOST_BARS) or 1
    return [
        (sum(values[first : first + each]), _from_to(labels[first : first + each]))
        for first in range(0, len(values), each)
    ]


def _from_to(labels: Sequence[str]) -> str:
    return labels[0] if len(labels) == 1 else _("%(first)s to %(last)s", first=labels[0], last=labels[-1])


def _told(values: Iterable[float], unit: str) -> str:
    known = list(values)
    if not known:
        return _("There is nothing to show yet.")
    if len(known) == 1:
        return f"{_with(known[0], unit)}."
    low, high = (_with(value, unit) for value in (min(known), max(known)))
    told = {"number": formats.number(len(known)), "low": low, "high": high, "last": _with(known[-1], unit)}
    return _("%(number)s values from %(low)s to %(high)s, the last %(last)s.", **told)


def _with(value: float, unit: str) -> str:
    shown = formats.number(int(value)) if value == int(value) else formats.decimal(value)
    return f"{shown}{formats.NO_BREAK}{unit}" if unit else shown


def _rows(labels: Sequence[str], columns: Sequence[Sequence[float]], unit: str) -> list[Row]:
    """The newest first, as far as a table goes."""
    newest = range(len(labels) - 1, max(-1, len(labels) - 1 - TABLED), -1)
    return [Row(label=labels[place], values=tuple(_with(one[place], unit) for one in columns)) for place in newest]


def _ends(labels: Sequence[str]) -> dict[str, str]:
    return {"first": labels[0] if labels else "", "last": labels[-1] if labels else ""}
