"""Orders' steps: one decided about, those in trouble listed, many decided about at once."""

import hashlib
import secrets
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from commerce.rules.order_steps.decisions import ALLOWED, RUN, warning
from commerce.tables.order_steps import step_lists, step_runs, steps
from commerce.tables.order_steps.step_lists import TROUBLES, Filters
from jobs.queues import DECIDE
from webapp import guards, inputs, pages
from webapp.errors import Problem
from webapp.languages import gettext as _
from webapp.languages import translated
from webapp.orders import deciding, words
from webapp.parts import parts
from webapp.people.actors import actor

blueprint = Blueprint("order_steps", __name__, url_prefix="/dashboard/orders")

_MOST_LETTERS = 40  # of a form's name


@blueprint.get("/steps")
@guards.merchant
@pages.of_shop
def index() -> Any:
    """Steps that need somebody, by what is wrong with them."""
    filters, page = _filters(), inputs.whole("page", default=1, low=1, high=pages.LAST_PAGE)
    with parts().database.read() as db:
        found = step_lists.troubles(db, shop_id=g.shop.id, now=filters.now)
        offset = (page - 1) * pages.PER_PAGE
        rows = step_lists.page(db, shop_id=g.shop.id, filters=filters, limit=pages.PER_PAGE + 1, offset=offset)
        kinds = step_lists.kinds(db, shop_id=g.shop.id, filters=filters)
        going = step_runs.newest(db, shop_id=g.shop.id)
    return render_template(
        "order_steps.html",
        rows=rows[: pages.PER_PAGE],
        more=len(rows) > pages.PER_PAGE,
        page=page,
        filters=filters,
        found=found,
        kinds=sorted({*kinds, filters.kind} - {""}),
        going=going,
        decisions=_decisions(filters.trouble),
        w=words,
    )


@blueprint.get("/steps/<decision>")
@guards.merchant
@pages.of_shop
def confirm(decision: str) -> str:
    """How many steps the decision is about, before it is made."""
    filters = _filters()
    return _confirm(_fitting(decision, filters), filters, note="")


@blueprint.post("/steps/<decision>")
@guards.merchant
@pages.of_shop
def decide_many(decision: str) -> Any:
    """Decide about exactly as many as were shown; where there are others by now, show that instead."""
    filters, here = _filters(), parts()
    decision = _fitting(decision, filters)
    form = request.form.get("form", "")[:_MOST_LETTERS]
    with here.database.write() as db:
        ids = step_lists.chosen(db, shop_id=g.shop.id, filters=filters, limit=step_runs.MOST)
        is_as_shown = request.form.get("shown") == _shown(ids)
        if is_as_shown and ids and form:
            step_runs.begin(
                db,
                shop_id=g.shop.id,
                form=form,
                decision=decision,
                filters=filters.as_chosen(),
                ids=ids,
                made_by=actor(),
                now=pages.now(),
            )
        known = bool(form) and step_runs.is_known(db, shop_id=g.shop.id, form=form)
    if not known:
        return _confirm(decision, filters, note=_("There are others by now. Look at the number again.")), 409
    here.queues.wake(DECIDE, [g.shop.id], again=True)
    flash(_("It is being done. The list shows how far it is."))
    return redirect(url_for("order_steps.index", trouble=filters.trouble))


@blueprint.post("/steps/runs/<number>/cancel")
@guards.merchant
@pages.of_shop
def cancel(number: str) -> Any:
    """Leave the rest of many steps as it is."""
    run_id = inputs.row_id(number)
    done = False
    if run_id is not None:
        with parts().database.write() as db:
            done = step_runs.cancel(db, shop_id=g.shop.id, run_id=run_id, now=pages.now())
    flash(_("Cancelled. What was done stays done.") if done else _("There is nothing left of it to cancel."))
    return redirect(url_for("order_steps.index"))


@blueprint.get("/<key>/steps/<number>/run")
@guards.merchant
@pages.of_shop
def ask_before(key: str, number: str) -> str:
    """What may happen twice, before a step is run again of which nobody knows whether it happened."""
    row = _found(key, number)
    told = translated(warning(RUN, row.kind, row.state, row.detail))
    return render_template("order_step_again.html", row=row, warning=told, w=words)


@blueprint.post("/<key>/steps/<number>/<decision>")
@guards.merchant
@pages.of_shop
def decide(key: str, number: str, decision: str) -> Any:
    """Decide about one step."""
    row, decision = _found(key, number), _known(decision)
    if warning(decision, row.kind, row.state, row.detail) and not request.form.get("knowing"):
        return redirect(url_for("order_steps.ask_before", key=key, number=number))
    done = deciding.decide(parts(), shop_id=g.shop.id, ids=[row.id], decision=decision, by=actor(), now=pages.now())
    flash(str(words.DID[decision]) if done else _("This step is not in that state any more. Nothing was changed."))
    return redirect(url_for("orders.one", key=key) + "#steps")


def _confirm(decision: str, filters: Filters, *, note: str) -> str:
    with parts().database.read() as db:
        ids = step_lists.chosen(db, shop_id=g.shop.id, filters=filters, limit=step_runs.MOST)
        kinds = [filters.kind] if filters.kind else step_lists.kinds(db, shop_id=g.shop.id, filters=filters)
    warnings = [translated(warning(decision, kind, filters.trouble)) for kind in kinds]
    return render_template(
        "order_steps_confirm.html",
        warnings=list(dict.fromkeys(filter(None, warnings))),
        decision=decision,
        filters=filters,
        number=len(ids),
        is_most=len(ids) == step_runs.MOST,
        shown=_shown(ids),
        form=secrets.token_urlsafe(16),
        note=note,
        w=words,
    )


def _shown(ids: list[int]) -> str:
    """What was shown, in one word: how many there are, and which."""
    return f"{len(ids)}-{hashlib.sha256(repr(ids).encode()).hexdigest()[:16]}"


def _decisions(trouble: str) -> list[str]:
    """What can be decided about all steps in that trouble."""
    state = step_lists.states_of(trouble)[0]
    return [decision for decision, states in ALLOWED.items() if state in states]


def _fitting(decision: str, filters: Filters) -> str:
    if _known(decision) not in _decisions(filters.trouble):
        title = words.troubles()[filters.trouble]
        raise Problem(
            400,
            _("This cannot be decided about them"),
            _("It is not for steps listed under “%(title)s”.", title=title),
        )
    return decision


def _filters() -> Filters:
    trouble = inputs.choice("trouble", TROUBLES) or TROUBLES[0]
    return Filters(trouble=trouble, kind=inputs.text("kind"), now=pages.now())


def _known(decision: str) -> str:
    if decision not in ALLOWED:
        raise Problem(404, _("No such decision"), _("A step can be run again, skipped, released or rejected."))
    return decision


def _found(key: str, number: str) -> Any:
    step_id = inputs.row_id(number)
    if step_id is not None:
        with parts().database.read() as db:
            rows = steps.by_ids(db, shop_id=g.shop.id, ids=[step_id])
        if rows and rows[0].order_id == key:
            return rows[0]
    raise Problem(404, _("No such step"), _("The order has no step of this number."))
