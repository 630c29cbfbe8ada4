"""What becomes of orders, told as each platform tells it: each delivery has the order as it is by then."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

Telling = tuple[str, dict[str, Any]]  # topic, payload
Story = Callable[[int], list[Telling]]  # of the order of that number

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)


def at(minute: int) -> str:
    return (BEGAN + timedelta(minutes=minute)).isoformat()


def _custom(number: int, minute: int, fulfilled: str = "unfulfilled", **changes: Any) -> Telling:
    line = {"id": "1", "product_id": "7", "sku": "L", "title": "Lamp", "quantity": 3, "price": "10.00"}
    data = {
        "id": str(number),
        "currency": "EUR",
        "total": "30.00",
        "email": "ada@example.org",
        "lines": [line | changes.pop("line", {})],
        "placed_at": at(0),
        "updated_at": at(minute),
        "fulfillment_status": fulfilled,
    }
    return "order.saved", data | changes


def _parcel(number: int, place: int) -> dict[str, Any]:
    told = f"1Z999AA1{number:04}{place:04}84"
    return {"id": f"s{number}-{place}", "tracking_number": told, "shipped_at": at(3 + place)}


def sent_in_parts(number: int) -> list[Telling]:
    """Placed, paid, changed, sent in two parts, money given back."""
    paid = {"financial_status": "paid", "paid_at": at(2)}
    one, two = _parcel(number, 1), _parcel(number, 2)
    refund = {"id": "r1", "amount": "10.00", "created_at": at(7)}
    over = {"paid_at": at(2), "shipments": [one, two], "status": "completed"}
    return [
        _custom(number, 0),
        _custom(number, 1, note="Ring twice"),
        _custom(number, 2, **paid),
        _custom(number, 4, "partial", **paid, shipments=[one], line={"fulfilled": 1}),
        _custom(number, 5, "fulfilled", **over, financial_status="paid"),
        _custom(number, 7, "fulfilled", **over, refunds=[refund]),
    ]


def cancelled(number: int) -> list[Telling]:
    """Paid for and cancelled after all."""
    refund = {"id": "r1", "amount": "30.00", "created_at": at(9)}
    gone = {"status": "cancelled", "refunds": [refund], "paid_at": at(2)}
    return [
        _custom(number, 0),
        _custom(number, 2, financial_status="paid", paid_at=at(2)),
        _custom(number, 9, **gone),
        _custom(number, 10, **gone, note="Sorry"),
    ]


def edited(number: int) -> list[Telling]:
    """Its money is reserved, and its lines change and change back until it is taken."""
    more = {"line": {"quantity": 5}, "total": "50.00"}
    return [
        _custom(number, 0, financial_status="authorized"),
        _custom(number, 1, financial_status="authorized", **more),
        _custom(number, 2, financial_status="authorized"),
        _custom(number, 3, financial_status="authorized", **more),
        _custom(number, 4, financial_status="paid", paid_at=at(4), **more),
        _custom(number, 5, financial_status="paid", paid_at=at(4), line={"cancelled": 2, "quantity": 5}),
    ]


def returned(number: int) -> list[Telling]:
    """Sent; one piece comes back into stock, another one does not; then it is cancelled."""
    sent = {"paid_at": at(1), "shipments": [_parcel(number, 1)], "status": "completed"}

    def back(place: int, restock: bool) -> dict[str, Any]:
        line = {"id": "1", "quantity": 1, "restock": restock}
        return {"id": f"r{place}", "amount": "10.00", "created_at": at(5 + place), "lines": [line]}

    one, two = back(1, True), back(2, False)
    return [
        _custom(number, 1, financial_status="paid", paid_at=at(1)),
        _custom(number, 4, "fulfilled", **sent),
        _custom(number, 6, "fulfilled", **sent, refunds=[one]),
        _custom(number, 7, "fulfilled", **sent, refunds=[one, two]),
        _custom(number, 8, "fulfilled", **(sent | {"status": "cancelled"}), refunds=[one, two]),
    ]


def _shopify(number: int, minute: int, **changes: Any) -> dict[str, Any]:
    line = {"id": number * 10, "product_id": 7, "variant_id": 70, "sku": "L", "title": "Lamp", "price": "10.00"}
    line |= {"quantity": 3, "fulfillable_quantity": 3, "current_quantity": 3} | changes.pop("line", {})
    data = {
        "id": number,
        "name": f"#{number}",
        "currency": "EUR",
        "total_price": "30.00",
        "subtotal_price": "30.00",
        "total_tax": "0.00",
        "total_discounts": "0.00",
        "email": "ada@example.org",
        "financial_status": "pending",
        "fulfillment_status": None,
        "line_items": [line],
        "refunds": [],
        "fulfillments": [],
        "created_at": at(0),
        "processed_at": at(0),
        "updated_at": at(minute),
    }
    return data | changes


def _refund(number: int, minute: int, pieces: int, restock: str) -> dict[str, Any]:
    amount = f"{pieces * 10}.00"
    paid = {"id": number * 10 + 6, "kind": "refund", "status": "success", "amount": amount, "currency": "EUR"}
    line = {"id": 8, "line_item_id": number * 10, "quantity": pieces, "restock_type": restock, "subtotal": amount}
    about = {"id": number * 10 + 5, "order_id": number, "created_at": at(minute)}
    return about | {"transactions": [paid], "refund_line_items": [line]}


def refunded(number: int) -> list[Telling]:
    """Each state under its own topic, and refunds apart from the order: paid, given back, cancelled."""
    refund = _refund(number, 7, 3, "cancel")
    over = _shopify(number, 7, financial_status="refunded", cancelled_at=at(7), refunds=[refund])
    return [
        ("orders/create", _shopify(number, 0)),
        ("orders/updated", _shopify(number, 1, note="Ring twice")),
        ("orders/paid", _shopify(number, 2, financial_status="paid")),
        ("orders/updated", _shopify(number, 2, financial_status="paid")),
        ("refunds/create", refund),
        ("orders/cancelled", over),
        ("orders/updated", over),
    ]


def fulfilled(number: int) -> list[Telling]:
    """Reserved, paid, sent, and one piece of it given back into stock."""
    sent = {"id": number * 10 + 1, "order_id": number, "status": "success", "created_at": at(4), "updated_at": at(4)}
    sent |= {"tracking_number": f"JD{number:014}", "tracking_company": "DHL", "line_items": [{"id": number * 10}]}
    done = {"fulfillment_status": "fulfilled", "fulfillments": [sent], "line": {"fulfillable_quantity": 0}}
    refund = _refund(number, 6, 1, "return")
    after = done | {"financial_status": "partially_refunded", "refunds": [refund]}
    return [
        ("orders/create", _shopify(number, 0)),
        ("orders/updated", _shopify(number, 1, financial_status="authorized")),
        ("orders/paid", _shopify(number, 2, financial_status="paid")),
        ("orders/fulfilled", _shopify(number, 4, financial_status="paid", **done)),
        ("refunds/create", refund),
        ("orders/updated", _shopify(number, 6, **after)),
    ]


STORIES: dict[str, tuple[Story, ...]] = {
    "custom": (sent_in_parts, cancelled, edited, returned),
    "shopify": (refunded, fulfilled),
}
# Told before anything else: how many pieces there are.
STOCKED: dict[str, Telling] = {
    "custom": ("product.saved", {"id": "7", "title": "Lamp", "price": "10.00", "stock": 50, "updated_at": at(-5)}),
}
