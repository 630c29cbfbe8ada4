"""What is known of a person beside their accounts and orders, as privacy law gives it to them."""

from collections.abc import Collection
from typing import Any

from commerce.database import Connection
from commerce.tables.people import accesses, everything
from commerce.tables.privacy import Subject

OURS = ("shop_id", "saved_at", "root", "joined_into", "sort_name")


def shown(row: Any) -> dict[str, Any]:
    """A row as it is given away: without what is only ours."""
    return {name: value for name, value in zip(row._fields, row, strict=True) if name not in OURS}


def of_members(db: Connection, *, shop_id: int, subject: Subject) -> dict[str, Any]:
    """Profile, pieces with by what they are known, merges, consents, suppressions, points, happenings, segments, and
    how often somebody looked: numbers only, as who did is about others.
    """
    ids = subject.member_ids
    found = everything.rows(db, shop_id=shop_id, ids=ids)
    known = [(row.member_id, {"kind": row.kind, "value": row.value}) for row in found.pop("identities")]
    told = {name: [shown(row) for row in rows] for name, rows in found.items()}
    for member in told["members"]:
        member["known_by"] = [one for member_id, one in known if member_id == member["id"]]
    addresses = (*subject.emails, *subject.phones)
    return told | {
        "suppressions": [shown(row) for row in everything.suppressed(db, shop_id=shop_id, addresses=addresses)],
        "points": [
            shown(row) | {"points": int(row.points), "pending": int(row.pending)}
            for row in everything.points(db, shop_id=shop_id, ids=ids)
        ],
        "happenings": [shown(row) for row in everything.happened(db, shop_id=shop_id, ids=ids)],
        "accesses": accesses.count(db, shop_id=shop_id, profile_ids=ids),
    }


def tracked(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> list[dict[str, Any]]:
    """Parcels as their carriers tell of them."""
    found = everything.parcels(db, shop_id=shop_id, order_ids=order_ids)
    return [shown(row) | {"scans": [shown(scan) for scan in scans]} for row, scans in found]
