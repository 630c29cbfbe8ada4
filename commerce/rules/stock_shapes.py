"""Stock and daily figures as the REST API and outgoing webhooks show them."""

from datetime import date
from typing import Any

from commerce.rules.figures import Numbers
from commerce.rules.shapes import Shape


def stock(row: Any) -> Shape:
    """A variant's stock. `available` is what no order holds; where the platform counts, `on_hand` is null."""
    reserved, allocated = row.reserved or 0, row.allocated or 0
    return {
        "variant_id": row.id,
        "product_id": row.product_id,
        "sku": row.sku,
        "on_hand": row.on_hand,
        "reserved": reserved,
        "allocated": allocated,
        "available": row.stock if row.on_hand is None else row.on_hand - reserved - allocated,
        "low_at": row.low_at,
        "is_low": row.low_since is not None,
        "is_oversold": row.oversold_since is not None,
    }


def numbers(told: Numbers, currency: str) -> Shape:
    """Figures: money in minor units of that currency."""
    money = {
        name: {"amount": getattr(told, name), "currency": currency}
        for name in ("gross", "discounts", "shipping", "tax", "refunds", "net")
    }
    return {"orders": told.orders, "units": told.units, **money}


def day(of_day: date, told: Numbers, currency: str) -> Shape:
    """The figures of a day."""
    return {"day": of_day.isoformat(), **numbers(told, currency)}
