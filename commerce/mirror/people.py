"""Persons out of accounts and orders: whose an order is, who is one person, what is known of them.

Everything here is worked out from what is stored, so it ends the same in whatever order things came in.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from commerce.mirror import joins, points, portraits, segments
from commerce.mirror.gate import Gate
from commerce.rules.events import CUSTOMER
from commerce.rules.people import keys
from commerce.rules.people.keys import EMAIL, PHONE
from commerce.tables import versions
from commerce.tables.people import bought, identities, members, turns
from commerce.tables.shops import Shop


class Contact(Protocol):
    """An account as far as it says by what it is known."""

    @property
    def id(self) -> str:
        """The platform's id."""

    @property
    def email(self) -> str:
        """The mail address as it was told."""

    @property
    def phone_e164(self) -> str:
        """The phone as it is compared."""


class Placed(Contact, Protocol):
    """An order as far as it says whose it is."""

    @property
    def customer_id(self) -> str:
        """The account it was placed with, "" for a guest."""


class People:
    """The members that a batch touches. They are written with what touches them, persons once at the end."""

    def __init__(self, db: Connection, shop: Shop, now: datetime, gate: Gate | None = None) -> None:
        self._db, self._shop, self._now = db, shop, now
        self._gate = gate or Gate(db, shop)
        self._touched: set[str] = set()
        self._recount: set[str] = set()
        self._moved: set[str] = set()  # those who may stand under somebody else now
        self.is_live = False  # whether anything of the batch happened just now
        self._alive: dict[str, bool] = {}  # accounts of this batch, whose versions are written at its end

    def lives(self, account_id: str, *, alive: bool) -> None:
        """What is known by now of whether the platform has this account."""
        self._alive[account_id] = alive

    def of_orders(self, facts: Sequence[Placed]) -> dict[str, str]:
        """The members whose these orders are, made where they are new: order to member. Before orders are written."""
        deleted = self._deleted({fact.customer_id for fact in facts} - {""})
        wanted = {
            fact.id: keys.of_order(
                customer_id=fact.customer_id, email=fact.email, phone=fact.phone_e164, deleted=deleted
            )
            for fact in facts
        }
        wanted |= {order: "" for order in wanted if self._gate.is_nobodys(order)}
        found = self._ensure(set(wanted.values()) - {""})
        self._buy(bought.members_of(self._db, shop_id=self._shop.id, ids=list(wanted)))
        owners = {order: found[key] for order, key in wanted.items() if key in found}
        self._buy(owners.values())
        return owners

    def orders_changed(self, order_ids: Collection[str]) -> None:
        """Something of these orders changed that is told apart from them, or they are about to be deleted."""
        self._buy(bought.members_of(self._db, shop_id=self._shop.id, ids=order_ids))

    def accounts(self, facts: Sequence[Contact]) -> None:
        """These accounts were written; one that was deleted before has its orders again."""
        found = self._ensure({keys.of_account(fact.id) for fact in facts})
        known = {found[key]: _addresses(fact) for fact in facts if (key := keys.of_account(fact.id)) in found}
        self._identify(known)
        former = [
            row.key.partition(":")[2]
            for row in members.by_ids(self._db, shop_id=self._shop.id, ids=list(known)).values()
            if row.kind == keys.FORMER
        ]
        if former:
            self._set_kind(former, keys.ACCOUNT)
            self._move_orders(former, deleted=())
        self._touched.update(known)

    def was_known_by(self, facts: Sequence[Contact]) -> None:
        """These tellings came too late to change their accounts; they tell by what the accounts were known."""
        found = members.by_keys(self._db, shop_id=self._shop.id, keys=[keys.of_account(fact.id) for fact in facts])
        known: dict[str, list[tuple[str, str]]] = {}
        for fact in facts:
            if keys.of_account(fact.id) in found:
                known.setdefault(found[keys.of_account(fact.id)], []).extend(_addresses(fact))
        identities.add(self._db, shop_id=self._shop.id, known=known, now=self._now, current=False)
        self._touched.update(known)
        self._moved.update(known)

    def details(self, account_ids: Iterable[str], *, moved: bool = False) -> None:
        """Tags, consents or totals of these accounts changed; `moved`: one of them was put into the other."""
        wanted = [keys.of_account(one) for one in account_ids]
        if not wanted:
            return
        found = members.by_keys(self._db, shop_id=self._shop.id, keys=wanted).values()
        self._touched.update(found)
        if moved:
            self._moved.update(found)

    def _bury(self, account_ids: Collection[str]) -> None:
        """The platform deleted these accounts: what was bought with them is a guest's from now on."""
        if not account_ids:
            return
        found = members.by_keys(self._db, shop_id=self._shop.id, keys=[keys.of_account(one) for one in account_ids])
        self._set_kind(account_ids, keys.FORMER)
        alone = set(account_ids) - self._merged(account_ids)
        self._move_orders(alone, deleted=alone)
        self._buy(found.values())

    def finish(self, shop: Shop) -> list[str]:
        """Work out the persons that were touched; gives the profiles that look different now, or are gone.

        `shop` as it is known by now: its currency may have been told on the way.
        """
        self._bury([account for account, alive in self._alive.items() if not alive])
        if not self._touched:
            return []
        self._moved |= members.recount(self._db, shop_id=self._shop.id, ids=self._recount)
        touched, moved = self._touched, self._moved
        self._touched, self._recount, self._moved = set(), set(), set()
        return settle(self._db, shop, touched, moved=moved, now=self._now, silently=not self.is_live)

    def _ensure(self, wanted: Collection[str]) -> dict[str, str]:
        allowed = set(wanted) - self._gate.blocked(wanted)
        known = members.by_keys(self._db, shop_id=self._shop.id, keys=allowed)
        missing = allowed - known.keys()
        if not missing:
            return known
        made = members.ensure(self._db, shop_id=self._shop.id, keys=missing, now=self._now)
        guests = {made[key]: [(EMAIL, key[6:])] for key in made if key.startswith("email:")}
        identities.add(self._db, shop_id=self._shop.id, known=guests, now=self._now, current=False)
        self._moved.update(made.values())
        return known | made

    def _identify(self, known: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """Note by what these accounts are known, where that is something else than before."""
        stored = identities.of_members(self._db, shop_id=self._shop.id, ids=list(known))
        addresses = (EMAIL, PHONE)
        differing = {
            member: pairs
            for member, pairs in known.items()
            if {(row.kind, row.value) for row in stored[member] if row.is_current and row.kind in addresses}
            != {pair for pair in pairs if pair[1]}
        }
        if differing:
            identities.add(self._db, shop_id=self._shop.id, known=differing, now=self._now)
            self._moved.update(differing)

    def _buy(self, ids: Iterable[str]) -> None:
        found = set(ids)
        self._touched |= found
        self._recount |= found

    def _deleted(self, account_ids: Collection[str]) -> set[str]:
        wanted = {(CUSTOMER, one) for one in account_ids}
        known = versions.known(self._db, shop_id=self._shop.id, keys=wanted) if wanted else {}
        deleted = {account: version.deleted_at is not None for (_, account), version in known.items()}
        gone = {account for account, gone in deleted.items() if gone and not self._alive.get(account)} | {
            account for account in account_ids if self._alive.get(account) is False
        }
        return gone - self._merged(gone) if gone else gone

    def _merged(self, account_ids: Collection[str]) -> set[str]:
        """Those of these accounts that went into another one: what was bought with them stays theirs."""
        wanted = {keys.of_account(one): one for one in account_ids}
        found = members.by_keys(self._db, shop_id=self._shop.id, keys=wanted)
        rows = members.by_ids(self._db, shop_id=self._shop.id, ids=list(found.values()))
        return {wanted[row.key] for row in rows.values() if row.merged_into}

    def _set_kind(self, account_ids: Collection[str], kind: str) -> None:
        found = members.by_keys(self._db, shop_id=self._shop.id, keys=[keys.of_account(one) for one in account_ids])
        members.change(self._db, shop_id=self._shop.id, changes={id_: {"kind": kind} for id_ in found.values()})
        self._moved.update(found.values())

    def _move_orders(self, account_ids: Collection[str], *, deleted: Collection[str]) -> None:
        """Write anew whose the orders are that were placed with these accounts."""
        rows = bought.of_account(self._db, shop_id=self._shop.id, account_ids=account_ids)
        wanted = {
            row.id: keys.of_order(customer_id=row.customer_id, email=row.email, phone=row.phone_e164, deleted=deleted)
            for row in rows
        }
        found = self._ensure(set(wanted.values()) - {""})
        moved = {row.id: found.get(wanted[row.id], "") for row in rows}
        bought.set_members(self._db, shop_id=self._shop.id, members=moved)
        self._buy({row.member_id for row in rows if row.member_id} | set(moved.values()) - {""})


def settle(
    db: Connection,
    shop: Shop,
    touched: Collection[str],
    *,
    now: datetime,
    moved: Collection[str] | None = None,
    silently: bool = False,
) -> list[str]:
    """Who stands under whom, points, profiles: all that follows from changed members. Gives profiles that changed.

    `moved`: those of them who may stand under somebody else now; None: all may.
    """
    turns.take(db, shop.id)
    changing = set(touched if moved is None else moved)
    roots = joins.settle(db, shop.id, changing) if changing else set()
    roots |= members.roots_of(db, shop_id=shop.id, ids=set(touched) - changing)
    roots |= points.settle(db, shop, roots, now=now)
    return refresh(db, shop, roots, now=now, silently=silently)


def refresh(db: Connection, shop: Shop, roots: Collection[str], *, now: datetime, silently: bool = False) -> list[str]:
    """Work out the profiles of these roots, and in which segments they are; a root that is none any more loses its
    profile. `silently`: who enters a segment is not told, as for an import.

    Gives those that look different now, or are gone.
    """
    turns.take(db, shop.id)
    changed = portraits.refresh(db, shop, roots, now=now)
    segments.follow(db, shop, {*roots, *changed}, now=now, silently=silently)
    return changed


def _addresses(fact: Contact) -> list[tuple[str, str]]:
    return [(EMAIL, keys.mail(fact.email)), (PHONE, fact.phone_e164)]
