"""Which reader reads which topic: one table."""

from collections.abc import Callable

from commerce.rules.events import CATEGORY, CUSTOMER, ORDER, PRODUCT, Deleted, Reading, ignored
from integrations.platforms.custom.fields import Told, of_event
from integrations.platforms.custom.read_customers import read_customer
from integrations.platforms.custom.read_orders import read_order
from integrations.platforms.custom.read_products import read_category, read_product, read_stock
from integrations.protocols import Delivered

Reader = Callable[[Told], Reading]


def _deletion(kind: str) -> Reader:
    def read_deletion(told: Told) -> Reading:
        """The id; the event's own time is when it happened."""
        gone = Deleted(kind=kind, id=told.data.id(), at=told.at)
        return Reading(kind=kind, object_id=gone.id, changes=(gone,))

    return read_deletion


TOPICS: dict[str, Reader] = {
    "product.saved": read_product,
    "product.deleted": _deletion(PRODUCT),
    "category.saved": read_category,
    "category.deleted": _deletion(CATEGORY),
    "order.saved": read_order,
    "order.deleted": _deletion(ORDER),
    "customer.saved": read_customer,
    "customer.deleted": _deletion(CUSTOMER),
    "stock.changed": read_stock,
}


def read(delivered: Delivered) -> Reading:
    """Turn a delivery into facts. Raises UnableToRead, which names the field."""
    reader = TOPICS.get(delivered.topic)
    if reader is None and delivered.topic:
        return ignored(f"Backroom knows no topic {delivered.topic}; those it knows are {', '.join(TOPICS)}.")
    told = of_event(delivered.topic, delivered.payload, delivered.currency)
    return TOPICS[delivered.topic](told)
