"""Addresses that are not written to: bounces, complaints, wishes; looked at, added and lifted."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.rules.people import keys
from commerce.tables.people import suppressions
from integrations.platforms.phones import e164
from webapp import guards, inputs, pages
from webapp.api import cursors
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext
from webapp.parts import parts

blueprint = Blueprint("suppressions", __name__, url_prefix="/dashboard/notifications/suppressed")

_CHANNELS = {
    "email": lazy_gettext("Mail"),
    "sms": lazy_gettext("Text message"),
    "whatsapp": "WhatsApp",
    "phone": lazy_gettext("Phone"),
}


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Suppressed addresses, by channel and address."""
    return _page()


def _page(*, wrong: dict[str, str] | None = None, filled: Mapping[str, str] | None = None) -> str:
    """The list, and the form with what was filled in and what of it is wrong, by field."""
    channel, behind = inputs.choice("channel", tuple(_CHANNELS)), cursors.cursor()
    after = (str(behind[0]), str(behind[1])) if behind else None
    with parts().database.read() as db:
        rows = suppressions.page(db, shop_id=g.shop.id, channel=channel, limit=pages.PER_PAGE + 1, after=after)
    return render_template(
        "suppressions.html",
        rows=rows[: pages.PER_PAGE],
        behind=after is not None,
        further=_place(rows[pages.PER_PAGE - 1]) if len(rows) > pages.PER_PAGE else "",
        channel=channel,
        channels=_CHANNELS,
        wrong=wrong or {},
        filled=filled or {},
        w={},
    )


def _place(row: Any) -> str:
    """Where the list goes on; encrypted, since addresses of pages are logged."""
    return cursors.cursor_of(row.channel, row.address)


@blueprint.post("")
@guards.merchant
@pages.of_shop
def add() -> Any:
    """Write to an address no more."""
    channel, told = request.form.get("channel", ""), request.form.get("address", "").strip()
    address = keys.mail(told) if channel == "email" else e164(told) or ""
    if channel not in _CHANNELS or not address:
        told = _("Nothing was saved: write a mail address, or a phone number with its country such as +49151…")
        return _page(wrong={"address": told}, filled=request.form), 422
    reason = " ".join(request.form.get("reason", "").replace("\x00", "").split())[:200] or "by hand"
    row = {"channel": channel, "address": address, "reason": reason, "source": "dashboard", "detail": ""}
    with parts().database.write() as db:
        suppressions.save(db, shop_id=g.shop.id, told=row | {"at": pages.now()})
    flash(_("It is not written to any more."))
    return redirect(url_for("suppressions.index"))


@blueprint.post("/lift")
@guards.merchant
@pages.of_shop
def lift() -> Any:
    """The address may be written to again."""
    with parts().database.write() as db:
        place = {name: request.form.get(name, "").replace("\x00", "") for name in ("channel", "address")}
        was_there = suppressions.remove(db, shop_id=g.shop.id, **place)
    lifted = _("It may be written to again, as far as its customer allows.")
    flash(lifted if was_there else _("It was lifted already."))
    return redirect(url_for("suppressions.index"))
