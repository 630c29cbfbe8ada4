"""Webhook topics per platform and what becomes of each, from the platforms' readers."""

from typing import Any

from docs.sources.markdown import code, table
from integrations.platforms.custom import topics as custom
from integrations.platforms.shopify import topics as shopify
from integrations.platforms.shopify.unused_topics import UNUSED_TOPICS
from integrations.platforms.woocommerce import topics as woocommerce

_DELETED = "The object is deleted; a tombstone stays, so that a late delivery does not bring it back."

# What readers do, by their names.
_DONE = {
    "read_product": "The product is saved with variants, pictures and options. Variants that the delivery does not "
    "carry, or a body with only the id, mark it to be read again.",
    "read_variant": "The variant's stock, price and availability are saved.",
    "read_collection": "The category is saved.",
    "read_category": "The category is saved.",
    "read_hook_category": "The category is saved.",
    "_hook_category": "The category is saved.",
    "read_order": "The order is saved with lines, refunds, parcels and addresses, and its customer with it.",
    "read_order_edit": "The order is marked to be read again: the delivery does not tell the result of the edit.",
    "read_refund": "The refund is added to its order; an order that is not known is marked to be read again.",
    "read_fulfillment": "The parcel is saved with its carrier and numbers.",
    "read_scan": "The parcel's newest state is saved.",
    "read_customer": "The customer is saved.",
    "read_merge": "The customer who stays is marked to be read again.",
    "read_purchases": "What the customer spent is saved.",
    "read_tags_added": "The tags are added to the customer.",
    "read_tags_removed": "The tags are taken from the customer.",
    "read_consent": "What the customer agreed to receive is saved.",
    "read_stock": "The stock of the product, or of one of its variants, is saved.",
    "read_stock_level": "The stock at that place is saved, and the variant's total with it where it can be told.",
    "read_shop": "The shop's name and currency are saved.",
    "read_scopes": "Stored; nothing depends on it yet.",
    "read_uninstalled": "The shop is marked as uninstalled; what is known of it stays.",
    "read_privacy_request": "The request is noted, for the merchant to see.",
    "read_event": 'The object is saved where the event carries it, otherwise marked to be read again ("Events" '
    "family).",
    "read_product_deletion": _DELETED,
    "read_collection_deletion": _DELETED,
    "read_order_deletion": _DELETED,
    "read_customer_deletion": _DELETED,
    "read_deletion": _DELETED,
    "read_hook": "The object is deleted for good; nothing that comes later brings it back.",
}

# Readers of our own format have the same names and less to look out for.
_DONE_WITH_OURS = {
    "read_product": "The product is saved with variants, pictures and options.",
    "read_order": "The order is saved with lines, refunds, parcels and addresses.",
}


def page() -> str:
    """All platforms' topics."""
    ours = [(code(topic), _what(reader)) for topic, reader in sorted(shopify.READERS.items())]
    theirs = [(code(topic), _what(reader)) for topic, reader in sorted(woocommerce.TOPICS.items())]
    any_shops = [
        (code(topic), _DONE_WITH_OURS.get(reader.__name__) or _what(reader))
        for topic, reader in sorted(custom.TOPICS.items())
    ]
    head = ("topic", "what becomes of it")
    return (
        "# Webhook topics\n\nEvery genuine delivery is stored, whatever its topic. A topic that is not listed here is "
        "stored and skipped.\n\n## Shopify\n\n"
        + table(head, ours)
        + f"\nKnown and not used ({len(UNUSED_TOPICS)}): {', '.join(code(topic) for topic in sorted(UNUSED_TOPICS))}.\n"
        + "\n## WooCommerce\n\n"
        + table(head, theirs)
        + "\n## Any other back end\n\nThe format: [Connect another shop](../how-to/connect-another-shop.md).\n\n"
        + table(head, any_shops)
    )


def _what(reader: Any) -> str:
    name = reader.__name__
    if name == "read_unused":
        return f"Skipped. {reader(None).note}"
    if name == "_coupon":
        return f"Skipped. {reader(None, None).note}"
    return _DONE[name]
