"""Orders that no step counts: of before steps were, and what imports and walks told. And ends of days.

Whatever is saved of an order moves it to the end of the list of what was saved, and so to where this looks next. An
order is counted as it is now, in the place of what it counted before: it is no harm that steps counted it already.
"""

from datetime import date, datetime, timedelta
from typing import Any

import structlog

from commerce.database import Connection
from commerce.mirror import counting
from commerce.mirror.outcomes import Happened
from commerce.rules.events import LIVE
from commerce.rules.figures import day_of
from commerce.rules.notifications.windows import zone_named
from commerce.rules.order_steps.outcomes import ANALYTICS, INVENTORY
from commerce.rules.order_steps.settings import OrderSettings
from commerce.tables import figure_lists, orders, shops
from commerce.tables.order_steps import settings as chosen
from commerce.tables.shops import ACTIVE, Shop
from jobs import consequences, queues, reactions, stock
from jobs.job import Lease, LeaseLost, job, lease, utc_now
from jobs.process import Process, current

LEASE = "figures"
EVERY = 60  # seconds
CHUNK = 500  # orders in one transaction
CLOSED, KIND = "figures.day_closed", "figures"
_SETTLED = timedelta(minutes=3)  # after which nobody writes an order any more that was saved then
_MOST_DAYS = 31
_UNCOUNTED = "-"  # the zone of a shop that has its figures switched off
_AFTER_MIDNIGHT = timedelta(minutes=15)  # until what was ordered before is counted

_log = structlog.get_logger(__name__)


@job(queue=queues.BULK, timeout=600)
def count_figures() -> None:
    """Count what no step counted, and say which days are over, in every shop."""
    process = current()
    with process.database.read() as db:
        active = [shop for shop in shops.all_shops(db, process.vault) if shop.state == ACTIVE]
        waiting = [shop for shop in active if _has_work(db, shop)]
    for shop in waiting:
        with lease(shop_id=shop.id, kind=LEASE) as held:
            if held is not None:
                _of_shop(process, held, shop)


def _has_work(db: Connection, shop: Shop) -> bool:
    now, place = utc_now(), figure_lists.looked_at(db, shop_id=shop.id)
    settings = _settings(db, shop)
    if not (settings.runs(ANALYTICS) or settings.runs(INVENTORY)):
        return False
    is_over = place is None or place.closed != _last_day(shop, now)
    return is_over or bool(_next(db, shop, place, _zone(shop, settings), now, limit=1))


def _of_shop(process: Process, held: Lease, shop: Shop) -> None:
    looked_at, there = 0, CHUNK
    try:
        while there == CHUNK:
            there = _chunk(process, held, shop)
            looked_at += there
            process.database.give_way()
        _close(process, held, shop)
    except LeaseLost:
        _log.warning("lease.lost", kind=LEASE)
        return
    _log.info("figures.counted", shop_id=shop.id, orders=looked_at)


def _chunk(process: Process, held: Lease, shop: Shop) -> int:
    """Count the next orders, and book what those of an import hold; gives how many there were."""
    now = utc_now()
    with process.database.write() as db:
        held.keep(db)
        settings, place = _settings(db, shop), figure_lists.looked_at(db, shop_id=shop.id)
        zone = _zone(shop, settings)
        rows = _next(db, shop, place, zone, now, limit=CHUNK)
        orders_now = {row.id: row for row in rows}
        if settings.runs(ANALYTICS):
            counting.count(db, shop, orders_now, now=now)
        happened = stock.book_found(db, shop, settings, orders_now, now=now) if settings.runs(INVENTORY) else []
        told = {"zone": zone, "closed": place.closed if place is not None else None, "saved_at": None, "order_id": ""}
        if rows:
            told |= {"saved_at": rows[-1].saved_at, "order_id": rows[-1].id}
        elif place is not None and place.zone == zone:
            told |= {"saved_at": place.saved_at, "order_id": place.order_id}
        figure_lists.note(db, shop_id=shop.id, told=told)
        planned = consequences.plan(db, process, shop, happened, reactions.wanted(happened), now=now)
    consequences.begin(process, planned)
    return len(rows)


def _settings(db: Connection, shop: Shop) -> OrderSettings:
    return chosen.of_shop(db, shop_id=shop.id, platform=shop.platform)


def _zone(shop: Shop, settings: OrderSettings) -> str:
    """In which days are counted: where that is another one than before, all orders are counted anew."""
    return shop.timezone if settings.runs(ANALYTICS) else _UNCOUNTED


def _next(db: Connection, shop: Shop, place: Any, zone: str, now: datetime, *, limit: int) -> list[Any]:
    """Orders behind that place which nobody is about to write at this moment."""
    known = place is not None and place.zone == zone and place.saved_at is not None
    after = (place.saved_at, place.order_id) if known else None
    rows = orders.page(db, shop_id=shop.id, limit=limit, after=after)
    return [row for row in rows if row.saved_at < now - _SETTLED]


def _last_day(shop: Shop, now: datetime) -> date:
    """The last day that is over where the shop is."""
    return day_of(now - _AFTER_MIDNIGHT, zone_named(shop.timezone)) - timedelta(days=1)


def _close(process: Process, held: Lease, shop: Shop) -> None:
    """Say once that a day is over; the first one that is seen ended before anybody looked."""
    now = utc_now()
    with process.database.write() as db:
        held.keep(db)
        place, over = figure_lists.looked_at(db, shop_id=shop.id), _last_day(shop, now)
        if place is None or (place.closed is not None and place.closed >= over):
            return
        told = {"zone": place.zone, "saved_at": place.saved_at, "order_id": place.order_id, "closed": over}
        figure_lists.note(db, shop_id=shop.id, told=told)
        happened = _ends(place.closed, over)
        planned = consequences.plan(db, process, shop, happened, [], now=now)
    consequences.begin(process, planned)


def _ends(before: date | None, over: date) -> list[Happened]:
    """Ends of days since then: not more than a month of them, where nobody looked for long."""
    missed = min(_MOST_DAYS, (over - before).days) if before is not None else 0
    days = [over - timedelta(days=back) for back in reversed(range(missed))]
    return [Happened(name=CLOSED, kind=KIND, object_id=day.isoformat(), inbox_id=None, origin=LIVE) for day in days]
