"""Parcels in files: a CSV that a merchant brings in, read row by row, and the one that they take along."""

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from commerce.rules.zones import zone_of
from integrations import registry
from integrations.carriers.numbers import choosing
from webapp import spreadsheets
from webapp.languages import gettext as _
from webapp.languages import thousands
from webapp.tracking import asking
from webapp.tracking.asking import Told

LARGEST_FILE, MOST_ROWS, MOST_DOWNLOADED = 500_000, 5_000, 50_000  # bytes, rows, rows
NUMBER, CARRIER, ORDER, COUNTRY, POSTCODE, SHIPPED = "number", "carrier", "order", "country", "postcode", "shipped"
COLUMNS = (NUMBER, CARRIER, ORDER, COUNTRY, POSTCODE, SHIPPED)
_NAMES = {
    NUMBER: ("number", "tracking number", "tracking", "tracking code", "parcel"),
    CARRIER: ("carrier", "courier", "shipping carrier", "carrier name"),
    ORDER: ("order", "order number", "order name", "name", "order id"),
    COUNTRY: ("country", "country code", "destination country", "shipping country"),
    POSTCODE: ("postcode", "postal code", "zip", "zip code", "shipping zip"),
    SHIPPED: ("shipped", "shipped date", "shipped at", "ship date", "date"),
}


class UnableToReadFile(Exception):
    """The file as a whole cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the file: the parcel that it tells of, or what is wrong in which column."""

    line: int
    shown: Mapping[str, str]
    told: Told | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)


