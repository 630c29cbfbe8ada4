"""Customers as lines of a CSV file, taken along in steps: each is a short look at the database of its own."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from commerce.database import Database
from commerce.rules.money import decimal_text
from commerce.rules.people import own_fields
from commerce.rules.segments.fields import Declared
from commerce.tables.people import profile_lists
from commerce.tables.people.profile_lists import Filters
from webapp import spreadsheets

COLUMNS = (
    *("id", "first_name", "last_name", "email", "phone", "language", "country", "has_account", "tags"),
    *("email_consent", "sms_consent", "currency", "total_spent", "orders", "average_order", "refunded"),
    *("lifetime_value", "first_order_at", "last_order_at", "next_order_at", "points", "tier", "group"),
)
_STEP = 1000


def written(
    database: Database,
    *,
    shop_id: int,
    currency: str | None,
    filters: Filters,
    own: Mapping[str, Declared],
    taken: Callable[[list[str]], None],
) -> Iterator[str]:
    """The file, piece by piece; `taken` is told who is in each."""
    yield spreadsheets.BEGIN + spreadsheets.lines([[*COLUMNS, *own]])
    last_id = ""
    while True:
        with database.read() as db:
            narrowed = profile_lists.narrow(db, shop_id=shop_id, filters=filters)
            rows = profile_lists.after(db, shop_id=shop_id, narrowed=narrowed, last_id=last_id, limit=_STEP)
        if rows:
            taken([row.id for row in rows])
            yield spreadsheets.lines(_cells(row, currency, own) for row in rows)
        if len(rows) < _STEP:
            return
        last_id = rows[-1].id


def _cells(row: Any, currency: str | None, own: Mapping[str, Declared]) -> list[Any]:
    return [
        *(row.id, row.first_name, row.last_name, row.email, row.phone, row.locale, row.country),
        *("yes" if row.has_account else "no", ", ".join(row.tags), row.email_consent, row.sms_consent, currency),
        *(_money(row.total_spent, currency), row.orders_count, _money(row.average_order, currency)),
        *(_money(row.refunded, currency), _money(row.lifetime_value, currency)),
        *(row.first_order_at, row.last_order_at, row.next_order_at, row.points, row.tier, row.rfm_group),
        *(own_fields.text_of(row.attributes.get(name, {}).get("value")) for name in own),
    ]


def _money(amount: int | None, currency: str | None) -> Decimal | None:
    return None if amount is None else Decimal(decimal_text(amount, currency))
