"""What merchants see of their shoppers' searches, each figure as it was counted."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from commerce.rules.documents import Product
from commerce.rules.searches import share
from commerce.tables import clicks, products, searches
from commerce.tables.searches import Tally
from commerce.tables.shops import Shop
from webapp.parts import Parts

PERIODS = (7, 28, 90)
LISTED, EXPORTED, POSITIONS = 20, 10_000, 10
OFTEN_ENOUGH = 10  # searches from which on it means something that few click


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One bar of the chart; `share` of the highest one, `empty_share` of this one."""

    day: date
    asked: int
    empty: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The last `days` days, the present one included. Shares are from 0 to 1, None of nothing.

    `began`: the first day of which anything is counted, None before the first search.
    """

    days: int
    since: date
    began: date | None
    totals: Tally
    empty_share: float | None
    click_share: float | None
    order_share: float | None
    chart: Sequence[Day]
    top: Sequence[Any]
    without_results: Sequence[Any]
    rarely_clicked: Sequence[Any]
    positions: Sequence[Any]

    @property
    def is_short(self) -> bool:
        """Whether it is counted for less than the period."""
        return self.began is None or self.began > self.since

    @property
    def counted_days(self) -> int:
        """The days of the period on which it was counted."""
        begin = max(self.since, self.began or self.since)
        return self.days - (begin - self.since).days

    @property
    def per_day(self) -> float:
        """Searches on one of these days."""
        return self.totals.asked / self.counted_days


def figures(here: Parts, shop: Shop, *, days: int, today: date) -> Figures:
    """Read the figures of a period."""
    since = today - timedelta(days=days - 1)
    with here.database.read() as db:
        totals = searches.totals(db, shop_id=shop.id, since=since)
        by_day = searches.by_day(db, shop_id=shop.id, since=since)
        return Figures(
            days=days,
            since=since,
            began=searches.begin(db, shop_id=shop.id),
            totals=totals,
            empty_share=share(totals.empty, totals.asked),
            click_share=share(totals.clicks, totals.asked),
            order_share=share(totals.orders, totals.asked),
            chart=_chart(by_day, since, days),
            top=searches.top(db, shop_id=shop.id, since=since, limit=LISTED),
            without_results=searches.without_results(db, shop_id=shop.id, since=since, limit=LISTED),
            rarely_clicked=searches.rarely_clicked(
                db, shop_id=shop.id, since=since, at_least=OFTEN_ENOUGH, limit=LISTED
            ),
            positions=searches.by_position(db, shop_id=shop.id, since=since, last=POSITIONS),
        )


def _chart(by_day: dict[date, tuple[int, int]], since: date, days: int) -> list[Day]:
    highest = max((asked for asked, _ in by_day.values()), default=0) or 1
    every = [since + timedelta(days=passed) for passed in range(days)]
    counted = [(day, *by_day.get(day, (0, 0))) for day in every]
    return [Day(day=day, asked=asked, empty=empty, share=asked / highest) for day, asked, empty in counted]


def shape(told: Figures) -> dict[str, Any]:
    """The figures as JSON; shares are from 0 to 1, null of nothing."""
    return {
        "since": told.since.isoformat(),
        "counted_since": told.began.isoformat() if told.began else None,
        "days": told.days,
        "searches": told.totals.asked,
        "without_results": told.totals.empty,
        "clicks": told.totals.clicks,
        "carts": told.totals.carts,
        "orders": told.totals.orders,
        "by_day": [
            {"day": day.day.isoformat(), "searches": day.asked, "without_results": day.empty} for day in told.chart
        ],
        "top": [_query(row) for row in told.top],
        "top_without_results": [_query(row) for row in told.without_results],
        "rarely_clicked": [_query(row) for row in told.rarely_clicked],
        "positions": [
            {"position": row.position, "shown": int(row.shown), "clicks": int(row.clicks), "orders": int(row.orders)}
            for row in told.positions
        ],
    }


def _query(row: Any) -> dict[str, Any]:
    counted = {"searches": row.asked, "without_results": row.empty, "clicks": row.clicks, "orders": row.orders}
    return {"query": row.query} | {name: int(number) for name, number in counted.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query in a period; `found`: products at its last search; `clicked`: products, those that are gone as None."""

    text: str
    totals: Tally
    clicked: Sequence[tuple[str, Product | None, int]]


def one_query(here: Parts, shop: Shop, text: str, *, days: int, today: date) -> Query | None:
    """What is counted of a query; None where nothing is."""
    with here.database.read() as db:
        totals = searches.of_query(db, shop_id=shop.id, query=text, since=today - timedelta(days=days - 1))
        chosen = clicks.products_of(db, shop_id=shop.id, query=text, limit=LISTED)
        known = products.by_ids(db, shop_id=shop.id, ids=[key for key, _ in chosen], currency=shop.currency)
    if totals is None and not chosen:
        return None
    return Query(text=text, totals=totals or Tally(), clicked=[(key, known.get(key), number) for key, number in chosen])


def table(here: Parts, shop: Shop, *, days: int, today: date) -> str:
    """Every query of the period as CSV, which spreadsheets do not take for formulas."""
    since = today - timedelta(days=days - 1)
    with here.database.read() as db:
        rows = searches.top(db, shop_id=shop.id, since=since, limit=EXPORTED)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["query", "searches", "without_results", "clicks", "carts", "orders"])
    for row in rows:
        writer.writerow([_harmless(row.query), row.asked, row.empty, row.clicks, row.carts, row.orders])
    return file.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
