"""What the stand-in's REST API and webhooks tell: wc/v3 of WooCommerce 10.5."""

import html
import itertools
import random
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]

_PRODUCT: Row = {
    "featured": False,
    "catalog_visibility": "visible",
    "description": "",
    "short_description": "",
    "sku": "",
    "price": "",
    "regular_price": "",
    "sale_price": "",
    "date_on_sale_from": None,
    "date_on_sale_from_gmt": None,
    "date_on_sale_to": None,
    "date_on_sale_to_gmt": None,
    "on_sale": False,
    "purchasable": True,
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
    "manage_stock": False,
    "stock_quantity": None,
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
    "parent_id": 0,
    "purchase_note": "",
    "categories": [],
    "brands": [],
    "tags": [],
    "images": [],
    "attributes": [],
    "default_attributes": [],
    "variations": [],
    "grouped_products": [],
    "menu_order": 0,
    "price_html": "",
    "related_ids": [],
    "meta_data": [],
    "stock_status": "instock",
    "has_options": False,
    "post_password": "",
    "global_unique_id": "",
}
_NOT_OF_VARIATIONS = [
    "featured",
    "catalog_visibility",
    "short_description",
    "total_sales",
    "external_url",
    "button_text",
    "sold_individually",
    "shipping_required",
    "shipping_taxable",
    "reviews_allowed",
    "average_rating",
    "rating_count",
    "upsell_ids",
    "cross_sell_ids",
    "purchase_note",
    "categories",
    "brands",
    "tags",
    "images",
    "default_attributes",
    "variations",
    "grouped_products",
    "price_html",
    "related_ids",
    "has_options",
    "post_password",
    "slug",
]
_EMPTY_ADDRESS = dict.fromkeys(
    ["first_name", "last_name", "company", "address_1", "address_2", "city", "postcode", "country", "state"], ""
)


def escaped(text: str) -> str:
    """A name as WordPress keeps it."""
    return html.escape(html.unescape(text), quote=False)


