"""The shop's loyalty programme: its rules over time, and since when orders count."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Row, Table, Text, select, update

from commerce.rules.loyalty.entries import ENDED
from commerce.rules.loyalty.programmes import Course, Programme, Version
from commerce.rules.loyalty.written import as_json, course_as_json, read, read_course
from commerce.tables.columns import BigId, Json, Moment, metadata, upsert
from commerce.tables.loyalty.ledger import batches

# `rules`: {"written": as last saved, "versions": by the time from which they held, oldest first}.
programmes = Table(
    "loyalty_programmes",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("rules", Json, nullable=False),
    Column("since", Moment),  # orders placed from then on earn points
    Column("settled_to", Text),  # the member up to which a walk through all of them has come; None: none is under way
    Column("saved_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A programme as it is saved. `course` is None until it is switched on for the first time."""

    written: Programme
    is_on: bool
    course: Course | None
    settled_to: str | None
    saved_at: datetime

    @property
    def holds(self) -> Programme | None:
        """The rules that hold now; None where it is off."""
        return self.course.now if self.course is not None else None


def of(db: Connection, *, shop_id: int) -> Chosen | None:
    """The shop's programme; None where none was ever saved."""
    row = db.execute(select(programmes).where(programmes.c.shop_id == shop_id)).one_or_none()
    return _chosen(row) if row is not None else None


def _chosen(row: Row[Any]) -> Chosen:
    versions = row.rules["versions"]
    course = read_course(versions, since=row.since) if versions and row.since is not None else None
    return Chosen(
        written=read(row.rules["written"]),
        is_on=row.is_on,
        course=course,
        settled_to=row.settled_to,
        saved_at=row.saved_at,
    )


def save(
    db: Connection,
    *,
    shop_id: int,
    programme: Programme,
    is_on: bool,
    now: datetime,
    since: datetime | None = None,
) -> Chosen:
    """Store the programme, which holds from now on; orders of before keep what the rules of their day gave.

    `since`: from when on orders count, where that is to change; at first it is now. Where it reaches further back, the
    programme is switched on, or levels change, a walk through all customers brings all in line (jobs.loyalty).
    """
    before = of(db, shop_id=shop_id)
    course = before.course if before is not None else None
    versions = _versions(course.versions if course is not None else (), programme if is_on else None, now)
    begins = since or (course.since if course is not None else now if is_on else None)
    row = {
        "shop_id": shop_id,
        "is_on": is_on,
        "rules": {"written": as_json(programme), "versions": course_as_json(versions)},
        "since": begins,
        "settled_to": before.settled_to if before is not None else None,
        "saved_at": now,
    }
    if is_on and (course is None or course.now is None or (begins is not None and begins != course.since)):
        row["settled_to"] = ""
    if _levels(course.now if course is not None else None) != _levels(programme if is_on else None):
        row["settled_to"] = ""  # who has which level is kept with each customer
    upsert(db, programmes, [row])
    if is_on and course is not None and (course.now is None or course.now.expiry != programme.expiry):
        _begin_periods(db, shop_id, programme, now)
    saved = of(db, shop_id=shop_id)
    assert saved is not None
    return saved


def _levels(programme: Programme | None) -> Any:
    return (programme.tiers_by, programme.tiers) if programme is not None and programme.tiers else None


def _versions(before: Sequence[Version], programme: Programme | None, now: datetime) -> list[Version]:
    """The versions with what holds from now on. Rewards are bought at the present price, and make no version."""
    versions = list(before)
    if not versions and programme is None:
        return []
    last = versions[-1] if versions else None
    if last is not None and last.programme is not None and programme is not None:
        if replace(last.programme, rewards=()) == replace(programme, rewards=()):
            return [*versions[:-1], replace(last, programme=programme)]
    elif last is not None and last.programme is None and programme is None:
        return versions
    return [*(one for one in versions if one.begins < now), Version(begins=now, programme=programme)]


def _begin_periods(db: Connection, shop_id: int, programme: Programme, now: datetime) -> None:
    """Another rule for expiry gives all points that are there a full period, of which nobody was warned yet."""
    ends = programme.expiry.ends(now) if programme.expiry is not None else None
    there = (batches.c.shop_id == shop_id, batches.c.state != ENDED)
    db.execute(update(batches).where(*there).values(expires_at=ends, warned_at=None))


def walking(db: Connection) -> set[int]:
    """Shops whose customers are being walked through."""
    return set(db.execute(select(programmes.c.shop_id).where(programmes.c.settled_to.is_not(None))).scalars())


def walked(db: Connection, *, shop_id: int, settled_to: str | None) -> None:
    """The walk has come so far; None: to the end."""
    db.execute(update(programmes).where(programmes.c.shop_id == shop_id).values(settled_to=settled_to))
