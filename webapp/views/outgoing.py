"""Endpoints of outgoing webhooks in the dashboard: which there are, how they are, what they want."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.rules.outgoing import tries
from commerce.tables.outgoing import endpoints, log, replays
from commerce.tables.outgoing.endpoints import MOST, TooMany
from commerce.tables.outgoing.log import Filters
from integrations.receivers import new_secret
from webapp import guards, inputs, pages
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.outgoing import form, words
from webapp.parts import parts

blueprint = Blueprint("outgoing", __name__, url_prefix="/dashboard/webhooks-out")

_LATELY = timedelta(hours=24)
_NEWEST = 5


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """All endpoints with how they are."""
    now = pages.now()
    with parts().database.read() as db:
        rows = endpoints.all_of(db, shop_id=g.shop.id)
        counted = log.counted(db, shop_id=g.shop.id, since=now - _LATELY)
        first = log.at_first(db, shop_id=g.shop.id, since=now - _LATELY)
    told = [(row, words.condition(row, first.get(row.id), now=now), counted.get(row.id, {})) for row in rows]
    return render_template("outgoing.html", rows=told, w=words)


@blueprint.get("/new")
@guards.merchant
@pages.of_shop
def new() -> str:
    """The form of a new endpoint."""
    return _form({"url": "", "description": "", "events": []})


@blueprint.post("/new")
@guards.owner
@pages.of_shop
def add() -> Any:
    """Store a new endpoint. Its secret is shown in this answer and nowhere else."""
    here, told = parts(), form.fields(request.form)
    chosen, wrong = form.read(told, here.settings)
    if chosen is None:
        return _form(told, wrong=wrong), 422
    secret = new_secret()
    try:
        with here.database.write() as db:
            key = endpoints.add(db, here.vault, shop_id=g.shop.id, chosen=chosen, secret=secret, now=pages.now())
    except TooMany:
        said = _("A shop has at most %(most)s endpoints. Delete one that is no longer needed.", most=MOST)
        return _form(told, wrong={"url": said}), 422
    return page(key, secret=secret), 201


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def one(key: str) -> str:
    """One endpoint: how it is, what was sent to it last, and what can be done with it."""
    return page(found(key).id)


@blueprint.get("/<key>/edit")
@guards.merchant
@pages.of_shop
def edit(key: str) -> str:
    """The form of an endpoint that is there."""
    row = found(key)
    return _form(dict(words.filled_in(row)), row=row)


@blueprint.post("/<key>/edit")
@guards.owner
@pages.of_shop
def save(key: str) -> Any:
    """Store where it is and what it wants."""
    here, row, told = parts(), found(key), form.fields(request.form)
    chosen, wrong = form.read(told, here.settings)
    if chosen is None:
        return _form(told, row=row, wrong=wrong), 422
    with here.database.write() as db:
        endpoints.save(db, shop_id=g.shop.id, endpoint_id=row.id, chosen=chosen, now=pages.now())
    flash(_("Saved."))
    return redirect(url_for("outgoing.one", key=row.id))


def found(key: str) -> Any:
    """The shop's endpoint of that number. Raises Problem 404."""
    number = inputs.row_id(key)
    with parts().database.read() as db:
        row = None if number is None else endpoints.one(db, shop_id=g.shop.id, endpoint_id=number)
    if row is None:
        raise Problem(404, _("No such endpoint"), _("It may have been deleted, or belong to another shop."))
    return row


def page(key: int, *, secret: str = "") -> str:
    """The page of an endpoint; with its secret right after it was made."""
    now = pages.now()
    with parts().database.read() as db:
        row = endpoints.one(db, shop_id=g.shop.id, endpoint_id=key)
        newest = log.page(db, shop_id=g.shop.id, filters=Filters(endpoint_id=key), before=None, limit=_NEWEST)
        counted = log.counted(db, shop_id=g.shop.id, since=now - _LATELY).get(key, {})
        first = log.at_first(db, shop_id=g.shop.id, since=now - _LATELY).get(key)
        running = replays.of_endpoint(db, shop_id=g.shop.id, endpoint_id=key)
    return render_template(
        "outgoing_endpoint.html",
        row=row,
        condition=words.condition(row, first, now=now),
        counted=counted,
        newest=newest,
        replays=running,
        secret=secret,
        schedule=tries.published(),
        now=now,
        w=words,
    )


def _form(told: dict[str, Any], *, row: Any = None, wrong: dict[str, str] | None = None) -> str:
    return render_template("outgoing_form.html", fields=told, row=row, groups=form.GROUPS, wrong=wrong or {})
