"""Many customers put in or changed at once: each for itself, what follows from them together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from commerce.mirror import changes, people
from commerce.mirror.changes import Said
from commerce.tables.people import members
from commerce.tables.shops import Shop

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A customer to change, or with `root` "" to put in."""

    root: str
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A row that was written, and whose it is."""

    member: str
    is_new: bool


def write(db: Connection, shop: Shop, wanted: Wanted, *, made_by: str, now: datetime) -> Written:
    """Write one of them, within a savepoint so that one that breaks leaves the others alone; `settle` follows.

    Raises Taken, and erasing.KeptOut.
    """
    with db.begin_nested():
        changes.refuse(db, shop, wanted.said, own_root=wanted.root)
        member = wanted.root or members.add_own(db, shop_id=shop.id, now=now)
        changes.write(db, shop, member, wanted.said, made_by=made_by, now=now)
    return Written(member=member, is_new=not wanted.root)


def settle(db: Connection, shop: Shop, written: Iterable[Written], *, now: datetime) -> list[tuple[str, str]]:
    """Work out what follows from them: for each that was written (id of the profile, what came of it)."""
    there: Sequence[Written] = list(written)
    changed = set(people.settle(db, shop, sorted({one.member for one in there}), now=now))
    found = members.by_ids(db, shop_id=shop.id, ids={one.member for one in there})
    told = []
    for one in there:
        root = found[one.member].root
        told.append((root, CREATED if one.is_new else UPDATED if root in changed else UNCHANGED))
    return told
