"""Calls back to the shop: what Backroom may change there, by name, and which of them must not be made twice."""

# A parcel's state: order, fulfilment, state in our words, when, expected day.
PARCEL_EVENT = "parcel.event"
# Stock of one item at one place: by how much it changes (Shopify), or what it is (WooCommerce).
ADJUST_STOCK, SET_STOCK = "stock.adjust", "stock.set"
ADD_TAGS, REMOVE_TAGS = "tags.add", "tags.remove"
SET_META = "meta.set"
# A note: Shopify's order has one, which is replaced; WooCommerce's has many, and another one is added.
SET_NOTE, ADD_NOTE = "order.set_note", "order.note"
COMPLETE_ORDER = "order.complete"
# A discount code for points that were spent, named beforehand: a second try finds what the first one made.
CREATE_DISCOUNT = "discount.create"

CALLS = (
    *(PARCEL_EVENT, ADJUST_STOCK, SET_STOCK, ADD_TAGS, REMOVE_TAGS, SET_META, SET_NOTE, ADD_NOTE, COMPLETE_ORDER),
    CREATE_DISCOUNT,
)
# Made twice, these are seen twice.
ONCE = frozenset({PARCEL_EVENT, ADD_NOTE})
# Platforms that make discount codes; any other back end is told the code, and makes what it likes of it.
MAKING_DISCOUNTS = frozenset({"shopify", "woocommerce"})
