"""The log of outgoing webhooks: every dispatch, with what was sent and what was answered."""

from typing import Any

import orjson
from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.mirror import outgoing
from commerce.rules.outgoing.names import EVENTS
from commerce.tables.outgoing import dispatches, endpoints, log, tries
from commerce.tables.outgoing.log import Filters
from jobs.queues import DISPATCH
from webapp import guards, inputs, pages
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.languages import translated
from webapp.outgoing import words
from webapp.parts import parts

blueprint = Blueprint("outgoing_log", __name__, url_prefix="/dashboard/webhooks-out/log")

_MOST_TRIES = 50
_LONGEST_SHOWN = 100_000
_NAMES = ("to", "state", "event", "object_id", "since")


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Dispatches, newest first, as far as the filters in the address let them through."""
    filters, before = _filters(), inputs.whole("before", default=0, low=0, high=10**12)
    with parts().database.read() as db:
        rows = log.page(db, shop_id=g.shop.id, filters=filters, before=before or None, limit=pages.PER_PAGE + 1)
        there = endpoints.all_of(db, shop_id=g.shop.id)
    return render_template(
        "outgoing_log.html",
        rows=rows[: pages.PER_PAGE],
        more=len(rows) > pages.PER_PAGE,
        before=before,
        filters=filters,
        asked=any(request.args.get(name, "").strip() for name in _NAMES),
        endpoints=there,
        events=EVENTS,
        states=dispatches.STATES,
        w=words,
    )


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def one(key: str) -> str:
    """One dispatch with what is sent, and every try's request and answer."""
    row = _found(key)
    with parts().database.read() as db:
        made = tries.of_dispatch(db, shop_id=g.shop.id, dispatch_id=row.id, limit=_MOST_TRIES)
    body = orjson.dumps(orjson.loads(row.body), option=orjson.OPT_INDENT_2).decode()
    return render_template(
        "outgoing_dispatch.html",
        row=row,
        tries=made,
        body=body[:_LONGEST_SHOWN],
        is_cut=len(body) > _LONGEST_SHOWN,
        w=words,
    )


@blueprint.post("/<key>/replay")
@guards.merchant
@pages.of_shop
def replay(key: str) -> Any:
    """Send it again under its old id."""
    row, here = _found(key), parts()
    try:
        with here.database.write() as db:
            outgoing.replay_one(db, row, now=pages.now())
    except outgoing.UnableToReplay as error:
        flash(translated(str(error)))
        return redirect(url_for("outgoing_log.one", key=row.id))
    here.queues.wake(DISPATCH, [g.shop.id])
    flash(_("It is sent again. What is answered appears below."))
    return redirect(url_for("outgoing_log.one", key=row.id))


def _found(key: str) -> Any:
    number = inputs.row_id(key)
    with parts().database.read() as db:
        row = None if number is None else log.one(db, shop_id=g.shop.id, dispatch_id=number)
    if row is None:
        raise Problem(404, _("No such dispatch"), _("It may have been tidied away, or belong to another shop."))
    return row


def _filters() -> Filters:
    return Filters(
        endpoint_id=inputs.row_id(inputs.text("to")),
        state=inputs.choice("state", dispatches.STATES),
        name=inputs.text("event"),
        object_id=inputs.text("object_id"),
        since=inputs.moment("since", loose=True),
    )
