"""Segments: groups of customers by rules, kept up to date by themselves."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.database import Connection
from commerce.rules.segments.ready import ready_made
from commerce.rules.segments.written import DEEPEST, parse
from commerce.tables import segment_lists, segments
from commerce.tables.people import fields as own_fields
from commerce.tables.segments import Segment, UnableToSaveSegment
from jobs.queues import SEGMENT
from webapp import guards, pages, sentences
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.languages import translated
from webapp.parts import parts
from webapp.people import segment_form, segment_page, segment_rules
from webapp.people.actors import LISTED, saw
from webapp.people.segment_form import Fields
from webapp.people.segment_rules import GENERAL, UnableToReadForm

blueprint = Blueprint("segments", __name__, url_prefix="/dashboard/segments")

NEW = "new"


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """All segments with how many are in, and ready-made ones to take."""
    with parts().database.read() as db:
        rows = segments.all_of(db, shop_id=g.shop.id)
        everybody = segment_lists.everybody(db, shop_id=g.shop.id)
        ready = ready_made(own_fields.all_of(db, shop_id=g.shop.id))
    names = {one.name for one in rows}
    return render_template(
        "segments.html",
        rows=rows,
        everybody=everybody,
        ready=[one for one in ready if not {one.name, translated(one.name)} & names],
    )


@blueprint.post("/ready/<name>")
@guards.merchant
@pages.of_shop
def take(name: str) -> Any:
    """Add a ready-made segment."""
    shop_id = g.shop.id
    try:
        with parts().database.write() as db:
            custom = own_fields.all_of(db, shop_id=shop_id)
            one = next((each for each in ready_made(custom) if each.key == name), None)
            if one is None:
                raise _unknown()
            rules = parse(one.rules, custom=custom)
            segments.add(db, shop_id=shop_id, name=translated(one.name), rules=rules, now=pages.now())
    except UnableToSaveSegment as error:
        flash(sentences.told(str(error)))
        return redirect(url_for("segments.index"))
    parts().queues.wake(SEGMENT, [shop_id])
    flash(_("“%(name)s” was added. Who is in is being worked out.", name=translated(one.name)))
    return redirect(url_for("segments.index"))


@blueprint.get("/new")
@guards.merchant
@pages.of_shop
def new() -> str:
    """The form of a new segment."""
    return _page(segment_form.blank(), NEW)


@blueprint.get("/<key>")
@guards.merchant
@pages.of_shop
def one(key: str) -> str:
    """The form of a segment that is there."""
    with parts().database.read() as db:
        found = _segment(db, key)
    if found.rules is None:
        raise Problem(409, _("Cannot be changed here"), _("The rules of this segment were written by a newer version."))
    return _page(segment_rules.form_of(found.name, found.rules, currency=g.shop.currency), key)


@blueprint.post("/<key>")
@guards.merchant
@pages.of_shop
def save(key: str) -> Any:
    """Store the segment; buttons other than the one that saves only change the form or count."""
    act = request.form.get("act", "count")
    form = segment_form.filled_in(request.form)
    if act != "save":
        return _page(segment_form.pressed(form, act), key, tells_wrong=act == "count")
    name = " ".join(form["name"].replace("\x00", "").split())[: segment_form.LONGEST_NAME]
    try:
        with parts().database.write() as db:
            _store(db, key, name, form)
    except UnableToReadForm as error:
        return _page(form, key, wrong=error.wrong), 422
    except UnableToSaveSegment as error:
        return _page(form, key, wrong={_place(form, error.place): sentences.told(str(error))}), 422
    parts().queues.wake(SEGMENT, [g.shop.id])
    flash(_("“%(name)s” is saved. Who is in is being worked out.", name=name))
    return redirect(url_for("segments.index"))


@blueprint.post("/<key>/remove")
@guards.merchant
@pages.of_shop
def remove(key: str) -> Any:
    """Delete a segment; the customers stay."""
    try:
        with parts().database.write() as db:
            removed = segments.remove(db, shop_id=g.shop.id, segment_id=key.replace("\x00", ""))
    except UnableToSaveSegment as error:
        flash(sentences.told(str(error)))
        return redirect(url_for("segments.one", key=key))
    flash(_("The segment was deleted; its customers stay.") if removed else _("The segment was not there any more."))
    return redirect(url_for("segments.index"))


def _store(db: Connection, key: str, name: str, form: Fields) -> None:
    """Raises UnableToReadForm and UnableToSaveSegment."""
    shop = g.shop
    before = None if key == NEW else _segment(db, key)
    custom = own_fields.all_of(db, shop_id=shop.id)
    there = segment_page.there(db, shop, custom, but=key)
    known = {*segment_page.titles(db, shop, form), *_asked_before(before)}
    wrong = segment_page.unknown_products(form, known)
    if not name:
        wrong["name"] = _("Give it a name.")
    if wrong:
        raise UnableToReadForm(wrong)
    rules = segment_rules.rules_of(form, there=there, custom=custom, currency=shop.currency)
    if before is None:
        segments.add(db, shop_id=shop.id, name=name, rules=rules, now=pages.now())
    else:
        segments.save(db, shop_id=shop.id, segment_id=key, name=name, rules=rules, now=pages.now())


def _page(form: Fields, key: str, *, wrong: dict[str, str] | None = None, tells_wrong: bool = False) -> str:
    """The form with how many fit. `tells_wrong`: what cannot be read is said; else the form may be half filled in."""
    here, shop = parts(), g.shop
    with here.database.read() as db:
        before = None if key == NEW else _segment(db, key)
        custom = own_fields.all_of(db, shop_id=shop.id)
        there = segment_page.there(db, shop, custom, but=key)
        form = segment_form.settled(form, there)
        titles = segment_page.titles(db, shop, form)
        tags = segment_page.tags(db, shop)
        counted, rules, told = None, None, dict(wrong or {})
        try:
            rules = segment_rules.rules_of(form, there=there, custom=custom, currency=shop.currency)
            counted = segment_lists.count(db, shop_id=shop.id, rules=rules, now=pages.now())
        except UnableToReadForm as error:
            told |= error.wrong if tells_wrong else {}
        everybody = segment_lists.everybody(db, shop_id=shop.id)
    saw([row.id for row in counted.sample] if counted else [], LISTED)
    return render_template(
        "segment.html",
        form=form,
        key=key,
        segment=before,
        fields=there,
        offered=segment_page.offered(there),
        titles=titles,
        picks=segment_page.picks(here, shop, form, {*titles, *_asked_before(before)}),
        tags=tags,
        counted=counted,
        rules=rules,
        everybody=everybody,
        wrong=told,
        general=GENERAL,
        matches=segment_form.MATCH_WORDS,
        depth=segment_form.depth,
        deepest=DEEPEST,
        operators_of=segment_form.operators_of,
    )


def _asked_before(segment: Segment | None) -> frozenset[str]:
    """Products that a segment asks already: they count, also where the shop has deleted them."""
    return segment.rules.products if segment and segment.rules else frozenset()


def _place(form: Fields, place: str) -> str:
    """The row that an error of the tables is about."""
    rows = [f"row-{at}" for at, row in enumerate(form["rows"]) if row["field"] == place]
    return rows[0] if rows else GENERAL


def _segment(db: Connection, key: str) -> Segment:
    found = segments.one(db, shop_id=g.shop.id, segment_id=key.replace("\x00", ""))
    if found is None:
        raise _unknown()
    return found


def _unknown() -> Problem:
    return Problem(404, _("No such segment"), _("It may have been deleted, or belong to another shop."))
