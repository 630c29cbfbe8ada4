"""Products, variants and collections."""

from collections.abc import Sequence

from commerce.rules.events import CATEGORY, PRODUCT, Deleted, Reading, Saved, Unclear
from commerce.rules.products import (
    ACTIVE,
    ARCHIVED,
    DRAFT,
    CategoryFacts,
    Image,
    Option,
    ProductFacts,
    Summary,
    VariantFacts,
    crossed_out,
    summary,
)
from integrations.platforms.body import Body
from integrations.protocols import Delivered

VARIANT = "variant"
ID_ONLY = "The delivery carries only the id, not the object."
_STATUS = {"active": ACTIVE, "draft": DRAFT, "archived": ARCHIVED, "unlisted": ACTIVE}
_NO_CHOICE = "Default Title"  # what Shopify writes where a product has no options
_NOTHING_TOLD = Summary(price=None, compare_at_price=None, stock=None, available=False)


def read_product(delivered: Delivered) -> Reading:
    """products/create and products/update."""
    body = Body.of(delivered.topic, delivered.payload)
    id_ = body.id()
    if not body.tells("title", "variants"):
        return Reading(kind=PRODUCT, object_id=id_, changes=(Unclear(kind=PRODUCT, id=id_, reason=ID_ONLY),))
    facts = _product(body, id_, delivered.currency)
    carried, listed = len(facts.variants or ()), len(facts.variant_ids)
    saved = Saved(kind=PRODUCT, facts=facts)
    if carried >= listed:
        return Reading(kind=PRODUCT, object_id=id_, changes=(saved,))
    # Shopify's payload has the first 100 variants in full, the others only in `variant_gids`.
    reason = f"The delivery carries only {carried} of {listed} variants."
    return Reading(kind=PRODUCT, object_id=id_, changes=(saved, Unclear(kind=PRODUCT, id=id_, reason=reason)))


def read_product_deletion(delivered: Delivered) -> Reading:
    """products/delete: nothing but the id."""
    return _deletion(delivered, PRODUCT)


def read_variant(delivered: Delivered) -> Reading:
    """variants/in_stock and variants/out_of_stock: one variant, without its options' names."""
    body = Body.of(delivered.topic, delivered.payload)
    product_id = body.id("product_id")
    facts = _variant(body, product_id, names={}, images={}, currency=delivered.currency)
    return Reading(kind=PRODUCT, object_id=product_id, changes=(Saved(kind=VARIANT, facts=facts),))


def read_collection(delivered: Delivered) -> Reading:
    """collections/create and collections/update. Which products stand in it is not told."""
    body = Body.of(delivered.topic, delivered.payload)
    id_ = body.id()
    if not body.tells("title"):
        return Reading(kind=CATEGORY, object_id=id_, changes=(Unclear(kind=CATEGORY, id=id_, reason=ID_ONLY),))
    facts = CategoryFacts(
        id=id_,
        handle=body.text("handle"),
        title=body.text("title"),
        description=body.text("body_html"),
        published=_is_published(body) if body.tells("published_at") else None,
        updated_at=body.time("updated_at"),
    )
    return Reading(kind=CATEGORY, object_id=id_, changes=(Saved(kind=CATEGORY, facts=facts),))


def read_collection_deletion(delivered: Delivered) -> Reading:
    """collections/delete."""
    return _deletion(delivered, CATEGORY)


def _deletion(delivered: Delivered, kind: str) -> Reading:
    id_ = Body.of(delivered.topic, delivered.payload).id()
    return Reading(kind=kind, object_id=id_, changes=(Deleted(kind=kind, id=id_, at=delivered.triggered_at),))


def _is_published(body: Body) -> bool:
    """`published_at` is null for what the online store does not show; a body without the key says nothing of it."""
    return not body.tells("published_at") or body.told["published_at"] is not None


