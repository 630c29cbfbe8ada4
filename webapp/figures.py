"""The figures of the home page, each as it stands in the tables and the queue: nothing estimated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from redis.exceptions import RedisError

from commerce.tables import (
    alerts,
    drift,
    effect_lists,
    effects,
    events,
    inbox,
    orders,
    privacy,
    products,
    rejections,
    tallies,
)
from commerce.tables.order_steps import step_lists
from commerce.tables.people import profile_lists
from commerce.tables.shops import Shop
from jobs.queues import Queues
from webapp.duties import Duty, duties
from webapp.parts import Parts

_HOURS = 24
_LISTED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One bar of the chart: deliveries that came in within an hour, and their share of the highest bar."""

    begins: datetime
    number: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a shop's deliveries go. Lags are in seconds: upper bounds of the bucket they fall into."""

    last_day: int
    last_minute: int
    lag_p50: float | None
    lag_p99: float | None
    waiting: int
    failed: int
    products: int
    orders: int
    customers: int
    hours: Sequence[Hour]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problems:
    """What did not work or waits, newest first, a few of each; `rereads` is how many there are.

    `empty_index_since`: when the search index was found empty though the shop has products. `steps`: how many steps of
    orders are in which trouble.
    """

    deliveries: Sequence[Any]
    effects: Sequence[Any]
    rejections: Sequence[Any]
    rereads: int
    reread_examples: Sequence[Any]
    privacy: Sequence[Duty]
    empty_index_since: datetime | None = None
    alerts: Sequence[Any] = ()
    steps: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        listed = self.deliveries or self.effects or self.rejections or self.rereads or self.privacy
        return bool(listed or self.empty_index_since or self.alerts or self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """Jobs that wait and workers that live; both None where the queue cannot be reached."""

    depth: int | None
    workers: int | None


def figures(here: Parts, shop: Shop, now: datetime) -> Figures:
    """Read the figures. The last day is counted in whole hours: the present one and the 23 before it."""
    since = _hour(now) - timedelta(hours=_HOURS - 1)
    with here.database.read() as db:
        counted = tallies.of_shop(db, shop_id=shop.id, since=since)
        by_hour = tallies.by_hour(db, shop_id=shop.id, name="received", since=since)
        lags = {label: number for (name, label), number in counted.items() if name == "lag"}
        hours = _hours(by_hour, since)
        return Figures(
            last_day=sum(hour.number for hour in hours),
            last_minute=events.recent(db, shop_id=shop.id, since=now - timedelta(minutes=1)),
            lag_p50=tallies.quantile(lags, 0.5),
            lag_p99=tallies.quantile(lags, 0.99),
            waiting=events.count(db, shop_id=shop.id, states=(inbox.WAITING,)),
            failed=events.count(db, shop_id=shop.id, states=(inbox.FAILED,)),
            products=products.count(db, shop_id=shop.id),
            orders=orders.count(db, shop_id=shop.id),
            customers=profile_lists.count(db, shop_id=shop.id),
            hours=hours,
        )


def problems(here: Parts, shop: Shop, now: datetime) -> Problems:
    """Read what did not work; rejections of the last day only, for nothing can be done about older ones."""
    recently = now - timedelta(hours=_HOURS)
    with here.database.read() as db:
        failed = events.Filters(states=(inbox.FAILED,))
        waiting = effect_lists.waiting(db, shop_id=shop.id).get(effects.REREAD, 0)
        rejected = rejections.newest(db, shop_id=shop.id, limit=_LISTED)
        rereads = effect_lists.page(
            db, shop_id=shop.id, kind=effects.REREAD, state=effects.WAITING, limit=_LISTED if waiting else 0
        )
        return Problems(
            deliveries=events.page(db, shop_id=shop.id, filters=failed, before=None, limit=_LISTED),
            effects=effect_lists.page(db, shop_id=shop.id, state=effects.FAILED, limit=_LISTED),
            rejections=[row for row in rejected if row.last_at >= recently],
            rereads=waiting,
            reread_examples=rereads,
            privacy=duties(privacy.open_requests(db, shop_id=shop.id)[:_LISTED], now),
            empty_index_since=drift.alarms(db).get(shop.id),
            steps=step_lists.troubles(db, shop_id=shop.id, now=now),
            alerts=alerts.newest(db, shop_id=shop.id, limit=_LISTED),
        )


def queue_state(queues: Queues) -> QueueState:
    """Ask the queue how it is; it may be gone, and the page is shown all the same."""
    try:
        return QueueState(depth=sum(queues.depths().values()), workers=queues.workers())
    except (RedisError, OSError):
        return QueueState(depth=None, workers=None)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _hours(by_hour: Mapping[datetime, int], since: datetime) -> list[Hour]:
    begins = [since + timedelta(hours=passed) for passed in range(_HOURS)]
    numbers = [by_hour.get(hour, 0) for hour in begins]
    highest = max(numbers) or 1
    return [Hour(begins=hour, number=count, share=count / highest) for hour, count in zip(begins, numbers, strict=True)]
