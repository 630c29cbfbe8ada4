"""The operator's overview: queues, workers, what waits for which shop, and what is paused."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from redis.exceptions import RedisError

from commerce.database import Connection
from commerce.tables import job_runs, loads, pauses
from commerce.tables.loads import Load
from commerce.tables.shops import ERASED, Shop
from commerce.tables.team import audit
from jobs import inspecting
from jobs.inspecting import Depth, WorkerNow
from jobs.queues import QUEUES
from webapp import auditing, guards, job_words, pages
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext
from webapp.parts import parts

blueprint = Blueprint("operator", __name__, url_prefix="/dashboard/operator")

_SHOPS, _CHANGES = 50, 10
# What waits (commerce.tables.loads), as heads of columns.
KINDS = (
    lazy_gettext("Deliveries"),
    lazy_gettext("Effects"),
    lazy_gettext("Steps"),
    lazy_gettext("Messages"),
    lazy_gettext("Dispatches"),
)
_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is due for a shop, since when, and whether it is paused."""

    shop: Shop
    load: Load
    pause: Any

    @property
    def number(self) -> int:
        """Of all kinds together."""
        return sum(number for number, _ in self.load.values())

    @property
    def since(self) -> datetime | None:
        """When the oldest of it was due."""
        return min((since for _, since in self.load.values()), default=None)


@blueprint.get("")
@guards.operator
def index() -> Any:
    """Queues, workers and shops, as they are now."""
    now = pages.now()
    with parts().database.read() as db:
        paused = pauses.everything(db)
        sums = job_runs.by_job(db, since=now - _DAY)
        changes = audit.page(db, shop_id=None, limit=_CHANGES)
        waiting = _waiting(db, {row.shop_id: row for row in paused if row.shop_id}, now)
    told = {
        "shops": waiting[:_SHOPS],
        "left_out": max(0, len(waiting) - _SHOPS),
        "choices": [shop for shop in g.shops if shop.state != ERASED],
        "kinds": loads.KINDS,
        "paused": {row.queue: row for row in paused if row.queue},
        "names": {shop.id: shop for shop in g.shops},
        "runs": sum(row.runs for row in sums),
        "failures": sum(row.failures for row in sums),
        "w": job_words,
        "changes": [(row, auditing.words(row.route)) for row in changes],
    }
    return render_template("operator.html", **told | _of_redis())


def _waiting(db: Connection, paused: dict[int, Any], now: datetime) -> list[Waiting]:
    """Shops of which something is due or that are paused; those with most first."""
    found = loads.by_shop(db, now=now)
    busy = [Waiting(shop=shop, load=found.get(shop.id, {}), pause=paused.get(shop.id)) for shop in g.shops]
    return sorted((one for one in busy if one.number or one.pause), key=lambda one: (-one.number, one.shop.id))


def _of_redis() -> dict[str, Any]:
    """What only Redis knows; nothing of it where it is away."""
    queues = parts().queues
    try:
        workers, depths = inspecting.workers(queues), inspecting.depths(queues)
    except (RedisError, OSError):
        return {"is_away": True, "workers": [], "depths": [_unknown(name) for name in QUEUES], "doing": Counter()}
    doing = Counter(worker.queue for worker in workers if worker.job)
    return {"is_away": False, "workers": [_short(one) for one in workers], "depths": depths, "doing": doing}


def _unknown(name: str) -> Depth:
    return Depth(name=name, waiting=0, since=None, failed=0)


def _short(worker: WorkerNow) -> WorkerNow:
    """Named by host and process number, as they are found there."""
    place, _slash, rest = worker.name.partition("/")
    process = rest.split(":")
    return replace(worker, name=f"{place} · {process[1]}") if len(process) > 1 else worker


@blueprint.post("/pause")
@guards.operator
def pause() -> Any:
    """Pause a queue or a shop."""
    queue, shop = _meant()
    shop_id = shop.id if shop else None
    with parts().database.write() as db:
        done = pauses.pause(db, queue=queue, shop_id=shop_id, by=g.seen_by, now=pages.now())
    what = shop.name if shop else _("The queue %(name)s", name=queue)
    well = _("%(what)s is paused. Workers honour it within seconds.", what=what)
    flash(well if done else _("%(what)s was paused already.", what=what))
    return redirect(url_for("operator.index"))


@blueprint.post("/resume")
@guards.operator
def resume() -> Any:
    """Let a queue or a shop go on."""
    queue, shop = _meant()
    with parts().database.write() as db:
        done = pauses.resume(db, queue=queue, shop_id=shop.id if shop else None)
    what = shop.name if shop else _("The queue %(name)s", name=queue)
    well = _("%(what)s goes on, within seconds.", what=what)
    flash(well if done else _("%(what)s was not paused any more.", what=what))
    return redirect(url_for("operator.index"))


def _meant() -> tuple[str | None, Shop | None]:
    """The queue or the shop of the form. Raises Problem."""
    queue, key = request.form.get("queue", ""), request.form.get("of", "")
    if queue in QUEUES:
        auditing.detail(queue=queue)
        return queue, None
    shop = next((shop for shop in g.shops if shop.key == key), None)
    if shop is None:
        raise Problem(404, _("Nothing of that name"), _("There is no such queue and no such shop any more."))
    auditing.detail(shop=shop.domain)
    return None, shop
