"""Orders from WooCommerce's REST shape (wc/v3)."""

from dataclasses import replace

from commerce.rules.documents import plain_text
from commerce.rules.events import ORDER, Deleted, Reading, Saved, Unclear, ignored
from commerce.rules.orders import (
    CANCELLED,
    COMPLETED,
    OPEN,
    Address,
    OrderFacts,
    OrderLine,
    Refund,
)
from integrations.platforms.body import Body, search_id_among
from integrations.platforms.woocommerce.read_shipments import are_elsewhere, shipments
from integrations.protocols import Delivered

# Their word to ours; statuses of plug-ins are open until told otherwise.
_STATUSES = {"completed": COMPLETED, "refunded": COMPLETED, "cancelled": CANCELLED, "failed": CANCELLED}
_RESTOCKED = "_restock_refunded_items"  # of a line (wc_restock_refunded_items, WooCommerce 10.5)
_UNFINISHED = ("checkout-draft", "auto-draft", "draft", "new")


def read_order(body: Body, delivered: Delivered) -> Reading:
    """An order; a checkout that is not finished is none yet."""
    order_id = body.id()
    if not body.tells("status", "line_items"):
        reason = "The delivery carries the order's number and nothing else."
        return _reading(order_id, Unclear(kind=ORDER, id=order_id, reason=reason))
    status = body.text("status")
    if status == "trash":
        return _reading(order_id, Deleted(kind=ORDER, id=order_id, at=body.time("date_modified_gmt")))
    if status in _UNFINISHED:
        return ignored("A checkout that is not finished.", kind=ORDER, object_id=order_id)
    order = _order(body, delivered.currency)
    changed_by = (len(order.refunds), int(bool(body.told.get("date_completed"))), int(bool(body.told.get("date_paid"))))
    restored = delivered.topic == "order.restored"
    saved = Saved(
        kind=ORDER, facts=order, tiebreak=changed_by, restored=restored, born=delivered.topic == "order.created"
    )
    if not are_elsewhere(body, delivered.received_at):
        return _reading(order_id, saved)
    reason = "Parcels were sent, and their numbers are not in the delivery: WooCommerce tells them when it is asked."
    return _reading(order_id, saved, Unclear(kind=ORDER, id=order_id, reason=reason))


def _reading(order_id: str, *changes: Saved | Deleted | Unclear) -> Reading:
    return Reading(kind=ORDER, object_id=order_id, changes=changes)


def _order(body: Body, shop_currency: str | None) -> OrderFacts:
    currency = body.text("currency") or shop_currency or ""
    lines = body.parts("line_items")
    billing, delivery = body.part("billing"), body.part("shipping")
    refunds = tuple(_refund(refund, currency) for refund in body.parts("refunds"))
    total = body.money("total", currency) or 0
    refunded = sum(refund.amount for refund in refunds)
    status = body.text("status")
    customer_id = body.id_or_empty("customer_id")
    is_sent = status == "completed" or (status == "refunded" and bool(body.told.get("date_completed")))
    return OrderFacts(
        id=body.id(),
        number=body.text("number") or body.id(),
        currency=currency,
        status=_STATUSES.get(status, OPEN),
        platform_status=status,
        financial_status=_financial_status(total, refunded, paid=bool(body.told.get("date_paid"))),
        fulfillment_status="fulfilled" if status == "completed" else "",
        total=total,
        subtotal=sum(line.money("subtotal", currency) or 0 for line in lines),
        tax=body.money("total_tax", currency) or 0,
        shipping=body.money("shipping_total", currency) or 0,
        discount=body.money("discount_total", currency) or 0,
        refunded=refunded,
        customer_id="" if customer_id == "0" else customer_id,
        email=billing.text("email") if billing else "",
        phone=billing.text("phone") if billing else "",
        note=body.text("customer_note"),
        lines=tuple(_pieces(line, _line(line, currency), status, is_sent=is_sent) for line in lines),
        refunds=refunds,
        shipments=shipments(body),
        billing=_address(billing),
        delivery=_address(delivery),
        placed_at=body.time("date_created_gmt"),
        paid_at=body.time("date_paid_gmt"),
        updated_at=body.time("date_modified_gmt"),
        search_id=search_id_among(body.told.get("meta_data"), "key"),
    )


def _financial_status(total: int, refunded: int, *, paid: bool) -> str:
    """In the words that Shopify uses, so that both platforms read alike."""
    if refunded:
        return "refunded" if refunded >= total else "partially_refunded"
    return "paid" if paid else "pending"


def _line(line: Body, currency: str) -> OrderLine:
    variation_id = line.id_or_empty("variation_id")
    product_id = line.id_or_empty("product_id")
    return OrderLine(
        id=line.id_or_empty("id"),
        product_id="" if product_id == "0" else product_id,
        variant_id="" if variation_id == "0" else variation_id,
        sku=line.text("sku"),
        title=plain_text(line.text("name")),
        quantity=line.quantity("quantity"),
        price=line.money("price", currency) or 0,
        total=line.money("total", currency) or 0,
    )


def _pieces(told: Body, line: OrderLine, status: str, *, is_sent: bool) -> OrderLine:
    """The line, with its pieces: a completed order was sent whole. WooCommerce counts at the line how many pieces
    refunds put back into stock. What was given back before it was sent will not be sent any more.
    """
    bought = max(0, line.quantity)
    counted = [str(meta.told.get("value")) for meta in told.parts("meta_data") if meta.told.get("key") == _RESTOCKED]
    back = min(bought, sum(int(each) for each in counted[-1:] if each.isdecimal()))
    if is_sent:
        return replace(line, fulfilled=bought, returned=back)
    return replace(line, cancelled=bought if status == "refunded" else back)


def _refund(refund: Body, currency: str) -> Refund:
    """Refunds are told with a negative total and without a time."""
    amount = refund.money("total", currency) or 0
    return Refund(id=refund.id_or_empty("id"), amount=abs(amount), reason=refund.text("reason"))


def _address(told: Body | None) -> Address:
    if told is None:
        return Address()
    return Address(
        first_name=told.text("first_name"),
        last_name=told.text("last_name"),
        company=told.text("company"),
        address1=told.text("address_1"),
        address2=told.text("address_2"),
        postcode=told.text("postcode"),
        city=told.text("city"),
        province=told.text("state"),
        country=told.text("country"),
        phone=told.text("phone"),
    )
