"""What the merchant's people and systems say of a customer: fields that were set here, beside what platforms tell.

A field that is set here stands until its platform says something else than it said at that time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.mirror import erasing, people, portraits
from commerce.rules.people import keys
from commerce.rules.people.compose import PLAIN
from commerce.rules.people.keys import EMAIL, PHONE
from commerce.tables.people import consents, happenings, identities, members, turns
from commerce.tables.shops import Shop

_COMPARED = {"email": EMAIL, "phone": PHONE}


class Taken(ValueError):
    """Another customer has this address or id already: `field` names it, `profile_id` is whose it is."""

    def __init__(self, field: str, profile_id: str) -> None:
        super().__init__(f"Another customer has this {field} already.")
        self.field, self.profile_id = field, profile_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Changes to a customer, of which those that are missing keep what is there.

    `fields`: of commerce.rules.people.compose.PLAIN, None clears; the phone is in E.164. `tags`, `addresses`: all of
    them from now on. `attributes`: name to value of its declared type, None clears. `external_ids`: system to id.
    """

    fields: Mapping[str, str | None]
    tags: Sequence[str] | None = None
    addresses: Sequence[Mapping[str, str]] | None = None
    attributes: Mapping[str, Any] | None = None
    external_ids: Mapping[str, str | None] | None = None
    source: str = "api"
    at: datetime | None = None  # when it was true there; None: now


def create(db: Connection, shop: Shop, said: Said, *, made_by: str, now: datetime) -> str:
    """A customer who is put in here; gives the id of their profile. Raises Taken, and erasing.KeptOut."""
    refuse(db, shop, said, own_root="")
    member = members.add_own(db, shop_id=shop.id, now=now)
    write(db, shop, member, said, made_by=made_by, now=now)
    people.settle(db, shop, [member], now=now)
    root = members.root_of(db, shop_id=shop.id, member_id=member)
    assert root is not None, "it was added in this transaction"
    return root


def update(db: Connection, shop: Shop, root: str, said: Said, *, made_by: str, now: datetime) -> None:
    """Change a customer by the id of their root. Raises Taken, and erasing.KeptOut."""
    refuse(db, shop, said, own_root=root)
    write(db, shop, root, said, made_by=made_by, now=now)
    people.settle(db, shop, [root], now=now)


def consent(
    db: Connection,
    shop: Shop,
    root: str,
    *,
    channel: str,
    state: str,
    method: str,
    source: str,
    at: datetime,
    now: datetime,
    detail: str = "",
) -> None:
    """Note that a customer allowed or withdrew a channel, when, how and where."""
    turns.take(db, shop.id)
    told = {"channel": channel, "state": state, "method": method, "source": source, "detail": detail, "at": at}
    consents.add(db, shop_id=shop.id, member_id=root, told=told)
    people.refresh(db, shop, [root], now=now)


def happened(
    db: Connection, shop: Shop, root: str, *, told: Sequence[Mapping[str, Any]], made_by: str, now: datetime
) -> int:
    """Put these on a customer's timeline (columns of commerce.tables.people.happenings); gives how many were new."""
    return happenings.add(db, shop_id=shop.id, member_id=root, told=told, made_by=made_by, now=now)


def refuse(db: Connection, shop: Shop, said: Said, *, own_root: str) -> None:
    """Raises Taken and erasing.KeptOut where this cannot be said; `own_root` "": of somebody new."""
    turns.take(db, shop.id)
    _refuse_erased(db, shop, said)
    _refuse_taken(db, shop.id, said, own_root=own_root)


def _refuse_erased(db: Connection, shop: Shop, said: Said) -> None:
    erasing.refuse(db, shop, email=said.fields.get("email") or "", phone=said.fields.get("phone") or "")


def _refuse_taken(db: Connection, shop_id: int, said: Said, *, own_root: str) -> None:
    """Another person who has one of these mail addresses or ids now. Phones may be shared: they are a suggestion."""
    mail = keys.mail(said.fields.get("email") or "")
    asked = [("email", EMAIL, mail)] if mail else []
    asked += [(f"platform_ids.{name}", name, value) for name, value in (said.external_ids or {}).items() if value]
    for field, kind, value in asked:
        others = set(identities.roots_of(db, shop_id=shop_id, kind=kind, value=value)) - {own_root}
        if others:
            raise Taken(field, min(others))


def write(db: Connection, shop: Shop, member: str, said: Said, *, made_by: str, now: datetime) -> None:
    """Store what is said of a member; persons are to be settled afterwards."""
    row = members.by_ids(db, shop_id=shop.id, ids=[member])[member]
    told = portraits.told_of(db, shop.id, row)
    stamp = {"at": now.isoformat(), "by": made_by}
    own = dict(row.own)
    own |= {
        name: {"value": value, "over": getattr(told, name), **stamp}
        for name, value in said.fields.items()
        if name in PLAIN
    }
    if said.tags is not None:
        before, after = {tag.lower() for tag in told.tags}, {tag.lower() for tag in said.tags}
        added = [tag for tag in said.tags if tag.lower() not in before]
        own["tags"] = {"added": added, "removed": [tag for tag in told.tags if tag.lower() not in after]}
    if said.addresses is not None:
        own["addresses"] = {"value": [dict(one) for one in said.addresses], **stamp}
    true_at = (said.at or now).isoformat()
    attributes = {
        name: {"value": value, "source": said.source, "at": true_at} for name, value in (said.attributes or {}).items()
    }
    newer = {
        name: one
        for name, one in attributes.items()
        if name not in row.attributes or row.attributes[name]["at"] <= one["at"]
    }
    change = {"own": own, "attributes": dict(row.attributes) | newer}
    members.change(db, shop_id=shop.id, changes={member: change})
    _identify(db, shop.id, row, said, now)


def _identify(db: Connection, shop_id: int, row: Any, said: Said, now: datetime) -> None:
    """By what the customer is known from now on."""
    values = {
        kind: keys.mail(value or "") if kind == EMAIL else value or ""
        for name, kind in _COMPARED.items()
        if name in said.fields
        for value in (said.fields[name],)
    }
    if row.kind == keys.OWN and values:
        identities.replace(db, shop_id=shop_id, member_id=row.id, values=values, now=now)
    elif values:
        known = {row.id: [pair for pair in values.items() if pair[1]]}
        identities.add(db, shop_id=shop_id, known=known, now=now, current=False)
    if said.external_ids:
        identities.set_external(db, shop_id=shop_id, member_id=row.id, ids=said.external_ids, now=now)
