"""Pieces that several of Shopify's payloads share."""

from datetime import datetime, timedelta, timezone
from typing import Any

from integrations.simulator.model import CURRENCY, Customer

_SHOP_TIME = timezone(timedelta(hours=1))


def money(cents: int) -> str:
    """An amount as Shopify writes it."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def price_set(cents: int) -> dict[str, Any]:
    """An amount in the shop's and in the shopper's currency."""
    told = {"amount": money(cents), "currency_code": CURRENCY}
    return {"shop_money": told, "presentment_money": dict(told)}


def stamp(moment: datetime | None) -> str | None:
    """A time in the shop's zone."""
    return moment.astimezone(_SHOP_TIME).isoformat(timespec="seconds") if moment else None


def gid(kind: str, number: int) -> str:
    """A GraphQL id."""
    return f"gid://shopify/{kind}/{number}"


def address_json(person: Customer) -> dict[str, Any]:
    """An address of an order or a customer."""
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "company": None,
        "address1": person.street,
        "address2": None,
        "city": person.city,
        "province": None,
        "country": person.country,
        "zip": person.postcode,
        "phone": person.phone,
        "name": f"{person.first_name} {person.last_name}",
        "province_code": None,
        "country_code": person.country,
    }


def customer_json(customer: Customer) -> dict[str, Any]:
    """A customer as an order carries it: since 2025-01 without counts, tags and consent."""
    main = {"id": customer.id + 1, "customer_id": customer.id, **address_json(customer)}
    return {
        "id": customer.id,
        "created_at": stamp(customer.created_at),
        "updated_at": stamp(customer.updated_at),
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "state": "enabled",
        "note": None,
        "verified_email": True,
        "multipass_identifier": None,
        "tax_exempt": False,
        "email": customer.email,
        "phone": customer.phone,
        "currency": CURRENCY,
        "tax_exemptions": [],
        "admin_graphql_api_id": gid("Customer", customer.id),
        "default_address": {**main, "country_name": customer.country, "default": True},
    }
