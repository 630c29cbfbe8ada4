"""What follows from what happened, written in the transaction that stores it, and begun right after."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
from commerce.tables import effects
from commerce.tables.effects import NewEffect
from commerce.tables.shops import Shop
from jobs import announcing, pages, reactions, stock_alerts
from jobs.messages import restocked
from jobs.order_steps import planning
from jobs.process import Process
from jobs.tracking import following, news


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What is written and has to be begun: jobs to wake, pages to drop."""

    shop_id: int
    wakes: Collection[str]
    looks: pages.Planned | None


def plan(
    db: Connection,
    process: Process,
    shop: Shop,
    happened: Sequence[Happened],
    wanted: Sequence[NewEffect],
    *,
    now: datetime,
) -> Planned:
    """Write effects (`wanted`, and those of parcels), orders' steps, parcels to follow, pages to drop."""
    all_wanted = [*wanted, *news.wanted(db, shop, happened)]
    effects.plan(db, shop_id=shop.id, wanted=all_wanted, now=now)
    following.follow(db, process.vault, shop, happened, now=now)
    looks = pages.plan(db, shop, happened, now=now)
    stock_alerts.tell(db, shop, happened, now=now)
    kinds = {effect.kind for effect in all_wanted}
    wakes = {reactions.WAKES[kind] for kind in kinds if kind in reactions.WAKES}
    wakes |= planning.plan(db, shop, happened, now=now)
    wakes |= announcing.plan(db, process, shop, happened, now=now)
    wakes |= restocked.plan(db, shop, happened, now=now)
    return Planned(shop_id=shop.id, wakes=wakes, looks=looks)


def begin(process: Process, planned: Planned) -> None:
    """After the commit: wake who has something to do, drop pages."""
    for wake in sorted(planned.wakes):
        process.queues.wake(wake, [planned.shop_id])
    pages.carry_out(process, planned.looks)
