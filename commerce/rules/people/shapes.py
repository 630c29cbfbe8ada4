"""A customer as JSON for other programs: plain mappings, since a profile is read more often than anything else.

They look as webapp.people.customer_models.Customer says; a test holds both together. Times are written by orjson.
"""

from typing import Any

from commerce.rules.shapes import Shape


def customer(row: Any, *, currency: str | None) -> Shape:
    """A row of commerce.tables.people.profile_pages. Points are null while the shop runs no loyalty programme."""
    return {
        "id": row.id,
        "member_ids": row.member_ids,
        "platform_ids": row.platform_ids,
        "has_account": row.has_account,
        "email": row.email,
        "emails": row.emails,
        "phone": row.phone,
        "phones": row.phones,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "locale": row.locale,
        "country": row.country,
        "note": row.note,
        "tags": row.tags,
        "addresses": row.addresses,
        "attributes": row.attributes,
        "communication_preferences": {channel: told["state"] for channel, told in row.consents.items()},
        "consents": row.consents,
        **_bought(row, currency),
        **_placed(row),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "reread": bool(row.rereads),
    }


def _bought(row: Any, currency: str | None) -> Shape:
    return {
        "orders_count": row.orders_count,
        "total_spent": {"amount": row.total_spent, "currency": currency},
        "refunded": {"amount": row.refunded, "currency": currency},
        "average_order": _money(row.average_order, currency),
        "totals": {
            code: {"orders": orders, "gross": gross, "refunded": refunded}
            for code, (orders, gross, refunded) in row.totals.items()
        },
        "lifetime_value": _money(row.lifetime_value, currency),
        "first_order_date": row.first_order_at,
        "last_order_date": row.last_order_at,
        "days_between_orders": row.days_between_orders,
        "next_order_at": row.next_order_at,
    }


def _money(amount: int | None, currency: str | None) -> Shape | None:
    return None if amount is None else {"amount": amount, "currency": currency}


def _placed(row: Any) -> Shape:
    """Among the others: points, RFM, segments."""
    held = {
        "available": row.points,
        "pending": row.points_pending,
        "earned": row.points_earned,
        "tier": row.tier or None,
    }
    return {
        "loyalty_points": row.points if row.has_points else None,
        "points": held if row.has_points else None,
        "rfm": {
            "recency": row.recency,
            "frequency": row.frequency,
            "monetary": row.monetary,
            "group": row.rfm_group or None,
        },
        "segments": sorted(row.segment_ids.split(",")) if row.segment_ids else [],
    }
