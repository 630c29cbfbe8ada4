"""Parcels in the dashboard: those with which something is wrong first, all of them, and each with its journey."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.mirror import steering
from commerce.rules import tracking
from commerce.tables import carriers, order_tracking, tracking_lists, tracking_scans, tracking_settings, views
from integrations import registry
from jobs.queues import TRACK
from webapp import guards, inputs, pages
from webapp.api import cursors
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.tracking import asking, clocks, words
from webapp.tracking.filtering import FILTERS, filters_of

blueprint = Blueprint("shipments", __name__, url_prefix="/dashboard/parcels")


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """Parcels with which something is wrong, the most pressing first."""
    page = inputs.whole("page", default=1, low=1, high=pages.LAST_PAGE)
    reason, now, shop_id = inputs.choice("reason", tracking_lists.REASONS), pages.now(), g.shop.id
    with parts().database.read() as db:
        chosen = tracking_settings.of_shop(db, shop_id=shop_id)
        counted = tracking_lists.troubles(db, shop_id=shop_id, chosen=chosen, now=now)
        rows = tracking_lists.troubled(
            db,
            shop_id=shop_id,
            chosen=chosen,
            now=now,
            reason=reason,
            limit=pages.PER_PAGE + 1,
            offset=(page - 1) * pages.PER_PAGE,
        )
    shown = [(row, words.trouble(row, now)) for row in rows[: pages.PER_PAGE]]
    return render_template(
        "parcels.html", rows=shown, counted=counted, reason=reason, page=page, more=len(rows) > pages.PER_PAGE, w=words
    )


@blueprint.get("/all")
@guards.merchant
@pages.of_shop
def everything() -> str:
    """All parcels, those with the latest news first, by filters."""
    place, filters = cursors.place(is_by_time=True), filters_of()
    with parts().database.read() as db:
        rows = tracking_lists.newest(db, shop_id=g.shop.id, filters=filters, after=place, limit=pages.PER_PAGE + 1)
        known = tracking_lists.carriers_of(db, shop_id=g.shop.id)
        kept = views.of_page(db, shop_id=g.shop.id, page="shipments.everything")
    some = rows[: pages.PER_PAGE]
    return render_template(
        "parcels_all.html",
        kept=kept,
        rows=some,
        following=cursors.cursor_of(some[-1].saved_at, some[-1].id) if len(rows) > len(some) else "",
        is_first=place is None,
        asked={name: request.args[name] for name in FILTERS if request.args.get(name)},
        carriers=sorted((registry.carrier_title(name), name) for name in known),
        expected=clocks.expected,
        w=words,
    )


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def one(key: str) -> str:
    """One parcel: how far it is, its lines, what is known of asking for it."""
    now, shop_id, here = pages.now(), g.shop.id, parts()
    with here.database.read() as db:
        chosen = tracking_settings.of_shop(db, shop_id=shop_id)
        row = tracking_lists.one(db, shop_id=shop_id, tracking_id=_number(key), chosen=chosen, now=now)
        if row is None:
            raise _unknown()
        scans = tracking_scans.of_parcels(db, [row.id])[row.id]
        silent = {scan.code for scan in scans if scan.code and not scan.status}
        unknown = tracking_lists.unknown_codes_of(db, shop_id=shop_id, carrier=row.carrier, codes=silent)
        siblings = order_tracking.by_orders(db, shop_id=shop_id, order_ids={row.order_id} - {""})
        doing = carriers.health_of(db, shop_id=shop_id).get(row.carrier)
    lines = clocks.lines_of(scans, timezone=g.shop.timezone, unknown=unknown)
    about = registry.carriers().get(row.carrier)
    return render_template(
        "parcel.html",
        row=row,
        lines=lines,
        route=clocks.route(lines),
        siblings=[other for other in siblings if other.id != row.id],
        trouble=words.trouble(row, now),
        is_settled=row.settled_at is not None and row.saved_at <= row.settled_at,
        held_back=doing if doing is not None and doing.closed_until and doing.closed_until > now else None,
        about=about,
        carrier_url=about.tracking_url.replace("{number}", row.number) if about and about.tracking_url else "",
        choices=_choices(row),
        steps=list(zip(words.STEPS, range(1, 6), strict=True)),
        done=tracking.progress(row.status),
        can_ask=steering.can_be_asked(row),
        expected=clocks.expected(row.expected_first, row.expected_last),
        page_url=f"{here.settings.base_url}/track/{row.token}",
        last_place=clocks.place_of(row),
        w=words,
    )


def _choices(row: Any) -> list[tuple[str, str]]:
    """Carriers that a parcel may be given to: the likely ones first, then all by name."""
    likely = [name for name in row.candidates.split(",") if name in registry.carriers() and name != row.carrier]
    rest = sorted(
        (about.title, name)
        for name, about in registry.carriers().items()
        if about.tracks and name not in likely and name != row.carrier
    )
    return [(name, _("%(carrier)s (likely)", carrier=registry.carrier_title(name))) for name in likely] + [
        (name, title) for title, name in rest
    ]


@blueprint.post("/<key>/settle")
@guards.merchant
@pages.of_shop
def settle(key: str) -> Any:
    """Somebody took care of it: out of the queue until something new happens."""
    with parts().database.write() as db:
        if not steering.settle(db, shop_id=g.shop.id, tracking_id=_number(key), now=pages.now()):
            raise _unknown()
    flash(_("Done. It comes back here when something new happens."))
    back = request.form.get("reason", "")
    return redirect(url_for("shipments.index", reason=back if back in tracking_lists.REASONS else None))


@blueprint.post("/<key>/ask")
@guards.merchant
@pages.of_shop
def ask(key: str) -> Any:
    """Ask the carrier at once."""
    number = _row_of(key).id
    wrong = asking.ask_now(parts(), shop_id=g.shop.id, tracking_id=number, now=pages.now())
    flash(wrong or _("The carrier is being asked. This page shows its answer by itself."))
    return redirect(url_for("shipments.one", key=number))


@blueprint.post("/<key>/retrack")
@guards.merchant
@pages.of_shop
def retrack(key: str) -> Any:
    """Forget the lines and begin anew, with another carrier where one is chosen."""
    row, here = _row_of(key), parts()
    carrier = request.form.get("carrier", row.carrier)
    about = registry.carriers().get(carrier)
    if carrier != row.carrier and (about is None or not about.tracks):
        raise Problem(400, _("No such carrier"), _("Choose one of the list."))
    with here.database.write() as db:
        known = asking.known(db, here.vault, shop_id=g.shop.id)
        steering.retrack(db, row, known=known, now=pages.now(), carrier=carrier)
    here.queues.wake(TRACK, [g.shop.id], again=True)
    title = registry.carrier_title(carrier)
    told = _("It is %(carrier)s's parcel now.", carrier=title) if carrier != row.carrier else _("Begun anew.")
    if carrier not in known:
        wanted = _("%(carrier)s needs an account first.", carrier=title) if title else _("It needs an account first.")
        told = f"{told} {wanted}"
    flash(told)
    return redirect(url_for("shipments.one", key=row.id))


@blueprint.post("/<key>/complete")
@guards.merchant
@pages.of_shop
def complete(key: str) -> Any:
    """It is at an end, whatever the carrier says."""
    row = _row_of(key)
    with parts().database.write() as db:
        steering.complete(db, row, now=pages.now())
    flash(_("Completed. Its carrier is not asked any more."))
    return redirect(url_for("shipments.one", key=row.id))


def _row_of(key: str) -> Any:
    with parts().database.read() as db:
        row = order_tracking.by_id(db, shop_id=g.shop.id, tracking_id=_number(key))
    if row is None:
        raise _unknown()
    return row


def _number(key: str) -> int:
    number = inputs.row_id(key)
    if number is None:
        raise _unknown()
    return number


def _unknown() -> Problem:
    return Problem(404, _("No such parcel"), _("It may have been deleted, or belong to another shop."))
