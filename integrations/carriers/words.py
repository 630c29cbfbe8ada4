"""Our words for parcels beside those of others."""

_SHOPIFY = {"delivered": "DELIVERED"}


def to_shopify(status: str) -> str | None:
    """Shopify's FulfillmentEventStatus for a state of ours; None where it has none."""
    return _SHOPIFY.get(status)
