"""Products, variations and categories from WooCommerce's REST shape (wc/v3)."""

import html

from commerce.rules.documents import plain_text
from commerce.rules.events import CATEGORY, PRODUCT, Deleted, Named, Reading, Saved, Unclear, ignored
from commerce.rules.products import (
    ACTIVE,
    DRAFT,
    CategoryFacts,
    CategoryRef,
    Image,
    Option,
    ProductFacts,
    VariantFacts,
    crossed_out,
)
from integrations.platforms.body import Body
from integrations.protocols import Delivered

# Their word to ours; "private" exists for the shop's staff only. Unknown words of plug-ins are no published product.
_STATUSES = {"publish": ACTIVE, "private": ACTIVE}
_SELLABLE = ("instock", "onbackorder")


def read_product(body: Body, delivered: Delivered) -> Reading:
    """A product, or a variation, which comes under the same topics with `parent_id` set."""
    product_id = body.id()
    if not body.tells("name", "status"):
        reason = "The delivery carries the product's number and nothing else."
        return _reading(product_id, Unclear(kind=PRODUCT, id=product_id, reason=reason))
    status = body.text("status")
    if status == "trash":
        return _reading(product_id, Deleted(kind=PRODUCT, id=product_id, at=body.time("date_modified_gmt")))
    if status == "auto-draft":
        return ignored("A product that was never saved.", kind=PRODUCT, object_id=product_id)
    restored = delivered.topic == "product.restored"
    if body.text("type") == "variation":
        variation = _variation(body, delivered.currency)
        return _reading(product_id, Saved(kind=PRODUCT, facts=variation, restored=restored))
    product = _product(body, delivered.currency)
    seen = [Named(category=ref) for ref in product.categories or ()]
    # A scheduled product's date_modified is the day on which it will go live (measured).
    saved = Saved(kind=PRODUCT, facts=product, restored=restored, dated=status != "future")
    return _reading(product_id, saved, *seen)


def _reading(product_id: str, *changes: Saved | Deleted | Unclear | Named) -> Reading:
    return Reading(kind=PRODUCT, object_id=product_id, changes=changes)


def _product(body: Body, currency: str | None) -> ProductFacts:
    product_id, status = body.id(), body.text("status")
    variable = "variable" in body.text("type")  # also variable-subscription
    price = body.money("price", currency)
    attributes = body.parts("attributes")
    itself = _itself(body, currency)
    return ProductFacts(
        id=product_id,
        handle=body.text("slug"),
        title=plain_text(body.text("name")),
        description=body.text("description"),
        sku=body.text("sku"),
        brand=next((_text(brand, "name") for brand in body.parts("brands")), ""),
        categories=tuple(_category_ref(category) for category in body.parts("categories")),
        tags=tuple(_text(tag, "name") for tag in body.parts("tags")),
        status=_STATUSES.get(status, DRAFT),
        platform_status=status,
        published=_is_visible(body),
        price=price,
        compare_at_price=crossed_out(price, body.money("regular_price", currency)),
        stock=itself.stock,
        available=itself.available,
        images=_images(body),
        options=tuple(_option(attribute) for attribute in attributes if attribute.told.get("variation")),
        attributes=tuple(
            (_text(attribute, "name"), tuple(html.unescape(value) for value in attribute.texts("options")))
            for attribute in attributes
            if not attribute.told.get("variation")
        ),
        url=body.text("permalink"),
        variants=None if variable else (itself,),
        variant_ids=body.ids("variations") if variable else (product_id,),
        created_at=body.time("date_created_gmt"),
        updated_at=body.time("date_modified_gmt"),
    )


def _itself(body: Body, currency: str | None) -> VariantFacts:
    """The one variant that stands for a product without variations."""
    price = body.money("price", currency)
    counted = body.told.get("manage_stock") is True
    return VariantFacts(
        id=body.id(),
        product_id=body.id(),
        sku=body.text("sku"),
        barcode=body.text("global_unique_id"),
        price=price,
        compare_at_price=crossed_out(price, body.money("regular_price", currency)),
        stock=body.number("stock_quantity") if counted else None,
        available=body.text("stock_status") in _SELLABLE,
        sells_without_stock=body.told.get("backorders_allowed") is True,
        updated_at=body.time("date_modified_gmt"),
    )


def _variation(body: Body, currency: str | None) -> VariantFacts:
    """A variation: its stock is its own, or its parent's (`manage_stock: "parent"`), which counts once there."""
    price = body.money("price", currency)
    options = tuple((_text(attribute, "name"), _text(attribute, "option")) for attribute in body.parts("attributes"))
    # Its name is "Shirt - Red, M" in webhooks and "Red, M" in lists of variations (measured on 10.5).
    title = ", ".join(option for _, option in options if option)
    return VariantFacts(
        id=body.id(),
        product_id=body.id("parent_id"),
        sku=body.text("sku"),
        title=plain_text(title or body.text("name")),
        barcode=body.text("global_unique_id"),
        options=options,
        price=price,
        compare_at_price=crossed_out(price, body.money("regular_price", currency)),
        stock=body.number("stock_quantity") if body.told.get("manage_stock") is True else None,
        available=body.text("stock_status") in _SELLABLE,
        sells_without_stock=body.told.get("backorders_allowed") is True,
        position=body.number("menu_order") or 0,
        image=next((image.url for image in _images(body)), ""),
        published=body.text("status") == "publish",
        updated_at=body.time("date_modified_gmt"),
    )


def _is_visible(body: Body) -> bool:
    """Whether shoppers may come across it."""
    hidden = body.text("catalog_visibility") == "hidden" or bool(body.text("post_password"))
    return body.text("status") == "publish" and not hidden


def _images(body: Body) -> tuple[Image, ...]:
    pictures = [*body.parts("images")]
    single = body.part("image")  # variations have one image in the REST API and a list in webhooks
    if single is not None:
        pictures.append(single)
    return tuple(Image(url=picture.text("src"), alt=picture.text("alt")) for picture in pictures if picture.text("src"))


def _option(attribute: Body) -> Option:
    return Option(
        name=_text(attribute, "name"), values=tuple(html.unescape(value) for value in attribute.texts("options"))
    )


def _category_ref(category: Body) -> CategoryRef:
    return CategoryRef(id=category.id(), name=_text(category, "name"), handle=category.text("slug"))


def read_category(told: Body, delivered: Delivered) -> Reading:
    """A category that was made or changed through the store's REST API."""
    category = CategoryFacts(
        id=told.id("term_id"),
        handle=told.text("slug"),
        title=_text(told, "name"),
        description=told.text("description"),
        updated_at=delivered.received_at,
    )
    return Reading(kind=CATEGORY, object_id=category.id, changes=(Saved(kind=CATEGORY, facts=category),))


def _text(body: Body, name: str) -> str:
    """Names of terms come with HTML entities."""
    return html.unescape(body.text(name))
