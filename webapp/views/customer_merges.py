"""Who is one person: merging two customers, undoing it, and saying that two are not the same."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.database import Connection
from commerce.mirror import merges
from commerce.mirror.merges import UnableToMerge
from commerce.rules.people.suggestions import reasons
from commerce.tables.people import profile_lists
from commerce.tables.people.profile_lists import Filters
from webapp import guards, inputs, pages, sentences
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.people import addressed, words
from webapp.people.actors import LISTED, MERGED, READ, actor, saw

blueprint = Blueprint("customer_merges", __name__, url_prefix="/dashboard/customers/<key>")

_FOUND = 20
_LONGEST_REASON = 500


@blueprint.get("/merge")
@guards.merchant
@pages.of_shop
def find(key: str) -> str:
    """Look for the other customer."""
    text = inputs.text("q")
    with parts().database.read() as db:
        row = addressed.of_key(db, g.shop.id, key)
        narrowed = profile_lists.narrow(db, shop_id=g.shop.id, filters=Filters(text=text)) if text else ()
        found = profile_lists.found(db, shop_id=g.shop.id, narrowed=narrowed, limit=_FOUND + 1) if text else []
    others = [one for one in found if one.id != row.id][:_FOUND]
    saw([row.id, *(one.id for one in others)], LISTED)
    return render_template("customer_merge_find.html", customer=row, q=text, rows=others)


@blueprint.get("/merge/<other>")
@guards.merchant
@pages.of_shop
def compare(key: str, other: str) -> Any:
    """Both side by side, before they are merged."""
    with parts().database.read() as db:
        one, two = (addressed.of_key(db, g.shop.id, each) for each in (key, other))
    if one.id == two.id:
        flash(_("The two are one customer already."))
        return redirect(url_for("customers.one", key=one.id))
    saw([one.id, two.id], READ)
    # Whom the shop knows, and who is known for longer, is the better one to stand under.
    first, second = sorted((one, two), key=lambda row: (not row.has_account, row.created_at, row.id))
    why = words.alike(reasons(one, two))
    return render_template("customer_merge.html", customer=one, other=two, first=first, second=second, why=why)


@blueprint.post("/merge/<other>")
@guards.merchant
@pages.of_shop
def merge(key: str, other: str) -> Any:
    """Show the two as one."""
    kept = request.form.get("primary", "")
    reason = " ".join(request.form.get("reason", "").replace("\x00", "").split())[:_LONGEST_REASON]

    def done(db: Connection) -> str:
        ids = [addressed.of_key(db, g.shop.id, each).id for each in (key, other)]
        if kept not in ids:
            raise UnableToMerge(_("Choose under which of the two both are shown."))
        secondary = ids[1] if kept == ids[0] else ids[0]
        merges.merge(db, g.shop, primary=kept, secondary=secondary, reason=reason, made_by=actor(), now=pages.now())
        return kept

    return _carried_out(done, key, _("They are one customer now. You can undo it below, under “Made of”."))


@blueprint.post("/merge/undo")
@guards.merchant
@pages.of_shop
def undo(key: str) -> Any:
    """Take a merge back."""

    def done(db: Connection) -> str:
        merge_id = request.form.get("merge", "").replace("\x00", "")
        primary, _secondary = merges.undo(db, g.shop, merge_id=merge_id, undone_by=actor(), now=pages.now())
        return primary

    return _carried_out(done, key, _("The merge is undone: the two are different customers again."))


@blueprint.post("/take-out")
@guards.merchant
@pages.of_shop
def take_out(key: str) -> Any:
    """A member of this person is somebody else."""

    def done(db: Connection) -> str:
        root = addressed.of_key(db, g.shop.id, key).id
        member = request.form.get("member", "").replace("\x00", "")
        merges.take_out(db, g.shop, member=member, said_by=actor(), now=pages.now())
        return str(root)

    return _carried_out(done, key, _("Noted: that is somebody else, with a page of their own."))


@blueprint.post("/not-the-same")
@guards.merchant
@pages.of_shop
def keep_apart(key: str) -> Any:
    """Somebody who seemed to be the same person is not."""

    def done(db: Connection) -> str:
        one, other = (addressed.of_key(db, g.shop.id, each).id for each in (key, request.form.get("other", "")))
        merges.not_the_same(db, g.shop, one=one, other=other, said_by=actor(), now=pages.now())
        return str(one)

    return _carried_out(done, key, _("Noted: they are not the same, and it is not suggested again."))


def _carried_out(act: Callable[[Connection], str], key: str, told: str) -> Any:
    """Do it in one transaction, and show the customer who is left, with what came of it."""
    try:
        with parts().database.write() as db:
            shown = act(db)
    except UnableToMerge as error:
        flash(sentences.told(str(error)))
        return redirect(url_for("customers.one", key=key))
    saw([shown], MERGED)
    flash(told)
    return redirect(url_for("customers.one", key=shown))
