"""Profiles worked out from members: read all that is known of some persons in a few queries, write what differs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection

from commerce.mirror import points_tiers
from commerce.rules.people import words
from commerce.rules.people.compose import Member, Said, Told, compose
from commerce.rules.people.keys import ACCOUNT, EMAIL, FORMER, LONGEST_MAIL, PHONE, mail
from commerce.rules.people.metrics import Bought, figures
from commerce.tables import customers
from commerce.tables.people import bought, consents, identities, members, profiles
from commerce.tables.shops import Shop

_LONGEST_NAME, _LONGEST_PHONE, _LONGEST_COUNTRY = 200, 100, 100  # signs that an index takes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """All that is known of the members of some persons."""

    accounts: Mapping[str, Any]
    newest: Mapping[str, Any]
    consents: Mapping[str, Sequence[Any]]
    identities: Mapping[str, Sequence[Any]]

    def account(self, row: Any) -> Any:
        """The platform's account of a member, None where it has none."""
        return self.accounts.get(row.key.partition(":")[2]) if row.kind == ACCOUNT else None


def refresh(db: Connection, shop: Shop, roots: Collection[str], *, now: datetime) -> list[str]:
    """Work out the profiles of these roots; gives those that look different now, or are gone."""
    if not roots:
        return []
    of_roots = members.of_roots(db, shop_id=shop.id, roots=sorted(roots))
    before = profiles.by_ids(db, shop_id=shop.id, ids=sorted(roots))
    everybody = [row for rows in of_roots.values() for row in rows]
    known = _read(db, shop.id, everybody)
    earned = {root: {row.id: row.points_earned for row in rows} for root, rows in of_roots.items() if rows}
    tiers = points_tiers.tiers(db, shop, earned, now=now)
    drawn = {
        root: _draw(shop, root, rows, known) | {"tier": tiers.get(root, "")} for root, rows in of_roots.items() if rows
    }
    changed = {root: row for root, row in drawn.items() if _differs(before.get(root), row)}
    gone = [root for root in before if root not in drawn]
    _write(db, shop.id, before, changed, gone, now)
    return [*changed, *gone]


def _read(db: Connection, shop_id: int, rows: Sequence[Any]) -> _Known:
    accounts = customers.by_ids(
        db, shop_id=shop_id, ids={row.key.partition(":")[2] for row in rows if row.kind == ACCOUNT}
    )
    untold = [row.id for row in rows if row.key.partition(":")[2] not in accounts or row.kind != ACCOUNT]
    ids = [row.id for row in rows]
    return _Known(
        accounts=accounts,
        newest=bought.newest_of(db, shop_id=shop_id, member_ids=untold),
        consents=consents.of_members(db, shop_id=shop_id, ids=ids),
        identities=identities.of_members(db, shop_id=shop_id, ids=ids),
    )


def _draw(shop: Shop, root: str, rows: Sequence[Any], known: _Known) -> dict[str, Any]:
    """The row of a profile, but for when it was saved."""
    told_members = [_member(row, known) for row in rows]
    told = compose(root, told_members)
    figured = figures([_bought(row, known.account(row)) for row in rows], currency=shop.currency or "")
    addresses = {kind: _values(root, rows, known, kind) for kind in (EMAIL, PHONE)}
    name = f"{told.plain['last_name']} {told.plain['first_name']}".strip() or told.plain["email"]
    stamps = [member.told.at for member in told_members if member.told.at]
    drawn: dict[str, Any] = {
        "shop_id": shop.id,
        "id": root,
        "member_ids": [root, *(row.id for row in rows if row.id != root)],
        "platform_ids": _platform_ids(shop, root, rows, known),
        "has_account": any(known.account(row) is not None for row in rows),
        "emails": _with_first(told.plain["email"].lower(), addresses[EMAIL]),
        "phones": _with_first(told.plain["phone"], [*addresses[PHONE], *(one.told.phone for one in told_members)]),
        "sort_name": name.lower()[:_LONGEST_NAME],
        "country": told.country[:_LONGEST_COUNTRY],
        "tags": told.tags,
        "addresses": told.addresses,
        "attributes": told.attributes,
        "consents": told.consents,
        "email_consent": told.consents.get("email", {}).get("state", ""),
        "sms_consent": told.consents.get("sms", {}).get("state", ""),
        "points": sum(row.points for row in rows),
        "points_pending": sum(row.points_pending for row in rows),
        "points_earned": sum(row.points_earned for row in rows),
        "updated_at": max(stamps, default=None),
    }
    return drawn | told.plain | {field: getattr(figured, field) for field in figured.__slots__}


def told_of(db: Connection, shop_id: int, row: Any) -> Told:
    """What the sources tell of a member, without what was set here."""
    known = _read(db, shop_id, [row])
    return _told(known.account(row), known.newest.get(row.id))


