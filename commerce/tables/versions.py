"""How old what we know of each object is, and which objects are deleted."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Table, Text, delete, or_, select, tuple_, update

from commerce.rules.freshness import Version
from commerce.tables.columns import BigId, Json, Moment, metadata, upsert

versions = Table(
    "versions",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("object_id", Text, primary_key=True),
    Column("updated_at", Moment),
    Column("triggered_at", Moment),
    Column("tiebreak", Json, nullable=False),
    Column("digest", Text, nullable=False),
    Column("deleted_at", Moment),
    Column("deleted_after", Moment),
    Column("restored", Boolean, nullable=False),
    Column("final", Boolean, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("checked_at", Moment),
)

Key = tuple[str, str]
_CHUNK = 400  # keys per query: SQLite takes 32,766 variables, PostgreSQL plans short lists better


def known(db: Connection, *, shop_id: int, keys: Collection[Key]) -> dict[Key, Version]:
    """The versions of these (kind, object id)s, as far as there are any."""
    found: dict[Key, Version] = {}
    ordered = list(keys)
    for start in range(0, len(ordered), _CHUNK):
        chosen = tuple_(versions.c.kind, versions.c.object_id).in_(ordered[start : start + _CHUNK])
        for row in db.execute(select(versions).where(versions.c.shop_id == shop_id, chosen)):
            found[row.kind, row.object_id] = Version(
                updated_at=row.updated_at,
                triggered_at=row.triggered_at,
                tiebreak=tuple(row.tiebreak),
                digest=row.digest,
                deleted_at=row.deleted_at,
                deleted_after=row.deleted_after,
                restored=row.restored,
                final=row.final,
                seen_at=row.seen_at,
            )
    return found


def save(db: Connection, *, shop_id: int, changed: Mapping[Key, Version], now: datetime) -> None:
    """Store versions, in one statement."""
    rows = [
        {
            "shop_id": shop_id,
            "kind": kind,
            "object_id": object_id,
            "updated_at": version.updated_at,
            "triggered_at": version.triggered_at,
            "tiebreak": list(version.tiebreak),
            "digest": version.digest,
            "deleted_at": version.deleted_at,
            "deleted_after": version.deleted_after,
            "restored": version.restored,
            "final": version.final,
            "seen_at": now,
            "checked_at": None,
        }
        for (kind, object_id), version in changed.items()
    ]
    upsert(db, versions, rows, keep=["checked_at"])


def mark_checked(db: Connection, *, shop_id: int, keys: Collection[Key], at: datetime) -> None:
    """A walk through the shop came across these objects."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), _CHUNK):
        chosen = tuple_(versions.c.kind, versions.c.object_id).in_(ordered[start : start + _CHUNK])
        db.execute(update(versions).where(versions.c.shop_id == shop_id, chosen).values(checked_at=at))


def checked_after(db: Connection, *, shop_id: int, keys: Collection[Key], at: datetime) -> set[Key]:
    """Those of the objects that were read from the shop later than that already: what was read then is outdated."""
    found: set[Key] = set()
    ordered = sorted(keys)
    for start in range(0, len(ordered), _CHUNK):
        chosen = tuple_(versions.c.kind, versions.c.object_id).in_(ordered[start : start + _CHUNK])
        query = select(versions.c.kind, versions.c.object_id).where(versions.c.shop_id == shop_id, chosen)
        found.update((kind, object_id) for kind, object_id in db.execute(query.where(versions.c.checked_at > at)))
    return found


def unchecked(db: Connection, *, shop_id: int, kinds: Collection[str], since: datetime, limit: int) -> list[Key]:
    """Objects of these kinds that are here, and that no walk came across since then, nor any delivery."""
    query = select(versions.c.kind, versions.c.object_id).where(
        versions.c.shop_id == shop_id,
        versions.c.kind.in_(kinds),
        versions.c.deleted_at.is_(None),
        versions.c.seen_at < since,
        or_(versions.c.checked_at.is_(None), versions.c.checked_at < since),
    )
    return [(kind, object_id) for kind, object_id in db.execute(query.limit(limit))]


def forget_digests(db: Connection, *, shop_id: int, kind: str) -> None:
    """What these objects' facts were read from is to be read again, though it is no newer."""
    chosen = (versions.c.shop_id == shop_id, versions.c.kind == kind, versions.c.deleted_at.is_(None))
    db.execute(update(versions).where(*chosen).values(digest=""))


def buried(db: Connection, *, shop_id: int, kind: str) -> list[str]:
    """Objects of that kind that were deleted for good."""
    chosen = (versions.c.shop_id == shop_id, versions.c.kind == kind, versions.c.final)
    return list(db.execute(select(versions.c.object_id).where(*chosen)).scalars())


def forget(db: Connection, *, shop_id: int, keys: Collection[Key]) -> None:
    """Know nothing any more of how old these are: whatever is told next counts."""
    if keys:
        chosen = tuple_(versions.c.kind, versions.c.object_id).in_(list(keys))
        db.execute(delete(versions).where(versions.c.shop_id == shop_id, chosen))
