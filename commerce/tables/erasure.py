"""Erasing a customer, or a whole shop, in steps that may be repeated: what is erased already is passed over.

The books of the shop stay: orders with their amounts and lines, but nobody's name in them.
"""

import re
import secrets
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, tuple_, update

from commerce.rules.events import CUSTOMER, ORDER, PARCEL, SHIPMENT, SHOP
from commerce.rules.freshness import Version
from commerce.tables import connections, every, installs, labels, privacy, syncs, versions
from commerce.tables import parcel_erasure as parcels_on_the_way
from commerce.tables.customers import customers
from commerce.tables.effects import DONE, ERASE, FAILED, REREAD, WAITING, effects
from commerce.tables.inbox import ERASED, inbox
from commerce.tables.leases import leases
from commerce.tables.notifications import forgetting
from commerce.tables.order_steps import steps
from commerce.tables.orders import orders
from commerce.tables.outgoing import announcements
from commerce.tables.privacy import Subject
from commerce.tables.shipments import shipments
from commerce.tables.shops import ERASED as SHELL
from commerce.tables.shops import learn, new_key, shops
from commerce.tables.team import memberships, sessions
from commerce.vault import digest

NOTE = "Erased under privacy law."
_EMPTY = b"{}"
_SHORTEST_ID = 8  # characters of an id that no other number in a body is taken for
_READ_ONES = 200  # deliveries that are looked through in one step
# What stays to the end: the shop itself, the proof, and the right to erase it.
_KEPT = {shops.name, privacy.requests.name, installs.attempts.name, leases.name}
# What would not be there without the customer; amounts, lines and refunds stay.
_NOBODY: dict[str, Any] = {
    "customer_id": "",
    "member_id": "",
    "email": "",
    "phone": "",
    "phone_e164": "",
    "note": "",
    "tags": [],
    "billing": {},
    "delivery": {},
}


def erase_orders(db: Connection, *, shop_id: int, ids: Collection[str], now: datetime) -> "Counter[str]":
    """Take whoever placed these orders out of them, and out of what came in about them and their parcels."""
    chosen = and_(orders.c.shop_id == shop_id, orders.c.id.in_(ids))
    named = db.execute(update(orders).where(chosen).values(_NOBODY | {"saved_at": now})).rowcount
    for order_id, refunds in db.execute(select(orders.c.id, orders.c.refunds).where(chosen)).all():
        if any(refund["reason"] for refund in refunds):  # in the merchant's own words
            nameless = [refund | {"reason": ""} for refund in refunds]
            db.execute(update(orders).where(chosen, orders.c.id == order_id).values(refunds=nameless))
    of_them = and_(shipments.c.shop_id == shop_id, shipments.c.order_id.in_(ids))
    parcels = set(db.execute(select(shipments.c.id).where(of_them)).scalars())
    emptied = _empty_objects(db, shop_id, ORDER, ids) + _empty_objects(db, shop_id, SHIPMENT, parcels)
    _empty_effects(db, shop_id, ORDER, ids)
    _empty_effects(db, shop_id, SHIPMENT, parcels)
    emptied += _empty_objects(db, shop_id, PARCEL, parcels_on_the_way.erase(db, shop_id=shop_id, order_ids=ids))
    labels.erase(db, shop_id=shop_id, order_ids=ids)
    steps.erase(db, shop_id=shop_id, order_ids=ids)
    forgetting.erase_orders(db, shop_id=shop_id, order_ids=ids)
    announcements.erase_orders(db, shop_id=shop_id, order_ids=ids)
    return Counter(orders=named, deliveries=emptied)


