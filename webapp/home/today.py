"""Today in figures: each with its last days as a small line, each as it stands in the tables and the queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for

from commerce.database import Connection, Database
from commerce.rules import tracking
from commerce.tables import events, figure_lists, tallies, tracking_lists
from commerce.tables.order_steps import step_lists
from commerce.tables.shops import Shop
from webapp import charts, formats
from webapp.home import days as calendar
from webapp.home.days import Days
from webapp.home.savings import Savings, hit_ratio, savings, searched
from webapp.languages import gettext as _
from webapp.languages import ngettext


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure: its name, its value with where that leads, what more there is to say, and its last days."""

    name: str
    value: str
    address: str
    more: str = ""
    spark: charts.Spark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The tiles, deliveries hour by hour, and the load taken off the store. `month`: deliveries of
    all the days."""

    tiles: Sequence[Tile]
    hours: charts.Bars
    last_day: int
    savings: Savings
    month: int


def today(database: Database, db: Connection, shop: Shop, now: datetime) -> Today:
    """Read all of it."""
    days = calendar.read(database, db, shop, now)
    found = searched(db, shop, days, now)
    saved = savings(days, found)
    hours, last_day = _hours(db, shop, now)
    return Today(
        tiles=[
            _deliveries(db, shop, days, now),
            _orders(db, shop, days),
            _parcels(db, shop, days),
            _searches(days, found),
            _cache(days),
            _load(saved),
        ],
        hours=hours,
        last_day=last_day,
        savings=saved,
        month=sum(days.of("received")),
    )


def _hours(db: Connection, shop: Shop, now: datetime) -> tuple[charts.Bars, int]:
    since = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23)
    counted = tallies.by_hour(db, shop_id=shop.id, name="received", since=since)
    begins = [since + timedelta(hours=passed) for passed in range(24)]
    numbers = [counted.get(hour, 0) for hour in begins]
    return charts.bars(numbers, [f"{hour:%H:%M}" for hour in begins]), sum(numbers)


def _deliveries(db: Connection, shop: Shop, days: Days, now: datetime) -> Tile:
    lags = {label: number for (name, label), number in days.today.items() if name == "lag"}
    half, most = tallies.quantile(lags, 0.5), tallies.quantile(lags, 0.99)
    minute = events.recent(db, shop_id=shop.id, since=now - timedelta(minutes=1))
    more = [_("%(number)s in the last minute", number=formats.number(minute))]
    if half is not None:
        spans = {"half": formats.seconds(half), "most": formats.seconds(most)}
        more.append(_("half done within %(half)s, 99 of 100 within %(most)s", **spans))
    numbers = days.of("received")
    return Tile(
        name=_("Deliveries"),
        value=formats.number(numbers[-1]),
        address=url_for("events.index"),
        more=" · ".join(more),
        spark=_line(numbers, _("Deliveries")),
    )


def _orders(db: Connection, shop: Shop, days: Days) -> Tile:
    first = calendar.begins(shop, days.dates[-1])
    placed = figure_lists.orders_by_day(db, shop_id=shop.id, span=(days.dates[0], days.dates[-1]))
    done = step_lists.done_since(db, shop_id=shop.id, since=first)
    numbers = [placed.get(day, 0) for day in days.dates]
    several = f"{formats.number(done)}{'+' if done >= 10_000 else ''}"
    steps = ngettext("%(number)s step of orders done", "%(number)s steps of orders done", done, number=several)
    return Tile(
        name=_("Orders"),
        value=formats.number(numbers[-1]),
        address=url_for("orders.index"),
        more=steps,
        spark=_line(numbers, _("Orders")),
    )


def _parcels(db: Connection, shop: Shop, days: Days) -> Tile:
    states = tracking_lists.by_status(db, shop_id=shop.id)
    arrived = tracking_lists.delivered_since(db, shop_id=shop.id, since=calendar.begins(shop, days.dates[-1]))
    under_way = sum(number for status, number in states.items() if status not in tracking.FINAL)
    out = states.get(tracking.OUT_FOR_DELIVERY, 0)
    more = [_("%(number)s out for delivery", number=formats.number(out))] if out else []
    more.append(_("%(number)s delivered today", number=formats.number(arrived)))
    return Tile(
        name=_("Parcels under way"),
        value=formats.number(under_way),
        address=url_for("shipments.everything"),
        more=" · ".join(more),
        spark=_line(days.of("parcel_news"), _("News of parcels")),
    )


def _searches(days: Days, found: Mapping[date, tuple[int, int]]) -> Tile:
    asked = [found.get(day, (0, 0)) for day in days.dates]
    number, empty = asked[-1]
    more = _("%(number)s without a result", number=formats.number(empty)) if number else _("none yet today")
    return Tile(
        name=_("Searches"),
        value=formats.number(number),
        address=url_for("analytics.index"),
        more=more,
        spark=_line([one[0] for one in asked], _("Searches")),
    )


def _cache(days: Days) -> Tile:
    ratios = [hit_ratio(day) for day in days.counted]
    reads = calendar.total(days.today, "pages")
    value = "–" if ratios[-1] is None else f"{formats.decimal(ratios[-1], 0)}{formats.NO_BREAK}%"
    spark = charts.spark(ratios[-calendar.LATELY :], of=_("Share of reads from the cache on each day"), unit="%")
    more = ngettext("of %(num)s read", "of %(num)s reads", reads) if reads else _("nothing read yet today")
    return Tile(
        name=_("Reads from the cache"),
        value=value,
        address=url_for("cache.index"),
        more=more,
        spark=spark,
    )


def _load(saved: Savings) -> Tile:
    parts = [
        ngettext("%(num)s read", "%(num)s reads", saved.of("searches", "reads", "api", "tracking")),
        ngettext("%(num)s API call", "%(num)s API calls", saved.of("calls")),
        ngettext("%(num)s poll", "%(num)s polls", saved.of("polls")),
    ]
    if saved.seconds[-1]:
        parts.append(_("%(time)s saved", time=formats.seconds(saved.seconds[-1])))
    return Tile(
        name=_("Taken off your store"),
        value=formats.number(saved.today),
        address=url_for("home.load"),
        more=" · ".join(parts),
        spark=_line(saved.by_day, _("Requests taken off the store")),
    )


def _line(numbers: Sequence[int], of: str) -> charts.Spark | None:
    """The last days as a line; none where only one day has anything."""
    lately = list(numbers[-calendar.LATELY :])
    known = sum(number > 0 for number in lately)
    words = _("%(what)s on each of the last %(number)s days", what=of, number=len(lately))
    return charts.spark(lately, of=words) if known > 1 else None
