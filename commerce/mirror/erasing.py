"""A person is erased on request, kept out from then on, and let in again where the merchant says so.

The job jobs/privacy.py does it step by step; each function here is one step, and may be repeated.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from commerce.mirror import people, segments
from commerce.mirror.gate import Gate
from commerce.mirror.people import People
from commerce.rules.events import CUSTOMER, SHOP
from commerce.rules.people import traces
from commerce.rules.people.keys import of_account, of_guest
from commerce.tables import effects, erasure, person_erasure, privacy, versions
from commerce.tables.effects import NewEffect
from commerce.tables.people import bought, erased, members, turns, unbuilt, whole
from commerce.tables.privacy import Subject
from commerce.tables.shops import Shop
from commerce.vault import Vault

_CHUNK = 200  # orders that get their owner again at a time


class UnknownPerson(LookupError):
    """There is no such customer; they may have been merged or erased."""


class KeptOut(ValueError):
    """Somebody with this address was erased: `field` names it, `person` is the word by which they are let in again."""

    def __init__(self, field: str, person: str) -> None:
        super().__init__(f"Whoever had this {field} was erased under privacy law. Let them in again first.")
        self.field, self.person = field, person


def ask_erasure(db: Connection, shop: Shop, root: str, *, asked_by: str, now: datetime, block: bool = True) -> int:
    """Have a person erased, all of their members; gives the request's id, also of one that waits already.

    Raises UnknownPerson. The caller wakes jobs.queues.ERASE after the commit. `block`: no later telling makes them
    again.
    """
    turns.take(db, shop.id)
    asked = {"root": _root(db, shop, root), "asked_by": asked_by, "block": block}
    waiting = privacy.waiting(db, shop_id=shop.id, asked=asked)
    if waiting is not None:
        return waiting
    request_id = privacy.ask(db, shop_id=shop.id, kind=privacy.ERASE_CUSTOMER, asked=asked, now=now)
    wanted = [NewEffect(kind=effects.ERASE, object_kind=SHOP, object_id="")]
    effects.plan(db, shop_id=shop.id, wanted=wanted, now=now)
    return request_id


def ask_export(db: Connection, shop: Shop, root: str, *, asked_by: str, now: datetime) -> int:
    """Note that a person wants their data; gives the request's id, open until it is marked as sent.

    Raises UnknownPerson.
    """
    asked = {"root": _root(db, shop, root), "asked_by": asked_by}
    return privacy.ask(db, shop_id=shop.id, kind=privacy.EXPORT, asked=asked, now=now)


def _root(db: Connection, shop: Shop, root: str) -> str:
    found = members.root_of(db, shop_id=shop.id, member_id=root)
    if found is None:
        raise UnknownPerson("There is no such customer.")
    return found


def keep_out(db: Connection, vault: Vault, *, shop_id: int, subject: Subject, now: datetime) -> str:
    """Keep a person out from now on, by all that nobody else has as well; gives their word."""
    key = erased.make_key(db, vault, shop_id)
    told = {*subject.emails, *subject.phones}
    others = whole.of_others(db, shop_id=shop_id, values=told, but=subject.member_ids)
    known = {of_account(one) for one in subject.customer_ids} | {traces.of_order(one) for one in subject.order_ids}
    known |= {traces.of_mail(one) for one in subject.emails if one not in others}
    known |= {traces.of_phone(one) for one in subject.phones if one not in others}
    return erased.add(db, shop_id=shop_id, key=key, traces=known - {""}, now=now)


def erase_person(db: Connection, shop: Shop, subject: Subject, *, now: datetime) -> None:
    """Delete the members with all that belongs to them, and take them out of segments."""
    turns.take(db, shop.id)
    person_erasure.erase(db, shop_id=shop.id, subject=subject, now=now)
    segments.follow(db, shop, subject.member_ids, now=now, silently=True)


def erase_orders(
    db: Connection, shop: Shop, subject: Subject, ids: Collection[str], *, now: datetime
) -> "Counter[str]":
    """Take the person out of these orders; somebody else whose they were loses them."""
    turns.take(db, shop.id)
    others = bought.members_of(db, shop_id=shop.id, ids=ids) - set(subject.member_ids)
    counted = erasure.erase_orders(db, shop_id=shop.id, ids=ids, now=now)
    if others:
        members.recount(db, shop_id=shop.id, ids=others)
        people.settle(db, shop, others, now=now, silently=True)
    return counted


def who(db: Connection, shop: Shop, told: str) -> str:
    """The word of whoever is kept out and had this mail address, phone (E.164), account or order; "" for nobody."""
    key = erased.key_of(db, shop)
    if not key:
        return ""
    tried = (traces.of_mail(told), traces.of_phone(told), of_account(told), traces.of_order(told))
    digests = [traces.digest(key, trace) for trace in tried if trace]
    found = erased.find(db, shop_id=shop.id, digests=digests)
    return next((found[one].person for one in digests if one in found), "")


def refuse(db: Connection, shop: Shop, *, email: str, phone: str) -> None:
    """Raises KeptOut where one of these addresses (the phone in E.164) is an erased person's."""
    key = erased.key_of(db, shop)
    if not key:
        return
    asked = {"email": traces.of_mail(email), "phone": traces.of_phone(phone)}
    digests = {field: traces.digest(key, trace) for field, trace in asked.items() if trace}
    found = erased.find(db, shop_id=shop.id, digests=digests.values())
    for field, digest in digests.items():
        if digest in found:
            raise KeptOut(field, found[digest].person)


def lift(db: Connection, shop: Shop, person: str, *, now: datetime) -> bool:
    """Let an erased person in again: orders placed since, and whatever comes, make a profile. False for nobody."""
    turns.take(db, shop.id)
    key = erased.key_of(db, shop)
    digests = set(erased.lift(db, shop_id=shop.id, person=person, now=now))
    if not digests:
        return False
    buried = versions.buried(db, shop_id=shop.id, kind=CUSTOMER)
    theirs = {(CUSTOMER, one) for one in buried if traces.digest(key, of_account(one)) in digests}
    versions.forget(db, shop_id=shop.id, keys=theirs)
    _own_again(db, shop, now)
    return True


def _own_again(db: Connection, shop: Shop, now: datetime) -> None:
    """Orders that were nobody's while their owner was kept out belong to them; the others stay nobody's."""
    gate, after = Gate(db, shop), ""
    while rows := unbuilt.unowned(db, shop_id=shop.id, after=after, limit=_CHUNK):
        pieces = {
            row.id: {of_guest(email=row.email, phone=row.phone_e164), of_account(row.customer_id)} for row in rows
        }
        blocked = gate.blocked(set().union(*pieces.values()) - {""})
        people_of = People(db, shop, now, gate)
        owners = people_of.of_orders([row for row in rows if not pieces[row.id] & blocked])
        bought.set_members(db, shop_id=shop.id, members=owners)
        people_of.finish(shop)
        after = rows[-1].id
