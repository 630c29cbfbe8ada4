"""REST for the merchant's own systems: what happened to a customer, and what other systems tell of it."""

from flask import Blueprint, g

from commerce.mirror import changes
from commerce.tables.people import profile_pages
from webapp.api import cursors
from webapp.api.changing import Change
from webapp.api.endpoints import Reply, endpoint
from webapp.api.models import Page
from webapp.parts import parts
from webapp.people import finding, refusals, saying, timeline
from webapp.people.customer_models import Customer, CustomerChange
from webapp.people.happening_models import (
    NewAttributes,
    NewHappening,
    NewHappenings,
    Noted,
    TimelineEntry,
    TimelinePaged,
)
from webapp.people.timeline import OURS, Entry, Place

blueprint = Blueprint("timelines_api", __name__, url_prefix="/api/v1/customers")


@blueprint.get("/<id:key>/timeline")
@endpoint("customers:read", asks=TimelinePaged, gives=Page[TimelineEntry])
def timeline_of(key: str, *, asked: TimelinePaged) -> Page[TimelineEntry]:
    """All that happened to a customer, newest first.

    Orders, refunds, parcels, points, consents, merges, segments, and what other systems told.
    """
    with parts().database.read() as db:
        row = finding.found(db, key)
        entries, behind = timeline.page(db, g.shop, row, limit=asked.limit, before=_place())
    finding.saw([row], "read")
    last = cursors.cursor_of(behind[0].isoformat(), *behind[1:]) if behind else None
    return Page.model_construct(data=[_entry(each) for each in entries], next_cursor=last)


def _place() -> Place | None:
    match cursors.cursor():
        case None:
            return None
        case [str(at), str(kind), str(ref)]:
            return cursors.at(at), kind, ref
    raise cursors.wrong_cursor()


def _entry(told: Entry) -> TimelineEntry:
    names = ("at", "kind", "ref", "title", "source", "detail")
    return TimelineEntry.model_construct(**{name: getattr(told, name) for name in names})


@blueprint.post("/<id:key>/events")
@endpoint("customers:write", takes=NewHappenings, gives=Noted, changes=True)
def add_happenings(key: str, *, body: NewHappenings, change: Change) -> Noted:
    """Put on a customer's timeline what happened elsewhere, up to 100 at a time.

    With a `source_id` the same one twice is told once, whatever it says the second time.
    """
    row = finding.held(change.db, key)
    for index, one in enumerate(body.events):
        if one.source in OURS:
            raise finding.refused(f"events.{index}.source", "is Backroom's own word: say who you are")
        with refusals.told():
            saying.check_time(f"events.{index}.happened_at", one.happened_at, now=change.now)
    told = [{name: getattr(one, name) for name in NewHappening.model_fields} for one in body.events]
    added = changes.happened(change.db, g.shop, row.id, told=told, made_by=finding.caller(), now=change.now)
    finding.saw([row], "changed")
    return Noted(added=added, known=len(told) - added)


@blueprint.post("/<id:key>/attributes")
@endpoint("customers:write", takes=NewAttributes, gives=Customer, changes=True)
def tell_attributes(key: str, *, body: NewAttributes, change: Change) -> Reply:
    """Tell fields of your own, with who says so and since when it is so.

    What another source told of a later time stays; null clears. The fields are declared at /customer-fields.
    """
    row = finding.held(change.db, key)
    told = CustomerChange(attributes=body.attributes, source=body.source, at=body.at)
    with refusals.told():
        said = saying.said(change.db, told, now=change.now)
        changes.update(change.db, g.shop, row.id, said, made_by=finding.caller(), now=change.now)
    finding.saw([row], "changed")
    return finding.shown(profile_pages.of_root(change.db, shop_id=g.shop.id, root=row.id))
