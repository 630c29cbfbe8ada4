"""Orders and refunds."""

from commerce.rules.events import CUSTOMER, ORDER, Change, Deleted, Reading, Refunded, Saved, Unclear
from commerce.rules.orders import CANCELLED, COMPLETED, OPEN, OrderFacts, OrderLine, Refund, ShipmentFacts
from integrations.platforms.body import Body, search_id_among
from integrations.platforms.shopify.pieces import Pieces
from integrations.platforms.shopify.read_customers import address, customer
from integrations.platforms.shopify.read_shipments import shipments
from integrations.protocols import Delivered


def read_order(delivered: Delivered) -> Reading:
    """orders/create, updated, paid, cancelled, fulfilled …: all carry the whole order, some also its customer."""
    body = Body.of(delivered.topic, delivered.payload)
    id_ = body.id()
    if not body.tells("currency", "total_price", "line_items"):
        return _unclear(id_, "The delivery carries only the id, not the object.")
    buyer = body.part("customer")
    born = delivered.topic.lower().replace("/", ".").endswith(".create")
    changes: list[Change] = [Saved(kind=ORDER, facts=_order(body, id_, buyer), tiebreak=_tiebreak(body), born=born)]
    facts = customer(buyer) if buyer is not None and buyer.id_or_empty("id") else None
    if facts is not None:
        changes.append(Saved(kind=CUSTOMER, facts=facts))
    return Reading(kind=ORDER, object_id=id_, changes=tuple(changes))


def read_order_deletion(delivered: Delivered) -> Reading:
    """orders/delete: nothing but the id."""
    id_ = Body.of(delivered.topic, delivered.payload).id()
    return Reading(kind=ORDER, object_id=id_, changes=(Deleted(kind=ORDER, id=id_, at=delivered.triggered_at),))


def read_order_edit(delivered: Delivered) -> Reading:
    """orders/edited: which lines came and went, without prices."""
    edit = Body.of(delivered.topic, delivered.payload).part("order_edit")
    if edit is None:
        raise Body.of(delivered.topic, delivered.payload).complaint("order_edit", "is missing")
    return _unclear(edit.id("order_id"), "The order was edited; the delivery does not tell the result.")


def read_refund(delivered: Delivered) -> Reading:
    """refunds/create. It names no currency of its own: the shop's, or else the one of its amounts, holds."""
    body = Body.of(delivered.topic, delivered.payload)
    order_id = body.id("order_id") if body.tells("order_id") else ""
    if not order_id:
        body.id()
        raise body.complaint("order_id", "is missing")
    if not body.tells("transactions") and not body.tells("refund_line_items"):
        return _unclear(order_id, "A refund was made; the delivery does not tell its amount.")
    refunded = Refunded(order_id=order_id, refund=_refund(body, _refund_currency(body) or delivered.currency))
    return Reading(kind=ORDER, object_id=order_id, changes=(refunded,))


def _unclear(id_: str, reason: str) -> Reading:
    return Reading(kind=ORDER, object_id=id_, changes=(Unclear(kind=ORDER, id=id_, reason=reason),))


def _order(body: Body, id_: str, buyer: Body | None) -> OrderFacts:
    currency = body.text("currency").upper()
    if not currency:
        raise body.complaint("currency", "is missing")
    refunds = tuple(_refund(refund, currency) for refund in body.parts("refunds"))
    pieces = Pieces(body)
    return OrderFacts(
        id=id_,
        number=body.text("name") or body.text("order_number") or id_,
        currency=currency,
        status=_status(body),
        platform_status=_platform_status(body),
        financial_status=body.text("financial_status"),
        fulfillment_status=body.text("fulfillment_status"),
        total=body.amount("total_price", currency),
        subtotal=body.money("subtotal_price", currency) or 0,
        tax=body.money("total_tax", currency) or 0,
        shipping=_shipping(body, currency),
        discount=body.money("total_discounts", currency) or 0,
        refunded=sum(refund.amount for refund in refunds),
        customer_id=buyer.id_or_empty("id") if buyer is not None else "",
        email=body.text("email") or body.text("contact_email"),
        phone=body.text("phone"),
        locale=body.text("customer_locale"),
        note=body.text("note"),
        tags=body.tags(),
        lines=tuple(pieces.of(line, _line(line, currency)) for line in body.parts("line_items")),
        refunds=refunds,
        shipments=_shipments(body, id_),
        billing=address(body.part("billing_address")),
        delivery=address(body.part("shipping_address")),
        placed_at=body.time("processed_at") or body.time("created_at"),
        updated_at=body.time("updated_at"),
        search_id=search_id_among(body.told.get("note_attributes"), "name"),
    )


