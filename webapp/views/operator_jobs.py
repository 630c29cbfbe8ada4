"""Jobs by state, for the operator: what waits, what is under way, what broke and why, and trying it again."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from redis.exceptions import RedisError

from jobs import inspecting
from jobs.inspecting import JobNow
from jobs.queues import QUEUES, Queues
from webapp import auditing, guards, inputs, job_words, pages
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext, ngettext
from webapp.parts import parts

blueprint = Blueprint("operator_jobs", __name__, url_prefix="/dashboard/operator")

FAILED, WAITING, DOING = "failed", "waiting", "doing"
STATES = {FAILED: lazy_gettext("Failed"), WAITING: lazy_gettext("Waiting"), DOING: lazy_gettext("Under way")}
_ACTS: dict[str, Callable[[Queues, Iterable[JobNow]], int]] = {
    "retry": inspecting.retry,
    "discard": inspecting.discard,
}
_ROWS = 100


@blueprint.get("/jobs")
@guards.operator
def index() -> Any:
    """Jobs of one state, by queue and name."""
    state, queue = inputs.choice("state", STATES, default=FAILED), inputs.choice("queue", QUEUES)
    job = inputs.choice("job", job_words.JOBS)
    told: dict[str, Any] = {"state": state, "queue": queue, "job": job, "rows": [], "workers": [], "is_away": False}
    try:
        told |= _listed(state, queue, job)
    except (RedisError, OSError):
        told["is_away"] = True
    number = len(told["rows"])
    told |= {"number": number, "rows": told["rows"][:_ROWS], "most": inspecting.MOST}
    return render_template("operator_jobs.html", **told, **_words())


def _listed(state: str, queue: str, job: str) -> dict[str, Any]:
    queues = parts().queues
    if state == DOING:
        there = inspecting.workers(queues)
        return {"workers": [one for one in there if one.job and job in ("", one.job) and queue in ("", one.queue)]}
    listed = inspecting.failed if state == FAILED else inspecting.waiting
    return {"rows": listed(queues, queue=queue, job=job)}


def _words() -> dict[str, Any]:
    names = {shop.id: shop for shop in g.shops}
    return {"states": STATES, "queues": QUEUES, "w": job_words, "names": names}


@blueprint.get("/jobs/<key>")
@guards.operator
def one(key: str) -> Any:
    """A job, with its traceback where it broke."""
    job, traceback = _found(key)
    return render_template("operator_job.html", job=job, traceback=traceback, **_words())


@blueprint.post("/jobs/<key>/retry")
@guards.operator
def retry(key: str) -> Any:
    """Put a job that broke back into its queue."""
    return _act("retry", key)


@blueprint.post("/jobs/<key>/discard")
@guards.operator
def discard(key: str) -> Any:
    """Throw a job that broke away."""
    return _act("discard", key)


def _act(act: str, key: str) -> Any:
    job = _found(key)[0]
    done = _ACTS[act](parts().queues, [job]) if job.has_failed else 0
    auditing.detail(job=job.job, jobs=done)
    well = _("The job is put back into the queue.") if act == "retry" else _("The job is thrown away.")
    flash(well if done else _("The job has not failed, or somebody was faster."))
    return redirect(url_for("operator_jobs.index"))


def _found(key: str) -> tuple[JobNow, str]:
    try:
        found = inspecting.one(parts().queues, key)
    except (RedisError, OSError):
        raise _away() from None
    if found is None:
        detail = _("It is done, or was thrown away: jobs that go well leave nothing behind.")
        raise Problem(404, _("No such job"), detail)
    return found


@blueprint.get("/failed/<act>")
@guards.operator
def ask(act: str) -> Any:
    """How many jobs would be tried again, or thrown away."""
    return _asked(act, datetime.now(UTC))


def _asked(act: str, until: datetime, note: str = "", status: int = 200) -> Any:
    if act not in _ACTS:
        raise Problem(404, _("No such page"), _("Jobs that failed can be tried again or thrown away."))
    found, queue, job = _chosen(until)
    told = {"act": act, "number": len(found), "shown": _print(found), "until": until.timestamp(), "note": note}
    told |= {"most": inspecting.MOST}
    return render_template("operator_confirm.html", **told, queue=queue, job=job, **_words()), status


@blueprint.post("/failed/<act>")
@guards.operator
def act_on_many(act: str) -> Any:
    """Try many jobs that failed again, or throw them away: those that were shown, and no others."""
    until = _until(request.form.get("until", ""))
    if act not in _ACTS or until is None:
        raise Problem(422, _("This form is not complete"), _("Open the page of failed jobs again."))
    found, queue, job = _chosen(until)
    if request.form.get("shown", "") != _print(found):
        note = _("Meanwhile it is other jobs. Nothing was done: look at the number again.")
        return _asked(act, pages.now(), note, 409)
    done = _ACTS[act](parts().queues, found)
    auditing.detail(jobs=done, queue=queue, job=job)
    flash(_done_words(act, done, gone=len(found) - done))
    return redirect(url_for("operator_jobs.index"))


def _done_words(act: str, done: int, *, gone: int) -> str:
    words = (
        ngettext("%(num)s job is put back into the queue.", "%(num)s jobs are put back into the queue.", done)
        if act == "retry"
        else ngettext("%(num)s job is thrown away.", "%(num)s jobs are thrown away.", done)
    )
    left = ngettext("%(num)s was gone meanwhile.", "%(num)s were gone meanwhile.", gone)
    return f"{words} {left}" if gone > 0 else words


def _chosen(until: datetime) -> tuple[Sequence[JobNow], str, str]:
    """The failed jobs that fit the filters of the address, and these."""
    queue, job = inputs.choice("queue", QUEUES), inputs.choice("job", job_words.JOBS)
    try:
        return inspecting.failed(parts().queues, queue=queue, job=job, until=until), queue, job
    except (RedisError, OSError):
        raise _away() from None


def _print(found: Sequence[JobNow]) -> str:
    """Another one whenever it is other jobs."""
    return hashlib.sha256(" ".join(sorted(job.id for job in found)).encode()).hexdigest()[:32]


def _until(told: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(told), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _away() -> Problem:
    return Problem(503, _("Redis is away"), _("Queues and jobs are kept there. Deliveries are stored all the same."))
