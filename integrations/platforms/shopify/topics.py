"""Which reader reads which topic: one table."""

from commerce.rules.events import CATEGORY, CUSTOMER, ORDER, PRODUCT, Reading, ignored
from integrations.platforms.shopify import read_customers, read_orders, read_products, read_shipments, read_shop
from integrations.platforms.shopify.read_events import Reader, deletion_reader, event_reader
from integrations.platforms.shopify.unused_topics import UNUSED_TOPICS
from integrations.protocols import Delivered

_PRODUCT_EVENT = event_reader("Product", PRODUCT, read_products.read_product, ("id", "title", "variants"))
_COLLECTION_EVENT = event_reader("Collection", CATEGORY, read_products.read_collection, ("id", "title", "body_html"))
_ORDER_EVENT = event_reader("Order", ORDER, read_orders.read_order, ("id", "currency", "total_price", "line_items"))
_CUSTOMER_EVENT = event_reader("Customer", CUSTOMER, read_customers.read_customer, ("id", "email", "first_name"))


def _unused(note: str) -> Reader:
    def read_unused(_: Delivered) -> Reading:
        return ignored(note)

    return read_unused


_ORDER_HAS_IT = _unused("Told with the order itself.")
_PRODUCT_HAS_IT = _unused("Told with the product itself.")

READERS: dict[str, Reader] = {
    "products/create": read_products.read_product,
    "products/update": read_products.read_product,
    "products/delete": read_products.read_product_deletion,
    "variants/in_stock": read_products.read_variant,
    "variants/out_of_stock": read_products.read_variant,
    "collections/create": read_products.read_collection,
    "collections/update": read_products.read_collection,
    "collections/delete": read_products.read_collection_deletion,
    "orders/create": read_orders.read_order,
    "orders/updated": read_orders.read_order,
    "orders/paid": read_orders.read_order,
    "orders/cancelled": read_orders.read_order,
    "orders/fulfilled": read_orders.read_order,
    "orders/partially_fulfilled": read_orders.read_order,
    "orders/link_requested": read_orders.read_order,
    "orders/delete": read_orders.read_order_deletion,
    "orders/edited": read_orders.read_order_edit,
    "orders/risk_assessment_changed": _unused("Backroom does not use risk assessments."),
    "orders/shopify_protect_eligibility_changed": _unused("Backroom does not use Shopify Protect."),
    "order_transactions/create": _ORDER_HAS_IT,
    "tender_transactions/create": _ORDER_HAS_IT,
    "refunds/create": read_orders.read_refund,
    "fulfillments/create": read_shipments.read_fulfillment,
    "fulfillments/update": read_shipments.read_fulfillment,
    "fulfillment_events/create": read_shipments.read_scan,
    "fulfillment_events/delete": _unused("A scan that was taken back does not change where the parcel is."),
    "customers/create": read_customers.read_customer,
    "customers/update": read_customers.read_customer,
    "customers/enable": read_customers.read_customer,
    "customers/disable": read_customers.read_customer,
    "customers/delete": read_customers.read_customer_deletion,
    "customers/merge": read_customers.read_merge,
    "customers/purchasing_summary": read_customers.read_purchases,
    **dict.fromkeys(
        ("customer.tags_added", "customer/tags_added", "customers/tags_added"), read_customers.read_tags_added
    ),
    **dict.fromkeys(
        ("customer.tags_removed", "customer/tags_removed", "customers/tags_removed"), read_customers.read_tags_removed
    ),
    "customers_email_marketing_consent/update": read_customers.read_consent,
    "customers_marketing_consent/update": read_customers.read_consent,
    "customers_whats_app_marketing_consent/update": read_customers.read_consent,
    "inventory_levels/update": read_shop.read_stock_level,
    "inventory_levels/connect": read_shop.read_stock_level,
    "inventory_levels/disconnect": read_shop.read_stock_level,
    "inventory_items/create": _PRODUCT_HAS_IT,
    "inventory_items/update": _PRODUCT_HAS_IT,
    "inventory_items/delete": _PRODUCT_HAS_IT,
    "app/uninstalled": read_shop.read_uninstalled,
    "app/scopes_update": read_shop.read_scopes,
    "shop/update": read_shop.read_shop,
    "customers/data_request": read_shop.read_privacy_request,
    "customers/redact": read_shop.read_privacy_request,
    "shop/redact": read_shop.read_privacy_request,
    # "Events" family: GraphQL type and action.
    "Product/create": _PRODUCT_EVENT,
    "Product/update": _PRODUCT_EVENT,
    "Product/delete": deletion_reader("Product", PRODUCT),
    "Collection/create": _COLLECTION_EVENT,
    "Collection/update": _COLLECTION_EVENT,
    "Collection/delete": deletion_reader("Collection", CATEGORY),
    "Order/create": _ORDER_EVENT,
    "Order/update": _ORDER_EVENT,
    "Order/delete": deletion_reader("Order", ORDER),
    "Customer/create": _CUSTOMER_EVENT,
    "Customer/update": _CUSTOMER_EVENT,
    "Customer/delete": deletion_reader("Customer", CUSTOMER),
}
KNOWN_TOPICS = frozenset(READERS) | UNUSED_TOPICS


def read(delivered: Delivered) -> Reading:
    """Turn a delivery into facts. Raises UnableToRead for a body that lacks what its topic promises."""
    reader = READERS.get(delivered.topic)
    return reader(delivered) if reader is not None else ignored("Backroom does not use this topic.")
