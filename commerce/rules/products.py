"""Products, their variants and the categories they stand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

ACTIVE, DRAFT, ARCHIVED = "active", "draft", "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture: absolute URL and alternative text."""

    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What variants differ in: name ("Size") and its values, in the shop's order."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRef:
    """A category as a product names it."""

    id: str
    name: str
    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryFacts:
    """A category or collection. Times are UTC. `published` None: not told, so it stays as it was, or is."""

    id: str
    handle: str
    title: str
    description: str = ""
    published: bool | None = True
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantFacts:
    """What is bought: prices in minor units of the shop's currency; stock None where it is not counted.

    `options` is name to value, in the product's order. A product without variants has one that stands for it.
    """

    id: str
    product_id: str
    sku: str = ""
    title: str = ""
    barcode: str = ""
    options: tuple[tuple[str, str], ...] = ()
    price: int | None = None
    compare_at_price: int | None = None
    stock: int | None = None
    available: bool = True
    sells_without_stock: bool = False
    position: int = 0
    image: str = ""
    inventory_item_id: str = ""
    published: bool = True
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """A product as its platform tells it.

    `variants` is None where the platform tells variants on their own (WooCommerce's variable products); then
    `price`, `compare_at_price`, `stock` and `available` are what the product says of itself and count until all
    variants in `variant_ids` are known. `variant_ids` lists all variants, also those that `variants` lacks.
    `description` is the shop's own HTML, never to be shown unescaped. `published`: shoppers may see it.
    """

    id: str
    handle: str
    title: str
    description: str = ""
    sku: str = ""
    brand: str = ""
    product_type: str = ""
    categories: tuple[CategoryRef, ...] | None = None
    tags: tuple[str, ...] = ()
    status: str = ACTIVE
    platform_status: str = ""
    published: bool = True
    price: int | None = None
    compare_at_price: int | None = None
    stock: int | None = None
    available: bool = True
    images: tuple[Image, ...] = ()
    options: tuple[Option, ...] = ()
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    url: str = ""
    variants: tuple[VariantFacts, ...] | None = None
    variant_ids: tuple[str, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a product's page shows at first sight, worked out from its variants."""

    price: int | None
    compare_at_price: int | None
    stock: int | None
    available: bool


def summary(product: Summary, variants: Sequence[VariantFacts], *, complete: bool) -> Summary:
    """The product's price (lowest), its crossed-out price, stock (sum of what is counted) and availability.

    `product` is what the platform said of the product itself; it stands while the variants are not `complete`.
    """
    offered = [variant for variant in variants if variant.published]
    if not complete or not offered:
        return product
    priced = [variant for variant in offered if variant.price is not None]
    cheapest = min(priced, key=lambda variant: (variant.price, variant.position), default=None)
    counted = [variant.stock for variant in offered if variant.stock is not None]
    return Summary(
        price=cheapest.price if cheapest else product.price,
        compare_at_price=cheapest.compare_at_price if cheapest else product.compare_at_price,
        stock=sum(counted) if counted else product.stock,
        available=any(variant.available for variant in offered),
    )


def crossed_out(price: int | None, regular: int | None) -> int | None:
    """The price to cross out: the regular one, where it is higher than what is asked."""
    return regular if regular is not None and price is not None and regular > price else None
