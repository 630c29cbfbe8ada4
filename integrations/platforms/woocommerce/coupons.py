"""Coupons at a WooCommerce store for points that were spent: each good for one order."""

from collections.abc import Mapping
from typing import Any

from commerce.rules.loyalty.programmes import PERCENT, SHIPPING
from commerce.rules.money import decimal_text
from integrations.errors import Permanent
from integrations.platforms.woocommerce.client import Client

_CALL = "discount.create"


def create(client: Client, detail: Mapping[str, Any]) -> str:
    """Make the coupon, unless an earlier try did; gives what happened. Raises Permanent where the store refuses it."""
    code = str(detail["code"])
    if _there(client, code):
        return f"The store has the coupon {code} already."
    try:
        client.write(_CALL, "post", "coupons", _coupon(detail))
    except Permanent:
        if _there(client, code):  # an earlier try took longer than we waited for it
            return f"The store has the coupon {code} already."
        raise
    return f"The store made the coupon {code}."


def _there(client: Client, code: str) -> bool:
    return bool(client.rows(_CALL, "coupons", {"code": code}).rows)


def _coupon(detail: Mapping[str, Any]) -> dict[str, Any]:
    currency = detail["currency"]
    is_percent, is_shipping = detail["kind"] == PERCENT, detail["kind"] == SHIPPING
    amount = str(int(detail["value"])) if is_percent else decimal_text(int(detail["value"]), currency)
    coupon = {
        "code": str(detail["code"]),
        "description": detail["title"],
        "discount_type": "percent" if is_percent else "fixed_cart",
        "amount": "0" if is_shipping else amount,
        "free_shipping": is_shipping,
        "usage_limit": 1,
    }
    if detail.get("minimum"):
        coupon["minimum_amount"] = decimal_text(int(detail["minimum"]), currency)
    if detail.get("email"):
        coupon["email_restrictions"] = [detail["email"]]
    return coupon