def decoded(content: bytes) -> str:
    """The file's text. Raises UnableToReadFile."""
    if not content:
        raise UnableToReadFile(_("Choose a file first."))
    if len(content) > LARGEST_FILE:
        raise UnableToReadFile(_("The file is larger than %(most)s kB. Split it.", most=LARGEST_FILE // 1000))
    try:
        return content.decode("utf-8-sig").replace("\x00", "")
    except UnicodeDecodeError:
        raise UnableToReadFile(_("The file is not in UTF-8: save it as “CSV UTF-8”.")) from None


def cells_of(text: str) -> list[tuple[int, dict[str, str]]]:
    """The lines that hold something, by number, with our names of their columns. Raises UnableToReadFile."""
    first = text.partition("\n")[0]
    separator = max((",", ";", "\t"), key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        columns = _columns(next(reader, []))
        found = []
        for cells in reader:
            told = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
            if any(told.values()):
                found.append((reader.line_num, told))
            if len(found) > MOST_ROWS:
                raise UnableToReadFile(_("The file has more than %(most)s rows. Split it.", most=thousands(MOST_ROWS)))
    except csv.Error as error:
        why = _("Line %(line)s cannot be read: %(error)s.", line=reader.line_num, error=error)
        raise UnableToReadFile(why) from None
    if not found:
        raise UnableToReadFile(_("There is no parcel in this file."))
    return found


def _columns(header: list[str]) -> dict[str, int]:
    told = [" ".join(cell.strip().lower().replace("_", " ").split()) for cell in header]
    found = {
        name: next(place for place, cell in enumerate(told) if cell in names)
        for name, names in _NAMES.items()
        if any(cell in names for cell in told)
    }
    if NUMBER not in found:
        raise UnableToReadFile(_("Line 1 has to name the columns; one of them has to be “number”."))
    return found


def rows_of(lines: Iterable[tuple[int, Mapping[str, str]]], orders: Mapping[str, str], today: date) -> list[Row]:
    """The lines as parcels; `orders`: ids of the shop's orders by their numbers as files tell them."""
    rows, seen = [], dict[str, int]()
    for line, cells in lines:
        number = choosing.normalised(cells[NUMBER])
        wrong = _wrong(cells, number, orders, today)
        if NUMBER not in wrong and number in seen:
            wrong[NUMBER] = _("is in line %(line)s already", line=seen[number])
        seen.setdefault(number, line)
        told = None if wrong else _told(cells, number, orders)
        rows.append(Row(line=line, shown=cells, told=told, wrong=wrong))
    return rows


def _wrong(cells: Mapping[str, str], number: str, orders: Mapping[str, str], today: date) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not asking.SHORTEST_NUMBER <= len(number) <= asking.LONGEST_NUMBER:
        shortest, longest = asking.SHORTEST_NUMBER, asking.LONGEST_NUMBER
        wrong[NUMBER] = _("has to have %(low)s to %(high)s letters and digits", low=shortest, high=longest)
    carrier, country, order = cells.get(CARRIER, ""), cells.get(COUNTRY, ""), cells.get(ORDER, "")
    if carrier and asking.carrier_named(carrier) is None:
        wrong[CARRIER] = _("“%(word)s” is no carrier that is known", word=carrier[:40])
    if country and not zone_of(country):
        wrong[COUNTRY] = _("“%(word)s” is no country's code of two letters, such as US", word=country[:20])
    if order and order.lstrip("#") not in orders:
        wrong[ORDER] = _("the shop has no order “%(word)s”", word=order[:40])
    if len(cells.get(POSTCODE, "")) > 20:
        wrong[POSTCODE] = _("is longer than 20 characters")
    if told := _wrong_day(cells.get(SHIPPED, ""), today):
        wrong[SHIPPED] = told
    return wrong


def _wrong_day(shipped: str, today: date) -> str:
    day, word = _day(shipped), shipped[:20]
    if shipped and day is None:
        return _("“%(word)s” is no date such as %(today)s", word=word, today=f"{today:%Y-%m-%d}")
    if day is not None and day > today:
        return _("“%(word)s” is not in the past", word=word)
    if day is not None and day < date(2000, 1, 1):
        return _("“%(word)s” is before the year 2000", word=word)
    return ""


def _told(cells: Mapping[str, str], number: str, orders: Mapping[str, str]) -> Told:
    day = _day(cells.get(SHIPPED, ""))
    return Told(
        number=number,
        carrier=asking.carrier_named(cells.get(CARRIER, "")) or "",
        order_id=orders.get(cells.get(ORDER, "").lstrip("#"), ""),
        country=cells.get(COUNTRY, "").upper(),
        postcode=cells.get(POSTCODE, ""),
        shipped_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC) if day else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if len(text) >= 10 else None
    except ValueError:
        return None


def order_numbers(lines: Iterable[tuple[int, Mapping[str, str]]]) -> set[str]:
    """The order numbers that lines tell, without "#"."""
    return {cells.get(ORDER, "").lstrip("#") for __, cells in lines} - {""}


DOWNLOADED = (
    *("number", "carrier", "order", "status", "place", "country", "postcode", "expected_first", "expected_last"),
    *("last_scan_at", "shipped_at", "known_since", "ended_at", "calls", "tracking_page"),
)


def written(rows: Iterable[Any], base_url: str) -> str:
    """Parcels (rows with `order_number`) as CSV for spreadsheets."""
    return spreadsheets.BEGIN + spreadsheets.lines([DOWNLOADED, *(_cells(row, base_url) for row in rows)])


def _cells(row: Any, base_url: str) -> tuple[Any, ...]:
    return (
        *(row.number, registry.carrier_title(row.carrier) if row.carrier else row.carrier_named),
        *(row.order_number or row.order_id, row.status, row.city, row.to_country, row.to_postcode),
        *(row.expected_first, row.expected_last, row.scanned_at, row.shipped_at, row.created_at, row.ended_at),
        *(row.calls, f"{base_url}/track/{row.token}"),
    )


def in_words(rows: Collection[Row]) -> list[str]:
    """What is wrong in a file, a sentence for each cell: "Line 3, column “carrier”: …"."""
    return [
        _("Line %(line)s, column “%(column)s”: %(text)s.", line=row.line, column=column, text=text)
        for row in rows
        for column, text in row.wrong.items()
    ]
