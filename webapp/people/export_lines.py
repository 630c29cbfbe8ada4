"""Customers as lines of a file for other programs, read in short portions: no transaction lasts, no list grows."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from commerce.database import Database
from commerce.tables.people import profile_pages
from commerce.tables.people.profile_pages import Filters
from commerce.tables.shops import Shop
from webapp.people import customer_shapes
from webapp.people.customer_models import Customer

PORTION = 500  # customers in one read
NAMES = tuple(Customer.model_fields)


def portions(database: Database, shop: Shop, filters: Filters) -> Iterator[list[Any]]:
    """All of them by id; who comes or changes meanwhile is there or not."""
    after = ""
    while True:
        with database.read() as db:
            rows = profile_pages.everybody(db, shop_id=shop.id, filters=filters, after=after, limit=PORTION)
        if rows:
            yield list(rows)
        if len(rows) < PORTION:
            return
        after = rows[-1].id


def ndjson(rows: list[Any], *, currency: str | None) -> bytes:
    """A JSON object a line."""
    option = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
    return b"".join(orjson.dumps(customer_shapes.customer(row, currency=currency), option=option) for row in rows)


def header() -> bytes:
    """The first line of CSV."""
    return _lines([NAMES])


def cells(rows: list[Any], *, currency: str | None) -> bytes:
    """Lines of CSV: what has parts is JSON in its cell."""
    shapes = (customer_shapes.customer(row, currency=currency) for row in rows)
    return _lines([[_cell(shape[name]) for name in NAMES] for shape in shapes])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        # A program that shows tables must not take what a shopper typed for a formula.
        return f"'{value}" if value and value[0] in "=+-@\t\r" and not _is_phone(value) else value
    written = orjson.dumps(value, option=orjson.OPT_UTC_Z).decode()
    return written if isinstance(value, Mapping | list) else written.strip('"')


def _is_phone(value: str) -> bool:
    return value[0] == "+" and value[1:].isdigit()


def _lines(rows: Any) -> bytes:
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerows(rows)
    return file.getvalue().encode()
