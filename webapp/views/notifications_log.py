"""The log of messages: what was sent, what was not and why, and each with what it said."""

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for

from commerce.mirror import messages
from commerce.rules.notifications.kinds import KINDS
from commerce.rules.notifications.states import STATES
from commerce.tables.notifications import log, notifications
from commerce.tables.notifications.log import Filters
from integrations.channels import outbox
from jobs.queues import NOTIFY
from webapp import guards, inputs, pages
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.languages import translated
from webapp.notifications import framing, words
from webapp.parts import parts

blueprint = Blueprint("notifications_log", __name__, url_prefix="/dashboard/notifications/log")

_NAMES = ("state", "kind", "recipient", "order_id", "since")


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Messages, newest first, as far as the filters in the address let them through."""
    filters, before = _filters(), inputs.whole("before", default=0, low=0, high=10**12)
    with parts().database.read() as db:
        rows = log.page(db, shop_id=g.shop.id, filters=filters, before=before or None, limit=pages.PER_PAGE + 1)
    return render_template(
        "notifications_log.html",
        rows=rows[: pages.PER_PAGE],
        more=len(rows) > pages.PER_PAGE,
        before=before,
        filters=filters,
        asked=any(request.args.get(name, "").strip() for name in _NAMES),
        kinds=KINDS,
        states=STATES,
        w=words,
    )


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def one(key: str) -> Response:
    """One message: how far it is, why, and what it says."""
    row, here = _found(key), parts()
    page = render_template(
        "notification.html",
        row=row,
        kind=KINDS.get(row.kind),
        is_waiting=row.state in ("queued", "held", "sending"),
        has_file=row.channel == "mail" and outbox.read(here.settings.var_dir, _key(row)) is not None,
        w=words,
    )
    return framing.with_frames(page)


@blueprint.get("/<key>/content")
@guards.merchant
@pages.of_shop
def content(key: str) -> Response:
    """What the message says, as HTML that can do nothing."""
    return framing.framed(_found(key).html)


@blueprint.get("/<key>/file")
@guards.merchant
@pages.of_shop
def file(key: str) -> Response:
    """The mail as it was written to the outbox."""
    row = _found(key)
    mail = outbox.read(parts().settings.var_dir, _key(row))
    if mail is None:
        raise Problem(404, _("No such file"), _("A mail server took it, or it was tidied away."))
    response = Response(mail, mimetype="message/rfc822")
    response.headers["Content-Disposition"] = f'attachment; filename="{_key(row)}.eml"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/<key>/resend")
@guards.merchant
@pages.of_shop
def resend(key: str) -> Any:
    """Send it once more."""
    row, here = _found(key), parts()
    try:
        with here.database.write() as db:
            new = messages.resend(db, row, now=pages.now())
    except messages.UnableToResend as error:
        flash(translated(str(error)))
        return redirect(url_for("notifications_log.one", key=row.id))
    here.queues.wake(NOTIFY, [g.shop.id], again=True)
    flash(_("It is sent again. This is the new message."))
    return redirect(url_for("notifications_log.one", key=new))


def _key(row: Any) -> str:
    return f"backroom-{row.shop_id}-{row.id}"


def _found(key: str) -> Any:
    number = inputs.row_id(key)
    with parts().database.read() as db:
        row = None if number is None else notifications.by_id(db, shop_id=g.shop.id, notification_id=number)
    if row is None:
        raise Problem(404, _("No such message"), _("It may have been tidied away, or belong to another shop."))
    return row


def _filters() -> Filters:
    return Filters(
        state=inputs.choice("state", STATES),
        kind=inputs.choice("kind", tuple(KINDS)),
        recipient=inputs.text("recipient").lower(),
        order_id=inputs.text("order_id"),
        since=inputs.moment("since", loose=True),
    )
