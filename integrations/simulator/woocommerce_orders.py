"""WooCommerce's payloads of orders and customers."""

from typing import Any

from integrations.simulator.model import CURRENCY, TAX_PERCENT, Customer, Line, Order, Parcel, taxed
from integrations.simulator.woocommerce_shapes import dates, escaped, links, money


def order_json(order: Order, shop_url: str) -> dict[str, Any]:
    """An order; a draft is a checkout that is not finished."""
    return {
        "id": order.id,
        "parent_id": 0,
        "status": _status(order),
        "currency": CURRENCY,
        "version": "10.5.0",
        "prices_include_tax": False,
        **dates("date_created", order.created_at),
        **dates("date_modified", order.updated_at),
        **_amounts(order),
        "customer_id": order.customer_id or 0,
        "order_key": f"wc_order_{order.id:013x}",
        "billing": {**_address(order.buyer), "email": order.buyer.email},
        "shipping": _address(order.buyer),
        "payment_method": "bacs",
        "payment_method_title": "Bank transfer",
        "transaction_id": "",
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": "store-api",
        "customer_note": "",
        **dates("date_completed", order.parcels[0].created_at if order.parcels else None),
        **dates("date_paid", order.paid_at),
        "cart_hash": "",
        "number": str(order.id),
        "meta_data": _tracking(order),
        "line_items": [_line_json(line) for line in order.lines],
        "refunds": [{"id": made.id, "reason": made.reason, "total": money(-made.amount)} for made in order.refunds],
        "payment_url": f"{shop_url}/checkout/order-pay/{order.id}/?pay_for_order=true",
        "is_editable": order.paid_at is None,
        "needs_payment": order.paid_at is None,
        "needs_processing": True,
        "currency_symbol": "€",
        "_links": links(shop_url, "orders", order.id),
    }


def customer_json(customer: Customer, shop_url: str) -> dict[str, Any]:
    """A customer with an account."""
    return {
        "id": customer.id,
        **dates("date_created", customer.created_at),
        **dates("date_modified", customer.updated_at),
        "email": customer.email,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "role": "customer",
        "username": customer.email.partition("@")[0],
        "billing": {**_address(customer), "email": customer.email},
        "shipping": _address(customer),
        "is_paying_customer": customer.paying,
        "avatar_url": "",
        "meta_data": [],
        "_links": links(shop_url, "customers", customer.id),
    }


def _amounts(order: Order) -> dict[str, Any]:
    goods_tax = order.tax - taxed(order.shipping)
    return {
        "discount_total": money(order.discount),
        "discount_tax": money(taxed(order.discount)),
        "shipping_total": money(order.shipping),
        "shipping_tax": money(taxed(order.shipping)),
        "cart_tax": money(goods_tax),
        "total": money(order.total),
        "total_tax": money(order.tax),
        "tax_lines": [_tax_line(order, goods_tax)],
        "shipping_lines": [_shipping_line(order)],
        "fee_lines": [],
        "coupon_lines": [_coupon(order)] if order.code else [],
    }


def _status(order: Order) -> str:
    if order.draft:
        return "checkout-draft"
    if order.cancelled_at:
        return "cancelled"
    if order.refunded >= order.total:
        return "refunded"
    if order.parcels:
        return "completed"
    return "processing" if order.paid_at else "on-hold"


def _address(person: Customer) -> dict[str, Any]:
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "company": "",
        "address_1": person.street,
        "address_2": "",
        "city": person.city,
        "state": "",
        "postcode": person.postcode,
        "country": person.country,
        "phone": person.phone,
    }


def _line_json(line: Line) -> dict[str, Any]:
    before = line.price * line.quantity
    variation = line.variant_id if line.variant_id != line.product_id else 0
    return {
        "id": line.id,
        "name": escaped(f"{line.title} - {line.choice}" if line.choice else line.title),
        "product_id": line.product_id,
        "variation_id": variation,
        "quantity": line.quantity,
        "tax_class": "",
        "subtotal": money(before),
        "subtotal_tax": money(taxed(before)),
        "total": money(line.total),
        "total_tax": money(taxed(line.total)),
        "taxes": [{"id": 1, "total": money(taxed(line.total)), "subtotal": money(taxed(before))}],
        "meta_data": [],
        "sku": line.sku,
        "global_unique_id": "",
        "price": line.total / line.quantity / 100,
        "image": {"id": "", "src": ""},
        "parent_name": escaped(line.title) if variation else None,
    }


def _tax_line(order: Order, goods_tax: int) -> dict[str, Any]:
    return {
        "id": order.id + 1,
        "rate_code": "VAT-1",
        "rate_id": 1,
        "label": "VAT",
        "compound": False,
        "tax_total": money(goods_tax),
        "shipping_tax_total": money(taxed(order.shipping)),
        "rate_percent": TAX_PERCENT,
        "meta_data": [],
    }


def _shipping_line(order: Order) -> dict[str, Any]:
    return {
        "id": order.id + 2,
        "method_title": "Standard",
        "method_id": "flat_rate",
        "instance_id": "1",
        "total": money(order.shipping),
        "total_tax": money(taxed(order.shipping)),
        "taxes": [{"id": 1, "total": money(taxed(order.shipping)), "subtotal": ""}],
        "tax_status": "taxable",
        "meta_data": [],
    }


def _coupon(order: Order) -> dict[str, Any]:
    return {
        "id": order.id + 3,
        "code": order.code.lower(),
        "discount": money(order.discount),
        "discount_tax": money(taxed(order.discount)),
        "meta_data": [],
    }


def _tracking(order: Order) -> list[dict[str, Any]]:
    """Tracking numbers where shipment plugins put them (Advanced Shipment Tracking 3.9): order meta."""
    if not order.parcels:
        return []
    value = [_tracking_item(parcel) for parcel in order.parcels]
    return [{"id": order.id + 4, "key": "_wc_shipment_tracking_items", "value": value}]


def _tracking_item(parcel: Parcel) -> dict[str, Any]:
    return {
        "tracking_provider": parcel.carrier.lower(),
        "custom_tracking_provider": "",
        "custom_tracking_link": parcel.url,
        "tracking_number": parcel.number,
        "tracking_product_code": "",
        "date_shipped": int(parcel.created_at.timestamp()),
        "status_shipped": 1,
        "source": "",
        "tracking_id": f"{parcel.id:032x}",
        "user_id": 1,
    }
