"""What happens by the clock, and how jobs ran: slow ones, failed ones, hour by hour."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from redis.exceptions import RedisError

from commerce.tables import job_runs, pauses
from jobs import inspecting
from webapp import auditing, axes, guards, inputs, job_words, pages
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext
from webapp.parts import parts

blueprint = Blueprint("operator_times", __name__, url_prefix="/dashboard/operator")

DAYS = {"1": lazy_gettext("24 hours"), "7": lazy_gettext("7 days"), "30": lazy_gettext("30 days")}
_ROWS = 25


@blueprint.get("/schedule")
@guards.operator
def index() -> Any:
    """What happens by the clock: how often, when it was last, how that went, and when it is next."""
    now, entries, is_away = pages.now(), [], False
    try:
        entries = inspecting.schedule(parts().queues)
    except (RedisError, OSError):
        is_away = True
    with parts().database.read() as db:
        last = job_runs.last_runs(db, since=now - timedelta(days=30))
        paused = {row.queue: row for row in pauses.everything(db) if row.queue}
    told = {"entries": sorted(entries, key=lambda entry: (entry.seconds, entry.job)), "is_away": is_away, "last": last}
    return render_template("operator_schedule.html", **told, paused=paused, w=job_words)


@blueprint.post("/schedule/<job>/run")
@guards.operator
def run(job: str) -> Any:
    """Let an entry of the schedule run now."""
    try:
        entry = inspecting.run_now(parts().queues, job)
    except (RedisError, OSError):
        raise Problem(503, _("Redis is away"), _("Nothing can be put into a queue before it is back.")) from None
    if entry is None:
        raise Problem(404, _("No such entry"), _("The schedule has no such job, or the cron process does not run."))
    auditing.detail(job=job)
    flash(
        _(
            "“%(job)s” is in the queue %(queue)s. How it went is shown here some seconds after its end.",
            job=job_words.title(job),
            queue=entry.queue,
        )
    )
    return redirect(url_for("operator_times.index"))


@blueprint.get("/history")
@guards.operator
def history() -> Any:
    """How jobs ran within the last hours or days."""
    days, job = int(inputs.choice("days", DAYS, default="1")), inputs.choice("job", job_words.JOBS)
    now = pages.now()
    since = now - timedelta(days=days)
    with parts().database.read() as db:
        told = {
            "sums": [row for row in job_runs.by_job(db, since=since) if job in ("", row.job)],
            "slowest": job_runs.slowest(db, since=since, limit=_ROWS, job=job),
            "failed": job_runs.failed(db, since=since, limit=_ROWS, job=job),
        }
        hours = job_runs.by_hour(db, since=since, job=job)
    points = _points(hours, since=since, now=now, step=timedelta(hours=1 if days == 1 else 6 if days == 7 else 24))
    names = {shop.id: shop for shop in g.shops}
    chosen = {"days": days, "job": job, "periods": DAYS, "points": points, "names": names, "w": job_words}
    return render_template("operator_history.html", **told, **chosen)


def _points(
    hours: dict[datetime, tuple[int, int]], *, since: datetime, now: datetime, step: timedelta
) -> list[tuple[str, int, int]]:
    """Runs and failures of each stretch of time with when it begins, also where there were none."""
    at, points = since.replace(minute=0, second=0, microsecond=0), []
    while at <= now:
        within = [numbers for hour, numbers in hours.items() if at <= hour < at + step]
        points.append((axes.time_label(at), sum(one[0] for one in within), sum(one[1] for one in within)))
        at += step
    return points
