"""Figures of orders in the dashboard: a span of days beside the one before, and what is behind it."""

from typing import Any

from flask import Blueprint, Response, g, render_template, request

from commerce.rules.days import day_of
from commerce.rules.figures import NONE
from commerce.rules.money import decimal_text
from webapp import formats, guards, pages, spreadsheets
from webapp.inputs import text
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.stock.sales import EVERY, Sales, UnableToShow, change, sales, span_of

blueprint = Blueprint("sales", __name__, url_prefix="/dashboard/figures")

_HEADER = ("day", "currency", "orders", "units", "gross", "discounts", "shipping", "tax", "refunds", "net")
_MONEY = ("gross", "discounts", "shipping", "tax", "refunds", "net")


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """The days that are asked for, the last four weeks at first."""
    wrong = ""
    try:
        found = _found()
    except UnableToShow as error:
        wrong, found = str(error), _read(None, None)
    return render_template(
        "sales.html",
        found=found,
        wrong=wrong,
        since=request.args.get("since", "") if wrong else found.span[0].isoformat(),
        until=request.args.get("until", "") if wrong else found.span[1].isoformat(),
        change=change,
        long_day=formats.long_day,
    )


@blueprint.get("/days.csv")
@guards.merchant
@pages.of_shop
def days() -> Response:
    """The days of the span, for a spreadsheet."""
    try:
        found = _found()
    except UnableToShow:
        found = _read(None, None)
    code = found.currency or ""
    rows: list[Any] = [_HEADER]
    for day, numbers in sorted(found.days.items()):
        if numbers != NONE:
            money = [decimal_text(getattr(numbers, name), code) for name in _MONEY]
            rows.append((day.isoformat(), code, numbers.orders, numbers.units, *money))
    response = Response(spreadsheets.BEGIN + spreadsheets.lines(rows), mimetype="text/csv")
    name = f"figures-{found.span[0].isoformat()}-{found.span[1].isoformat()}.csv"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _found() -> Sales:
    told = [text("since"), text("until")]
    since, until = (day_of(each) for each in told)
    if any(each and day_of(each) is None for each in told):
        raise UnableToShow(_("Write days as 2026-05-01."))
    return _read(since, until)


def _read(since: Any, until: Any) -> Sales:
    span = span_of(g.shop, since, until)
    with parts().database.read() as db:
        return sales(db, g.shop, span, currency=text("currency", longest=3).upper(), dimensions=EVERY)
