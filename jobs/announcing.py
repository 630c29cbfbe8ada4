"""What other systems are told of what happened: events in their published names, each with its object as the REST API
shows it, read once for all of a batch. Nothing is read where no endpoint wants to know.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
from commerce.rules.events import CUSTOMER, LIVE, ORDER, PARCEL, PRODUCT
from commerce.rules.order_steps.milestones import REFUNDED, SHIPPED, STOCK
from commerce.rules.outgoing import names
from commerce.rules.outgoing.names import Announced
from commerce.rules.parcels import Parcel
from commerce.tables.outgoing import endpoints, planning
from commerce.tables.shops import Shop
from jobs import queues
from jobs.dispatching import bodies, stock_bodies
from jobs.process import Process

# Our events by the names under which they are published; milestones and parcels bring their own.
_PUBLISHED = {
    "order.changed": names.ORDER_UPDATED,
    "order.deleted": names.ORDER_DELETED,
    "product.created": names.PRODUCT_CREATED,
    "product.document_changed": names.PRODUCT_CHANGED,
    "product.deleted": names.PRODUCT_DELETED,
    "customer.created": names.CUSTOMER_CREATED,
    "customer.changed": names.CUSTOMER_CHANGED,
    "customer.deleted": names.CUSTOMER_DELETED,
    "inventory.changed": names.INVENTORY_CHANGED,
    "inventory.allocated": names.INVENTORY_ALLOCATED,
    "figures.day_closed": names.DAY_CLOSED,
}
INVENTORY, FIGURES = "inventory", "figures"  # kinds
_DELETIONS = frozenset({names.ORDER_DELETED, names.PRODUCT_DELETED, names.CUSTOMER_DELETED})
_KEYS = {REFUNDED: "refund_id", SHIPPED: "shipment_id"}  # what the key of a milestone is the id of


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """An event that an endpoint wants, under its published name, with the object that it is about."""

    name: str
    kind: str
    object_id: str
    occasion: str
    event: Happened
    detail: Mapping[str, Any] | None = None


def plan(db: Connection, process: Process, shop: Shop, happened: Sequence[Happened], *, now: datetime) -> set[str]:
    """Announce what happened to whom it is wanted by, in the caller's transaction; gives what to wake."""
    telling = [event for event in happened if event.milestone is not None or event.origin == LIVE]
    listening = endpoints.listening(db, shop_id=shop.id) if telling else ()
    if not listening:
        return set()
    filters = {one for each in listening for one in each.filters}
    found = [news for news in _news(telling, now) if names.wants(filters, news.name)]
    events = _announced(db, process, shop, found, now)
    sent = planning.plan(db, shop, events, now=now, listening=listening)
    # Who entered a segment is announced where that is found out, in the same transaction.
    crossed = names.wants(filters, names.SEGMENT_ENTERED) or names.wants(filters, names.SEGMENT_LEFT)
    return {queues.DISPATCH} if sent or crossed else set()


def _news(happened: Iterable[Happened], now: datetime) -> list[_News]:
    found = [news for event in happened if (news := _of_event(event, now)) is not None]
    known = {(news.kind, news.object_id) for news in found if news.name in (names.PRODUCT_CREATED, *_DELETIONS)}
    return [news for news in found if news.name != names.PRODUCT_CHANGED or (news.kind, news.object_id) not in known]


def _of_event(event: Happened, now: datetime) -> _News | None:
    if event.milestone is not None:
        return _of_milestone(event)
    if event.parcel is not None:
        return _of_parcel(event, event.parcel)
    name = _PUBLISHED.get(event.name)
    if name is None or event.name.partition(".")[0] != event.kind:
        return None
    told_by = f"delivery {event.inbox_id}" if event.inbox_id is not None else now.isoformat()
    occasion = f"{event.object_id}:{told_by}"
    detail = {"order_id": event.reason} if name == names.INVENTORY_ALLOCATED else None
    if detail is not None:
        occasion = f"{event.reason}:{occasion}"
    return _News(name=name, kind=event.kind, object_id=event.object_id, occasion=occasion, event=event, detail=detail)


def _of_parcel(event: Happened, parcel: Parcel) -> _News:
    return _News(
        name=event.name,
        kind=PARCEL,
        object_id=event.object_id,
        occasion=f"{parcel.tracking_id}:{parcel.at.isoformat()}",
        event=event,
        detail={"status": parcel.status, "at": parcel.at, "text": parcel.text},
    )


def _of_milestone(event: Happened) -> _News | None:
    milestone = event.milestone
    if milestone is None or milestone.name == STOCK:
        return None
    key = _KEYS.get(milestone.name)
    return _News(
        name=milestone.event,
        kind=ORDER,
        object_id=milestone.order_id,
        occasion=f"{milestone.order_id}:{milestone.occasion}",
        event=event,
        detail={key: milestone.key} if key and milestone.key else None,
    )


def _announced(db: Connection, process: Process, shop: Shop, found: Sequence[_News], now: datetime) -> list[Announced]:
    """The events with their objects; one whose object is not there any more is told by a later event."""
    ids: dict[str, set[str]] = {}
    for news in found:
        if news.name not in _DELETIONS:
            ids.setdefault(news.kind, set()).add(news.object_id)
    told = {
        ORDER: bodies.orders_by_ids(db, shop, ids.get(ORDER, ()), base_url=process.settings.base_url),
        PRODUCT: bodies.products_by_ids(db, shop, ids.get(PRODUCT, ())),
        CUSTOMER: bodies.customers_by_ids(db, shop, ids.get(CUSTOMER, ())),
        INVENTORY: stock_bodies.stock_by_ids(db, shop, ids.get(INVENTORY, ())),
        FIGURES: stock_bodies.figures_by_days(db, shop, ids.get(FIGURES, ())),
        PARCEL: bodies.parcels_by_ids(db, shop, ids.get(PARCEL, ()), base_url=process.settings.base_url),
    }
    return [event for news in found if (event := _event(news, told, now)) is not None]


def _event(news: _News, told: Mapping[str, Mapping[str, Any]], now: datetime) -> Announced | None:
    body = {"id": news.object_id} if news.name in _DELETIONS else told[news.kind].get(news.object_id)
    if body is None:
        return None
    parcel = news.event.parcel
    return Announced(
        name=news.name,
        occasion=news.occasion,
        body=body,
        told_at=now,
        object_kind=news.kind,
        object_id=news.object_id,
        order_id=news.object_id if news.kind == ORDER else parcel.order_id if parcel is not None else "",
        person_id=body.get("id", "") if news.kind == CUSTOMER else "",
        inbox_id=news.event.inbox_id,
        detail=news.detail,
    )
