"""Erasing a person, beside their accounts and orders: members with all that belongs to them, in no table a trace."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, or_, select, update

from commerce.rules.events import CUSTOMER
from commerce.tables import effects, idempotency, privacy
from commerce.tables.loyalty import anonymous
from commerce.tables.notifications import forgetting
from commerce.tables.outgoing import announcements
from commerce.tables.people import accesses, consents, happenings, identities, members, merges, profiles, whole
from commerce.tables.privacy import Subject

NOTE = "Erased under privacy law."
_LOYALTY = "loyalty"  # what a call is about where the shop has no account of the customer
_OF_MEMBERS = (consents.consents, happenings.happenings, identities.identities)
_ANSWERS = 200  # that are looked through in one step


def erase(db: Connection, *, shop_id: int, subject: Subject, now: datetime) -> None:
    """Delete all that is known of these members; what they bought stays without them, and so do the ledger's sums."""
    ids = subject.member_ids
    _suppressions(db, shop_id, subject)
    for table in _OF_MEMBERS:
        _delete(db, table, shop_id, table.c.member_id.in_(ids))
    table = merges.merges
    _delete(db, table, shop_id, or_(table.c.primary_id.in_(ids), table.c.secondary_id.in_(ids)))
    _delete(db, merges.apart, shop_id, or_(merges.apart.c.one.in_(ids), merges.apart.c.other.in_(ids)))
    _delete(db, accesses.accesses, shop_id, accesses.accesses.c.profile_id.in_(ids))
    anonymous.erase(db, shop_id=shop_id, member_ids=ids, now=now)
    _effects(db, shop_id, subject, now)
    forgetting.erase_person(db, shop_id=shop_id, subject=subject)
    announcements.erase_persons(db, shop_id=shop_id, member_ids=ids, account_ids=subject.customer_ids)
    privacy.close_exports(db, shop_id=shop_id, subject=subject, now=now)
    profiles.remove(db, shop_id=shop_id, ids=ids)
    members.remove(db, shop_id=shop_id, ids=ids)


def _delete(db: Connection, table: Table, shop_id: int, chosen: Any) -> None:
    db.execute(delete(table).where(table.c.shop_id == shop_id, chosen))


def _suppressions(db: Connection, shop_id: int, subject: Subject) -> None:
    """Those of addresses that nobody else has."""
    told = {*subject.emails, *subject.phones}
    theirs = told - whole.of_others(db, shop_id=shop_id, values=told, but=subject.member_ids)
    _delete(db, consents.suppressions, shop_id, consents.suppressions.c.address.in_(theirs))


def _effects(db: Connection, shop_id: int, subject: Subject, now: datetime) -> None:
    """What was to be done for them is not done any more; nothing says what was."""
    table = effects.effects
    of_account = and_(table.c.object_kind == CUSTOMER, table.c.object_id.in_(subject.customer_ids))
    of_guest = and_(table.c.object_kind == _LOYALTY, table.c.object_id.in_(subject.member_ids))
    theirs = (table.c.shop_id == shop_id, or_(of_account, of_guest), table.c.kind == effects.CALL)
    waiting = update(table).where(*theirs, table.c.state == effects.WAITING)
    db.execute(waiting.values(state=effects.DONE, finished_at=now))
    db.execute(update(table).where(*theirs).values(detail=None, error="", reason=NOTE))


def forget_answers(db: Connection, *, shop_id: int, subject: Subject, after: str) -> str | None:
    """Delete stored answers of the API that name them, of some behind that key. Gives where to go on."""
    table = idempotency.answers
    query = select(table.c.key, table.c.body).where(table.c.shop_id == shop_id, table.c.key > after)
    rows = db.execute(query.order_by(table.c.key).limit(_ANSWERS)).all()
    pattern = _naming(subject)
    found = [row.key for row in rows if pattern is not None and pattern.search(row.body)]
    _delete(db, table, shop_id, table.c.key.in_(found))
    return rows[-1].key if len(rows) == _ANSWERS else None


def _naming(subject: Subject) -> "re.Pattern[bytes] | None":
    """What an answer about them holds: an address, or an id where customers' ids stand."""
    words = [re.escape(one.encode()) for one in (*subject.emails, *subject.phones)]
    ids = b"|".join(re.escape(one.encode()) for one in (*subject.member_ids, *subject.customer_ids))
    if ids:
        words.append(rb'"(?:\w*id|primary|secondary)"\s*:\s*"(?:' + ids + rb')"')
    return re.compile(b"|".join(words), re.IGNORECASE) if words else None
