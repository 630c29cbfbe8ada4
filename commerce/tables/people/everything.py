"""All rows that are about some members, for whoever asks what is known of them."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from commerce.tables import order_tracking, tracking_scans
from commerce.tables.loyalty import reading
from commerce.tables.people import consents, happenings, identities, members, merges, profiles
from commerce.tables.segments import segment_members, segments

_PAGE = 500


def rows(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, Sequence[Row[Any]]]:
    """By name: profiles, members, identities, merges, consents (all that was ever said), segments."""
    merged, said, there = merges.merges, consents.consents, segment_members
    named = select(segments.c.name, there.c.entered_at).join(
        segments, (segments.c.shop_id == there.c.shop_id) & (segments.c.id == there.c.segment_id)
    )
    known = identities.of_members(db, shop_id=shop_id, ids=ids)
    part = or_(merged.c.primary_id.in_(ids), merged.c.secondary_id.in_(ids))
    return {
        "profiles": list(profiles.by_ids(db, shop_id=shop_id, ids=ids).values()),
        "members": list(members.by_ids(db, shop_id=shop_id, ids=ids).values()),
        "identities": [row for found in known.values() for row in found],
        "merges": db.execute(select(merged).where(merged.c.shop_id == shop_id, part).order_by(merged.c.made_at)).all(),
        "consents": db.execute(
            select(said).where(said.c.shop_id == shop_id, said.c.member_id.in_(ids)).order_by(said.c.at)
        ).all(),
        "segments": db.execute(
            named.where(there.c.shop_id == shop_id, there.c.profile_id.in_(ids)).order_by(segments.c.name)
        ).all(),
    }


def suppressed(db: Connection, *, shop_id: int, addresses: Collection[str]) -> Sequence[Row[Any]]:
    """Which of these addresses are not written to."""
    table = consents.suppressions
    return db.execute(select(table).where(table.c.shop_id == shop_id, table.c.address.in_(addresses))).all()


def happened(db: Connection, *, shop_id: int, ids: Collection[str]) -> Iterator[Row[Any]]:
    """All that happened to these members, newest first."""
    before = None
    while page := happenings.of_members(db, shop_id=shop_id, ids=ids, limit=_PAGE, before=before):
        yield from page
        before = (page[-1].happened_at, page[-1].id)


def points(db: Connection, *, shop_id: int, ids: Collection[str]) -> Iterator[Row[Any]]:
    """All lines of the ledger of these members, newest first."""
    before = None
    while page := reading.entries(db, shop_id=shop_id, member_ids=ids, limit=_PAGE, before=before):
        yield from page
        before = page[-1].id


def parcels(db: Connection, *, shop_id: int, order_ids: Collection[str]) -> list[tuple[Row[Any], Sequence[Row[Any]]]]:
    """Parcels of these orders as their carriers tell of them, each with its scans."""
    table, scans = order_tracking.order_tracking, tracking_scans.scans
    chosen = (table.c.shop_id == shop_id, table.c.order_id.in_(order_ids))
    found = db.execute(select(table).where(*chosen).order_by(table.c.id)).all()
    lines = select(scans).order_by(*scans.primary_key.columns)
    return [(row, db.execute(lines.where(scans.c.tracking_id == row.id)).all()) for row in found]