def gmt(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def dates(name: str, moment: datetime | None, offset: timedelta) -> Row:
    if moment is None:
        return {name: None, f"{name}_gmt": None}
    return {name: gmt(moment + offset), f"{name}_gmt": gmt(moment)}


def links(home: str, path: str, number: int) -> Row:
    root = f"{home}/wp-json/wc/v3/{path}"
    allowed = {"allow": ["GET", "POST", "PUT", "PATCH", "DELETE"]}
    return {"self": [{"href": f"{root}/{number}", "targetHints": allowed}], "collection": [{"href": root}]}


def _own(row: Row) -> Row:
    return {name: value for name, value in row.items() if not name.startswith("_")}


def _product_dates(row: Row, offset: timedelta) -> Row:
    return dates("date_created", row["_created"], offset) | dates("date_modified", row["_modified"], offset)


def product(store: Any, row: Row) -> Row:
    """A product in lists, alone and in webhooks."""
    known = [store.categories[number] for number in row["_categories"] if number in store.categories]
    related = [number for number in itertools.islice(store.products, 5) if number != row["id"]]
    random.shuffle(related)
    variations = [each["id"] for each in store.family(row["id"])]
    prices = [
        store.variations[number]["price"] for number in variations if store.variations[number]["status"] == "publish"
    ]
    told = {
        **_PRODUCT,
        **_own(row),
        **_product_dates(row, store.offset),
        "permalink": f"{store.home}/product/{row['slug']}/",
        "categories": [{name: each[name] for name in ("id", "name", "slug")} for each in known],
        "variations": variations,
        "related_ids": related,
        "price_html": f"<span>{row.get('price', '')}</span>",
        "has_options": row["type"] == "variable",
        "_links": links(store.home, "products", row["id"]),
    }
    if row["type"] == "variable":
        told |= {"price": min(prices, key=float, default=""), "regular_price": "", "sale_price": ""}
    return told


def _options(row: Row) -> str:
    return ", ".join(each["option"] for each in row["attributes"])


def variation_as_product(store: Any, row: Row) -> Row:
    """What products/<id> answers for a variation's number, and what webhooks deliver."""
    parent = store.products[row["parent_id"]]
    image = row.get("image")
    own = {name: value for name, value in _own(row).items() if name != "image"}
    return {
        **_PRODUCT,
        **own,
        **_product_dates(row, store.offset),
        "name": f"{parent['name']} - {_options(row)}",
        "slug": f"{parent['slug']}-{row['id']}",
        "permalink": f"{store.home}/product/{parent['slug']}/?variation={row['id']}",
        "type": "variation",
        "categories": [{"id": 1, "name": "Uncategorized", "slug": "uncategorized"}],
        "images": [image] if image else [],
        "total_sales": "0",
        "reviews_allowed": False,
        "_links": links(store.home, "products", row["id"]),
    }


def variation(store: Any, row: Row, *, old: bool = False) -> Row:
    """A variation in the lists of variations; before 10.3 without its product, type and name."""
    blank = {name: value for name, value in _PRODUCT.items() if name not in _NOT_OF_VARIATIONS}
    own = {name: value for name, value in _own(row).items() if name not in _NOT_OF_VARIATIONS}
    told = {
        **blank,
        **own,
        **_product_dates(row, store.offset),
        "type": "variation",
        "name": _options(row),
        "permalink": f"{store.home}/product/{store.products[row['parent_id']]['slug']}/?variation={row['id']}",
        "image": row.get("image"),
        "_links": links(store.home, f"products/{row['parent_id']}/variations", row["id"]),
    }
    return {name: value for name, value in told.items() if not old or name not in ("type", "name", "parent_id")}


def category(store: Any, row: Row) -> Row:
    count = sum(row["id"] in each["_categories"] for each in store.products.values())
    path = links(store.home, "products/categories", row["id"])
    return {**_own(row), "display": "default", "image": None, "menu_order": 0, "count": count, "_links": path}


def customer(store: Any, row: Row) -> Row:
    return {
        **_own(row),
        **_product_dates(row, store.offset),
        "billing": {**_EMPTY_ADDRESS, "email": "", "phone": "", **row["billing"]},
        "shipping": {**_EMPTY_ADDRESS, "phone": "", **row["shipping"]},
        "avatar_url": "https://avatars.example/1",
        "meta_data": row.get("meta_data", []),
        "_links": links(store.home, "customers", row["id"]),
    }


def order(store: Any, row: Row) -> Row:
    lines = [_line(each) for each in row["line_items"]]
    total = sum(float(line["total"]) for line in lines)
    address = {**_EMPTY_ADDRESS, "phone": "", **row["billing"]}
    return {
        "id": row["id"],
        "parent_id": 0,
        "status": row["status"],
        "currency": store.currency,
        "version": "10.5.0",
        "prices_include_tax": False,
        **_product_dates(row, store.offset),
        "discount_total": "0.00",
        "discount_tax": "0.00",
        "shipping_total": "0.00",
        "shipping_tax": "0.00",
        "cart_tax": "0.00",
        "total": f"{total:.2f}",
        "total_tax": "0.00",
        "customer_id": row["customer_id"],
        "order_key": f"wc_order_{row['id']:013x}",
        "billing": {"email": "", **address},
        "shipping": {name: value for name, value in address.items() if name != "email"},
        "payment_method": "bacs",
        "payment_method_title": "Bank transfer",
        "transaction_id": "",
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": row.get("created_via", "rest-api"),
        "customer_note": row.get("customer_note", ""),
        **dates("date_completed", row.get("_completed"), store.offset),
        **dates("date_paid", row.get("_paid"), store.offset),
        "cart_hash": "",
        "number": str(row["id"]),
        "meta_data": row["meta_data"],
        "line_items": lines,
        "tax_lines": [],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [{name: each[name] for name in ("id", "reason", "total")} for each in row["refunds"]],
        "payment_url": f"{store.home}/checkout/order-pay/{row['id']}/",
        "is_editable": row["status"] == "pending",
        "needs_payment": row["status"] == "pending",
        "needs_processing": True,
        "currency_symbol": store.currency,
        "_links": links(store.home, "orders", row["id"]),
    }


def _line(line: Row) -> Row:
    total = float(line["price"]) * line["quantity"]
    return {
        "id": line["id"],
        "name": line["name"],
        "product_id": line["product_id"],
        "variation_id": line.get("variation_id", 0),
        "quantity": line["quantity"],
        "tax_class": "",
        "subtotal": f"{total:.2f}",
        "subtotal_tax": "0.00",
        "total": f"{total:.2f}",
        "total_tax": "0.00",
        "taxes": [],
        "meta_data": [],
        "sku": line.get("sku", ""),
        "global_unique_id": "",
        "price": float(line["price"]),
        "image": {"id": "", "src": ""},
        "parent_name": None,
    }


def webhook(store: Any, row: Row) -> Row:
    resource, _, event = row["topic"].partition(".")
    shown = {name: row[name] for name in ("id", "name", "status", "topic")}
    return {
        **shown,
        "resource": resource,
        "event": event,
        "hooks": [event] if resource == "action" else [f"woocommerce_{event}_{resource}"],
        "delivery_url": row["delivery_url"],
        **_product_dates(row, store.offset),
        "_links": links(store.home, "webhooks", row["id"]),
    }


def note(store: Any, order_id: int, row: Row) -> Row:
    return {
        "id": row["id"],
        "author": "WooCommerce",
        **dates("date_created", row["_created"], store.offset),
        "note": row["note"],
        "customer_note": row["customer_note"],
        "_links": links(store.home, f"orders/{order_id}/notes", row["id"]),
    }
