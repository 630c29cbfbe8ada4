"""Pieces that several of WooCommerce's payloads share."""

import html
from datetime import datetime, timedelta, timezone
from typing import Any

_SHOP_TIME = timezone(timedelta(hours=1))


def dates(name: str, moment: datetime | None) -> dict[str, str | None]:
    """A date twice: in the shop's time and in UTC, both in whole seconds and without a zone."""
    if moment is None:
        return {name: None, f"{name}_gmt": None}
    local = moment.astimezone(_SHOP_TIME).replace(tzinfo=None)
    return {
        name: local.isoformat(timespec="seconds"),
        f"{name}_gmt": moment.replace(tzinfo=None).isoformat(timespec="seconds"),
    }


def money(cents: int) -> str:
    """An amount of an order, with two decimals."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def price(cents: int) -> str:
    """A price of a product: as the merchant typed it, so that whole amounts have no decimals."""
    return str(cents // 100) if cents % 100 == 0 else money(cents)


def escaped(text: str) -> str:
    """A name as WordPress keeps it."""
    return html.escape(text, quote=False)


def links(shop_url: str, resource: str, number: int) -> dict[str, Any]:
    """`_links` of an object."""
    root = f"{shop_url}/wp-json/wc/v3/{resource}"
    allowed = {"allow": ["GET", "POST", "PUT", "PATCH", "DELETE"]}
    return {"self": [{"href": f"{root}/{number}", "targetHints": allowed}], "collection": [{"href": root}]}
