"""WooCommerce's payloads of products and their variations."""

import zlib
from typing import Any

from integrations.simulator.catalogue import handle_of
from integrations.simulator.model import CURRENCY, Product, Variant
from integrations.simulator.woocommerce_shapes import dates, escaped, links, money, price
from integrations.simulator.words import DEPARTMENTS

_CATEGORY_IDS = {department.name: 15 + place for place, department in enumerate(DEPARTMENTS)}
_BRAND_IDS = {
    brand: 100 + place
    for place, brand in enumerate(sorted({brand for department in DEPARTMENTS for brand in department.brands}))
}
_STATUS = {"active": "publish", "draft": "draft", "deleted": "trash"}
# Fields that every product has and that this shop never fills.
_UNUSED: dict[str, Any] = {
    "featured": False,
    "catalog_visibility": "visible",
    "date_on_sale_from": None,
    "date_on_sale_from_gmt": None,
    "date_on_sale_to": None,
    "date_on_sale_to_gmt": None,
    "total_sales": 0,
    "virtual": False,
    "downloadable": False,
    "downloads": [],
    "download_limit": -1,
    "download_expiry": -1,
    "external_url": "",
    "button_text": "",
    "tax_status": "taxable",
    "tax_class": "",
    "backorders": "no",
    "backorders_allowed": False,
    "backordered": False,
    "low_stock_amount": None,
    "sold_individually": False,
    "weight": "",
    "dimensions": {"length": "", "width": "", "height": ""},
    "shipping_required": True,
    "shipping_taxable": True,
    "shipping_class": "",
    "shipping_class_id": 0,
    "reviews_allowed": True,
    "average_rating": "0.00",
    "rating_count": 0,
    "upsell_ids": [],
    "cross_sell_ids": [],
    "purchase_note": "",
    "default_attributes": [],
    "grouped_products": [],
    "menu_order": 0,
    "meta_data": [],
    "post_password": "",
    "global_unique_id": "",
}


def product_json(product: Product, related: list[int], shop_url: str, images: str) -> dict[str, Any]:
    """A simple product, or the parent of variations, which has neither stock nor a regular price of its own."""
    simple = not product.option_names
    cheapest = min(product.variants, key=lambda variant: variant.price)
    return {
        **_UNUSED,
        "id": product.id,
        "name": escaped(product.title),
        "slug": product.handle,
        "permalink": f"{shop_url}/product/{product.handle}/",
        **dates("date_created", product.created_at),
        **dates("date_modified", product.updated_at),
        "type": "simple" if simple else "variable",
        "status": _status(product),
        "description": product.description,
        "short_description": "",
        "sku": cheapest.sku if simple else "",
        **(_priced(cheapest) if simple else _parent_price(product)),
        **(_stocked(cheapest) if simple else _parent_stock(product)),
        "parent_id": 0,
        "categories": _categories(product),
        "brands": [{"id": _BRAND_IDS[product.brand], "name": escaped(product.brand), "slug": handle_of(product.brand)}],
        "tags": [
            {"id": 200 + zlib.crc32(tag.encode()) % 100_000, "name": tag, "slug": handle_of(tag)}
            for tag in product.tags
        ],
        "images": _images(product, images),
        "attributes": _attributes(product),
        "variations": [] if simple else [variant.id for variant in product.variants],
        "related_ids": related,
        "has_options": not simple,
        "_links": links(shop_url, "products", product.id),
    }


def variation_json(product: Product, variant: Variant, shop_url: str, images: str) -> dict[str, Any]:
    """A variation, delivered as a product of its own that names its parent."""
    return {
        **_UNUSED,
        "id": variant.id,
        "name": escaped(f"{product.title} - {', '.join(variant.choices)}"),
        "slug": f"{product.handle}-{handle_of('-'.join(variant.choices))}",
        "permalink": f"{shop_url}/product/{product.handle}/?variation={variant.id}",
        **dates("date_created", variant.created_at),
        **dates("date_modified", variant.updated_at),
        "type": "variation",
        "status": "trash" if product.state == "deleted" else "publish",
        "description": "",
        "short_description": "",
        "sku": variant.sku,
        **_priced(variant),
        **_stocked(variant),
        "parent_id": product.id,
        "categories": [{"id": 14, "name": "Uncategorized", "slug": "uncategorized"}],
        "brands": [],
        "tags": [],
        "images": _images(product, images),
        "attributes": [
            {"id": 1 + place, "name": name, "slug": f"pa_{handle_of(name)}", "option": choice}
            for place, (name, choice) in enumerate(zip(product.option_names, variant.choices, strict=True))
        ],
        "variations": [],
        "related_ids": [],
        "has_options": False,
        "_links": links(shop_url, "products", variant.id),
    }


def _status(product: Product) -> str:
    return _STATUS[product.state] if product.published or product.state == "deleted" else "draft"


def _attributes(product: Product) -> list[dict[str, Any]]:
    return [
        {
            "id": 1 + place,
            "name": name,
            "slug": f"pa_{handle_of(name)}",
            "position": place,
            "visible": True,
            "variation": True,
            "options": list(dict.fromkeys(variant.choices[place] for variant in product.variants)),
        }
        for place, name in enumerate(product.option_names)
    ]


def _categories(product: Product) -> list[dict[str, Any]]:
    name = product.department
    return [{"id": _CATEGORY_IDS[name], "name": escaped(name), "slug": handle_of(name)}]


def _images(product: Product, images: str) -> list[dict[str, Any]]:
    source = f"{images}/demo/images/{product.handle}.svg"
    made = {**dates("date_created", product.created_at), **dates("date_modified", product.created_at)}
    return [{"id": product.id, **made, "src": source, "name": product.handle, "alt": escaped(product.title)}]


def _price_html(cents: int) -> str:
    return f'<span class="woocommerce-Price-amount amount"><bdi>{money(cents)}&nbsp;{CURRENCY}</bdi></span>'


def _priced(variant: Variant) -> dict[str, Any]:
    on_sale = variant.compare_at is not None
    return {
        "price": price(variant.price),
        "regular_price": price(variant.compare_at if variant.compare_at is not None else variant.price),
        "sale_price": price(variant.price) if on_sale else "",
        "on_sale": on_sale,
        "purchasable": True,
        "price_html": _price_html(variant.price),
    }


def _parent_price(product: Product) -> dict[str, Any]:
    cheapest = min(variant.price for variant in product.variants)
    return {
        "price": price(cheapest),
        "regular_price": "",
        "sale_price": "",
        "on_sale": any(variant.compare_at is not None for variant in product.variants),
        "purchasable": True,
        "price_html": _price_html(cheapest),
    }


def _stocked(variant: Variant) -> dict[str, Any]:
    status = "instock" if variant.stock > 0 else "outofstock"
    return {"manage_stock": True, "stock_quantity": variant.stock, "stock_status": status}


def _parent_stock(product: Product) -> dict[str, Any]:
    status = "instock" if any(variant.stock > 0 for variant in product.variants) else "outofstock"
    return {"manage_stock": False, "stock_quantity": None, "stock_status": status}
