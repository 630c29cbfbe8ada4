"""The lines that carriers told of parcels, each once, and when we learned of it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Index, Row, Table, Text, delete, select

from commerce.rules.tracking import Place, Scan
from commerce.tables.columns import BigId, Moment, insert, metadata, storable

POLL, PUSH, SHOP = "poll", "push", "shop"

scans = Table(
    "tracking_scans",
    metadata,
    Column("tracking_id", BigId, ForeignKey("order_tracking.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("local", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("sub_status", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("province", Text, nullable=False),
    Column("postcode", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("at_destination", Boolean, nullable=False),
    Column("guessed", Boolean, nullable=False),
    Column("way", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index("ix_tracking_scans_seen", "shop_id", "seen_at"),
)


def add(db: Connection, *, shop_id: int, found: Sequence[tuple[int, Scan]], way: str, now: datetime) -> None:
    """Store lines of parcels (id, line); those that are there stay as they are."""
    rows = [_row(shop_id, tracking_id, scan, way, now) for tracking_id, scan in found]
    if rows:
        statement = insert(db, scans).on_conflict_do_nothing(index_elements=["tracking_id", "key"])
        db.execute(statement, sorted(rows, key=lambda row: (row["tracking_id"], row["key"])))


def _row(shop_id: int, tracking_id: int, scan: Scan, way: str, now: datetime) -> dict[str, Any]:
    return {
        "tracking_id": tracking_id,
        "key": scan.key,
        "shop_id": shop_id,
        "at": scan.at,
        "local": scan.local,
        "zone": scan.zone,
        "status": scan.status,
        "sub_status": storable(scan.sub_status, 100),
        "code": storable(scan.code, 100),
        "text": storable(scan.text, 500),
        "city": storable(scan.place.city, 100),
        "province": storable(scan.place.province, 100),
        "postcode": storable(scan.place.postcode, 30),
        "country": storable(scan.place.country, 2),
        "at_destination": scan.at_destination,
        "guessed": scan.guessed,
        "way": way,
        "seen_at": now,
    }


def keys(db: Connection, ids: Collection[int]) -> dict[int, set[str]]:
    """The keys of the lines of these parcels."""
    found: dict[int, set[str]] = defaultdict(set)
    if ids:
        for tracking_id, key in db.execute(
            select(scans.c.tracking_id, scans.c.key).where(scans.c.tracking_id.in_(ids))
        ):
            found[tracking_id].add(key)
    return found


def of_parcels(db: Connection, ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    """The lines of these parcels, newest first, in one query."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    if ids:
        query = select(scans).where(scans.c.tracking_id.in_(ids)).order_by(scans.c.at.desc(), scans.c.key)
        for row in db.execute(query):
            found[row.tracking_id].append(row)
    return found


def scan(row: Row[Any]) -> Scan:
    """A stored line as a fact."""
    place = Place(city=row.city, province=row.province, postcode=row.postcode, country=row.country)
    names = ("at", "local", "zone", "status", "sub_status", "code", "text", "at_destination", "guessed")
    return Scan(place=place, **{name: getattr(row, name) for name in names})


def forget_of(db: Connection, tracking_id: int) -> None:
    """Delete the lines of a parcel."""
    db.execute(delete(scans).where(scans.c.tracking_id == tracking_id))
