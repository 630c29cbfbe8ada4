"""REST for the merchant's own systems: customers merged, and taken apart again."""

from typing import Any

from flask import Blueprint, g, url_for

from commerce.mirror import merges as merging
from commerce.mirror.merges import UnableToMerge
from commerce.tables.people import members, merges, profile_pages, suggestions
from webapp.api.changing import Change
from webapp.api.endpoints import Reply, endpoint
from webapp.parts import parts
from webapp.people import customer_shapes, finding, merge_models
from webapp.people.customer_models import Customer
from webapp.people.merge_models import Merge, Merges, NewMerge, Split, Suggestions

blueprint = Blueprint("merges_api", __name__, url_prefix="/api/v1")

_MOST_SUGGESTED = 20


@blueprint.post("/customers/<id:key>/merge")
@endpoint(
    "customers:write",
    takes=NewMerge,
    gives=Merge,
    code=201,
    changes=True,
    refuses={409: "The two are one customer already."},
)
def merge_customers(key: str, *, body: NewMerge, change: Change) -> Reply:
    """Show another customer under this one, with their orders, points and consents.

    Nothing moves, so that undoing it is exact. Both ids lead to this customer from now on.
    """
    primary, secondary = finding.held(change.db, key), finding.known(change.db, body.secondary_id)
    if secondary is None:
        raise finding.refused("secondary_id", "is no customer's")
    if primary.id == secondary.id:
        raise finding.refused("secondary_id", "is the same customer already")
    merge_id = merging.merge(
        change.db,
        g.shop,
        primary=primary.id,
        secondary=secondary.id,
        reason=body.reason,
        made_by=finding.caller(),
        now=change.now,
    )
    finding.saw([primary, secondary], "merged")
    return Reply(shape=_merge(change.db, merge_id), location=url_for("merges_api.merges_of", key=primary.id))


@blueprint.get("/customers/<id:key>/merges")
@endpoint("customers:read", gives=Merges)
def merges_of(key: str) -> Merges:
    """The merges of a customer, newest first, also those that were undone."""
    with parts().database.read() as db:
        row = finding.found(db, key)
        rows = merges.of_members(db, shop_id=g.shop.id, ids=row.member_ids)
    return Merges(data=[merge_models.merge(each) for each in rows])


@blueprint.post("/merges/<id:key>/undo")
@endpoint(
    "customers:write", gives=Merge, changes=True, refuses={409: "It was undone before, or the shop itself merged them."}
)
def undo_merge(key: str, *, change: Change) -> Merge:
    """Take a merge back: the two are different persons from now on, whatever they share."""
    if not finding.is_id(key) or merges.one(change.db, shop_id=g.shop.id, merge_id=key) is None:
        raise finding.missing()
    try:
        both = merging.undo(change.db, g.shop, merge_id=key, undone_by=finding.caller(), now=change.now)
    except UnableToMerge as error:
        raise finding.refused("id", f"cannot be undone: {error}") from None
    finding.saw_ids(both, "merged")
    return _merge(change.db, key)


@blueprint.post("/customers/<id:key>/split")
@endpoint(
    "customers:write",
    takes=Split,
    gives=Customer,
    changes=True,
    refuses={409: "They were merged by hand (undo that), or stand for themselves already."},
)
def split_customer(key: str, *, body: Split, change: Change) -> Reply:
    """Take somebody out who was joined by rule, such as a guest with the same mail address; answers with them.

    No rule joins the two again.
    """
    row = finding.held(change.db, key)
    if body.member_id not in row.member_ids or body.member_id == row.id:
        raise finding.refused("member_id", "must be one of the customer's member_ids other than its id")
    there = members.by_ids(change.db, shop_id=g.shop.id, ids=[body.member_id])[body.member_id]
    if there.merged_into:
        raise finding.refused("member_id", "was merged by hand: undo that merge")
    merging.take_out(change.db, g.shop, member=body.member_id, said_by=finding.caller(), now=change.now)
    finding.saw_ids([row.id, body.member_id], "changed")
    root = members.root_of(change.db, shop_id=g.shop.id, member_id=body.member_id)
    return finding.shown(profile_pages.of_root(change.db, shop_id=g.shop.id, root=root or ""))


@blueprint.get("/customers/<id:key>/suggestions")
@endpoint("customers:read", gives=Suggestions)
def suggest_merges(key: str) -> Reply:
    """Who may be the same person, with the reasons. Nobody is merged because of them."""
    with parts().database.read() as db:
        row = finding.found(db, key)
        found = suggestions.of_profile(db, shop_id=g.shop.id, profile=row, limit=_MOST_SUGGESTED)
        why = {one.profile.id: list(one.reasons) for one in found}
        shown = profile_pages.of_roots(db, shop_id=g.shop.id, roots=list(why))
    finding.saw([row, *shown.values()], "listed")
    told = [
        {"customer": customer_shapes.customer(shown[root], currency=g.shop.currency), "reasons": why[root]}
        for root in why
    ]
    return Reply(shape={"data": told})


def _merge(db: Any, merge_id: str) -> Merge:
    return merge_models.merge(merges.one(db, shop_id=g.shop.id, merge_id=merge_id))
