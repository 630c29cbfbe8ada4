"""REST for the merchant's own systems: endpoints of outgoing webhooks."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, g, url_for

from commerce.mirror import outgoing
from commerce.rules.outgoing.names import UnableToReadFilters, read_filters
from commerce.tables.outgoing import endpoints, log, replays
from commerce.tables.outgoing.endpoints import Chosen, TooMany
from commerce.tables.outgoing.replays import Which
from integrations.receivers import new_secret
from jobs.queues import DISPATCH, RESEND
from webapp import inputs, pages
from webapp.api import etags
from webapp.api.changing import Change
from webapp.api.endpoints import Reply, endpoint
from webapp.outgoing import answers, models
from webapp.outgoing.models import (
    Dispatch,
    Endpoint,
    EndpointChange,
    EndpointList,
    EndpointWithSecret,
    NewEndpoint,
    NewReplay,
    Replay,
    ReplayCount,
    Replays,
    Rotation,
    WhatToReplay,
)
from webapp.parts import parts
from webapp.people import finding

blueprint = Blueprint("outgoing_api", __name__, url_prefix="/api/v1/webhook-endpoints")

_REFUSED = {409: "The address or the events cannot be: `field` says which. Or there are too many endpoints."}
_NOT_AGAIN = {409: "The endpoint is disabled, or there are more or fewer dispatches by now: `number` says how many."}


@blueprint.get("")
@endpoint("webhooks:read", gives=EndpointList)
def list_endpoints() -> EndpointList:
    """The shop's endpoints, oldest first."""
    with parts().database.read() as db:
        return EndpointList(data=[answers.endpoint(row) for row in endpoints.all_of(db, shop_id=g.shop.id)])


@blueprint.post("")
@endpoint("webhooks:write", takes=NewEndpoint, gives=EndpointWithSecret, code=201, changes=True, refuses=_REFUSED)
def add_endpoint(*, body: NewEndpoint, change: Change) -> Reply:
    """Add an endpoint. The secret that its webhooks are signed with is in this answer and never again."""
    chosen = Chosen(url=_url(body.url), filters=_filters(body.events), description=body.description)
    secret = new_secret()
    try:
        key = endpoints.add(change.db, parts().vault, shop_id=g.shop.id, chosen=chosen, secret=secret, now=change.now)
    except TooMany as error:
        raise finding.refused("endpoint", f"cannot be added: {error}") from None
    row = _found(change.db, str(key))
    change.hide()
    return Reply(
        shape=answers.endpoint(row, secret=secret),
        etag=_etag(row),
        location=url_for("outgoing_api.one_endpoint", key=key),
    )


@blueprint.get("/<id:key>")
@endpoint("webhooks:read", gives=Endpoint, versioned=True)
def one_endpoint(key: str) -> Reply:
    """One endpoint, and how it is."""
    with parts().database.read() as db:
        return _reply(_found(db, key))


@blueprint.patch("/<id:key>")
@endpoint("webhooks:write", takes=EndpointChange, gives=Endpoint, changes=True, versioned=True, refuses=_REFUSED)
def change_endpoint(key: str, *, body: EndpointChange, change: Change) -> Reply:
    """Change an endpoint, pause it, disable it, or let it be active again: then what was kept goes out."""
    row = _found(change.db, key)
    etags.require(_etag(row))
    chosen = Chosen(
        url=row.url if body.url is None else _url(body.url),
        filters=row.filters if body.events is None else _filters(body.events),
        description=row.description if body.description is None else body.description,
    )
    endpoints.save(change.db, shop_id=g.shop.id, endpoint_id=row.id, chosen=chosen, now=change.now)
    if body.state is not None and body.state != row.state:
        outgoing.switch(change.db, row, body.state, now=change.now)
    _wake(change, DISPATCH)
    return _reply(_found(change.db, key))


@blueprint.delete("/<id:key>")
@endpoint("webhooks:write", changes=True)
def remove_endpoint(key: str, *, change: Change) -> None:
    """Delete an endpoint with its log."""
    outgoing.remove(change.db, _found(change.db, key))


