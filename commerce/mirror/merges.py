"""Persons put together by hand, and taken apart again. No order, point or consent moves, so undoing is exact."""

from collections.abc import Collection
from datetime import datetime
from itertools import product

from sqlalchemy import Connection

from commerce.mirror import people
from commerce.rules.people import keys
from commerce.tables.people import members, merges, turns
from commerce.tables.shops import Shop

PLATFORM = "platform"  # who made a merge that the shop's platform told of


class UnableToMerge(ValueError):
    """These cannot be merged, or this cannot be undone; the message says why and what to do."""


def merge(db: Connection, shop: Shop, *, primary: str, secondary: str, reason: str, made_by: str, now: datetime) -> str:
    """Show one person under another; gives the merge's id, by which it is undone.

    Raises UnableToMerge for somebody who is not there, or is no person of their own.
    """
    turns.take(db, shop.id)
    roots = members.of_roots(db, shop_id=shop.id, roots=[primary, secondary])
    for each in (primary, secondary):
        if not roots[each]:
            raise UnableToMerge(f"There is no customer {each}, or they were merged into another one already.")
    if primary == secondary:
        raise UnableToMerge("A customer cannot be merged with themselves.")
    under = {name: [row.id for row in rows] for name, rows in roots.items()}
    merges.together(db, shop_id=shop.id, one=under[primary], other=under[secondary])
    return _merge(db, shop, primary=primary, secondary=secondary, reason=reason, made_by=made_by, now=now)


def follow(db: Connection, shop: Shop, *, kept: str, gone: str, now: datetime) -> None:
    """The platform merged two of its accounts (their ids there). Followed once; the caller settles the persons."""
    wanted = [keys.of_account(one) for one in (kept, gone)]
    found = members.ensure(db, shop_id=shop.id, keys=wanted, now=now)
    primary, secondary = (found[key] for key in wanted)
    rows = members.by_ids(db, shop_id=shop.id, ids=[primary, secondary])
    if primary == secondary or rows[secondary].merged_into:
        return
    under = members.of_roots(db, shop_id=shop.id, roots=[rows[secondary].root])[rows[secondary].root]
    if any(row.id == primary for row in under):  # somebody merged them by hand, the other way round
        members.change(db, shop_id=shop.id, changes={primary: {"merged_into": ""}})
        for one in merges.of_members(db, shop_id=shop.id, ids=[primary]):  # what was taken apart cannot be undone
            if one.secondary_id == primary:
                merges.mark_undone(db, shop_id=shop.id, merge_id=one.id, undone_by=PLATFORM, now=now)
    reason = "The shop merged the two accounts."
    merges.together(db, shop_id=shop.id, one=[primary], other=[secondary])
    _note(db, shop, primary=primary, secondary=secondary, reason=reason, made_by=PLATFORM, now=now)


def undo(db: Connection, shop: Shop, *, merge_id: str, undone_by: str, now: datetime) -> tuple[str, str]:
    """Take a merge back: the two are different persons from now on, whatever they share. Gives (primary, secondary).

    Raises UnableToMerge where there is no such merge, or it was undone before, or the platform made it.
    """
    turns.take(db, shop.id)
    row = merges.one(db, shop_id=shop.id, merge_id=merge_id)
    if row is None:
        raise UnableToMerge("There is no such merge.")
    if row.made_by == PLATFORM:
        raise UnableToMerge("The shop itself merged these accounts; there is only one of them left to show.")
    if not merges.mark_undone(db, shop_id=shop.id, merge_id=merge_id, undone_by=undone_by, now=now):
        raise UnableToMerge("This merge was undone before.")
    members.change(db, shop_id=shop.id, changes={row.secondary_id: {"merged_into": ""}})
    _keep_apart(db, shop, row.secondary_id, said_by=undone_by, now=now)
    return row.primary_id, row.secondary_id


def take_out(db: Connection, shop: Shop, *, member: str, said_by: str, now: datetime) -> None:
    """Somebody who stands under another by rule is a different person. Raises UnableToMerge where they do not."""
    turns.take(db, shop.id)
    row = members.by_ids(db, shop_id=shop.id, ids=[member]).get(member)
    if row is None or row.root == member:
        raise UnableToMerge(f"There is nobody {member} who stands under another customer.")
    if row.merged_into:
        raise UnableToMerge("This one was merged by hand: undo that merge.")
    _keep_apart(db, shop, member, said_by=said_by, now=now)


def not_the_same(db: Connection, shop: Shop, *, one: str, other: str, said_by: str, now: datetime) -> None:
    """Two persons (their roots) who seemed to be one are not: no rule and no suggestion puts them together."""
    turns.take(db, shop.id)
    found = members.of_roots(db, shop_id=shop.id, roots=[one, other])
    pairs = [(each.id, another.id) for each in found[one] for another in found[other]]
    merges.keep_apart(db, shop_id=shop.id, pairs=pairs, said_by=said_by, now=now)


def _merge(
    db: Connection, shop: Shop, *, primary: str, secondary: str, reason: str, made_by: str, now: datetime
) -> str:
    merge_id = _note(db, shop, primary=primary, secondary=secondary, reason=reason, made_by=made_by, now=now)
    people.settle(db, shop, [primary, secondary], now=now)
    return merge_id


def _note(db: Connection, shop: Shop, *, primary: str, secondary: str, reason: str, made_by: str, now: datetime) -> str:
    merge_id = members.new_id().replace("c_", "m_")
    merges.add(
        db,
        shop_id=shop.id,
        merge_id=merge_id,
        primary_id=primary,
        secondary_id=secondary,
        reason=reason,
        made_by=made_by,
        now=now,
    )
    members.change(db, shop_id=shop.id, changes={secondary: {"merged_into": primary}})
    return merge_id


def _keep_apart(db: Connection, shop: Shop, member: str, *, said_by: str, now: datetime) -> None:
    """Part a person in two: who stands under this member, and the others. No rule joins the two again."""
    rows = members.by_ids(db, shop_id=shop.id, ids=[member])
    person = members.of_roots(db, shop_id=shop.id, roots=[rows[member].root])[rows[member].root]
    links = {row.id: ("" if row.id == member else row.merged_into, _by_rule(row, member)) for row in person}
    under = {id_ for id_, root in keys.roots(links).items() if root == member}
    others: Collection[str] = {row.id for row in person} - under
    merges.keep_apart(db, shop_id=shop.id, pairs=list(product(under, others)), said_by=said_by, now=now)
    people.settle(db, shop, [row.id for row in person], now=now)


def _by_rule(row: object, member: str) -> str:
    return "" if row.id == member else row.joined_into  # type: ignore[attr-defined]  # a row of members
