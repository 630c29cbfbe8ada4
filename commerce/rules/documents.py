"""The one search document of a product, for events and re-indexing alike, and for every engine."""

import hashlib
import html
import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime

from commerce.rules.products import ACTIVE, Image, Option, VariantFacts

# What opens markup, and how it ends; anything else behind a "<" is text (HTML standard, tag open state).
_OPENING = re.compile(r"<(?:(?P<code>script|style)\b|(?P<comment>!--)|[a-zA-Z/!?])", re.IGNORECASE)
_ENDINGS = {
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
    "comment": re.compile(r"-->"),
    "tag": re.compile(r">"),
}
_SPACE = re.compile(r"\s+")
_FACET_NAME = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product as stored, with its variants: prices in minor units of `currency`, times UTC."""

    id: str
    handle: str
    title: str
    description: str = ""
    sku: str = ""
    brand: str = ""
    product_type: str = ""
    categories: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    status: str = ACTIVE
    platform_status: str = ""
    published: bool = True
    price: int | None = None
    compare_at_price: int | None = None
    currency: str | None = None
    stock: int | None = None
    available: bool = True
    images: tuple[Image, ...] = ()
    options: tuple[Option, ...] = ()
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    url: str = ""
    variants: tuple[VariantFacts, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is searched: plain text throughout. `facets`: lower-case name to values; `price` in minor units, lowest.

    `created` is seconds since 1970. `skus` has the product's, its variants' and their barcodes. `variants`: per variant
    that is offered, its options as (facet name, value). `digest`: differs where anything else here differs.
    """

    id: str
    title: str
    handle: str = ""
    brand: str = ""
    product_type: str = ""
    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    attributes: str = ""
    description: str = ""
    facets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    price: int | None = None
    available: bool = True
    created: int = 0
    variants: tuple[tuple[tuple[str, str], ...], ...] = ()
    digest: str = ""


def index_of(shop_id: int) -> str:
    """The name of the shop's search index."""
    return f"shop-{shop_id}"


def is_searchable(product: Product) -> bool:
    """Only what shoppers may see is found."""
    return product.published and product.status == ACTIVE


def plain_text(markup: str) -> str:
    """Text of a piece of HTML: tags out, entities resolved, white space folded."""
    return _SPACE.sub(" ", html.unescape(_without_tags(markup))).strip() if markup else ""


def _without_tags(markup: str) -> str:
    """The text between tags, in one pass: what does not end is looked for once, however often it begins."""
    pieces, position, endless = [], 0, set[str]()
    while opening := _OPENING.search(markup, position):
        kinds = [(opening["code"] or "").lower(), "comment" if opening["comment"] else "", "tag"]
        for kind in (kind for kind in kinds if kind and kind not in endless):
            ending = _ENDINGS[kind].search(markup, opening.end())
            if ending:
                pieces.append(markup[position : opening.start()])
                position = ending.end()
                break
            endless.add(kind)
        else:
            break  # not even a ">" comes any more
    return " ".join([*pieces, markup[position:]])


def facet_name(name: str) -> str:
    """The name under which a facet is asked for: "Colour family" is "colour-family", "Größe" is "größe"."""
    return _FACET_NAME.sub("-", unicodedata.normalize("NFKC", name).lower()).strip("-")


def document(product: Product) -> Document:
    """Build the search document of a product."""
    facets: dict[str, list[str]] = {}
    for name, values in _facets(product):
        known = facets.setdefault(facet_name(name), [])
        known.extend(value for value in values if value and value not in known)
    skus = [product.sku, *(code for variant in product.variants for code in (variant.sku, variant.barcode))]
    described = [*product.attributes, *((option.name, option.values) for option in product.options)]
    titles = dict.fromkeys(variant.title for variant in product.variants if variant.title not in ("", "Default Title"))
    built = Document(
        id=product.id,
        title=product.title,
        handle=product.handle,
        brand=product.brand,
        product_type=product.product_type,
        skus=tuple(dict.fromkeys(sku for sku in skus if sku)),
        categories=product.categories,
        tags=product.tags,
        attributes=" | ".join([*(f"{name}: {', '.join(values)}" for name, values in described if name), *titles]),
        description=plain_text(product.description),
        facets={name: tuple(values) for name, values in facets.items() if name and values},
        price=product.price,
        available=product.available,
        created=int(product.created_at.timestamp()) if product.created_at else 0,
        variants=tuple(
            tuple((facet_name(name), value) for name, value in variant.options)
            for variant in product.variants
            if variant.published and variant.options
        ),
    )
    return replace(built, digest=hashlib.blake2b(repr(built).encode("utf-8", "replace"), digest_size=16).hexdigest())


def _facets(product: Product) -> list[tuple[str, tuple[str, ...]]]:
    """What shoppers may filter by: brand, type, category, tag, and every option and attribute by its name."""
    offered = [variant for variant in product.variants if variant.published]
    options = [(name, (value,)) for variant in offered for name, value in variant.options]
    return [
        ("brand", (product.brand,)),
        ("type", (product.product_type,)),
        ("category", product.categories),
        ("tag", product.tags),
        *((option.name, option.values) for option in product.options if not options),
        *options,
        *product.attributes,
    ]
