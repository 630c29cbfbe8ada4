"""The shop's loyalty programme: tried on past orders, switched on, followed, changed, switched off."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.rules.loyalty.programmes import Programme
from commerce.tables.loyalty import figures, programmes
from commerce.tables.loyalty.programmes import Chosen
from jobs.queues import POINTS
from webapp import guards, pages
from webapp.languages import gettext as _
from webapp.loyalty import programme_form, trials, words
from webapp.loyalty.programme_form import Fields
from webapp.loyalty.trials import Trial, UnableToReadDay
from webapp.parts import parts

blueprint = Blueprint("loyalty", __name__, url_prefix="/dashboard/loyalty")

_TRY, _SAVE, _ON, _ON_SINCE = "try", "save", "on", "on_since"
_SOON = timedelta(days=30)


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """How it goes while it is on; while it is off, what it would do."""
    chosen = _chosen()
    if chosen is None or chosen.holds is None:
        return _form(_fields(chosen), chosen)
    with parts().database.read() as db:
        found = figures.of_shop(db, shop_id=g.shop.id)
        ending = figures.ending(db, shop_id=g.shop.id, until=pages.now() + _SOON)
        bought = figures.rewards(db, shop_id=g.shop.id)
    return render_template(
        "loyalty.html",
        chosen=chosen,
        programme=chosen.holds,
        found=found,
        ending=ending,
        bought=bought,
        since=_day(chosen),
        w=words,
    )


@blueprint.get("/rules")
@guards.merchant
@pages.of_shop
def rules() -> str:
    """The form of the rules that hold, or would hold."""
    chosen = _chosen()
    return _form(_fields(chosen), chosen)


@blueprint.post("/rules")
@guards.merchant
@pages.of_shop
def change() -> Any:
    """Try the rules on past orders, store them or switch them on; other buttons only change the form's lines."""
    act, chosen = request.form.get("act", _TRY), _chosen()
    fields = programme_form.filled_in(request.form)
    if act not in (_TRY, _SAVE, _ON, _ON_SINCE):
        return _form(programme_form.pressed(fields, act), chosen)
    programme, wrong = programme_form.read(fields, g.shop.currency)
    now, since = pages.now(), None
    try:
        if act == _ON:
            since = trials.today(g.shop, now)
        elif act != _SAVE:
            since = trials.beginning(g.shop, request.form.get("since", ""), now)
    except UnableToReadDay as error:
        wrong["since"] = str(error)
    if programme is None or wrong:
        return _form(fields, chosen, wrong=wrong), 400
    if act == _TRY and since is not None:
        with parts().database.read() as db:
            trial = trials.tried(db, g.shop, programme, since=since, now=now)
        return _form(fields, chosen, trial=trial)
    is_on = act != _SAVE or (chosen is not None and chosen.holds is not None)
    flash(_save(programme, is_on=is_on, since=since if act != _SAVE else None))
    return redirect(url_for("loyalty.index"))


@blueprint.post("/off")
@guards.merchant
@pages.of_shop
def off() -> Any:
    """Switch it off; what customers hold stays."""
    chosen = _chosen()
    if chosen is not None and chosen.holds is not None:
        _save(chosen.written, is_on=False)
    flash(_("The programme is switched off. Customers keep what they have."))
    return redirect(url_for("loyalty.index"))


def _save(programme: Programme, *, is_on: bool, since: Any = None) -> str:
    """Store the programme, wake what works points out, and say what comes of it."""
    here = parts()
    with here.database.write() as db:
        before = programmes.of(db, shop_id=g.shop.id)
        course = before.course if before is not None else None
        if course is not None and since is not None:
            since = min(since, course.since)  # orders that count already go on counting
        saved = programmes.save(db, shop_id=g.shop.id, programme=programme, is_on=is_on, since=since, now=pages.now())
    if saved.settled_to is not None:
        here.queues.wake(POINTS, [g.shop.id], again=True)
    if not is_on:
        return _("Saved. The programme is switched off.")
    if course is not None and course.now is not None:
        return _(
            "Saved. Orders earn by these rules from now on; those of before keep what the rules of their day gave."
        )
    return _("The programme is on. Orders count that were placed since %(day)s.", day=_day(saved))


def _chosen() -> Chosen | None:
    with parts().database.read() as db:
        return programmes.of(db, shop_id=g.shop.id)


def _fields(chosen: Chosen | None) -> Fields:
    programme = chosen.written if chosen is not None else programme_form.usual(g.shop.currency)
    return programme_form.fields_of(programme, g.shop.currency)


def _day(chosen: Chosen) -> str:
    assert chosen.course is not None
    return trials.day(g.shop, chosen.course.since)


def _form(
    fields: Fields, chosen: Chosen | None, *, wrong: dict[str, str] | None = None, trial: Trial | None = None
) -> str:
    return render_template(
        "loyalty_rules.html",
        fields=fields,
        chosen=chosen,
        is_on=chosen is not None and chosen.holds is not None,
        was_on=_day(chosen) if chosen is not None and chosen.course is not None else "",
        wrong=wrong or {},
        trial=trial,
        since=request.form.get("since") or trials.day_before(g.shop, pages.now()),
        today=trials.day_before(g.shop, pages.now(), days=0),
        w=words,
    )
