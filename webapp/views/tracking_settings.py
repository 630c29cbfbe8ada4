"""How parcels are followed, when one is a problem, how shoppers' pages look."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.tables import tracking_lists, tracking_settings
from commerce.tables.tracking_lists import Filters
from commerce.tables.tracking_settings import TrackingSettings
from webapp import guards, pages
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.tracking import settings_form

blueprint = Blueprint("tracking_settings", __name__, url_prefix="/dashboard/parcels/settings")


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """What is chosen now."""
    with parts().database.read() as db:
        chosen = tracking_settings.of_shop(db, shop_id=g.shop.id)
    return _page(chosen, {})


@blueprint.post("")
@guards.merchant
@pages.of_shop
def save() -> Any:
    """Store what was chosen, or show what is wrong."""
    with parts().database.write() as db:
        chosen, wrong = settings_form.read(request.form, tracking_settings.of_shop(db, shop_id=g.shop.id))
        if not wrong:
            tracking_settings.save(db, shop_id=g.shop.id, chosen=chosen, now=pages.now())
    if wrong:
        return _page(chosen, wrong), 400
    flash(_("Saved. A new level counts from each parcel's next check on."))
    return redirect(url_for("tracking_settings.index"))


@blueprint.post("/usual-hours")
@guards.merchant
@pages.of_shop
def usual_hours() -> Any:
    """Back from hours that were learned from the shop's own parcels to the usual ones."""
    with parts().database.write() as db:
        chosen = replace(tracking_settings.of_shop(db, shop_id=g.shop.id), tables=None)
        tracking_settings.save(db, shop_id=g.shop.id, chosen=chosen, now=pages.now())
    flash(_("The usual hours count again, from each parcel's next check on."))
    return redirect(url_for("tracking_settings.index"))


def _page(chosen: TrackingSettings, wrong: dict[str, str]) -> str:
    here = parts()
    with here.database.read() as db:
        newest = tracking_lists.newest(db, shop_id=g.shop.id, filters=Filters(), limit=1)
    return render_template(
        "tracking_settings.html",
        chosen=chosen,
        filled=request.form if wrong else {},
        wrong=wrong,
        levels=settings_form.LEVEL_WORDS,
        days=settings_form.DAYS,
        colour_note=settings_form.contrast_note(chosen.colour),
        preview=f"{here.settings.base_url}/track/{newest[0].token}" if newest else "",
    )
