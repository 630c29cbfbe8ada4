"""What is done with an endpoint: pausing, secrets, tests, sending again."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.mirror import outgoing
from commerce.tables.outgoing import endpoints, replays
from commerce.tables.outgoing.replays import ALL_FAILED, CANCELLED, CHOICES, Which
from integrations.receivers import new_secret
from jobs.queues import DISPATCH, RESEND
from webapp import guards, inputs, pages
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.languages import ngettext, translated
from webapp.outgoing import words
from webapp.parts import parts
from webapp.views.outgoing import found, page

blueprint = Blueprint("outgoing_acts", __name__, url_prefix="/dashboard/webhooks-out")

# Hours for which the secret before goes on signing as well.
OVERLAPS = (24, 168, 0)


@blueprint.post("/<key>/state")
@guards.merchant
@pages.of_shop
def switch(key: str) -> Any:
    """Pause it, disable it, or let it be active."""
    row, state = found(key), request.form.get("state", "")
    if state not in outgoing.SWITCHES:
        raise Problem(400, _("No such state"), _("It is one of %(states)s.", states=", ".join(outgoing.SWITCHES)))
    with parts().database.write() as db:
        number = outgoing.switch(db, row, state, now=pages.now())
    _wake(DISPATCH)
    flash(words.switched(state, number))
    return _back(row)


@blueprint.post("/<key>/rotate")
@guards.owner
@pages.of_shop
def rotate(key: str) -> Any:
    """Make another secret. It is shown in this answer and nowhere else."""
    row, here, secret = found(key), parts(), new_secret()
    hours = next((hours for hours in OVERLAPS if str(hours) == request.form.get("overlap")), 24)
    with here.database.write() as db:
        told: dict[str, Any] = {"shop_id": g.shop.id, "endpoint_id": row.id, "now": pages.now()}
        endpoints.rotate(db, here.vault, secret=secret, overlap=timedelta(hours=hours), **told)
    return page(row.id, secret=secret), 201


@blueprint.post("/<key>/test")
@guards.merchant
@pages.of_shop
def send_test(key: str) -> Any:
    """Send a test event; its page shows what was answered."""
    row = found(key)
    with parts().database.write() as db:
        made = outgoing.send_test(db, g.shop, row, now=pages.now())
    _wake(DISPATCH)
    flash(_("The test event is on its way. What is answered appears below."))
    return redirect(url_for("outgoing_log.one", key=made))


@blueprint.post("/<key>/remove")
@guards.owner
@pages.of_shop
def remove(key: str) -> Any:
    """Delete it with its log."""
    row = found(key)
    with parts().database.write() as db:
        outgoing.remove(db, row)
    flash(_("The endpoint was deleted."))
    return redirect(url_for("outgoing.index"))


@blueprint.get("/<key>/replay")
@guards.merchant
@pages.of_shop
def confirm(key: str) -> str:
    """How many dispatches would be sent again, before they are."""
    return _asked(found(key), _which(found(key), pages.now()))


@blueprint.post("/<key>/replay")
@guards.merchant
@pages.of_shop
def replay(key: str) -> Any:
    """Send exactly those again that the merchant was told of; where they are others by now, ask again."""
    row, now = found(key), pages.now()
    which = _which(row, min(inputs.moment("asked_at") or now, now))
    expected = request.form.get("number", "")
    if not expected.isascii() or not expected.isdecimal() or len(expected) > 12:
        raise Problem(400, _("How many?"), _("The page says how many are sent again. Go back and reload it."))
    try:
        with parts().database.write() as db:
            done = outgoing.replay(db, row, which, expected=int(expected), now=now)
    except outgoing.AnotherNumber:
        return _asked(row, _which(row, now), changed=True), 409
    except outgoing.UnableToReplay as error:
        flash(translated(str(error)))
        return _back(row)
    _wake(RESEND if done.replay_id is not None else DISPATCH)
    flash(ngettext("%(num)s event is sent again.", "%(num)s events are sent again.", done.number))
    return _back(row)


@blueprint.post("/<key>/replays/<replay_key>/cancel")
@guards.merchant
@pages.of_shop
def cancel(key: str, replay_key: str) -> Any:
    """Stop a replay; what is wanted again already goes out."""
    row, number = found(key), inputs.row_id(replay_key)
    with parts().database.write() as db:
        told: dict[str, Any] = {"shop_id": g.shop.id, "state": CANCELLED, "now": pages.now()}
        stopped = number is not None and replays.finish(db, replay_id=number, **told)
    flash(_("It was stopped. What was begun already goes out.") if stopped else _("It was over already."))
    return _back(row)


def _which(row: Any, asked_at: datetime) -> Which:
    choice = inputs.choice("choice", CHOICES, default=ALL_FAILED)
    since = inputs.moment("since", loose=True)
    return Which(endpoint_id=row.id, choice=choice, since=since, asked_at=asked_at)


def _asked(row: Any, which: Which, *, changed: bool = False) -> str:
    with parts().database.read() as db:
        number = replays.count(db, shop_id=g.shop.id, which=which)
    return render_template("outgoing_replay.html", row=row, which=which, number=number, changed=changed)


def _back(row: Any) -> Any:
    return redirect(url_for("outgoing.one", key=row.id))


def _wake(kind: str) -> None:
    parts().queues.wake(kind, [g.shop.id])
