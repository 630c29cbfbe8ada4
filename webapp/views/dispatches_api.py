"""REST for the merchant's own systems: what was sent to their endpoints, and what they answered."""

from typing import Any

from flask import Blueprint, g

from commerce.mirror import outgoing
from commerce.tables.outgoing import log, tries
from commerce.tables.outgoing.log import Filters
from jobs.queues import DISPATCH
from webapp import inputs
from webapp.api import cursors
from webapp.api.changing import Change
from webapp.api.endpoints import endpoint
from webapp.outgoing import answers
from webapp.outgoing.models import Dispatch, Dispatches, DispatchInFull, WhichDispatches
from webapp.parts import parts
from webapp.people import finding

blueprint = Blueprint("dispatches_api", __name__, url_prefix="/api/v1/webhook-dispatches")

_MOST_TRIES = 50
_NOT_AGAIN = {409: "Its endpoint is disabled, or it is kept until that is active again."}


@blueprint.get("")
@endpoint("webhooks:read", asks=WhichDispatches, gives=Dispatches)
def list_dispatches(*, asked: WhichDispatches) -> Dispatches:
    """What was sent and what is to be, newest first."""
    key = inputs.row_id(asked.endpoint_id) if asked.endpoint_id else None
    if asked.endpoint_id and key is None:
        return Dispatches(data=[], next_cursor=None)
    filters = Filters(
        endpoint_id=key, state=asked.state, name=asked.event, object_id=asked.object_id, since=asked.since
    )
    with parts().database.read() as db:
        before = cursors.cursor_in_rows()
        rows = log.page(db, shop_id=g.shop.id, filters=filters, before=before, limit=asked.limit + 1)
    shown = rows[: asked.limit]
    last = cursors.cursor_of(shown[-1].id) if len(rows) > asked.limit else None
    return Dispatches(data=[answers.dispatch(row) for row in shown], next_cursor=last)


@blueprint.get("/<id:key>")
@endpoint("webhooks:read", gives=DispatchInFull)
def one_dispatch(key: str) -> Dispatch:
    """One dispatch with what is sent, and its newest tries with what was answered."""
    with parts().database.read() as db:
        row = _found(db, key)
        made = tries.of_dispatch(db, shop_id=g.shop.id, dispatch_id=row.id, limit=_MOST_TRIES)
    return answers.dispatch(row, tries=made)


@blueprint.post("/<id:key>/replay")
@endpoint("webhooks:write", gives=Dispatch, code=202, changes=True, refuses=_NOT_AGAIN)
def replay_dispatch(key: str, *, change: Change) -> Dispatch:
    """Send it again under its old id, whatever came of it."""
    row = _found(change.db, key)
    try:
        outgoing.replay_one(change.db, row, now=change.now)
    except outgoing.UnableToReplay as error:
        raise finding.refused("dispatch", f"cannot be sent again: {error}") from None
    here, shop_id = parts(), g.shop.id
    change.then(lambda: here.queues.wake(DISPATCH, [shop_id]))
    return answers.dispatch(_found(change.db, key))


def _found(db: Any, key: str) -> Any:
    number = inputs.row_id(key)
    row = None if number is None else log.one(db, shop_id=g.shop.id, dispatch_id=number)
    if row is None:
        raise finding.missing()
    return row
