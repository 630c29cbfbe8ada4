"""A span of days with its figures, beside the same number of days before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from commerce.database import Connection
from commerce.rules import stock_shapes
from commerce.rules.figures import CHANNEL, COUNTRY, NONE, PRODUCT, Numbers, day_of
from commerce.rules.notifications.windows import zone_named
from commerce.tables import figure_lists
from commerce.tables.figure_lists import Span
from commerce.tables.shops import Shop
from webapp import pages
from webapp.languages import gettext as _
from webapp.languages import ngettext, thousands

USUAL, LONGEST = 28, 366  # days
_LISTED = 10


class UnableToShow(ValueError):
    """The days cannot be shown; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """The days' figures in one currency, `before` those of as many days before, and the first ones of each kind."""

    span: Span
    earlier: Span
    currency: str | None
    currencies: Sequence[str]
    total: Numbers
    before: Numbers
    days: Mapping[date, Numbers]
    days_before: Mapping[date, Numbers]
    shares: Mapping[str, Sequence[tuple[str, Numbers]]]
    names: Mapping[str, str]

    @property
    def chart(self) -> list[tuple[date, Numbers, Numbers]]:
        """Each day with the one that lies as far in the span before."""
        first, last = self.span
        return [
            (day, self.days.get(day, NONE), self.days_before.get(self.earlier[0] + timedelta(days=place), NONE))
            for place in range((last - first).days + 1)
            if (day := first + timedelta(days=place))
        ]


def span_of(shop: Shop, since: date | None, until: date | None) -> Span:
    """The span that is asked for, up to today in the shop's zone. Raises UnableToShow."""
    today = day_of(pages.now(), zone_named(shop.timezone))
    last = until or today
    first = since or last - timedelta(days=USUAL - 1)
    if first > last:
        raise UnableToShow(_("The first day lies behind the last one."))
    if (last - first).days >= LONGEST:
        raise UnableToShow(
            ngettext("At most %(num)s day is shown at a time.", "At most %(num)s days are shown at a time.", LONGEST)
        )
    return first, last


def sales(
    db: Connection, shop: Shop, span: Span, *, currency: str = "", dimensions: Sequence[str], limit: int = _LISTED
) -> Sales:
    """Read the figures."""
    length = (span[1] - span[0]).days + 1
    earlier = (span[0] - timedelta(days=length), span[0] - timedelta(days=1))
    totals = figure_lists.totals(db, shop_id=shop.id, span=span)
    before = figure_lists.totals(db, shop_id=shop.id, span=earlier)
    there = list(totals) or list(before)
    chosen = currency if currency in {*totals, *before} else there[0] if there else shop.currency
    told: dict[str, Any] = {"shop_id": shop.id, "currency": chosen or ""}
    shares = {each: figure_lists.by_key(db, **told, span=span, dimension=each, limit=limit) for each in dimensions}
    named = [key for key, _ in shares.get(PRODUCT, ()) if key]
    return Sales(
        span=span,
        earlier=earlier,
        currency=chosen,
        currencies=sorted({*totals, *before}),
        total=totals.get(chosen or "", NONE),
        before=before.get(chosen or "", NONE),
        days=figure_lists.by_day(db, **told, span=span),
        days_before=figure_lists.by_day(db, **told, span=earlier),
        shares={each: [one for one in rows if one[1] != NONE] for each, rows in shares.items()},
        names=figure_lists.titles(db, shop_id=shop.id, ids=named),
    )


EVERY = (PRODUCT, CHANNEL, COUNTRY)


def shape(found: Sales, by: str) -> dict[str, Any]:
    """As the API shows them."""
    code = found.currency or ""
    return {
        "since": found.span[0].isoformat(),
        "until": found.span[1].isoformat(),
        "currency": found.currency,
        "currencies": list(found.currencies),
        "total": stock_shapes.numbers(found.total, code),
        "before": stock_shapes.numbers(found.before, code),
        "days": [stock_shapes.day(day, each, code) for day, each in sorted(found.days.items()) if each != NONE],
        "shares": [{"key": key, **stock_shapes.numbers(each, code)} for key, each in found.shares.get(by, ())],
    }


def change(now: int, before: int) -> str:
    """By how much something changed, in words."""
    if not before:
        return _("none before") if now else _("none before either")
    share = round((now - before) * 100 / abs(before))  # more is more, also than what was below nothing
    if not share:
        return _("as before")
    told = thousands(abs(share))
    return (
        _("%(share)s %% more than before", share=told) if share > 0 else _("%(share)s %% less than before", share=told)
    )
