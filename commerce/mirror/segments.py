"""Segments follow their customers: who changed is looked at again in the same transaction, in every segment."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.mirror.crossings import announce
from commerce.rules.segments import conditions
from commerce.rules.segments.evaluation import evaluate
from commerce.tables import segment_members, segments
from commerce.tables.people import profiles
from commerce.tables.segment_members import ENTERED, LEFT, Crossing
from commerce.tables.segments import Segment
from commerce.tables.shops import Shop

_CHUNK = 500  # profiles at a time


def follow(
    db: Connection, shop: Shop, profile_ids: Collection[str], *, now: datetime, silently: bool = False
) -> list[Crossing]:
    """Look in which segments these profiles are now, also those that are gone; gives who entered and who left.

    Changes of a segment that is still being worked out are written and not told: who is found there was not seen
    entering. `silently`: nothing is put on timelines, as for an import.
    """
    if not profile_ids:
        return []
    segment_members.among_others(db, shop.id)
    there = segments.all_of(db, shop_id=shop.id)
    if not there:
        return []
    ids = sorted(set(profile_ids))
    crossings: list[Crossing] = []
    for start in range(0, len(ids), _CHUNK):
        crossings += _of_some(db, shop.id, there, ids[start : start + _CHUNK], now)
    segment_members.write(db, shop_id=shop.id, crossings=crossings, now=now)
    built = {each.id for each in there if each.built_at is not None}
    seen = [one for one in crossings if one.segment_id in built]
    if not silently:
        left = profiles.by_ids(db, shop_id=shop.id, ids={one.profile_id for one in seen})
        told = [one for one in seen if one.profile_id in left]  # who was merged away has no timeline of their own
        segment_members.tell(db, shop_id=shop.id, crossings=told, now=now)
        announce(db, shop, told, now=now)
    return seen


def _of_some(
    db: Connection, shop_id: int, there: Sequence[Segment], ids: Sequence[str], now: datetime
) -> list[Crossing]:
    rules = {each.id: each.rules for each in there if each.rules is not None}
    order = conditions.in_order(rules)
    rows = profiles.by_ids(db, shop_id=shop_id, ids=ids)
    before = segment_members.of_profiles(db, shop_id=shop_id, ids=ids)
    products = frozenset().union(*(one.products for one in rules.values()))
    bought = segment_members.bought(db, shop_id=shop_id, ids=ids, products=products)
    names = {each.id: each.name for each in there}
    crossings = []
    for profile_id in ids:
        was = before.get(profile_id, set())
        row = rows.get(profile_id)
        kept = was & (names.keys() - rules.keys()) if row else set()  # nobody can tell who is in those
        now_in = _entered(order, rules, row, kept, now, bought.get(profile_id, {})) if row else set()
        crossings += [_crossing(ENTERED, profile_id, key, names) for key in sorted(now_in - was)]
        crossings += [_crossing(LEFT, profile_id, key, names) for key in sorted(was - now_in)]
    return crossings


def _entered(
    order: Sequence[str],
    rules: Mapping[str, conditions.Rules],
    row: Any,
    kept: Collection[str],
    now: datetime,
    bought: Mapping[str, datetime | None],
) -> set[str]:
    """The segments of a profile; one that asks another comes behind it."""
    found, columns = set(kept), row._asdict()
    for key in order:
        if evaluate(rules[key], columns, now, segments=found, bought=bought):
            found.add(key)
    return found


def _crossing(name: str, profile_id: str, segment_id: str, names: Mapping[str, str]) -> Crossing:
    return Crossing(name=name, profile_id=profile_id, segment_id=segment_id, segment_name=names.get(segment_id, ""))
