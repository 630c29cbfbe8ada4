"""What the list of orders is narrowed to and sorted by, as its address carries it; and the list as a file."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask import g, request

from commerce.database import Database
from commerce.rules.days import day_of
from commerce.rules.money import decimal_text
from commerce.rules.notifications.windows import zone_named
from commerce.tables import order_lists
from commerce.tables.order_lists import Filters
from webapp import inputs, spreadsheets
from webapp.languages import gettext
from webapp.languages import lazy_gettext as _

SORTS = {
    order_lists.NEWEST: _("Newest"),
    order_lists.OLDEST: _("Oldest"),
    order_lists.MOST: _("Highest total"),
    order_lists.LEAST: _("Lowest total"),
}
BY_TIME = (order_lists.NEWEST, order_lists.OLDEST)
STATUS = {"open": _("Open"), "completed": _("Completed"), "cancelled": _("Cancelled")}
PAYMENT = {
    "pending": _("Pending"),
    "authorized": _("Authorized"),
    "paid": _("Paid"),
    "partially_paid": _("Partly paid"),
    "partially_refunded": _("Partly refunded"),
    "refunded": _("Refunded"),
    "voided": _("Voided"),
}
FULFILLMENT = {"unfulfilled": _("Not sent"), "partial": _("Partly sent"), "fulfilled": _("Sent")}
NAMES = ("q", "status", "payment", "fulfillment", "since", "until")
COLUMNS = (
    *("id", "number", "placed_at", "status", "payment", "fulfillment", "currency", "total", "subtotal", "tax"),
    *("shipping", "discount", "refunded", "email", "phone", "country", "city", "tags"),
)
_STEP = 1000


def filters_of() -> Filters:
    """The filters of this request; days are the shop's. Raises Problem."""
    since, until = _day("since"), _day("until")
    return Filters(
        text=inputs.text("q"),
        status=inputs.choice("status", STATUS),
        payment=inputs.choice("payment", PAYMENT),
        fulfillment=inputs.choice("fulfillment", FULFILLMENT),
        since=_begins(since) if since else None,
        until=_begins(until + timedelta(days=1)) if until else None,
    )


def sort_of() -> str:
    """The order that this request asks for. Raises Problem."""
    return inputs.choice("sort", SORTS, default=order_lists.NEWEST)


def asked() -> dict[str, str]:
    """The filters of this request as its address has them, for links that keep them."""
    return {name: request.args[name] for name in NAMES if request.args.get(name)}


def written(database: Database, *, shop_id: int, filters: Filters) -> Iterator[str]:
    """The orders that the filters let through as a CSV file, piece by piece: each is a short look at the database."""
    yield spreadsheets.BEGIN + spreadsheets.lines([COLUMNS])
    last_id = ""
    while True:
        with database.read() as db:
            narrowed = order_lists.narrow(db, shop_id=shop_id, filters=filters)
            rows = order_lists.after(db, shop_id=shop_id, narrowed=narrowed, last_id=last_id, limit=_STEP)
        if rows:
            yield spreadsheets.lines(_cells(row) for row in rows)
        if len(rows) < _STEP:
            return
        last_id = rows[-1].id


def _cells(row: Any) -> list[Any]:
    amounts = (row.total, row.subtotal, row.tax, row.shipping, row.discount, row.refunded)
    to = row.delivery or row.billing or {}
    return [
        *(row.id, row.number, row.placed_at, row.status, row.financial_status, row.fulfillment_status, row.currency),
        *(Decimal(decimal_text(amount, row.currency)) for amount in amounts),
        *(row.email, row.phone_e164 or row.phone, to.get("country", ""), to.get("city", ""), ", ".join(row.tags)),
    ]


def _day(name: str) -> date | None:
    told = inputs.text(name, longest=10)
    found = day_of(told) if told else None
    if told and found is None:
        raise inputs.wrong(name, gettext("a day such as 2026-05-01"))
    return found


def _begins(day: date) -> datetime:
    """When a day begins where the shop is."""
    return datetime.combine(day, time(), tzinfo=zone_named(g.shop.timezone))
