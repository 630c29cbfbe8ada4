"""The whole of a person: all members that are shown as one, and by what they are known."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select

from commerce.rules.people.keys import ACCOUNT, EMAIL, PHONE, of_account
from commerce.tables.people import profiles
from commerce.tables.people.identities import identities
from commerce.tables.people.members import by_keys, members, of_roots


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Some persons' members, the accounts among them at their platform, and their addresses."""

    member_ids: frozenset[str]
    account_ids: frozenset[str]
    mails: frozenset[str]
    phones: frozenset[str]


def roots_by(db: Connection, *, shop_id: int, account_ids: Collection[str], mail: str, phone: str) -> set[str]:
    """The roots of whoever is meant: the accounts, and persons without an account of their own who have or had the
    mail address; where no account is known all who have it, or else the phone.
    """
    accounts = by_keys(db, shop_id=shop_id, keys=[of_account(one) for one in account_ids])
    found = _roots(db, shop_id, list(accounts.values()))
    kind, value = (EMAIL, mail) if mail else (PHONE, phone)
    alike = _roots(db, shop_id, _having(db, shop_id, kind, value))
    if found:
        people = of_roots(db, shop_id=shop_id, roots=alike)
        alike = {root for root, rows in people.items() if mail and not any(row.kind == ACCOUNT for row in rows)}
    return found | alike


def _having(db: Connection, shop_id: int, kind: str, value: str) -> list[str]:
    if not value:
        return []
    same = and_(identities.c.shop_id == shop_id, identities.c.kind == kind, identities.c.value == value)
    found = list(db.execute(select(identities.c.member_id).where(same)).scalars())
    return [*found, *by_keys(db, shop_id=shop_id, keys=[f"{kind}:{value}"]).values()]


def _roots(db: Connection, shop_id: int, ids: Collection[str]) -> set[str]:
    if not ids:
        return set()
    chosen = and_(members.c.shop_id == shop_id, members.c.id.in_(ids))
    return set(db.execute(select(members.c.root).where(chosen)).scalars())


def of(db: Connection, *, shop_id: int, roots: Collection[str]) -> Whole:
    """All that stands under these roots."""
    rows = [row for each in of_roots(db, shop_id=shop_id, roots=roots).values() for row in each]
    keys = [row.key.partition(":") for row in rows]
    chosen = and_(identities.c.shop_id == shop_id, identities.c.member_id.in_([row.id for row in rows]))
    known = db.execute(select(identities.c.kind, identities.c.value).where(chosen)).all()
    shown = list(profiles.by_ids(db, shop_id=shop_id, ids=roots).values())  # an order's, of an account never told
    mails = [*_of(EMAIL, known), *(mail for row in shown for mail in row.emails)]
    phones = [*_of(PHONE, known), *(phone for row in shown for phone in row.phones)]
    return Whole(
        member_ids=frozenset(row.id for row in rows),
        account_ids=frozenset(value for kind, _, value in keys if kind == "account"),
        mails=frozenset([*mails, *(value for kind, _, value in keys if kind == EMAIL)]),
        phones=frozenset([*phones, *(value for kind, _, value in keys if kind == PHONE)]),
    )


def _of(kind: str, known: Collection[Any]) -> list[str]:
    return [row.value for row in known if row.kind == kind]


def of_others(db: Connection, *, shop_id: int, values: Collection[str], but: Collection[str]) -> set[str]:
    """Those of these addresses that somebody else has or had as well."""
    if not values:
        return set()
    chosen = and_(identities.c.shop_id == shop_id, identities.c.kind.in_((EMAIL, PHONE)))
    there = and_(members.c.shop_id == identities.c.shop_id, members.c.id == identities.c.member_id)
    query = select(identities.c.value).select_from(identities.join(members, there))
    query = query.where(chosen, identities.c.value.in_(values), identities.c.member_id.not_in(but))
    keys = {f"{kind}:{value}": value for kind in (EMAIL, PHONE) for value in values}
    guests = by_keys(db, shop_id=shop_id, keys=keys)
    shown = select(profiles.profiles.c.email).where(profiles.profiles.c.shop_id == shop_id)
    shown = shown.where(profiles.profiles.c.email.in_(values), profiles.profiles.c.id.not_in(but))
    found = {*db.execute(query).scalars(), *db.execute(shown).scalars()}
    return found | {keys[key] for key, id_ in guests.items() if id_ not in but}
