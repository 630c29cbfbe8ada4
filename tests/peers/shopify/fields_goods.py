"""Fields of products, variants, collections and stock."""

import re
from typing import Any

from tests.peers.shopify.fields_shop import WITH_METAFIELDS, Table, counted, cut, paid
from tests.peers.shopify.model_goods import Collection, InventoryItem, Level, Media, Product, Variant
from tests.peers.shopify.payloads import money, optional_money
from tests.peers.shopify.state import State


def _price_range(source: Product, _: dict[str, Any], shop: State) -> dict[str, Any]:
    prices = [variant.price for variant in source.variants] or [0]
    return {"minVariantPrice": paid(shop, min(prices)), "maxVariantPrice": paid(shop, max(prices))}


def _compare_at_range(source: Product, _: dict[str, Any], shop: State) -> dict[str, Any] | None:
    prices = [variant.compare_at_price for variant in source.variants if variant.compare_at_price is not None]
    if not prices:
        return None
    low, high = paid(shop, min(prices)), paid(shop, max(prices))
    return {"minVariantCompareAtPrice": low, "maxVariantCompareAtPrice": high}


def _options(source: Product, arguments: dict[str, Any], _: State) -> list[Any]:
    """A product without options has one that says so."""
    none = {
        "id": f"gid://shopify/ProductOption/{source.id}",
        "name": "Title",
        "position": 1,
        "values": ["Default Title"],
        "optionValues": [{"id": f"gid://shopify/ProductOptionValue/{source.id}", "name": "Default Title"}],
    }
    return cut(source.options or [none], arguments)


def _selected_options(source: Variant, _: dict[str, Any], __: State) -> list[dict[str, str]]:
    if not source.values:
        return [{"name": "Title", "value": "Default Title"}]
    return [
        {"name": option.name, "value": value}
        for option, value in zip(source.product.options, source.values, strict=True)
    ]


def image(media: Media) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/ImageSource/{media.id}",
        "altText": media.alt,
        "url": media.url,
        "width": media.width,
        "height": media.height,
    }


def _category(source: Product, _: dict[str, Any], __: State) -> dict[str, Any] | None:
    if source.category is None:
        return None
    name = source.category.rpartition(" > ")[2]
    return {"id": "gid://shopify/TaxonomyCategory/hg-13", "name": name, "fullName": source.category}


def _text(source: Any, arguments: dict[str, Any], _: State) -> str:
    return re.sub(r"<[^>]*>", "", source.body_html)[: arguments.get("truncateAt")]


def _quantities(source: Level, arguments: dict[str, Any], _: State) -> list[dict[str, Any]]:
    known = {"available": source.available, "on_hand": source.available}
    return [
        {
            "id": f"gid://shopify/InventoryQuantity/{source.location.id}?inventory_item_id={source.item.id}&name={name}",
            "name": name,
            "quantity": known.get(name, 0),
            "updatedAt": source.updated_at,
        }
        for name in arguments["names"]
    ]


def _level(source: InventoryItem, arguments: dict[str, Any], _: State) -> Level | None:
    return next((level for level in source.levels if level.location.gid == arguments["locationId"]), None)


def _publications(source: Product | Collection, _: dict[str, Any], __: State) -> dict[str, Any]:
    """There is one place to publish things: the online store."""
    return counted(1 if source.published_at else 0)


GETTERS: dict[str, Table] = {
    "Product": {
        **WITH_METAFIELDS,
        "availablePublicationsCount": _publications,
        "descriptionHtml": lambda source, _, __: source.body_html,
        "bodyHtml": lambda source, _, __: source.body_html,
        "description": _text,
        "category": _category,
        "collections": lambda source, _, shop: shop.collections_of(source),
        "compareAtPriceRange": _compare_at_range,
        "featuredMedia": lambda source, _, __: source.media[0] if source.media else None,
        "featuredImage": lambda source, _, __: image(source.media[0]) if source.media else None,
        "images": lambda source, _, __: [image(each) for each in source.media],
        "hasOnlyDefaultVariant": lambda source, _, __: not source.options,
        "hasOutOfStockVariants": lambda source, _, __: any(
            variant.inventory_quantity <= 0 for variant in source.variants
        ),
        "inCollection": lambda source, arguments, shop: any(
            each.gid == arguments["id"] for each in shop.collections_of(source)
        ),
        "mediaCount": lambda source, _, __: counted(len(source.media)),
        "onlineStoreUrl": lambda source, _, shop: (
            f"https://{shop.domain}/products/{source.handle}"
            if source.published_at and source.status == "ACTIVE"
            else None
        ),
        "options": _options,
        "priceRange": _price_range,
        "priceRangeV2": _price_range,
        "seo": lambda *_: {"title": None, "description": None},
        "totalVariants": lambda source, _, __: len(source.variants),
        "tracksInventory": lambda source, _, __: any(variant.item.tracked for variant in source.variants),
        "variantsCount": lambda source, _, __: counted(len(source.variants)),
    },
    "ProductOption": {
        "values": lambda source, _, __: (
            source["values"] if isinstance(source, dict) else [value.name for value in source.option_values]
        ),
    },
    "ProductOptionValue": {"hasVariants": lambda *_: True},
    "MediaImage": {
        "image": lambda source, _, __: image(source),
        "preview": lambda source, _, __: {"image": image(source), "status": "READY"},
        "mediaContentType": lambda *_: "IMAGE",
        "status": lambda *_: "READY",
        "fileStatus": lambda *_: "READY",
        "mimeType": lambda *_: "image/jpeg",
        "updatedAt": lambda source, _, __: source.created_at,
    },
    "ProductVariant": {
        **WITH_METAFIELDS,
        "price": lambda source, _, __: money(source.price),
        "compareAtPrice": lambda source, _, __: optional_money(source.compare_at_price),
        "displayName": lambda source, _, __: f"{source.product.title} - {source.title}",
        "inventoryItem": lambda source, _, __: source.item,
        "selectedOptions": _selected_options,
        "sellableOnlineQuantity": lambda source, _, __: max(0, source.inventory_quantity),
    },
    "Collection": {
        **WITH_METAFIELDS,
        "availablePublicationsCount": _publications,
        "descriptionHtml": lambda source, _, __: source.body_html,
        "description": _text,
        "hasProduct": lambda source, arguments, shop: any(
            each.gid == arguments["id"] for each in shop.members_of(source)
        ),
        "products": lambda source, _, shop: shop.members_of(source),
        "productsCount": lambda source, _, shop: counted(len(shop.members_of(source))),
        "sortOrder": lambda *_: "BEST_SELLING",
        "ruleSet": lambda source, _, __: (
            {"appliedDisjunctively": False, "rules": list(source.rules)} if source.rules else None
        ),
        "seo": lambda *_: {"title": None, "description": None},
    },
    "InventoryItem": {
        "sku": lambda source, _, __: source.variant.sku,
        "inventoryLevels": lambda source, _, __: source.levels,
        "inventoryLevel": _level,
        "locationsCount": lambda source, _, __: counted(len(source.levels)),
        "requiresShipping": lambda *_: True,
        "unitCost": lambda source, _, shop: None if source.cost is None else paid(shop, source.cost),
        "variants": lambda source, _, __: [source.variant],
    },
    "InventoryLevel": {"isActive": lambda *_: True, "quantities": _quantities},
}
