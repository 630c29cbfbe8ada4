"""What a delivery says, once a platform's reader has understood it."""

from dataclasses import dataclass
from datetime import datetime

from commerce.rules.customers import Consent, CustomerDetails, CustomerFacts, Purchases, TagsChanged
from commerce.rules.orders import OrderFacts, Refund, ShipmentFacts
from commerce.rules.products import CategoryFacts, CategoryRef, ProductFacts, VariantFacts
from commerce.rules.tracking import Told

# Where facts come from. Only live ones start order steps and notices.
LIVE, IMPORT, RECONCILE, REPLAY = "live", "import", "reconcile", "replay"

# Kinds of objects. A variant told on its own is of kind "product" where both are numbered in one row (WooCommerce);
# "variant" is one that was told with its product before (Shopify).
PRODUCT, VARIANT, CATEGORY, ORDER = "product", "variant", "category", "order"
CUSTOMER, SHIPMENT, SHOP = "customer", "shipment", "shop"
PARCEL = "parcel"  # a number that a carrier is asked for; a shipment is what the platform calls so

Facts = ProductFacts | VariantFacts | CategoryFacts | OrderFacts | CustomerFacts | ShipmentFacts


class UnableToRead(ValueError):
    """The body does not have the shape that its topic promises; the message names the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The object is so. `tiebreak` grows with each change of the object and orders changes of one second.

    `restored`: the platform says that it brought the object back from its bin. `dated` False: the facts' `updated_at`
    is not when they were changed. `born`: the platform says that the object was made just now.
    """

    kind: str
    facts: Facts
    tiebreak: tuple[int, ...] = ()
    restored: bool = False
    dated: bool = True
    born: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """The object is gone. `at` is when, where the platform says it.

    `final`: the platform never gives this id again, so nothing that comes later can be a second life of it.
    """

    kind: str
    id: str
    at: datetime | None = None
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """Something happened to the object that the delivery cannot tell: it has to be read again from the platform."""

    kind: str
    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """Stock of one item at one place; None where the place stopped keeping it."""

    inventory_item_id: str
    location_id: str
    available: int | None
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCounted:
    """Stock of one item at all places that keep it: what is not in `places` (location to number) keeps none."""

    inventory_item_id: str
    places: tuple[tuple[str, int], ...]
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """Of which items the shop counts the stock at all (inventory item id, whether); the others are always there."""

    items: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """In which categories a product stands at that time, where that is told apart from the product."""

    product_id: str
    categories: tuple[CategoryRef, ...]
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A category as something that stands in it names it: there is one of that name, no more is told of it."""

    category: CategoryRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """A refund told apart from its order."""

    order_id: str
    refund: Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentScanned:
    """A parcel's new state, told apart from the parcel, in our word and in the platform's."""

    shipment_id: str
    order_id: str
    status: str
    platform_status: str
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopFacts:
    """The shop about itself, at that time. Empty fields are not told."""

    told_at: datetime
    name: str = ""
    currency: str = ""
    timezone: str = ""
    locale: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uninstalled:
    """The merchant removed the app."""

    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRequest:
    """A request under privacy law: kind `customer_data`, `customer_erasure` or `shop_erasure`, with its subject."""

    kind: str
    customer_id: str = ""
    email: str = ""
    phone: str = ""
    order_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The platform put the customer `gone` into the customer `kept`."""

    kept: str
    gone: str


Change = (
    Saved
    | Deleted
    | Unclear
    | StockLevel
    | StockCounted
    | Tracked
    | Placed
    | Named
    | Refunded
    | ShipmentScanned
    | ShopFacts
    | Uninstalled
    | PrivacyRequest
    | Consent
    | Purchases
    | TagsChanged
    | CustomerDetails
    | Told
    | Merged
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one delivery says: its main object, the changes it brings (none: nothing to do) and why, in plain words."""

    kind: str = ""
    object_id: str = ""
    changes: tuple[Change, ...] = ()
    note: str = ""


def ignored(note: str, *, kind: str = "", object_id: str = "") -> Reading:
    """A delivery that is understood and needs nothing done; `note` says why."""
    return Reading(kind=kind, object_id=object_id, note=note)
