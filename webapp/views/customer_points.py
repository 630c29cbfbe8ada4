"""A customer's points: every line of the ledger, what waits and what ends, adjusted and spent by hand."""

import secrets
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.mirror import people
from commerce.mirror.points_by_hand import UnableToMovePoints, UnknownMember, adjust
from commerce.mirror.points_spending import Spent, spend
from commerce.rules.loyalty.entries import NotEnoughPoints
from commerce.tables.loyalty import figures, programmes, reading
from jobs.queues import CALL
from webapp import guards, inputs, pages, sentences
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.loyalty import words
from webapp.parts import parts
from webapp.people import addressed
from webapp.people.actors import CHANGED, READ, actor, saw

blueprint = Blueprint("customer_points", __name__, url_prefix="/dashboard/customers/<key>/points")

_FAR = timedelta(days=36_500)
_LISTED = 20  # batches that are shown
_LONGEST_REASON, _LONGEST_KEY = 500, 60


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index(key: str) -> str:
    """The ledger, newest first; `before`: behind which line the page begins."""
    return _page(key, {})


@blueprint.post("/adjust")
@guards.merchant
@pages.of_shop
def correct(key: str) -> Any:
    """Give points or take some away, once for each form."""
    told, wrong = request.form, {}
    number = inputs.row_id(told.get("points", "").strip()) or 0
    reason = told.get("reason", "").strip()[:_LONGEST_REASON]
    if told.get("way") not in ("give", "take"):
        wrong["way"] = _("Choose one of the two.")
    try:
        if not wrong:
            here, points = parts(), number if told["way"] == "give" else -number
            with here.database.write() as db:
                root, once = addressed.of_key(db, g.shop.id, key).id, _once()
                moved = adjust(
                    db, g.shop, member_id=root, points=points, reason=reason, by=actor(), key=once, now=pages.now()
                )
                people.refresh(db, g.shop, moved.roots, now=pages.now())
            saw([root], CHANGED)
            flash(_("This was done before, and nothing was done again.") if moved.again else _("Done."))
            return redirect(url_for("customer_points.index", key=root))
    except (UnableToMovePoints, NotEnoughPoints, UnknownMember) as error:
        wrong = _wrong(error)
    return _page(key, wrong), 400


@blueprint.post("/spend")
@guards.merchant
@pages.of_shop
def buy(key: str) -> Any:
    """Spend points on a reward for the customer, once for each form."""
    here, reward = parts(), request.form.get("reward", "")
    try:
        with here.database.write() as db:
            root, once = addressed.of_key(db, g.shop.id, key).id, _once()
            if not reward:
                raise UnableToMovePoints("reward", "must be chosen")
            spent = spend(db, g.shop, member_id=root, reward=reward, key=once, by=actor(), now=pages.now())
            people.refresh(db, g.shop, spent.roots, now=pages.now())
    except (UnableToMovePoints, NotEnoughPoints, UnknownMember) as error:
        return _page(key, {f"spend-{name}": text for name, text in _wrong(error).items()}), 400
    saw([root], CHANGED)
    if spent.calls:
        here.queues.wake(CALL, [g.shop.id])
    flash(_told(spent))
    return redirect(url_for("customer_points.index", key=root))


def _told(spent: Spent) -> str:
    if spent.again:
        return _("This was bought before, with the code %(code)s. Nothing was taken again.", code=spent.code)
    if spent.calls:
        return _("Bought. The code %(code)s is being made at your shop, which takes a moment.", code=spent.code)
    return _("Bought. The code is %(code)s; your shop has to be told what it is good for.", code=spent.code)


def _once() -> str:
    """The form's key, under which it does what it does only once. Raises Problem."""
    key = request.form.get("key", "")
    if not key or len(key) > _LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Problem(400, _("This form is not complete"), _("Open the page again, and send it from there."))
    return f"page:{key}"


def _wrong(error: UnableToMovePoints | NotEnoughPoints | UnknownMember) -> dict[str, str]:
    if isinstance(error, NotEnoughPoints):
        return {"points": sentences.told(str(error))}
    if isinstance(error, UnableToMovePoints) and error.field != "key":
        text = "must be a whole number above 0" if error.field == "points" else error.text
        return {error.field: sentences.this(text)}
    return {"points": _("Something else was sent with this form before. Look at the ledger, and try again.")}


def _page(key: str, wrong: dict[str, str]) -> str:
    before, now = inputs.whole("before", default=0, low=1, high=10**12 - 1), pages.now()
    with parts().database.read() as db:
        customer = addressed.of_key(db, g.shop.id, key)
        asked: dict[str, Any] = {"shop_id": g.shop.id, "member_ids": customer.member_ids}
        lines = reading.entries(db, **asked, limit=pages.PER_PAGE + 1, before=before or None)
        ends = reading.expiring(db, **asked, until=now + _FAR)
        waits = figures.coming(db, **asked, limit=_LISTED)
        chosen = programmes.of(db, shop_id=g.shop.id)
    saw([customer.id], READ)
    return render_template(
        "customer_points.html",
        customer=customer,
        lines=lines[: pages.PER_PAGE],
        earlier=lines[pages.PER_PAGE - 1].id if len(lines) > pages.PER_PAGE else None,
        before=before,
        ends=ends[:_LISTED],
        more_ends=max(0, len(ends) - _LISTED),
        waits=waits,
        programme=chosen.holds if chosen is not None else None,
        filled=request.form if wrong else {},
        wrong=wrong,
        once=secrets.token_urlsafe(12),
        w=words,
    )
