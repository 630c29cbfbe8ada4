"""REST for the merchant's own systems: segments, tried, stored, and who is in them."""

from typing import Any

from flask import Blueprint, g, url_for

from commerce.rules.segments.conditions import Rules
from commerce.rules.segments.written import UnableToReadRules, parse
from commerce.tables import segment_lists, segments
from commerce.tables.people import fields, profile_pages, turns
from commerce.tables.segments import Segment as Stored
from commerce.tables.segments import UnableToSaveSegment
from jobs.queues import SEGMENT
from webapp import pages
from webapp.api import cursors, etags
from webapp.api.changing import Change
from webapp.api.endpoints import Reply, endpoint
from webapp.api.models import Page
from webapp.errors import Problem
from webapp.parts import parts
from webapp.people import customer_shapes, finding, segment_models
from webapp.people.customer_models import Customer
from webapp.people.segment_models import Counted, NewSegment, Segment, Segments, Trial, WhichMembers

blueprint = Blueprint("segments_api", __name__, url_prefix="/api/v1/segments")

_REFUSED = {409: "The rules cannot be: `field` says where. Or there are too many segments, or others ask this one."}


@blueprint.get("")
@endpoint("segments:read", gives=Segments)
def list_segments() -> Segments:
    """The shop's segments by name."""
    with parts().database.read() as db:
        there = segments.all_of(db, shop_id=g.shop.id)
    return Segments(data=[segment_models.segment(each) for each in there])


@blueprint.post("")
@endpoint("segments:write", takes=NewSegment, gives=Segment, code=201, changes=True, refuses=_REFUSED)
def add_segment(*, body: NewSegment, change: Change) -> Reply:
    """Store a segment. Who is in is worked out in the background, and kept up to date from then on."""
    rules = _rules(change.db, body.rules)
    try:
        made = segments.add(change.db, shop_id=g.shop.id, name=body.name, rules=rules, now=change.now)
    except UnableToSaveSegment as error:
        raise _refused(error) from None
    _wake(change)
    return _reply(made, location=url_for("segments_api.one_segment", key=made.id))


@blueprint.get("/<id:key>")
@endpoint("segments:read", gives=Segment, versioned=True)
def one_segment(key: str) -> Reply:
    """One segment."""
    with parts().database.read() as db:
        return _reply(_found(db, key))


@blueprint.put("/<id:key>")
@endpoint("segments:write", takes=NewSegment, gives=Segment, changes=True, versioned=True, refuses=_REFUSED)
def change_segment(key: str, *, body: NewSegment, change: Change) -> Reply:
    """Change a segment. Where the rules differ, who is in is worked out anew, also of those that ask it."""
    turns.take(change.db, g.shop.id)  # two who hold the same version do not both change it
    etags.require(_etag(_found(change.db, key)))
    rules = _rules(change.db, body.rules)
    try:
        saved = segments.save(change.db, shop_id=g.shop.id, segment_id=key, name=body.name, rules=rules, now=change.now)
    except UnableToSaveSegment as error:
        raise _refused(error) from None
    _wake(change)
    return _reply(saved or _found(change.db, key))


@blueprint.delete("/<id:key>")
@endpoint("segments:write", changes=True, refuses={409: "Other segments ask this one."})
def remove_segment(key: str, *, change: Change) -> None:
    """Delete a segment. Its customers stay."""
    _found(change.db, key)
    try:
        segments.remove(change.db, shop_id=g.shop.id, segment_id=key)
    except UnableToSaveSegment as error:
        raise _refused(error) from None


@blueprint.post("/count")
@endpoint("segments:read", takes=Trial, gives=Counted, refuses=_REFUSED)
def count_customers(*, body: Trial) -> Reply:
    """Try rules: how many customers they apply to at this moment, and a few of them. Nothing is stored."""
    with parts().database.read() as db:
        rules = _rules(db, body.rules)
        counted = segment_lists.count(db, shop_id=g.shop.id, rules=rules, now=pages.now())
        out_of = segment_lists.everybody(db, shop_id=g.shop.id)
        rows = _shown(db, counted.sample)
    finding.saw(rows, "listed")
    return Reply(shape={"count": counted.matching, "out_of": out_of, "sample": [_shape(row) for row in rows]})


@blueprint.get("/<id:key>/customers")
@endpoint("segments:read", asks=WhichMembers, gives=Page[Customer], sparse=Customer)
def customers_in(key: str, *, asked: WhichMembers) -> Reply:
    """Who is in a segment, page by page. Who never ordered counts as if it were long ago."""
    sort = asked.sort.lstrip("-")
    after = _place(sort)
    with parts().database.read() as db:
        _found(db, key)
        rows = segment_lists.page(
            db,
            shop_id=g.shop.id,
            segment_id=key,
            limit=asked.limit + 1,
            sort=sort,
            descending=asked.sort.startswith("-"),
            after=after,
        )
        some = rows[: asked.limit]
        shown = _shown(db, some)
    finding.saw(shown, "listed")
    last = cursors.cursor_of(*segment_lists.cursor(some[-1])) if len(rows) > asked.limit else None
    return Reply(shape={"data": [_shape(row) for row in shown], "next_cursor": last})


def _place(sort: str) -> segment_lists.Cursor | None:
    match cursors.cursor():
        case None:
            return None
        case [value, str(key)]:
            return cursors.at(value) if sort in profile_pages.TIMES else value, key
    raise cursors.wrong_cursor()


def _shown(db: Any, rows: Any) -> list[Any]:
    """The same profiles with what is shown beside their columns."""
    found = profile_pages.of_roots(db, shop_id=g.shop.id, roots=[row.id for row in rows])
    return [found[row.id] for row in rows]


def _shape(row: Any) -> dict[str, Any]:
    return customer_shapes.customer(row, currency=g.shop.currency)


def _found(db: Any, key: str) -> Stored:
    there = segments.one(db, shop_id=g.shop.id, segment_id=key) if finding.is_id(key) else None
    if there is None:
        raise finding.missing()
    return there


def _rules(db: Any, told: dict[str, Any]) -> Rules:
    try:
        return parse(told, custom=fields.all_of(db, shop_id=g.shop.id))
    except UnableToReadRules as error:
        raise finding.refused(f"rules.{error.place}".rstrip("."), error.text) from None


def _refused(error: UnableToSaveSegment) -> Problem:
    return finding.refused("rules" if error.place else "segment", f"cannot be so: {error.text}")


def _etag(told: Stored) -> str:
    return etags.etag_of(told.id, told.saved_at.timestamp(), told.members_count, told.built_at)


def _reply(told: Stored, *, location: str = "") -> Reply:
    return Reply(shape=segment_models.segment(told), etag=_etag(told), location=location)


def _wake(change: Change) -> None:
    here, shop_id = parts(), g.shop.id
    change.then(lambda: here.queues.wake(SEGMENT, [shop_id], again=True))