@blueprint.post("/<id:key>/rotate")
@endpoint("webhooks:write", takes=Rotation, gives=EndpointWithSecret, changes=True)
def rotate_secret(key: str, *, body: Rotation, change: Change) -> Reply:
    """Give an endpoint another secret, which only this answer shows. Both sign until the overlap is over."""
    row, secret = _found(change.db, key), new_secret()
    overlap = timedelta(hours=body.overlap_hours)
    told: dict[str, Any] = {"shop_id": g.shop.id, "endpoint_id": row.id, "now": change.now}
    endpoints.rotate(change.db, parts().vault, secret=secret, overlap=overlap, **told)
    change.hide()
    return Reply(shape=answers.endpoint(_found(change.db, key), secret=secret))


@blueprint.post("/<id:key>/test")
@endpoint("webhooks:write", gives=Dispatch, code=202, changes=True)
def send_test(key: str, *, change: Change) -> Reply:
    """Send a test event, whatever the endpoint wants and whatever its state. What it answers is in the dispatch."""
    made = outgoing.send_test(change.db, g.shop, _found(change.db, key), now=change.now)
    row = log.one(change.db, shop_id=g.shop.id, dispatch_id=made)
    assert row is not None, "it was added in this transaction"
    _wake(change, DISPATCH)
    return Reply(shape=answers.dispatch(row), location=url_for("dispatches_api.one_dispatch", key=made))


@blueprint.get("/<id:key>/replays")
@endpoint("webhooks:read", gives=Replays)
def list_replays(key: str) -> Replays:
    """The newest replays of an endpoint that were too many for one step, and how far they are."""
    with parts().database.read() as db:
        rows = replays.of_endpoint(db, shop_id=g.shop.id, endpoint_id=_found(db, key).id, limit=10)
    return Replays(data=[answers.replay(row) for row in rows])


@blueprint.get("/<id:key>/replayable")
@endpoint("webhooks:read", asks=WhatToReplay, gives=ReplayCount)
def count_replayable(key: str, *, asked: WhatToReplay) -> ReplayCount:
    """How many dispatches a replay would send again."""
    now = pages.now()
    with parts().database.read() as db:
        which = Which(endpoint_id=_found(db, key).id, choice=asked.choice, since=asked.since, asked_at=now)
        return ReplayCount(count=replays.count(db, shop_id=g.shop.id, which=which), asked_at=now)


@blueprint.post("/<id:key>/replays")
@endpoint("webhooks:write", takes=NewReplay, gives=Replay, code=202, changes=True, refuses=_NOT_AGAIN)
def replay_dispatches(key: str, *, body: NewReplay, change: Change) -> Replay:
    """Send an endpoint's dispatches again, under their old ids; more than 500 are sent by a job."""
    row = _found(change.db, key)
    asked_at = min(body.asked_at or change.now, change.now)
    which = Which(endpoint_id=row.id, choice=body.choice, since=body.since, asked_at=asked_at)
    try:
        done = outgoing.replay(change.db, row, which, expected=body.count, now=change.now)
    except outgoing.AnotherNumber as error:
        raise finding.refused("count", f"is another one: {error}", number=error.number) from None
    except outgoing.UnableToReplay as error:
        raise finding.refused("endpoint", f"cannot be replayed to: {error}") from None
    if done.replay_id is None:
        _wake(change, DISPATCH)
        return Replay(id=None, total=done.number, done=done.number, state="done")
    _wake(change, RESEND)
    return Replay(id=str(done.replay_id), total=done.number, done=0, state="running")


def _found(db: Any, key: str) -> Any:
    number = inputs.row_id(key)
    row = None if number is None else endpoints.one(db, shop_id=g.shop.id, endpoint_id=number)
    if row is None:
        raise finding.missing()
    return row


def _url(told: str) -> str:
    if isinstance(told, models.Address) and told.wrong:
        raise finding.refused("url", f"cannot be that: {told.wrong}")
    return str(told)


def _filters(told: list[str]) -> tuple[str, ...]:
    try:
        return read_filters(told)
    except UnableToReadFilters as error:
        raise finding.refused("events", f"cannot be that: {error}") from None


def _etag(row: Any) -> str:
    """Of what people change, and of its state: each webhook that is sent would make another version otherwise."""
    return etags.etag_of(row.id, row.saved_at.timestamp(), row.state, row.failures > 0)


def _reply(row: Any) -> Reply:
    return Reply(shape=answers.endpoint(row), etag=_etag(row))


def _wake(change: Change, kind: str) -> None:
    here, shop_id = parts(), g.shop.id
    change.then(lambda: here.queues.wake(kind, [shop_id]))
