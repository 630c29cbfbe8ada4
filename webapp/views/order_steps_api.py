"""REST for the merchant's own systems: the steps of an order, and decisions about them."""

from typing import Any

from flask import Blueprint, g

from commerce.database import Connection
from commerce.rules.order_steps.decisions import REJECT, RELEASE, RUN, SKIP, warning
from commerce.tables import orders
from commerce.tables.order_steps import steps
from webapp import inputs
from webapp.api.changing import Change
from webapp.api.endpoints import endpoint
from webapp.errors import Problem
from webapp.orders import deciding
from webapp.orders.models import RunAgain, Step, Steps, step
from webapp.parts import parts
from webapp.people.finding import caller

blueprint = Blueprint("order_steps_api", __name__, url_prefix="/api/v1/orders")

_STATE = {409: "The step is in a state in which this cannot be decided."}
_KNOWING = {409: "The step is not in such a state, or may happen twice and `knowing` is not true."}


@blueprint.get("/<id:key>/steps")
@endpoint("orders:read", gives=Steps)
def steps_of_order(key: str) -> Steps:
    """The steps of an order, oldest first, each with its state and what came of it."""
    with parts().database.read() as db:
        if not orders.there(db, shop_id=g.shop.id, order_id=key):
            raise _missing("order")
        rows = steps.of_orders(db, shop_id=g.shop.id, order_ids=[key])
    return Steps.model_construct(data=[step(row) for row in rows])


@blueprint.post("/<id:key>/steps/<id:number>/run")
@endpoint("orders:write", takes=RunAgain, gives=Step, changes=True, refuses=_KNOWING)
def run_step(key: str, number: str, *, body: RunAgain, change: Change) -> Step:
    """Run a step again that failed, was skipped, or of which nobody knows whether it happened."""
    row = _found(change.db, key, number)
    why = warning(RUN, row.kind, row.state, row.detail)
    if why and not body.knowing:
        raise Problem(409, "It may happen twice", f"{why} Send `knowing` as true if that is what you want.")
    return _decided(change, row, RUN)


@blueprint.post("/<id:key>/steps/<id:number>/skip")
@endpoint("orders:write", gives=Step, changes=True, refuses=_STATE)
def skip_step(key: str, number: str, *, change: Change) -> Step:
    """Leave a step out; what waits for it goes on."""
    return _decided(change, _found(change.db, key, number), SKIP)


@blueprint.post("/<id:key>/steps/<id:number>/release")
@endpoint("orders:write", gives=Step, changes=True, refuses=_STATE)
def release_step(key: str, number: str, *, change: Change) -> Step:
    """Let an order go on that was held."""
    return _decided(change, _found(change.db, key, number), RELEASE)


@blueprint.post("/<id:key>/steps/<id:number>/reject")
@endpoint("orders:write", gives=Step, changes=True, refuses=_STATE)
def reject_step(key: str, number: str, *, change: Change) -> Step:
    """Keep an order that was held where it is; its label is not made."""
    return _decided(change, _found(change.db, key, number), REJECT)


def _decided(change: Change, row: Any, decision: str) -> Step:
    here, shop_id = parts(), g.shop.id
    by, now = caller(), change.now
    if not deciding.within(change.db, shop_id=shop_id, ids=[row.id], decision=decision, by=by, now=now):
        raise Problem(409, "Not in this state", f"The step is “{row.state}”, in which this cannot be decided.")
    change.then(lambda: deciding.wake(here, shop_id))
    return step(_found(change.db, row.order_id, str(row.id)))


def _found(db: Connection, key: str, number: str) -> Any:
    step_id = inputs.row_id(number)
    rows = [] if step_id is None else steps.by_ids(db, shop_id=g.shop.id, ids=[step_id])
    if not rows or rows[0].order_id != key:
        raise _missing("step")
    return rows[0]


def _missing(what: str) -> Problem:
    return Problem(404, f"No such {what}", f"The shop has no {what} of this id.")
