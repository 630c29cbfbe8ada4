"""Who may be one person with a customer: looked up by what both would share, and told with the reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, union

from commerce.rules.people.suggestions import REASONS, reasons
from commerce.rules.people.words import MAIL, PHONE
from commerce.tables.people import merges
from commerce.tables.people.profiles import by_ids, profiles, words

_MOST_ALIKE = 50  # looked at by each way: a phone of an office or a common name may lead to many
_MOST_ADDRESSES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Somebody who may be the same person, and why (commerce.rules.people.suggestions.REASONS)."""

    profile: Row[Any]
    reasons: tuple[str, ...]


def of_profile(db: Connection, *, shop_id: int, profile: Row[Any], limit: int) -> list[Suggestion]:
    """Who may be the same person, the surest first; nobody of whom it was said that they are not."""
    ids = _candidates(db, shop_id, profile)
    apart = merges.apart_from(db, shop_id=shop_id, ids=profile.member_ids)
    others = {member for each in apart.values() for member in each}
    rows = by_ids(db, shop_id=shop_id, ids=ids)
    found = [
        Suggestion(profile=row, reasons=why)
        for row in rows.values()
        if not others.intersection(row.member_ids) and (why := reasons(profile, row))
    ]
    return sorted(found, key=_rank)[:limit]


def _rank(one: Suggestion) -> tuple[int, list[int], str]:
    order = list(REASONS)
    return -len(one.reasons), [order.index(reason) for reason in one.reasons], one.profile.id


def _candidates(db: Connection, shop_id: int, profile: Row[Any]) -> list[str]:
    asked = [(MAIL, _some(profile.emails)), (PHONE, _some(profile.phones))]
    ways = [
        select(words.c.profile_id.label("id")).where(
            words.c.shop_id == shop_id, words.c.kind == kind, words.c.word.in_(values), words.c.profile_id != profile.id
        )
        for kind, values in asked
        if values
    ]
    if profile.first_name and profile.last_name:
        same = (profiles.c.shop_id == shop_id, profiles.c.sort_name == profile.sort_name, profiles.c.id != profile.id)
        ways.append(select(profiles.c.id).where(*same))
    if not ways:
        return []
    bounded = [select(way.limit(_MOST_ALIKE).subquery().c.id) for way in ways]
    return list(db.execute(union(*bounded)).scalars())


def _some(values: Sequence[str]) -> list[str]:
    return list(values[:_MOST_ADDRESSES])
