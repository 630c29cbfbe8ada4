"""Bodies of webhooks about products, collections, stock, customers and the shop, in the shape that REST had."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.peers.shopify.model_goods import Collection, InventoryItem, Level, Product, Variant
from tests.peers.shopify.model_sales import Address, Customer
from tests.peers.shopify.state import State

# Above this, a product's delivery carries only the ids of its variants.
FULL_VARIANTS = 100


def money(amount: int) -> str:
    """Minor units as Shopify writes them: "19.99"."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def optional_money(amount: int | None) -> str | None:
    return None if amount is None else money(amount)


def local(shop: State, moment: datetime | None) -> str | None:
    """A time in the shop's own zone, with its offset."""
    return None if moment is None else moment.astimezone(ZoneInfo(shop.timezone)).isoformat()


def _images(shop: State, source: Product) -> list[dict[str, Any]]:
    return [
        {
            "id": each.id,
            "alt": each.alt,
            "position": place,
            "product_id": source.id,
            "created_at": local(shop, each.created_at),
            "updated_at": local(shop, each.created_at),
            "admin_graphql_api_id": f"gid://shopify/ProductImage/{each.id}",
            "width": each.width,
            "height": each.height,
            "src": each.url,
            "variant_ids": [],
        }
        for place, each in enumerate(source.media, 1)
    ]


def product(shop: State, source: Product) -> dict[str, Any]:
    images = _images(shop, source)
    newest_first = sorted(source.variants, key=lambda each: each.updated_at, reverse=True)
    return {
        "admin_graphql_api_id": source.gid,
        "body_html": source.body_html,
        "created_at": local(shop, source.created_at),
        "handle": source.handle,
        "id": source.id,
        "product_type": source.product_type,
        "published_at": local(shop, source.published_at),
        "template_suffix": None,
        "title": source.title,
        "updated_at": local(shop, source.updated_at),
        "vendor": source.vendor,
        "status": source.status.lower(),
        "published_scope": "web",
        "tags": ", ".join(source.tags),
        "variants": [variant(shop, each) for each in source.variants[:FULL_VARIANTS]],
        "options": [_option(source, place) for place in range(len(source.options))] or [_no_option(source)],
        "images": images,
        "image": images[0] if images else None,
        "media": [],
        "variant_gids": [
            {"admin_graphql_api_id": each.gid, "updated_at": f"{each.updated_at:%Y-%m-%dT%H:%M:%S}.000Z"}
            for each in newest_first
        ],
        "has_variants_that_requires_components": False,
        "category": None,
    }


def _option(source: Product, place: int) -> dict[str, Any]:
    option = source.options[place]
    return {
        "id": option.id,
        "product_id": source.id,
        "name": option.name,
        "position": option.position,
        "values": [each.name for each in option.option_values],
    }


def _no_option(source: Product) -> dict[str, Any]:
    return {"id": source.id, "product_id": source.id, "name": "Title", "position": 1, "values": ["Default Title"]}


def variant(shop: State, source: Variant) -> dict[str, Any]:
    values: tuple[str | None, ...] = (*(source.values or ("Default Title",)), None, None, None)
    return {
        "admin_graphql_api_id": source.gid,
        "barcode": source.barcode,
        "compare_at_price": optional_money(source.compare_at_price),
        "created_at": local(shop, source.created_at),
        "id": source.id,
        "inventory_policy": source.inventory_policy.lower(),
        "position": source.position,
        "price": money(source.price),
        "product_id": source.product.id,
        "sku": source.sku,
        "taxable": source.taxable,
        "title": source.title,
        "updated_at": local(shop, source.updated_at),
        "option1": values[0],
        "option2": values[1],
        "option3": values[2],
        "image_id": None,
        "inventory_item_id": source.item.id,
        "inventory_quantity": source.inventory_quantity,
        "old_inventory_quantity": source.inventory_quantity,
    }


def collection(shop: State, source: Collection) -> dict[str, Any]:
    smart = [
        {"column": r.column.lower(), "relation": r.relation.lower(), "condition": r.condition} for r in source.rules
    ]
    return {
        "id": source.id,
        "handle": source.handle,
        "title": source.title,
        "updated_at": local(shop, source.updated_at),
        "body_html": source.body_html,
        "published_at": local(shop, source.published_at),
        "sort_order": "best-selling",
        "template_suffix": None,
        "published_scope": "web",
        "admin_graphql_api_id": source.gid,
        **({"disjunctive": False, "rules": smart} if smart else {}),
    }


def level(shop: State, source: Level) -> dict[str, Any]:
    return {
        "inventory_item_id": source.item.id,
        "location_id": source.location.id,
        "available": source.available,
        "updated_at": local(shop, source.updated_at),
        "admin_graphql_api_id": source.gid,
    }


def inventory_item(shop: State, source: InventoryItem) -> dict[str, Any]:
    return {
        "id": source.id,
        "sku": source.variant.sku,
        "created_at": local(shop, source.created_at),
        "updated_at": local(shop, source.updated_at),
        "requires_shipping": True,
        "cost": optional_money(source.cost),
        "country_code_of_origin": None,
        "province_code_of_origin": None,
        "harmonized_system_code": None,
        "tracked": source.tracked,
        "country_harmonized_system_codes": [],
        "admin_graphql_api_id": source.gid,
    }


def address(source: Address | None) -> dict[str, Any] | None:
    """An order's address, which has no id."""
    if source is None:
        return None
    return {
        "first_name": source.first_name,
        "address1": source.address1,
        "phone": source.phone,
        "city": source.city,
        "zip": source.zip,
        "province": None,
        "country": source.country,
        "last_name": source.last_name,
        "address2": None,
        "company": None,
        "latitude": None,
        "longitude": None,
        "name": source.name,
        "country_code": source.country_code,
        "province_code": None,
    }


def customer(shop: State, source: Customer) -> dict[str, Any]:
    """Neither tags nor consent nor purchases: those have topics of their own."""
    addresses = [
        {
            **(address(each) or {}),
            "id": each.id,
            "customer_id": source.id,
            "country_name": each.country,
            "default": place == 0,
        }
        for place, each in enumerate(source.addresses)
    ]
    return {
        "id": source.id,
        "created_at": local(shop, source.created_at),
        "updated_at": local(shop, source.updated_at),
        "first_name": source.first_name,
        "last_name": source.last_name,
        "state": source.state.lower(),
        "note": source.note,
        "verified_email": source.verified_email,
        "multipass_identifier": None,
        "tax_exempt": False,
        "email": source.email,
        "phone": source.phone,
        "currency": shop.currency,
        "addresses": addresses,
        "tax_exemptions": [],
        "admin_graphql_api_id": source.gid,
        **({"default_address": addresses[0]} if addresses else {}),
    }


def purchases(shop: State, source: Customer) -> dict[str, Any]:
    return {
        "customerId": source.gid,
        "numberOfOrders": len(source.orders),
        "amountSpent": {"amount": money(source.amount_spent), "currencyCode": shop.currency},
        "lastOrderId": source.orders[-1].gid if source.orders else None,
        "occurredAt": f"{shop.clock():%Y-%m-%dT%H:%M:%S}.000Z",
    }


def shop_itself(source: State) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.name,
        "email": source.email,
        "domain": source.domain,
        "country": "DE",
        "country_code": "DE",
        "created_at": local(source, source.created_at),
        "updated_at": local(source, source.updated_at),
        "currency": source.currency,
        "iana_timezone": source.timezone,
        "myshopify_domain": source.domain,
        "plan_display_name": "Basic",
        "plan_name": "basic",
        "primary_location_id": min(source.locations, default=None),
    }
