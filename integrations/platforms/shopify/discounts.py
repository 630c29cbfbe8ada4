"""Discount codes at Shopify for points that were spent: each good for one order."""

from collections.abc import Mapping
from typing import Any

from commerce.rules.loyalty.programmes import PERCENT, SHIPPING
from commerce.rules.money import decimal_text
from integrations.errors import Denied, Permanent
from integrations.platforms.shopify.admin import Admin, refused_input
from integrations.platforms.shopify.documents import CREATE_DISCOUNT, CREATE_FREE_SHIPPING
from integrations.platforms.shopify.scopes import FOR_DISCOUNTS
from integrations.platforms.shopify.told import gid

_TAKEN = "TAKEN"  # DiscountErrorCode: nobody else has codes like ours, so an earlier try made it


def create(admin: Admin, detail: Mapping[str, Any]) -> str:
    """Make the code; gives what happened. Raises Permanent where Shopify refuses it, KeyError for what is missing."""
    is_shipping = detail["kind"] == SHIPPING
    document, discount = (CREATE_FREE_SHIPPING, _free_shipping) if is_shipping else (CREATE_DISCOUNT, _basic)
    try:
        done = admin.ask(document, {"discount": discount(detail)}).data.get("done")
    except Denied as error:
        raise Denied(f"{error} To make discount codes, the app needs the scope {FOR_DISCOUNTS}.") from None
    if done is None:
        raise Permanent("Shopify did not do it and did not say why.")
    if any(error.get("code") == _TAKEN for error in done.get("userErrors") or ()):
        return f"Shopify has the discount code {detail['code']} already."
    refused = refused_input(done)
    if refused:
        raise Permanent(f"Shopify refused it: {refused}")
    return f"Shopify made the discount code {detail['code']}."


def _common(detail: Mapping[str, Any]) -> dict[str, Any]:
    account = str(detail.get("customer_id") or "")
    common: dict[str, Any] = {
        "title": detail["title"],
        "code": detail["code"],
        "startsAt": detail["starts_at"],
        "usageLimit": 1,
        "appliesOncePerCustomer": True,
        "context": {"customers": {"add": [gid("customer", account)]}} if account else {"all": "ALL"},
    }
    if detail.get("minimum"):
        least = decimal_text(int(detail["minimum"]), detail["currency"])
        common["minimumRequirement"] = {"subtotal": {"greaterThanOrEqualToSubtotal": least}}
    return common


def _free_shipping(detail: Mapping[str, Any]) -> dict[str, Any]:
    return _common(detail) | {"destination": {"all": True}}


def _basic(detail: Mapping[str, Any]) -> dict[str, Any]:
    value: dict[str, Any]
    if detail["kind"] == PERCENT:
        value = {"percentage": int(detail["value"]) / 100}
    else:
        amount = decimal_text(int(detail["value"]), detail["currency"])
        value = {"discountAmount": {"amount": amount, "appliesOnEachItem": False}}
    return _common(detail) | {"customerGets": {"value": value, "items": {"all": True}}}
