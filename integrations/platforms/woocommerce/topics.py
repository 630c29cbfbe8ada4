"""WooCommerce's topics: which reader understands which. What fires when was measured on WooCommerce 10.5."""

from collections.abc import Callable

from commerce.rules.events import CUSTOMER, ORDER, PRODUCT, Deleted, Reading, UnableToRead, ignored
from integrations.platforms.body import Body
from integrations.platforms.woocommerce.read_customers import read_customer
from integrations.platforms.woocommerce.read_orders import read_order
from integrations.platforms.woocommerce.read_products import read_category, read_product
from integrations.protocols import Delivered

Reader = Callable[[Body, Delivered], Reading]

# The body of a failed internal request, delivered and signed like any other.
_ERROR_KEYS = {"code", "message", "data"}


def read(delivered: Delivered) -> Reading:
    """Read a delivery by its topic. Raises UnableToRead."""
    reader = TOPICS.get(delivered.topic)
    if reader is None:
        return ignored(f"Backroom does not use the topic {delivered.topic or '(none)'}.")
    body = Body.of(delivered.topic, delivered.payload)
    if set(body.told) == _ERROR_KEYS and isinstance(body.told["data"], dict):
        return ignored(
            "The store could not read the object itself when it delivered this: "
            + (body.text("message") or "no reason")
        )
    return reader(body, delivered)


def _deletion(kind: str) -> Reader:
    """A deletion tells nothing but a number, and for products not even whether it ever was one."""

    def read_deletion(body: Body, _delivered: Delivered) -> Reading:
        gone = Deleted(kind=kind, id=body.id())
        return Reading(kind=kind, object_id=gone.id, changes=(gone,))

    return read_deletion


def _hook_deletion(kind: str) -> Reader:
    """`action.woocommerce_delete_…`: an object that was deleted for good, its number is the hook's argument."""

    def read_hook(body: Body, _delivered: Delivered) -> Reading:
        gone = Deleted(kind=kind, id=body.id("arg"), final=True)
        return Reading(kind=kind, object_id=gone.id, changes=(gone,))

    return read_hook


def _hook_category(body: Body, delivered: Delivered) -> Reading:
    told = body.part("arg")
    if told is None:
        raise UnableToRead(f"{body.topic}: `arg` is missing")
    return read_category(told, delivered)


def _coupon(_body: Body, _delivered: Delivered) -> Reading:
    return ignored("Backroom does not use coupons.")


TOPICS: dict[str, Reader] = {
    "product.created": read_product,
    "product.updated": read_product,
    "product.restored": read_product,
    "product.deleted": _deletion(PRODUCT),
    "order.created": read_order,
    "order.updated": read_order,
    "order.restored": read_order,
    "order.deleted": _deletion(ORDER),
    "customer.created": read_customer,
    "customer.updated": read_customer,
    "customer.deleted": _deletion(CUSTOMER),
    "coupon.created": _coupon,
    "coupon.updated": _coupon,
    "coupon.deleted": _coupon,
    "coupon.restored": _coupon,
    "action.woocommerce_delete_product": _hook_deletion(PRODUCT),
    "action.woocommerce_delete_product_variation": _hook_deletion(PRODUCT),
    "action.woocommerce_delete_order": _hook_deletion(ORDER),
    "action.woocommerce_rest_insert_product_cat": _hook_category,
}
