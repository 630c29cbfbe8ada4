"""What the merchant says of customers: new ones, other names and addresses, notes, what they allow."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.database import Connection
from commerce.mirror import changes, erasing
from commerce.mirror.changes import Taken
from commerce.mirror.erasing import KeptOut
from commerce.rules.written_settings import is_storable
from commerce.tables.people import fields, profiles
from webapp import guards, pages
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext
from webapp.parts import parts
from webapp.people import addressed, customer_form, words
from webapp.people.actors import CHANGED, READ, actor, saw
from webapp.people.customer_form import Form

blueprint = Blueprint("customer_changes", __name__, url_prefix="/dashboard/customers")

_LONGEST_NOTE, _LONGEST_SOURCE, _LONGEST_ONCE = 5000, 200, 60
_GIVEN = ("subscribed", "unsubscribed")
_KEPT_OUT = lazy_gettext("Whoever had this was erased on request, and is kept out since.")
_TAKEN = {"email": lazy_gettext("Another customer has this mail address already.")}


@blueprint.get("/new")
@guards.merchant
@pages.of_shop
def new() -> Any:
    """The form of a new customer."""
    own = _own_fields()
    return _page(customer_form.blank(own), own)


@blueprint.post("/new")
@guards.merchant
@pages.of_shop
def create() -> Any:
    """Add a customer."""
    own = _own_fields()
    empty = customer_form.blank(own)
    form, said = customer_form.read(customer_form.filled_in(request.form, empty), empty, own)
    if customer_form.is_nobody(form):
        form.wrong["first_name"] = _("Give at least a name, a mail address or a phone.")
    if form.wrong:
        return _page(form, own), 422
    try:
        with parts().database.write() as db:
            _let_in(db)
            root = changes.create(db, g.shop, said, made_by=actor(), now=pages.now())
    except (Taken, KeptOut) as refused:
        return _page(form, own, refused=refused), 409
    saw([root], CHANGED)
    flash(_("The customer was added."))
    return redirect(url_for("customers.one", key=root))


@blueprint.get("/<key>/edit")
@guards.merchant
@pages.of_shop
def edit(key: str) -> Any:
    """The form of a customer who is there."""
    own = _own_fields()
    with parts().database.read() as db:
        row = addressed.of_key(db, g.shop.id, key)
    saw([row.id], READ)
    form = customer_form.of_profile(row, own)
    return _page(form, own, customer=row, was=form)


@blueprint.post("/<key>/edit")
@guards.merchant
@pages.of_shop
def save(key: str) -> Any:
    """Change what differs. A field that is not touched stays what the shop says of it."""
    own = _own_fields()
    with parts().database.read() as db:
        row = addressed.of_key(db, g.shop.id, key)
    before = customer_form.as_shown(request.form, customer_form.of_profile(row, own))
    form, said = customer_form.read(customer_form.filled_in(request.form, before), before, own, country=row.country)
    if form.wrong:
        return _page(form, own, customer=row, was=before), 422
    try:
        with parts().database.write() as db:
            root = str(addressed.of_key(db, g.shop.id, key).id)
            _let_in(db)
            changes.update(db, g.shop, root, said, made_by=actor(), now=pages.now())
    except (Taken, KeptOut) as refused:
        return _page(form, own, customer=row, was=before, refused=refused), 409
    saw([root], CHANGED)
    flash(_("Saved."))
    return redirect(url_for("customers.one", key=root))


@blueprint.post("/<key>/notes")
@guards.merchant
@pages.of_shop
def add_note(key: str) -> Any:
    """Put a note on the timeline, once for each form."""
    text, once = request.form.get("text", "").strip(), request.form.get("once", "")[:_LONGEST_ONCE].replace("\x00", "")
    is_good = 0 < len(text) <= _LONGEST_NOTE and is_storable(text)
    with parts().database.write() as db:
        root = addressed.of_key(db, g.shop.id, key).id
        if is_good:
            told: dict[str, Any] = {
                "kind": "note.added",
                "source": customer_form.DASHBOARD,
                "source_id": once or None,
                "title": "Note",
            }
            told |= {"detail": {"text": text}, "happened_at": pages.now()}
            changes.happened(db, g.shop, root, told=[told], made_by=actor(), now=pages.now())
    if is_good:
        saw([root], CHANGED)
    too_long = _("A note has 1 to %(most)s characters.", most=_LONGEST_NOTE)
    flash(_("The note is on the timeline.") if is_good else too_long)
    return redirect(url_for("customers.one", key=root, _anchor="timeline"))


@blueprint.post("/<key>/consents")
@guards.merchant
@pages.of_shop
def note_consent(key: str) -> Any:
    """Note what the customer allowed or withdrew."""
    form = request.form
    channel, state, method = form.get("channel", ""), form.get("state", ""), form.get("method", "")
    source = " ".join(form.get("source", "").split())[:_LONGEST_SOURCE] or customer_form.DASHBOARD
    is_good = channel in words.CHANNELS and state in _GIVEN and method in words.METHODS and is_storable(source)
    with parts().database.write() as db:
        root = addressed.of_key(db, g.shop.id, key).id
        if is_good:
            told = {"channel": channel, "state": state, "method": method, "source": source}
            changes.consent(db, g.shop, root, **told, at=pages.now(), now=pages.now())
    if is_good:
        saw([root], CHANGED)
    flash(_("Noted.") if is_good else _("Nothing was noted: choose a channel, what was said, and how."))
    return redirect(url_for("customers.one", key=root, _anchor="consents"))


def _own_fields() -> customer_form.Own:
    with parts().database.read() as db:
        return fields.all_of(db, shop_id=g.shop.id)


def _let_in(db: Connection) -> None:
    """Somebody who was erased may be known again, where the form says so."""
    person = request.form.get("let_in", "").replace("\x00", "")
    if person:
        erasing.lift(db, g.shop, person, now=pages.now())


def _page(
    form: Form,
    own: customer_form.Own,
    *,
    customer: Any = None,
    was: Form | None = None,
    refused: Taken | KeptOut | None = None,
) -> str:
    other, wrong = None, dict(form.wrong)
    if isinstance(refused, Taken):
        with parts().database.read() as db:
            other = profiles.by_ids(db, shop_id=g.shop.id, ids=[refused.profile_id]).get(refused.profile_id)
        wrong[refused.field] = _TAKEN.get(refused.field, str(refused))
    elif refused is not None:
        wrong[refused.field] = _KEPT_OUT
    return render_template(
        "customer_form.html",
        form=form.values,
        was={customer_form.WAS + name: value for name, value in was.values.items()} if was else {},
        wrong=wrong,
        own=own,
        customer=customer,
        other=other,
        refused=refused,
        person=refused.person if isinstance(refused, KeptOut) else "",
    )
