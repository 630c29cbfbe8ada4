"""Today in figures: each with its last days as a small line, each as it stands in the tables and the queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for

from commerce.database import Connection, Database
from commerce.rules import tracking
from commerce.tables import events, figure_lists, searches, tallies, tracking_lists
from commerce.tables.order_steps import step_lists
from commerce.tables.shops import Shop
from webapp import charts, formats
from webapp.home import days as calendar
from webapp.home.days import Days
from webapp.home.savings import Savings, hit_ratio, savings


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
    searched = searches.by_day(db, shop_id=shop.id, since=days.dates[0])
    saved = savings(days, searched)
    hours, last_day = _hours(db, shop, now)
    return Today(
        tiles=[
            _deliveries(db, shop, days, now),
            _orders(db, shop, days),
            _parcels(db, shop, days),
            _searches(days, searched),
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
    more = f"{minute:,} in the last minute"
    if half is not None:
        more += f" · half done within {formats.seconds(half)}, 99 of 100 within {formats.seconds(most)}"
    numbers = days.of("received")
    return Tile(
        name="Deliveries",
        value=formats.number(numbers[-1]),
        address=url_for("events.index"),
        more=more,
        spark=_line(numbers, "Deliveries"),
    )


def _orders(db: Connection, shop: Shop, days: Days) -> Tile:
    first = calendar.begins(shop, days.dates[-1])
    placed = figure_lists.orders_by_day(db, shop_id=shop.id, span=(days.dates[0], days.dates[-1]))
    done = step_lists.done_since(db, shop_id=shop.id, since=first)
    numbers = [placed.get(day, 0) for day in days.dates]
    steps = f"{done:,}{'+' if done >= 10_000 else ''} {'step' if done == 1 else 'steps'} of orders done"
    return Tile(
        name="Orders",
        value=formats.number(numbers[-1]),
        address=url_for("orders.index"),
        more=steps,
        spark=_line(numbers, "Orders"),
    )


def _parcels(db: Connection, shop: Shop, days: Days) -> Tile:
    states = tracking_lists.by_status(db, shop_id=shop.id)
    arrived = tracking_lists.delivered_since(db, shop_id=shop.id, since=calendar.begins(shop, days.dates[-1]))
    under_way = sum(number for status, number in states.items() if status not in tracking.FINAL)
    out = states.get(tracking.OUT_FOR_DELIVERY, 0)
    more = " · ".join(([f"{out:,} out for delivery"] if out else []) + [f"{arrived:,} delivered today"])
    return Tile(
        name="Parcels under way",
        value=formats.number(under_way),
        address=url_for("shipments.everything"),
        more=more,
        spark=_line(days.of("parcel_news"), "News of parcels"),
    )


def _searches(days: Days, searched: Mapping[date, tuple[int, int]]) -> Tile:
    asked = [searched.get(day, (0, 0)) for day in days.dates]
    number, empty = asked[-1]
    more = f"{empty:,} without a result" if number else "none yet today"
    return Tile(
        name="Searches",
        value=formats.number(number),
        address=url_for("analytics.index"),
        more=more,
        spark=_line([one for one, _ in asked], "Searches"),
    )


def _cache(days: Days) -> Tile:
    ratios = [hit_ratio(day) for day in days.counted]
    reads = calendar.total(days.today, "pages")
    value = "–" if ratios[-1] is None else f"{ratios[-1]:.0f}{formats.NO_BREAK}%"
    spark = charts.spark(ratios[-calendar.LATELY :], of="Share of reads from the cache on each day", unit="%")
    return Tile(
        name="Reads from the cache",
        value=value,
        address=url_for("cache.index"),
        more=f"of {reads:,} {'read' if reads == 1 else 'reads'}" if reads else "nothing read yet today",
        spark=spark,
    )


def _load(saved: Savings) -> Tile:
    reads = saved.of("searches", "reads", "api", "tracking")
    parts = [
        f"{reads:,} {'read' if reads == 1 else 'reads'}",
        f"{saved.of('calls'):,} API calls",
        f"{saved.of('polls'):,} polls",
    ]
    if saved.seconds[-1]:
        parts.append(f"{formats.seconds(saved.seconds[-1])} saved")
    return Tile(
        name="Taken off your store",
        value=formats.number(saved.today),
        address=url_for("home.load"),
        more=" · ".join(parts),
        spark=_line(saved.by_day, "Requests taken off the store"),
    )


def _line(numbers: Sequence[int], of: str) -> charts.Spark | None:
    """The last days as a line; none where only one day has anything."""
    lately = list(numbers[-calendar.LATELY :])
    known = sum(number > 0 for number in lately)
    return charts.spark(lately, of=f"{of} on each of the last {len(lately)} days") if known > 1 else None
