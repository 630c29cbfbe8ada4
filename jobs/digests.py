"""The merchant's daily digest: yesterday's orders and what needs a look, in the morning by the shop's clock."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog

from commerce.database import Connection
from commerce.rules.figures import PRODUCT
from commerce.rules.notifications.choices import Choices
from commerce.rules.notifications.kinds import DAILY_DIGEST
from commerce.rules.notifications.windows import zone_named
from commerce.tables import figure_lists, products, shops, tracking_lists, tracking_settings
from commerce.tables.notifications import choices, digests
from commerce.tables.order_steps import step_lists
from commerce.tables.shops import ACTIVE, Shop
from integrations.channels import context
from integrations.channels.occasions import dashboard
from jobs import queues
from jobs.job import job, utc_now
from jobs.messages import merchants
from jobs.process import Process, current

EVERY = 300  # seconds
_LATEST = timedelta(hours=6)  # after its time: later than that a digest is left out
_BEST = 5

_log = structlog.get_logger(__name__)


@job(queue=queues.BULK, timeout=120)
def write_digests() -> None:
    """Write the digests that are due, each once for a day."""
    process, now = current(), utc_now()
    with process.database.read() as db:
        told = choices.digests(db)
        there = [shop for shop in shops.all_shops(db, process.vault) if shop.state == ACTIVE]
    written = [shop.id for shop in there if _is_written(process, shop, told.get(shop.id, ""), now)]
    process.queues.wake(queues.NOTIFY, written)


def _is_written(process: Process, shop: Shop, last: str, now: datetime) -> bool:
    """Write a shop's digest if it is due; whether there is a message now."""
    zone = zone_named(shop.timezone)
    today = now.astimezone(zone).date()
    if last >= today.isoformat():
        return False
    with process.database.write() as db:
        chosen = choices.of_shop(db, shop_id=shop.id, platform=shop.platform)
        due_at = datetime.combine(today, time(chosen.digest_at // 60, chosen.digest_at % 60), tzinfo=zone)
        if not due_at <= now or choices.digests(db).get(shop.id, "") >= today.isoformat():
            return False
        choices.note_digest(db, shop_id=shop.id, day=today.isoformat(), now=now)
        if now > due_at + _LATEST or not chosen.of(DAILY_DIGEST).is_on:
            return False
        return bool(_write(process, db, shop, chosen, today - timedelta(days=1), now))


def _write(process: Process, db: Connection, shop: Shop, chosen: Choices, day: date, now: datetime) -> int:
    """Write the digest of a day, unless there is nothing to tell; gives to how many."""
    told = _counted(process, db, shop, day, now)
    if not any(told[name] for name in ("orders", "parcels_delivered", "parcels_in_trouble", "problems")):
        return 0
    _log.info("digest.written", shop_id=shop.id)
    detail = context.of_digest(day=day, **told)
    occasion = f"digest/{day.isoformat()}"
    return merchants.write(db, shop, DAILY_DIGEST, chosen, occasion=occasion, now=now, due_at=now, detail=detail)


def _counted(process: Process, db: Connection, shop: Shop, day: date, now: datetime) -> dict[str, Any]:
    span, zone = (day, day), zone_named(shop.timezone)
    totals = figure_lists.totals(db, shop_id=shop.id, span=span)
    currency = shop.currency if shop.currency in totals else next(iter(totals), shop.currency or "")
    numbers = totals.get(currency or "")
    began = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    ended = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)
    tracked = tracking_settings.of_shop(db, shop_id=shop.id)
    troubles = tracking_lists.troubles(db, shop_id=shop.id, chosen=tracked, now=now)
    steps = step_lists.troubles(db, shop_id=shop.id, now=now)
    return {
        "currency": currency or "",
        "orders": numbers.orders if numbers is not None else 0,
        "revenue": numbers.net if numbers is not None else 0,
        "refunds": numbers.refunds if numbers is not None else 0,
        "parcels_delivered": digests.parcels_delivered(db, shop_id=shop.id, since=began, until=ended),
        "parcels_in_trouble": sum(troubles.values()),
        "problems": sum(steps.values()) + digests.open_alerts(db, shop_id=shop.id),
        "best_sellers": _best(db, shop, span, currency or ""),
        "url": dashboard(process.settings.base_url, ""),
    }


def _best(db: Connection, shop: Shop, span: tuple[date, date], currency: str) -> list[tuple[str, int]]:
    """Titles and pieces of what brought most."""
    sold = figure_lists.by_key(db, shop_id=shop.id, span=span, currency=currency, dimension=PRODUCT, limit=_BEST)
    known = products.by_ids(db, shop_id=shop.id, ids=[key for key, _ in sold], currency=currency)
    return [(known[key].title, numbers.units) for key, numbers in sold if key in known]
