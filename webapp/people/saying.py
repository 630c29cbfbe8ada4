"""What the API is told of a customer, as commerce.mirror.changes takes it: numbers as they are compared, fields as
they were declared."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import g

from commerce.database import Connection
from commerce.mirror.changes import Said
from commerce.rules.people import keys
from commerce.rules.people.compose import PLAIN
from commerce.rules.people.own_fields import wrong
from commerce.rules.segments.fields import Declared
from commerce.tables.people import fields as own_fields
from integrations.platforms.phones import e164
from webapp.people.customer_models import Address, CustomerFields

_AHEAD = timedelta(minutes=10)  # that another system's clock may be ahead


class UnableToSay(ValueError):
    """It cannot be as it is told: `field` is which, `text` what it has to be. Neither has what was sent."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}")
        self.field, self.text = field, text


def said(db: Connection, body: CustomerFields, *, now: datetime, country: str = "") -> Said:
    """What is to change. `country`: of phone numbers without a prefix, where no address says it. Raises UnableToSay."""
    check_time("at", body.at, now=now)
    told = body.model_fields_set
    fields = {name: (getattr(body, name) or "").strip() or None for name in PLAIN if name in told}
    _compare(fields, next((one.country for one in body.addresses or () if one.country), country))
    _check_systems(body.platform_ids)
    _check_attributes(own_fields.all_of(db, shop_id=g.shop.id) if body.attributes else {}, body.attributes)
    return Said(
        fields=fields,
        tags=_tags(body.tags or ()) if "tags" in told else None,
        addresses=[_address(one) for one in body.addresses or ()] if "addresses" in told else None,
        attributes=body.attributes or None,
        external_ids=body.platform_ids or None,
        source=body.source,
        at=body.at,
    )


def check_time(field: str, at: datetime | None, *, now: datetime) -> None:
    """Raises UnableToSay for a time that has not come: whatever is told later would not count beside it."""
    if at is not None and at > now + _AHEAD:
        raise UnableToSay(field, "has not come yet")


def is_empty(told: Said) -> bool:
    """Whether nothing is told at all."""
    given = (told.tags, told.addresses, told.attributes, told.external_ids)
    return not any(told.fields.values()) and not any(given)


def _compare(fields: dict[str, str | None], country: str) -> None:
    """Addresses as they are compared."""
    if fields.get("email"):
        fields["email"] = keys.mail(fields["email"] or "")
        if not fields["email"]:
            raise UnableToSay("email", "is no mail address")
    if fields.get("phone"):
        fields["phone"] = e164(fields["phone"] or "", country)
        if not fields["phone"]:
            raise UnableToSay("phone", "is no phone number; say it with its country, such as +49 30 123456")


def _check_systems(ids: Mapping[str, str | None]) -> None:
    for system in ids:
        if system in (keys.EMAIL, keys.PHONE, g.shop.platform):
            raise UnableToSay(f"platform_ids.{system}", "cannot be set: it is what the shop's platform tells")


def _check_attributes(declared: Mapping[str, Declared], told: Mapping[str, Any]) -> None:
    for name, value in told.items():
        if name not in declared:
            raise UnableToSay(f"attributes.{name}", "is no field of yours yet: declare it at /customer-fields")
        text = wrong(declared[name], value)
        if text:
            raise UnableToSay(f"attributes.{name}", text)


def _tags(told: Sequence[str]) -> list[str]:
    stripped = [tag.strip() for tag in told]
    return list({tag.lower(): tag for tag in reversed(stripped) if tag}.values())[::-1]


def _address(told: Address) -> dict[str, str]:
    return {name: value.strip() for name, value in told.model_dump().items()}