def erase_customers(
    db: Connection, *, shop_id: int, ids: Collection[str], now: datetime, final: bool = True
) -> "Counter[str]":
    """Delete customers, and empty what came in about them. `final`: no late delivery brings them back."""
    keys = {(CUSTOMER, customer_id) for customer_id in ids} if final else set()
    known = versions.known(db, shop_id=shop_id, keys=keys)
    gone = {key: _gone(known.get(key), now) for key in keys}
    versions.save(db, shop_id=shop_id, changed=gone, now=now)
    deleted = db.execute(delete(customers).where(customers.c.shop_id == shop_id, customers.c.id.in_(ids))).rowcount
    emptied = _empty_objects(db, shop_id, CUSTOMER, ids)
    waiting = and_(_effects_of(shop_id, CUSTOMER, ids), effects.c.state == WAITING)
    db.execute(update(effects).where(waiting).values(state=DONE, reason=NOTE, error="", finished_at=now))
    _empty_effects(db, shop_id, CUSTOMER, ids)
    privacy.blank_fulfilled(db, shop_id=shop_id, about=ids)
    return Counter(customers=deleted, deliveries=emptied)


def _gone(known: Version | None, now: datetime) -> Version:
    before = known or Version()
    return Version(updated_at=before.updated_at, tiebreak=before.tiebreak, deleted_at=now, final=True)


def _empty_objects(db: Connection, shop_id: int, kind: str, ids: Collection[str]) -> int:
    if not ids:
        return 0
    return _empty(db, and_(inbox.c.shop_id == shop_id, inbox.c.kind == kind, inbox.c.object_id.in_(ids)))


def empty_deliveries(db: Connection, *, shop_id: int, ids: Collection[int]) -> int:
    """Erase what these deliveries said; gives how many still said something."""
    return _empty(db, and_(inbox.c.shop_id == shop_id, inbox.c.id.in_(ids))) if ids else 0


def _empty(db: Connection, chosen: Any) -> int:
    nothing = {"body": _EMPTY, "headers": {}, "note": NOTE, "error": "", "traceback": "", "state": ERASED}
    return db.execute(update(inbox).where(chosen, inbox.c.state != ERASED).values(nothing)).rowcount


def _effects_of(shop_id: int, kind: str, ids: Collection[str]) -> Any:
    return and_(effects.c.shop_id == shop_id, effects.c.object_kind == kind, effects.c.object_id.in_(ids))


def _empty_effects(db: Connection, shop_id: int, kind: str, ids: Collection[str]) -> None:
    """What finished effects were about. Those of orders that wait are still to be carried out."""
    if ids:
        finished = and_(_effects_of(shop_id, kind, ids), effects.c.state.in_((DONE, FAILED)))
        db.execute(update(effects).where(finished, effects.c.kind != REREAD).values(detail=None, error="", reason=NOTE))


def undecided(db: Connection, *, shop_id: int, before: int | None) -> bool:
    """Whether a delivery that came in before this one has not been applied yet: whom it is about is not known.

    Never where the merchant asked here (None): who is erased is known then, and kept out from that moment.
    """
    if before is None:
        return False
    query = select(inbox.c.id).where(inbox.c.shop_id == shop_id, inbox.c.state == "waiting", inbox.c.id < before)
    return db.execute(query.limit(1)).first() is not None


def mentions(db: Connection, *, shop_id: int, subject: Subject, after: int) -> tuple[list[int], int | None]:
    """Deliveries that led to no object (broken, unused, requests under privacy law) and name the subject.

    Looks through some rows behind `after`; gives the ids found, and where to go on, None at the end.
    """
    query = select(inbox.c.id, inbox.c.body, inbox.c.state, inbox.c.kind, inbox.c.object_id)
    query = query.where(inbox.c.shop_id == shop_id, inbox.c.kind.in_(("", SHOP)), inbox.c.id > after)
    rows = db.execute(query.order_by(inbox.c.id).limit(_READ_ONES)).all()
    pattern = _names(subject)
    found = [
        row.id
        for row in rows
        if row.state not in ("waiting", ERASED)
        and (
            (row.kind == SHOP and row.object_id in subject.customer_ids)
            or (pattern is not None and pattern.search(row.body))
        )
    ]
    return found, rows[-1].id if len(rows) == _READ_ONES else None