def _product(body: Body, id_: str, currency: str | None) -> ProductFacts:
    word = body.text("status").lower()
    images = _images(body)
    told = body.parts("variants")
    options = _options(body, told)
    names = _option_names(options, told)
    variants = tuple(
        _variant(variant, id_, names=names, images={key: image.url for key, image in images}, currency=currency)
        for variant in told
    )
    shown = summary(_NOTHING_TOLD, variants, complete=True)
    listed = [gid.id("admin_graphql_api_id") for gid in body.parts("variant_gids")]
    status = _STATUS.get(word, ACTIVE)
    return ProductFacts(
        id=id_,
        handle=body.text("handle"),
        title=body.text("title"),
        description=body.text("body_html"),
        brand=body.text("vendor"),
        product_type=body.text("product_type"),
        tags=body.tags(),
        status=status,
        platform_status=word,
        published=status == ACTIVE and word != "unlisted" and _is_published(body),
        price=shown.price,
        compare_at_price=shown.compare_at_price,
        stock=shown.stock,
        available=shown.available,
        images=tuple(image for _, image in images),
        options=_with_values(options, names, variants),
        variants=variants,
        variant_ids=tuple(dict.fromkeys([*(variant.id for variant in variants), *listed])),
        created_at=body.time("created_at"),
        updated_at=body.time("updated_at"),
    )


def _images(body: Body) -> list[tuple[str, Image]]:
    """Pictures with their ids, the product's first one first."""
    told = body.parts("images") or [main for main in [body.part("image")] if main is not None]
    pairs = [(one.id_or_empty("id"), Image(url=one.text("src"), alt=one.text("alt"))) for one in told]
    return [(key, image) for key, image in pairs if image.url]


def _options(body: Body, variants: Sequence[Body]) -> tuple[Option, ...]:
    """Options by their place. The one that stands for "no options" stays in, so that places stay right."""
    told = [Option(name=option.text("name"), values=option.texts("values")) for option in body.parts("options")]
    return tuple(
        option if option.values else Option(name=option.name, values=_values(variants, place))
        for place, option in enumerate(told, start=1)
    )


def _values(variants: Sequence[Body], place: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in (variant.text(f"option{place}") for variant in variants) if value))


def _option_names(options: Sequence[Option], variants: Sequence[Body]) -> dict[int, str]:
    """Place (1 to 3) to name of every option that offers a choice."""
    if options:
        return {
            place: option.name or f"Option {place}"
            for place, option in enumerate(options, start=1)
            if option.values != (_NO_CHOICE,)
        }
    # Shopify's own samples carry variants with values and an empty list of options.
    told = {place: _values(variants, place) for place in (1, 2, 3)}
    return {place: f"Option {place}" for place, values in told.items() if values and values != (_NO_CHOICE,)}


def _with_values(
    options: Sequence[Option], names: dict[int, str], variants: Sequence[VariantFacts]
) -> tuple[Option, ...]:
    if options:
        return tuple(Option(name=name, values=options[place - 1].values) for place, name in names.items())
    taken = [dict(variant.options) for variant in variants]
    return tuple(
        Option(name=name, values=tuple(dict.fromkeys(choice[name] for choice in taken if name in choice)))
        for name in names.values()
    )


def _variant(
    body: Body, product_id: str, *, names: dict[int, str], images: dict[str, str], currency: str | None
) -> VariantFacts:
    untracked = body.tells("inventory_management") and body.told["inventory_management"] is None
    stock = None if untracked else body.number("inventory_quantity")
    price = body.money("price", currency)
    return VariantFacts(
        id=body.id(),
        product_id=product_id,
        sku=body.text("sku"),
        title=body.text("title"),
        barcode=body.text("barcode"),
        options=tuple(
            (name, body.text(f"option{place}")) for place, name in names.items() if body.text(f"option{place}")
        ),
        price=price,
        compare_at_price=crossed_out(price, body.money("compare_at_price", currency)),
        stock=stock,
        available=stock is None or stock > 0 or body.text("inventory_policy") == "continue",
        sells_without_stock=body.text("inventory_policy") == "continue",
        position=body.number("position") or 0,
        image=images.get(body.id_or_empty("image_id"), ""),
        inventory_item_id=body.id_or_empty("inventory_item_id"),
        updated_at=body.time("updated_at"),
    )
