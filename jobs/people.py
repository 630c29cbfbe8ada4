"""Persons of shops that were there before persons were, or that have another currency now: worked out once from what
is stored.

What comes in meanwhile is worked out at once, as always; a member that is there already is left as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from commerce.database import Connection
from commerce.mirror import people
from commerce.mirror.people import People
from commerce.tables import shops
from commerce.tables.loyalty import purses
from commerce.tables.people import turns, unbuilt
from commerce.tables.shops import Shop
from integrations.platforms.phones import of_contact
from jobs import queues
from jobs.job import Lease, LeaseLost, job, lease, utc_now
from jobs.process import Process, current

LEASE = "people"
CHUNK = 200  # accounts or orders in one transaction

_log = structlog.get_logger(__name__)


@job(queue=queues.BULK, timeout=900)
def build_people() -> None:
    """Work out the persons of the shops where that was never done."""
    process = current()
    with process.database.read() as db:
        waiting = unbuilt.shops_without(db)
    for shop_id in waiting:
        with lease(shop_id=shop_id, kind=LEASE) as held:
            if held is not None:
                _build(process, held)


def _build(process: Process, held: Lease) -> None:
    try:
        accounts = _work_through(process, held, unbuilt.accounts, _take_accounts)
        orders = _work_through(process, held, unbuilt.unowned, _take_orders)
        _work_through(process, held, purses.next_members, _take_members)
        with process.database.write() as db:
            held.keep(db)
            shops.learn(db, held.shop_id, people_built_at=utc_now())
    except LeaseLost:
        _log.warning("lease.lost", kind=LEASE)
        return
    _log.info("people.built", shop_id=held.shop_id, accounts=accounts, orders=orders)


def _work_through(process: Process, held: Lease, read: Any, take: Any) -> int:
    """Take chunk after chunk in the order of ids; gives how many rows there were."""
    done, after = 0, ""
    while True:
        with process.database.write() as db:
            held.keep(db)
            turns.take(db, held.shop_id)
            shop = shops.by_id(db, process.vault, held.shop_id)
            rows = read(db, shop_id=held.shop_id, after=after, limit=CHUNK) if shop is not None else []
            if shop is None or not rows:
                return done
            take(db, shop, rows, utc_now())
        done, after = done + len(rows), rows[-1].id
        process.database.give_way()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contact:
    """By what an order or account is known."""

    id: str
    customer_id: str
    email: str
    phone_e164: str


def _take_accounts(db: Connection, shop: Shop, rows: Sequence[Any], now: datetime) -> None:
    found = [_contact(row, row.id, [*row.addresses]) for row in rows]
    unbuilt.number_accounts(db, shop_id=shop.id, phones={one.id: one.phone_e164 for one in found})
    told = People(db, shop, now)
    told.accounts(found)
    told.finish(shop)


def _take_orders(db: Connection, shop: Shop, rows: Sequence[Any], now: datetime) -> None:
    found = [_contact(row, row.customer_id, [row.billing, row.delivery]) for row in rows]
    told = People(db, shop, now)
    owners = told.of_orders(found)
    unbuilt.own_orders(db, shop_id=shop.id, owners=owners, phones={one.id: one.phone_e164 for one in found})
    told.finish(shop)


def _take_members(db: Connection, shop: Shop, rows: Sequence[Any], now: datetime) -> None:
    """Points and profiles of those who were there already: amounts count in the shop's currency of now."""
    people.settle(db, shop, {row.id for row in rows}, moved=(), now=now, silently=True)


def _contact(row: Any, customer_id: str, addresses: Sequence[Any]) -> _Contact:
    phone = of_contact(row.phone, addresses)
    return _Contact(id=row.id, customer_id=customer_id, email=row.email, phone_e164=phone)
