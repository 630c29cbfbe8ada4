"""Products with their variants, categories, and stock told apart."""

from collections.abc import Sequence

from commerce.rules.events import CATEGORY, PRODUCT, Reading, Saved, StockLevel
from commerce.rules.products import (
    ACTIVE,
    ARCHIVED,
    DRAFT,
    CategoryFacts,
    CategoryRef,
    Image,
    Option,
    ProductFacts,
    Summary,
    VariantFacts,
    crossed_out,
    summary,
)
from integrations.platforms.body import Body
from integrations.platforms.custom.fields import (
    Told,
    distinct,
    flag,
    link,
    price,
    texts_by_name,
    time,
    title,
    whole,
    word,
)

_STATUSES = (ACTIVE, DRAFT, ARCHIVED)
_NOTHING_TOLD = Summary(price=None, compare_at_price=None, stock=None, available=False)
_WHOLE_SHOP = "shop"  # stock is told of the whole shop, which is the one place there is


def read_product(told: Told) -> Reading:
    """product.saved: the whole product. Its stock is told as stock too, so that stock.changed has what to compare."""
    product = _product(told)
    counted = [
        _counted(variant.id, variant.stock, told) for variant in product.variants or () if variant.stock is not None
    ]
    return Reading(kind=PRODUCT, object_id=product.id, changes=(Saved(kind=PRODUCT, facts=product), *counted))


def read_stock(told: Told) -> Reading:
    """stock.changed: how many of a product, or of one of its variants, the shop has now."""
    product_id = told.data.id("product_id")
    stock = whole(told.data, "stock")
    if stock is None:
        raise told.data.complaint("stock", "is missing")
    variant_id = told.data.id_or_empty("variant_id") or only_variant(product_id)
    return Reading(kind=PRODUCT, object_id=product_id, changes=(_counted(variant_id, stock, told),))


def read_category(told: Told) -> Reading:
    """category.saved."""
    body = told.data
    category = CategoryFacts(
        id=body.id(),
        handle=body.text("handle"),
        title=title(body),
        description=body.text("description"),
        published=flag(body, "published", otherwise=True),
        updated_at=told.updated_at,
    )
    return Reading(kind=CATEGORY, object_id=category.id, changes=(Saved(kind=CATEGORY, facts=category),))


def only_variant(product_id: str) -> str:
    """The variant that stands for a product without variants: no id that a shop tells has a colon."""
    return f"{product_id}:only"


def _counted(variant_id: str, stock: int, told: Told) -> StockLevel:
    return StockLevel(
        inventory_item_id=variant_id, location_id=_WHOLE_SHOP, available=stock, updated_at=told.updated_at
    )


def _product(told: Told) -> ProductFacts:
    body = told.data
    id_ = body.id()
    variants = _variants(told, id_)
    shown = summary(_NOTHING_TOLD, variants, complete=True)
    status = word(body, "status", _STATUSES, ACTIVE)
    categories = distinct(body.parts("categories"))
    return ProductFacts(
        id=id_,
        handle=body.text("handle"),
        title=title(body),
        description=body.text("description"),
        sku=body.text("sku"),
        brand=body.text("brand"),
        product_type=body.text("product_type"),
        categories=tuple(
            CategoryRef(id=one.id(), name=one.text("title"), handle=one.text("handle")) for one in categories
        ),
        tags=body.tags(),
        status=status,
        platform_status=status,
        published=flag(body, "published", otherwise=True) and status == ACTIVE,
        price=shown.price,
        compare_at_price=shown.compare_at_price,
        stock=shown.stock,
        available=shown.available,
        images=tuple(
            Image(url=link(one, "url"), alt=one.text("alt")) for one in body.parts("images") if link(one, "url")
        ),
        options=_options(variants),
        attributes=texts_by_name(body, "attributes"),
        url=link(body, "url"),
        variants=variants,
        variant_ids=tuple(variant.id for variant in variants),
        created_at=time(body, "created_at"),
        updated_at=told.updated_at,
    )


def _variants(told: Told, product_id: str) -> tuple[VariantFacts, ...]:
    """The variants; a product without any is one itself."""
    listed = distinct(told.data.parts("variants"))
    if not listed:
        return (_variant(told, told.data, product_id, id_=only_variant(product_id), position=1),)
    return tuple(
        _variant(told, body, product_id, id_=body.id(), position=position)
        for position, body in enumerate(listed, start=1)
    )


def _variant(told: Told, body: Body, product_id: str, *, id_: str, position: int) -> VariantFacts:
    """A variant, or the product itself, which is written with the same fields."""
    own = body is not told.data
    asked, stock = price(body, "price", told.currency), whole(body, "stock")
    sells_without_stock = flag(body, "sells_without_stock", otherwise=False)
    return VariantFacts(
        id=id_,
        product_id=product_id,
        sku=body.text("sku"),
        title=body.text("title") if own else "",
        barcode=body.text("barcode"),
        options=_chosen(body) if own else (),
        price=asked,
        compare_at_price=crossed_out(asked, price(body, "compare_at_price", told.currency)),
        stock=stock,
        available=flag(body, "available", otherwise=stock is None or stock > 0 or sells_without_stock),
        sells_without_stock=sells_without_stock,
        position=position,
        image=link(body, "image") if own else "",
        inventory_item_id=id_,
        updated_at=told.updated_at,
    )


def _chosen(body: Body) -> tuple[tuple[str, str], ...]:
    options = body.part("options")
    return () if options is None else tuple((name, options.text(name)) for name in options.told)


def _options(variants: Sequence[VariantFacts]) -> tuple[Option, ...]:
    """What the variants differ in, in the order in which they tell it."""
    values: dict[str, dict[str, None]] = {}
    for variant in variants:
        for name, value in variant.options:
            values.setdefault(name, {})[value] = None
    return tuple(Option(name=name, values=tuple(told)) for name, told in values.items())
