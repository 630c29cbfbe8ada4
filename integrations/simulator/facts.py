"""The store as a mirror of it should look: one neutral form for tests to compare tables, index and pages with."""

from collections.abc import Mapping
from typing import Any, Protocol

from integrations.simulator.model import CURRENCY, Customer, Order, Product


class Stock(Protocol):
    """What a store has."""

    @property
    def products(self) -> Mapping[int, Product]:
        """By id, deleted ones as well."""

    @property
    def orders(self) -> Mapping[int, Order]:
        """By id, drafts as well."""

    @property
    def customers(self) -> Mapping[int, Customer]:
        """By id."""


def facts(store: Stock) -> dict[str, Any]:
    """`products`, `orders` and `customers` by id as text, money in cents, and what deliveries alone cannot settle.

    Deleted products are in `deleted`; those that were restored since are in `restored` as well: when deliveries are
    out of order, a receiver can only mark them for another look. Drafts of orders are left out.

    Three things look different at WooCommerce: an order's number is its id, the one variant of a product without
    options has the product's id (and its order lines no variant), and nobody tells when an order is closed.
    """
    return {
        "currency": CURRENCY,
        "products": {str(one.id): _product(one) for one in store.products.values() if one.state != "deleted"},
        "deleted": sorted(str(one.id) for one in store.products.values() if one.state == "deleted"),
        "restored": sorted(str(one.id) for one in store.products.values() if one.restored),
        "orders": {str(one.id): _order(one) for one in store.orders.values() if not one.draft},
        "customers": {str(one.id): _customer(one) for one in store.customers.values()},
    }


def _product(product: Product) -> dict[str, Any]:
    cheapest = min(product.variants, key=lambda variant: variant.price)
    return {
        "handle": product.handle,
        "title": product.title,
        "description": product.description,
        "brand": product.brand,
        "category": product.department,
        "status": product.state,
        "published": product.published and product.state == "active",
        "price": cheapest.price,
        "compare_at_price": cheapest.compare_at,
        "stock": sum(variant.stock for variant in product.variants),
        "available": any(variant.stock > 0 for variant in product.variants),
        "options": list(product.option_names),
        "variants": {
            str(variant.id): {
                "sku": variant.sku,
                "options": dict(zip(product.option_names, variant.choices, strict=True)),
                "price": variant.price,
                "compare_at_price": variant.compare_at,
                "stock": variant.stock,
            }
            for variant in product.variants
        },
    }


def _order(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "cancelled": order.cancelled_at is not None,
        "paid": order.paid_at is not None,
        "fulfilled": bool(order.parcels),
        "closed": order.closed_at is not None,
        "total": order.total,
        "subtotal": order.subtotal,
        "tax": order.tax,
        "shipping": order.shipping,
        "discount": order.discount,
        "refunded": order.refunded,
        "customer_id": str(order.customer_id) if order.customer_id is not None else "",
        "email": order.buyer.email,
        "lines": [
            {
                "product_id": str(line.product_id),
                "variant_id": str(line.variant_id),
                "sku": line.sku,
                "quantity": line.quantity,
                "price": line.price,
                "total": line.total,
            }
            for line in order.lines
        ],
        "tracking_numbers": [parcel.number for parcel in order.parcels],
    }


def _customer(customer: Customer) -> dict[str, Any]:
    return {
        "email": customer.email,
        "phone": customer.phone,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "city": customer.city,
    }