def _names(subject: Subject) -> "re.Pattern[bytes] | None":
    """What a body that is about the subject holds: a mail address, a phone number, a long id."""
    ids = [one for one in (*subject.customer_ids, *subject.order_ids) if len(one) >= _SHORTEST_ID]
    words = [re.escape(one.encode()) for one in (*subject.emails, *subject.phones)]
    numbers = [rb"(?<!\d)" + re.escape(one.encode()) + rb"(?!\d)" for one in ids]
    return re.compile(b"|".join([*words, *numbers]), re.IGNORECASE) if words or numbers else None


def erase_shop(db: Connection, *, shop_id: int, limit: int) -> "Counter[str]":
    """Delete some of what is stored of the shop; nothing where nothing is left. Every table that has shops counts."""
    for table in every.tables:
        if table.name in _KEPT or "shop_id" not in table.c:
            continue
        chosen = _of_shop(table, shop_id)
        keys = tuple_(*table.primary_key.columns)
        some = select(*table.primary_key.columns).where(chosen).limit(limit)
        deleted = db.execute(delete(table).where(chosen, keys.in_(some))).rowcount
        if deleted:
            return Counter({str(table.name): deleted})
    return Counter()


def _of_shop(table: Any, shop_id: int) -> Any:
    """The table's rows of the shop, but for those that ask for the erasing itself."""
    chosen = table.c.shop_id == shop_id
    return and_(chosen, effects.c.kind != ERASE) if table is effects else chosen


def close_shop(db: Connection, *, shop_id: int) -> None:
    """The last of it: attempts to install, leases of others, and what effects were about."""
    domain = select(shops.c.domain).where(shops.c.id == shop_id).scalar_subquery()
    attempts = installs.attempts
    db.execute(delete(attempts).where(or_(attempts.c.shop_id == shop_id, attempts.c.domain == domain)))
    db.execute(delete(leases).where(leases.c.shop_id == shop_id, leases.c.kind != ERASE))
    db.execute(update(effects).where(effects.c.shop_id == shop_id).values(detail=None, reason="", error=""))


def empty_shop(db: Connection, *, shop_id: int) -> None:
    """Leave of a shop only where it was and that it was: its keys fit no more.

    With another key, whoever is still signed in to what was erased does not see what the next owner brings.
    """
    values = {
        "key": new_key(),
        "state": SHELL,
        "name": shops.c.domain,
        "currency": None,
        "timezone": "",
        "locale": "",
        "email": "",
        "api_key_hash": digest(secrets.token_urlsafe(32)),
        "publishable_key": f"pk_{secrets.token_urlsafe(18)}",
        "webhook_secret_sealed": "",
        "webhook_secret_previous_sealed": "",
        "people_key_sealed": "",
        "clock_at": None,
        "clock_disorder": 0.0,
        "clock_seen": 0,
        "last_ping_at": None,
        "pages_version": shops.c.pages_version + 1,
    }
    learn(db, shop_id, **values)
    for table in (sessions.session_shops, memberships.memberships, memberships.invitations):
        db.execute(delete(table).where(table.c.shop_id == shop_id))


def is_back(db: Connection, *, shop_id: int, since: datetime) -> bool:
    """Whether the app is installed again: the shop let us in after that time, and did not refuse us since."""
    table = connections.connections
    chosen = (table.c.shop_id == shop_id, table.c.state == connections.CONNECTED)
    row = db.execute(select(table.c.installed_at, table.c.refreshed_at).where(*chosen)).one_or_none()
    if row is None:
        return False
    walk = syncs.last_done(db, shop_id=shop_id, kinds=(syncs.IMPORT, syncs.CHANGES, syncs.COMPARE))
    let_in = (row.installed_at, row.refreshed_at, walk.started_at if walk is not None else None)
    return any(at is not None and at > since for at in let_in)
