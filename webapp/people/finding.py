"""Customers that a call is about."""

from collections.abc import Iterable
from typing import Any

from flask import g

from commerce.database import Connection
from commerce.rules.people import keys
from commerce.tables.people import profile_pages, turns
from commerce.tables.people.profile_pages import Filters
from integrations.platforms.phones import e164
from webapp.api.endpoints import Reply
from webapp.errors import Problem
from webapp.parts import parts
from webapp.people import customer_shapes
from webapp.people.customer_models import Narrowed, Wanted


def found(db: Connection, key: str) -> Any:
    """The profile of whoever has this id: ours, the platform's, or `system:id`. Raises Problem 404."""
    row = known(db, key)
    if row is None:
        raise missing()
    return row


def known(db: Connection, key: str) -> Any:
    """The profile of whoever has this id; None for nobody."""
    return profile_pages.one(db, shop_id=g.shop.id, key=key) if is_id(key) else None


def held(db: Connection, key: str) -> Any:
    """The same as `found`, for a change: nobody else changes, merges or erases customers until that is done."""
    turns.take(db, g.shop.id)
    return found(db, key)


def is_id(key: str) -> bool:
    """Whether a database takes it."""
    return "\x00" not in key and key.isprintable()


def missing() -> Problem:
    """The answer where nobody has this id."""
    return Problem(404, "Nothing has this id", "It may have been deleted or erased, or belong to another shop.")


def refused(field: str, text: str, **extra: Any) -> Problem:
    """The answer to something well-formed that cannot be done as things are."""
    told = text.rstrip(".")
    errors = [{"field": field, "message": told}]
    return Problem(409, "It cannot be done as it is asked", f"`{field}` {told}.", field=field, errors=errors, **extra)


def caller() -> str:
    """Who does something, as it is noted: the key that calls."""
    return f"key {g.key.id} ({g.key.name})"


def saw(rows: Iterable[Any], what: str) -> None:
    """Note that the caller read, listed, exported, changed or merged these."""
    saw_ids([row.id for row in rows], what)


def saw_ids(ids: Iterable[str], what: str) -> None:
    """The same by the ids of profiles."""
    parts().sightings.saw(g.shop.id, ids, caller(), what)


def shown(row: Any, *, code: int | None = None, location: str = "") -> Reply:
    """The answer with a customer and their version."""
    shape = customer_shapes.customer(row, currency=g.shop.currency)
    version = customer_shapes.etag(row, currency=g.shop.currency)
    return Reply(shape=shape, etag=version, code=code, location=location)


def filters(asked: Narrowed) -> Filters | None:
    """What a list is narrowed to; None where nobody can fit."""
    known = _known_by(asked.email, asked.phone, asked.platform_id)
    if known is None:
        return None
    return Filters(
        **known,
        updated_since=asked.updated_since,
        tag=asked.tag,
        segment=asked.segment,
        text=asked.q,
        has_account=None if asked.has_account is None else asked.has_account == "true",
        country=asked.country,
        group=asked.group,
        tier=asked.tier,
        email_consent=asked.email_consent,
        min_spent=asked.min_total_spent,
        max_spent=asked.max_total_spent,
        min_orders=asked.min_orders_count,
        max_orders=asked.max_orders_count,
        ordered_before=asked.last_order_before,
        ordered_since=asked.last_order_after,
    )


def wanted(body: Wanted) -> Filters | None:
    """Who is looked for; None where nobody can fit."""
    known = _known_by(body.email or "", body.phone or "", body.platform_id or "")
    return None if known is None else Filters(**known)


def _known_by(email: str, phone: str, platform_id: str) -> dict[str, Any] | None:
    told: dict[str, Any] = {"email": keys.mail(email), "phone": e164(phone) or phone.strip()}
    if email and not told["email"]:
        return None
    if platform_id:
        system, colon, number = platform_id.partition(":")
        if not colon or not number or system in (keys.EMAIL, keys.PHONE):
            return None
        told |= {"account": number} if system == g.shop.platform else {"external": (system, number)}
    return told
