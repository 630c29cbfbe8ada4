"""The event log as a file."""

from collections.abc import Iterator
from typing import Any

from commerce.database import Database
from commerce.tables import events
from commerce.tables.events import Filters
from webapp import spreadsheets
from webapp.doors.deliveries import lag_of

COLUMNS = (
    *("id", "delivery_id", "topic", "kind", "object_id", "state", "origin", "attempts", "received_at"),
    *("applied_at", "lag_seconds", "error"),
)
_STEP = 2000


def written(database: Database, *, shop_id: int, filters: Filters) -> Iterator[str]:
    """The deliveries that the filters let through, newest first, piece by piece: each is a short look."""
    yield spreadsheets.BEGIN + spreadsheets.lines([COLUMNS])
    before: int | None = None
    while True:
        with database.read() as db:
            rows = events.page(db, shop_id=shop_id, filters=filters, before=before, limit=_STEP)
        if rows:
            yield spreadsheets.lines(_cells(row) for row in rows)
        if len(rows) < _STEP:
            return
        before = rows[-1].id


def _cells(row: Any) -> list[Any]:
    lag = lag_of(row)
    return [
        *(row.id, row.delivery_id, row.topic, row.kind, row.object_id, row.state, row.origin, row.attempts),
        *(row.received_at, row.applied_at, None if lag is None else round(lag, 3), row.error),
    ]
