"""CSV as spreadsheets open it: times in UTC, and no cell that they would carry out as a formula."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

BEGIN = "\ufeff"  # by which spreadsheets know that it is UTF-8
_PHONE = re.compile(r"\+[0-9]{5,15}")  # a number and no more, which other systems want as it is
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Any) -> str:
    """A value as a cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = str(value)
    if isinstance(value, int | float | Decimal) or _PHONE.fullmatch(told):
        return told
    return f"'{told}" if told.startswith(_FORMULA) else told


def lines(rows: Iterable[Iterable[Any]]) -> str:
    """Rows of values as lines of a file."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerows([cell(value) for value in row] for row in rows)
    return file.getvalue()
