"""The event log: every delivery, what became of it, and replaying it."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for

from commerce.rules.events import CATEGORY, CUSTOMER, ORDER, PRODUCT, SHIPMENT, SHOP
from commerce.tables import effect_lists, events, inbox, pauses, rejections, views
from jobs.queues import APPLY
from webapp import guards, inputs, pages, spreadsheets
from webapp.doors import delivery_files
from webapp.doors.deliveries import lag_of, payload_text, reason_words, shown_headers, timeline
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.languages import ngettext
from webapp.parts import parts

blueprint = Blueprint("events", __name__, url_prefix="/dashboard/events")

KINDS = (PRODUCT, CATEGORY, ORDER, SHIPMENT, CUSTOMER, SHOP)
_REJECTIONS = 200


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Deliveries, newest first, as far as the filters in the address let them through."""
    filters, before = _filters(), inputs.whole("before", default=0, low=0, high=10**12)
    with parts().database.read() as db:
        rows = events.page(db, shop_id=g.shop.id, filters=filters, before=before or None, limit=pages.PER_PAGE + 1)
        topics = events.topics(db, shop_id=g.shop.id)
        pause = pauses.about(db, shop_id=g.shop.id)
        kept = views.of_page(db, shop_id=g.shop.id, page="events.index")
    return render_template(
        "events.html",
        rows=[(row, lag_of(row)) for row in rows[: pages.PER_PAGE]],
        more=len(rows) > pages.PER_PAGE,
        before=before,
        pause=pause,
        filters=filters,
        asked=_asked(),
        topics=sorted({*topics, filters.topic} - {""}),
        states=inbox.STATES,
        kinds=KINDS,
        kept=kept,
    )


@blueprint.get("/events.csv")
@guards.merchant
@pages.of_shop
def download() -> Response:
    """Every delivery that the filters let through, without its payload: the file is sent while it is read."""
    lines = delivery_files.written(parts().database, shop_id=g.shop.id, filters=_filters())
    return spreadsheets.download(lines, "events.csv")


@blueprint.get("/rejected")
@guards.merchant
@pages.of_shop
def rejected() -> str:
    """Deliveries that were turned away at the door."""
    with parts().database.read() as db:
        rows = rejections.newest(db, shop_id=g.shop.id, limit=_REJECTIONS)
    return render_template("rejected.html", rows=[(row, reason_words(row.reason)) for row in rows])


@blueprint.get("/replay")
@guards.merchant
@pages.of_shop
def confirm_replay() -> str:
    """How many deliveries a replay with these filters hits, before it is done."""
    filters = _filters(until=pages.now())
    with parts().database.read() as db:
        hit = events.replayable(db, shop_id=g.shop.id, filters=filters)
    return render_template("replay.html", hit=hit, filters=filters, asked=_asked())


@blueprint.post("/replay")
@guards.merchant
@pages.of_shop
def replay_matching() -> Any:
    """Apply again what matches the filters and came in before the merchant was told how much that is."""
    here = parts()
    with here.database.write() as db:
        hit = events.replay(db, shop_id=g.shop.id, filters=_filters())
    here.queues.wake(APPLY, [g.shop.id])
    flash(ngettext("%(num)s delivery is applied again now.", "%(num)s deliveries are applied again now.", hit))
    return redirect(_list_address())


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def one(key: str) -> str:
    """One delivery: what happened to it and when, its payload and headers."""
    row = _row(key)
    with parts().database.read() as db:
        planned = effect_lists.of_delivery(db, shop_id=g.shop.id, inbox_id=row.id)
    text, is_cut = payload_text(row.body)
    return render_template(
        "event.html",
        event=row,
        lag=lag_of(row),
        steps=timeline(row, planned),
        payload=text,
        is_cut=is_cut,
        size=len(row.body),
        headers=shown_headers(row.headers),
        replayable=row.state in events.REPLAYABLE,
        reason=reason_words(row.error) if row.state == inbox.REJECTED else row.error,
    )


@blueprint.get("/<key>/payload")
@guards.merchant
@pages.of_shop
def payload(key: str) -> Response:
    """The payload as it came, byte for byte, as a download."""
    row = _row(key)
    response = Response(row.body, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="delivery-{row.id}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/<key>/replay")
@guards.merchant
@pages.of_shop
def replay(key: str) -> Any:
    """Apply one delivery again."""
    row, here = _row(key), parts()
    with here.database.write() as db:
        hit = events.replay(db, shop_id=g.shop.id, filters=events.Filters(), row_id=row.id)
    here.queues.wake(APPLY, [g.shop.id])
    flash(_("The delivery is applied again now.") if hit else _("This delivery cannot be applied again as it is."))
    return redirect(url_for("events.one", key=row.id))


def _row(key: str) -> Any:
    number = inputs.row_id(key)
    if number is not None:
        with parts().database.read() as db:
            row = events.one(db, shop_id=g.shop.id, row_id=number)
        if row is not None:
            return row
    raise Problem(404, _("No such delivery"), _("It may have been tidied away, or belong to another shop."))


def _filters(until: Any = None) -> events.Filters:
    state = inputs.choice("state", inbox.STATES)
    return events.Filters(
        topic=inputs.text("topic"),
        kind=inputs.choice("kind", KINDS),
        object_id=inputs.text("object_id"),
        states=(state,) if state else (),
        since=inputs.moment("since", loose=True),
        until=inputs.moment("until", loose=True) or until,
    )


def _asked() -> dict[str, str]:
    """The filters as they stand in the address."""
    names = ("topic", "state", "kind", "object_id", "since", "until")
    return {name: value for name in names if (value := request.args.get(name, "").strip())}


def _list_address() -> str:
    asked = {name: value for name, value in _asked().items() if name not in ("state", "until")}
    address = url_for("events.index")
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}" if asked else address
