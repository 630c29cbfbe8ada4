"""What the app asks a shop to be allowed, and what a shop's domain looks like: known without loading any package."""

import re
from collections.abc import Iterable

# The same as in shopify.app.toml. What only some features need (write_orders, write_discounts) is asked for by them.
SCOPES = (
    "read_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
    "read_orders",
    "read_customers",
    "write_customers",
    "read_fulfillments",
    "write_fulfillments",
    "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "write_app_proxy",
)
# Asked for by shops whose loyalty programme makes discount codes (access scopes 2026-10, discountCodeBasicCreate).
FOR_DISCOUNTS = "write_discounts"
# Source: shopify.dev, authorization code grant, "Verify the shop parameter"; matched as a whole.
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,99}\.myshopify\.com")


def shop_domain(text: str) -> str:
    """A shop's own domain in lower case; empty for what is none."""
    domain = text.strip().lower()
    return domain if _DOMAIN.fullmatch(domain) else ""


def missing(granted: Iterable[str]) -> set[str]:
    """Those of the scopes that a shop did not grant; to write something includes to read it."""
    there = set(granted)
    there |= {f"read_{scope.removeprefix('write_')}" for scope in there if scope.startswith("write_")}
    return set(SCOPES) - there
