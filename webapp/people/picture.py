"""All that a customer's page shows beside their profile, read in a bounded number of queries."""

from typing import Any

from commerce.database import Connection
from commerce.rules.events import CUSTOMER
from commerce.rules.people.keys import ACCOUNT, EMAIL, PHONE
from commerce.rules.segments import rfm
from commerce.tables import effects, segment_members, segments
from commerce.tables.loyalty import programmes, reading
from commerce.tables.people import bought, consents, fields, identities, members, merges, suggestions
from commerce.tables.shops import Shop
from webapp.people import identity, timeline, timeline_pages, words
from webapp.people.timeline import Place

_ORDERS, _LINES, _SUGGESTED = 10, 10, 5


def of(db: Connection, shop: Shop, row: Any, *, before: Place | None) -> dict[str, Any]:
    """What the template shows of a profile."""
    ids, shop_id = row.member_ids, shop.id
    pieces = members.of_roots(db, shop_id=shop_id, roots=[row.id])[row.id]
    known = identities.of_members(db, shop_id=shop_id, ids=ids)
    accounts = [one.key.partition(":")[2] for one in pieces if one.kind == ACCOUNT]
    entries, place = timeline.page(db, shop, row, before=before)
    return {
        "orders": bought.of_members(db, shop_id=shop_id, member_ids=ids, limit=_ORDERS),
        "most_orders": _ORDERS,
        "reread": effects.waiting_objects(
            db, shop_id=shop_id, kind=effects.REREAD, object_kind=CUSTOMER, ids=[*accounts, row.id]
        ),
        "accounts": accounts,
        "pieces": identity.pieces(row.id, pieces, known),
        "merges": identity.merged(merges.of_members(db, shop_id=shop_id, ids=ids), pieces),
        "suggested": suggestions.of_profile(db, shop_id=shop_id, profile=row, limit=_SUGGESTED),
        "others_ids": _ids_elsewhere(shop, row, known),
        "own_fields": _fields(db, shop_id, row),
        "segments": _segments(db, shop_id, row.id),
        "group": rfm.BY_NAME.get(row.rfm_group),
        "points": _points(db, shop_id, row),
        "history": _history(db, shop_id, row),
        "suppressed": consents.suppressions_of(db, shop_id=shop_id, addresses=[*row.emails, *row.phones]),
        "entries": entries,
        "earlier": timeline_pages.written(place),
        "goes_on": before is not None,
        "w": words,
    }


def _ids_elsewhere(shop: Shop, row: Any, known: Any) -> list[tuple[str, str]]:
    """(system, id) of all members, the platform's own first."""
    told = {(name, value) for name, value in row.platform_ids.items()}
    told |= {(one.kind, one.value) for rows in known.values() for one in rows if one.kind not in (EMAIL, PHONE)}
    return sorted(told, key=lambda pair: (pair[0] != shop.platform, pair))


def _fields(db: Connection, shop_id: int, row: Any) -> list[tuple[str, Any]]:
    """(label, what is known) of the merchant's own fields, and of what other systems told under names of theirs."""
    declared = fields.all_of(db, shop_id=shop_id)
    labels = {name: one.label for name, one in declared.items()}
    found = [(labels.get(name, name), told) for name, told in row.attributes.items()]
    return sorted(found, key=lambda pair: pair[0].lower())


def _segments(db: Connection, shop_id: int, profile_id: str) -> list[Any]:
    within = segment_members.of_profiles(db, shop_id=shop_id, ids=[profile_id]).get(profile_id, set())
    return [one for one in segments.all_of(db, shop_id=shop_id) if one.id in within]


def _points(db: Connection, shop_id: int, row: Any) -> list[Any] | None:
    """The newest lines of the ledger; None where the shop has no programme and the customer no points."""
    if programmes.of(db, shop_id=shop_id) is None and not (row.points or row.points_pending or row.points_earned):
        return None
    return list(reading.entries(db, shop_id=shop_id, member_ids=row.member_ids, limit=_LINES))


def _history(db: Connection, shop_id: int, row: Any) -> dict[str, list[Any]]:
    """Channel to what was noted here of it, newest first."""
    noted = consents.of_members(db, shop_id=shop_id, ids=row.member_ids)
    told = sorted((one for rows in noted.values() for one in rows), key=lambda one: (one.at, one.id), reverse=True)
    found: dict[str, list[Any]] = {}
    for one in told:
        found.setdefault(one.channel, []).append(one)
    return found
