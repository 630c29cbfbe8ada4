"""CSV as spreadsheets open it: times in UTC, and no cell that they would carry out as a formula."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask import Response

BEGIN = "\ufeff"  # by which spreadsheets know that it is UTF-8
_PHONE = re.compile(r"\+[0-9]{5,15}")  # a number and no more, which other systems want as it is
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # as OWASP lists them


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


def download(pieces: Iterable[str], name: str) -> Response:
    """A file of these lines, under that name; what is made piece by piece is sent while it is made."""
    response = Response(pieces, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
