"""What a shop is told of its parcels: calls to its own API, one for each milestone."""

from collections.abc import Iterable, Sequence
from typing import Any

from commerce.database import Connection
from commerce.mirror.following import NOT_IN_SHOP
from commerce.mirror.outcomes import Happened
from commerce.rules import calls
from commerce.rules.events import LIVE, ORDER
from commerce.rules.parcels import Parcel
from commerce.rules.tracking import DELIVERED
from commerce.tables import effects, order_tracking, tracking_settings
from commerce.tables.effects import NewEffect
from commerce.tables.shops import Shop
from integrations import registry
from integrations.carriers import words

SHOPIFY, WOOCOMMERCE = "shopify", "woocommerce"


def wanted(db: Connection, shop: Shop, happened: Iterable[Happened]) -> list[NewEffect]:
    """The calls to the shop that parcels' milestones ask for, as far as the merchant wants them."""
    told = [event for event in happened if event.parcel is not None and event.origin == LIVE]
    if not told or shop.demo or shop.platform not in registry.SHOP_APIS:
        return []
    chosen = tracking_settings.of_shop(db, shop_id=shop.id)
    found = [effect for event in told for effect in _to_the_shop(shop, event)] if chosen.tells_shop else []
    if chosen.completes_orders and shop.platform == WOOCOMMERCE:
        found += _completed(db, shop, told)
    return found


def _to_the_shop(shop: Shop, event: Happened) -> list[NewEffect]:
    parcel = event.parcel
    if parcel is None or not parcel.order_id:
        return []
    if shop.platform == SHOPIFY:
        detail = _fulfilment_event(parcel)
    elif shop.platform == WOOCOMMERCE:
        detail = {"call": calls.ADD_NOTE, "order_id": parcel.order_id, "note": _note(parcel), "customer_note": False}
    else:
        detail = None
    return [_call(event, parcel, detail)] if detail else []


def _call(event: Happened, parcel: Parcel, detail: dict[str, Any]) -> NewEffect:
    return NewEffect(
        kind=effects.CALL,
        object_kind=ORDER,
        object_id=parcel.order_id,
        inbox_id=event.inbox_id,
        origin=event.origin,
        reason=f"Parcel {parcel.number}: {parcel.status.replace('_', ' ')}.",
        detail=detail,
    )


def _fulfilment_event(parcel: Parcel) -> dict[str, Any] | None:
    """Shopify's event of a fulfilment; None for a state that it has no word for. A fulfilment's second parcel has a
    number behind its id, which is ours."""
    if not parcel.shipment_id or words.to_shopify(parcel.status) is None:
        return None
    detail: dict[str, Any] = {
        "call": calls.PARCEL_EVENT,
        "order_id": parcel.order_id,
        "shipment_id": parcel.shipment_id.partition("-")[0],
        "status": parcel.status,
        "happened_at": parcel.at.isoformat(),
        "message": parcel.text[:255] or None,
    }
    if parcel.expected is not None:
        detail["estimated_delivery_at"] = f"{parcel.expected.isoformat()}T20:00:00Z"
    return detail


def _note(parcel: Parcel) -> str:
    where = f" in {parcel.city}" if parcel.city else ""
    what = parcel.status.replace("_", " ")
    when = (parcel.local or parcel.at.isoformat())[:16].replace("T", " ")
    return f"Parcel {parcel.number} ({registry.carrier_title(parcel.carrier)}): {what}{where}, {when}."


def _completed(db: Connection, shop: Shop, told: Sequence[Happened]) -> list[NewEffect]:
    """Orders of which the last parcel was delivered."""
    events = {event.parcel.order_id: event for event in told if event.parcel and event.parcel.status == DELIVERED}
    parcels: dict[str, list[str]] = {}
    for row in order_tracking.by_orders(db, shop_id=shop.id, order_ids=set(events) - {""}):
        if row.stopped == NOT_IN_SHOP:
            continue  # a number that was put right since
        parcels.setdefault(row.order_id, []).append(row.status)
    return [
        _call(events[order_id], parcel, {"call": calls.COMPLETE_ORDER, "order_id": order_id})
        for order_id, states in parcels.items()
        if set(states) == {DELIVERED} and (parcel := events[order_id].parcel) is not None
    ]
