"""Orders with lines, refunds and parcels."""

from datetime import datetime

from commerce.rules.events import ORDER, Reading, Saved
from commerce.rules.money import is_currency
from commerce.rules.orders import CANCELLED, COMPLETED, OPEN, OrderFacts, OrderLine, Refund, ShipmentFacts
from commerce.rules.tracking import ATTEMPT_FAILED, LABEL_CREATED, STATUSES
from integrations.platforms.body import Body, told_search_id
from integrations.platforms.custom.fields import Told, address, distinct, link, price, time, total, whole, word
from integrations.platforms.custom.given_back import after_refunds

_STATUSES = (OPEN, COMPLETED, CANCELLED)
_PAID = ("pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "voided")
_SENT = ("unfulfilled", "partial", "fulfilled")
# What shops of their own may say; the words of the first version of this door still mean what they meant.
_ON_THE_WAY = (*STATUSES, "pending", "attempted_delivery")
_OLDER = {"pending": LABEL_CREATED, "attempted_delivery": ATTEMPT_FAILED}


def read_order(told: Told) -> Reading:
    """order.saved: the whole order."""
    order = _order(told)
    return Reading(kind=ORDER, object_id=order.id, changes=(Saved(kind=ORDER, facts=order),))


def _order(told: Told) -> OrderFacts:
    body, currency = told.data, _currency(told)
    id_, asked = body.id(), total(body, "total", currency)
    lines = tuple(_line(line, place, currency) for place, line in enumerate(body.parts("lines"), start=1))
    given_back = distinct(body.parts("refunds"))
    refunds = tuple(_refund(refund, currency) for refund in given_back)
    refunded, paid_at = sum(refund.amount for refund in refunds), time(body, "paid_at")
    subtotal = price(body, "subtotal", currency)
    status = word(body, "status", _STATUSES, OPEN)
    sent = word(body, "fulfillment_status", _SENT, _SENT[-1] if status == COMPLETED else _SENT[0])
    return OrderFacts(
        id=id_,
        number=body.text("number") or id_,
        currency=currency,
        status=status,
        platform_status=body.text("platform_status") or status,
        financial_status=word(body, "financial_status", _PAID, _financial_status(asked, refunded, paid_at)),
        fulfillment_status="" if sent == _SENT[0] else sent,
        total=asked,
        subtotal=sum(line.total for line in lines) if subtotal is None else subtotal,
        tax=price(body, "tax", currency) or 0,
        shipping=price(body, "shipping", currency) or 0,
        discount=price(body, "discount", currency) or 0,
        refunded=refunded,
        customer_id=body.id_or_empty("customer_id"),
        email=body.text("email"),
        phone=body.text("phone"),
        locale=body.text("locale"),
        note=body.text("note"),
        tags=body.tags(),
        lines=after_refunds(given_back, lines, is_sent=sent == _SENT[-1]),
        refunds=refunds,
        shipments=_shipments(body, id_),
        billing=address(body.part("billing_address")),
        delivery=address(body.part("delivery_address")),
        placed_at=time(body, "placed_at"),
        paid_at=paid_at,
        updated_at=told.updated_at,
        search_id=told_search_id(body.told.get("search_id")),
    )


def _currency(told: Told) -> str:
    currency = told.data.text("currency").upper() or told.currency or ""
    if not currency:
        raise told.data.complaint("currency", "is missing, and the shop's is not known yet")
    if not is_currency(currency):
        raise told.data.complaint("currency", "is no ISO 4217 code such as EUR")
    return currency


def _financial_status(asked: int, refunded: int, paid_at: datetime | None) -> str:
    if refunded:
        return "refunded" if refunded >= asked else "partially_refunded"
    return "pending" if paid_at is None else "paid"


def _line(body: Body, place: int, currency: str) -> OrderLine:
    quantity = whole(body, "quantity")
    if quantity is None:
        raise body.complaint("quantity", "is missing")
    each, all_ = total(body, "price", currency), price(body, "total", currency)
    cancelled = _part_of(body, "cancelled", quantity)
    fulfilled = _part_of(body, "fulfilled", quantity - cancelled)
    return OrderLine(
        id=body.id_or_empty("id") or str(place),
        product_id=body.id_or_empty("product_id"),
        variant_id=body.id_or_empty("variant_id"),
        sku=body.text("sku"),
        title=body.text("title"),
        quantity=quantity,
        price=each,
        total=each * quantity if all_ is None else all_,
        fulfilled=fulfilled,
        cancelled=cancelled,
        returned=_part_of(body, "returned", quantity - cancelled),
    )


def _part_of(body: Body, name: str, most: int) -> int:
    """How many of a line's pieces: a whole number, not more than there are."""
    told = whole(body, name) or 0
    if told < 0 or told > max(0, most):
        raise body.complaint(name, f"is not between 0 and {max(0, most)}")
    return told


def _refund(body: Body, currency: str) -> Refund:
    return Refund(
        id=body.id(),
        amount=total(body, "amount", currency),
        reason=body.text("reason"),
        created_at=time(body, "created_at"),
    )


def _shipments(body: Body, order_id: str) -> tuple[ShipmentFacts, ...] | None:
    """The order's parcels; None where it does not tell them."""
    if body.told.get("shipments") is None:
        return None
    parcels = distinct(body.parts("shipments"))
    return tuple(
        ShipmentFacts(
            id=parcel.id(),
            order_id=order_id,
            carrier=parcel.text("carrier"),
            tracking_number=parcel.text("tracking_number"),
            tracking_url=link(parcel, "tracking_url"),
            status=_on_the_way(parcel),
            platform_status=parcel.text("status"),
            shipped_at=time(parcel, "shipped_at"),
            updated_at=time(parcel, "updated_at"),
        )
        for parcel in parcels
    )


def _on_the_way(parcel: Body) -> str:
    told = word(parcel, "status", _ON_THE_WAY, LABEL_CREATED)
    return _OLDER.get(told, told)