def _platform_status(body: Body) -> str:
    if body.told.get("cancelled_at"):
        return "cancelled"
    return "closed" if body.told.get("closed_at") else "open"


def _status(body: Body) -> str:
    word = _platform_status(body)
    if word == "cancelled":
        return CANCELLED
    done = body.text("fulfillment_status") == "fulfilled" and body.text("financial_status") == "paid"
    return COMPLETED if word == "closed" or done else OPEN


def _tiebreak(body: Body) -> tuple[int, ...]:
    """What only ever grows, for two deliveries with the same `updated_at`."""
    done = (bool(body.told.get("cancelled_at")), bool(body.told.get("closed_at")))
    return (len(body.parts("refunds")), len(body.parts("fulfillments")), *(int(flag) for flag in done))


def _shipments(body: Body, id_: str) -> tuple[ShipmentFacts, ...] | None:
    if not body.tells("fulfillments"):
        return None
    return tuple(parcel for told in body.parts("fulfillments") for parcel in shipments(told, id_))


def _shipping(body: Body, currency: str) -> int:
    price_set = body.part("total_shipping_price_set")
    shop_money = price_set.part("shop_money") if price_set is not None else None
    told = shop_money.money("amount", currency) if shop_money is not None else None
    if told is not None:
        return told
    return sum(line.money("price", currency) or 0 for line in body.parts("shipping_lines"))


def _line(body: Body, currency: str) -> OrderLine:
    quantity = body.number("quantity") or 0
    price = body.money("price", currency) or 0
    allocations = body.parts("discount_allocations")
    discount = sum(part.money("amount", currency) or 0 for part in allocations)
    if not allocations:
        discount = body.money("total_discount", currency) or 0
    return OrderLine(
        id=body.id(),
        product_id=body.id_or_empty("product_id"),
        variant_id=body.id_or_empty("variant_id"),
        sku=body.text("sku"),
        title=body.text("title") or body.text("name"),
        quantity=quantity,
        price=price,
        total=price * quantity - discount,
    )


def _refund_currency(body: Body) -> str:
    """The shop's currency as the refund's own amounts name it."""
    duties = body.part("total_duties_set")
    sets = [part.part("subtotal_set") for part in body.parts("refund_line_items")]
    for price_set in [duties, *sets]:
        shop_money = price_set.part("shop_money") if price_set is not None else None
        if shop_money is not None and shop_money.text("currency_code"):
            return shop_money.text("currency_code").upper()
    return ""


def _refund(body: Body, currency: str | None) -> Refund:
    return Refund(
        id=body.id(),
        amount=max(0, _refunded(body, currency)),
        reason=body.text("note"),
        created_at=body.time("created_at"),
    )


def _refunded(body: Body, currency: str | None) -> int:
    """Money that went back. A refund whose list of transactions is empty took goods back without paying anything."""
    if body.tells("transactions"):
        paid = [part for part in body.parts("transactions") if _is_paid_refund(part)]
        return sum(part.money("amount", currency) or 0 for part in paid)
    lines = sum(
        (part.money("subtotal", currency) or 0) + (part.money("total_tax", currency) or 0)
        for part in body.parts("refund_line_items")
    )
    # Adjustments are negative where they give more back (shipping), positive where less (refund_discrepancy).
    adjusted = sum(
        (part.money("amount", currency) or 0) + (part.money("tax_amount", currency) or 0)
        for part in body.parts("order_adjustments")
    )
    return lines - adjusted


def _is_paid_refund(body: Body) -> bool:
    return body.text("kind").lower() == "refund" and body.text("status").lower() == "success"
