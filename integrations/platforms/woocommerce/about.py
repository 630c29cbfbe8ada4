"""What a WooCommerce store says of itself."""

import html
from datetime import UTC, datetime
from typing import Any

from commerce.rules.events import ShopFacts
from integrations.errors import Permanent
from integrations.platforms.woocommerce.client import Client


def about(client: Client) -> ShopFacts:
    """Name and time zone from WordPress' index, the currency from the store's settings."""
    told_at = datetime.now(UTC)
    index = client.index()
    return ShopFacts(
        told_at=told_at,
        name=html.unescape(str(index.get("name") or "")),
        currency=_currency(client),
        timezone=_timezone(index),
    )


def _currency(client: Client) -> str:
    """The currency's code. Users who may not read one of the two places may read the other."""
    try:
        settings = client.rows("settings", "settings/general", {"_fields": "id,value", "per_page": 100}).rows
        told = next((row.get("value") for row in settings if row.get("id") == "woocommerce_currency"), "")
    except Permanent:
        told = client.one("currency", "data/currencies/current").get("code")
    return str(told or "").upper()


def _timezone(index: dict[str, Any]) -> str:
    """Its name; where the store has only an offset, the offset as "+05:30"."""
    name = str(index.get("timezone_string") or "")
    offset = index.get("gmt_offset")
    if name or not isinstance(offset, int | float | str) or not offset:
        return name or ("UTC" if index else "")
    try:
        minutes = round(float(offset) * 60)
    except ValueError:
        return ""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