def _member(row: Any, known: _Known) -> Member:
    account = known.account(row)
    said = [
        Said(channel=one.channel, state=one.state, at=one.at, method=one.method, source=one.source)
        for one in known.consents.get(row.id, ())
    ]
    if account is not None:
        said += [
            Said(
                channel=channel,
                state=told["state"],
                at=datetime.fromisoformat(told["updated_at"]) if told["updated_at"] else None,
                source="platform",
            )
            for channel, told in account.consents.items()
        ]
    return Member(
        id=row.id,
        has_account=account is not None,
        told=_told(account, known.newest.get(row.id)),
        own=row.own,
        attributes=row.attributes,
        consents=said,
    )


def _told(account: Any, order: Any) -> Told:
    """What the platform tells of the account; of whom it tells nothing, what the newest order says."""
    if account is not None:
        return Told(
            email=_mail(account.email),
            phone=account.phone_e164 or account.phone[:_LONGEST_PHONE],
            first_name=account.first_name,
            last_name=account.last_name,
            locale=account.locale,
            note=account.note,
            tags=account.tags,
            addresses=account.addresses,
            at=account.updated_at,
        )
    if order is None:
        return Told()
    named = order.billing if order.billing.get("last_name") or order.billing.get("first_name") else order.delivery
    return Told(
        email=_mail(order.email),
        phone=order.phone_e164 or order.phone[:_LONGEST_PHONE],
        first_name=named.get("first_name", ""),
        last_name=named.get("last_name", ""),
        locale=order.locale,
        addresses=[{"type": kind} | dict(told) for kind, told in _addresses(order) if any(told.values())],
        at=order.placed_at,
    )


def _addresses(order: Any) -> list[tuple[str, Mapping[str, str]]]:
    return [("billing", order.billing), ("shipping", order.delivery)]


def _bought(row: Any, account: Any) -> Bought:
    return Bought(
        totals=row.totals,
        orders_stored=row.orders_stored,
        first_order_at=row.first_order_at,
        last_order_at=row.last_order_at,
        told_orders=account.told_orders if account is not None else None,
        told_spent=account.told_spent if account is not None else None,
    )


def _mail(text: str) -> str:
    """A mail address as it is compared; what is none stays as it was told, as far as it is no text."""
    return mail(text) or text.strip()[:LONGEST_MAIL]


def _platform_ids(shop: Shop, root: str, rows: Sequence[Any], known: _Known) -> dict[str, str]:
    """The account's id at the shop's platform, and ids in other systems; of several of one system the root's."""
    found: dict[str, str] = {}
    for row in sorted(rows, key=lambda one: (one.id != root, one.id)):
        if row.kind == ACCOUNT:
            found.setdefault(shop.platform, row.key.partition(":")[2])
        for one in known.identities.get(row.id, ()):
            if one.kind not in (EMAIL, PHONE):
                found.setdefault(one.kind, one.value)
    return dict(sorted(found.items()))


def _values(root: str, rows: Sequence[Any], known: _Known, kind: str) -> list[str]:
    """Addresses of all members, present ones first. A former account's are no one's but by joining."""
    ranked = sorted(rows, key=lambda one: (one.id != root, one.kind == FORMER, one.id))
    told = [one for row in ranked for one in known.identities.get(row.id, ()) if one.kind == kind]
    return list(dict.fromkeys(one.value for one in sorted(told, key=lambda one: not one.is_current)))


def _with_first(first: str, others: Sequence[str]) -> list[str]:
    return [one for one in dict.fromkeys((first, *others)) if one]


def _differs(before: Any, row: Mapping[str, Any]) -> bool:
    return before is None or any(getattr(before, name) != value for name, value in row.items())


def _write(
    db: Connection,
    shop_id: int,
    before: Mapping[str, Any],
    changed: Mapping[str, Mapping[str, Any]],
    gone: Collection[str],
    now: datetime,
) -> None:
    versions = {root: before[root].version + 1 if root in before else 1 for root in changed}
    born = {root: before[root].created_at if root in before else now for root in changed}
    rows = [
        {**row, "version": versions[root], "created_at": born[root], "saved_at": now} for root, row in changed.items()
    ]
    profiles.save(db, rows)
    profiles.remove(db, shop_id=shop_id, ids=gone)
    found = {
        root: (_words(before[root]) if root in before else (), _words(SimpleNamespace(**row)))
        for root, row in changed.items()
    }
    profiles.change_words(db, shop_id=shop_id, changes=found)


def _words(row: Any) -> Collection[tuple[str, str]]:
    return words.of_person(
        names=(row.first_name, row.last_name),
        mails=row.emails,
        phones=row.phones,
        tags=row.tags,
        ids=row.platform_ids.values(),
    )
