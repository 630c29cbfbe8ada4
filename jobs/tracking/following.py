"""Which parcels are followed: those that a shop's orders tell of, in the transaction that stores these."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from commerce.database import Connection
from commerce.mirror import following
from commerce.mirror.following import NOT_IN_SHOP, Wanted
from commerce.mirror.outcomes import Happened
from commerce.rules.events import ORDER, SHIPMENT
from commerce.tables import order_tracking, orders, shipments
from commerce.tables.shops import Shop
from commerce.vault import Vault
from integrations.carriers.numbers import choosing as numbers
from jobs.tracking import accounts


def follow(db: Connection, vault: Vault, shop: Shop, happened: Iterable[Happened], *, now: datetime) -> None:
    """Bring the followed parcels in line with what these events changed of orders and parcels."""
    told = list(happened)
    touched = {one.object_id for one in told if one.kind == ORDER and one.name in ("order.created", "order.changed")}
    parcels = {one.object_id for one in told if one.kind == SHIPMENT and not one.name.endswith(".deleted")}
    touched |= shipments.orders_of(db, shop_id=shop.id, ids=parcels)
    touched |= {one.object_id for one in told if one.name == "order.deleted"}
    if touched:
        follow_orders(db, vault, shop, touched, now=now)


def follow_orders(db: Connection, vault: Vault, shop: Shop, order_ids: Collection[str], *, now: datetime) -> None:
    """The same for all parcels of these orders."""
    told = [parcel for found in shipments.of_orders(db, shop_id=shop.id, ids=order_ids).values() for parcel in found]
    new = {number: parcel for parcel in told for number in numbers.several(parcel.tracking_number)}
    followed = order_tracking.by_orders(db, shop_id=shop.id, order_ids=order_ids)
    if not new and not followed:
        return
    there = order_tracking.by_numbers(db, shop_id=shop.id, numbers=set(new))
    unknown = {number: parcel for number, parcel in new.items() if number not in there}
    if unknown:
        placed = orders.by_ids(db, shop_id=shop.id, ids={parcel.order_id for parcel in unknown.values()})
        wanted = [_wanted(number, parcel, placed.get(parcel.order_id)) for number, parcel in unknown.items()]
        known = accounts.ways(db, vault, shop_id=shop.id)
        following.add(db, shop_id=shop.id, wanted=wanted, known=known, now=now)
    order_tracking.change(db, _moved(there, new))
    order_tracking.change(db, _back(there, new) + _gone(followed, new))


def _wanted(number: str, parcel: Any, order: Any) -> Wanted:
    """A platform's parcel as one that is to be followed."""
    picked = numbers.choose(number, parcel.carrier)
    return Wanted(
        number=number,
        carrier=picked.carrier,
        others=tuple(picked.others),
        named=parcel.carrier,
        order_id=parcel.order_id,
        shipment_id=parcel.id,
        status=parcel.status,
        shipped_at=parcel.shipped_at,
        placed_at=order.placed_at if order else None,
        to=order.delivery if order else {},
        language=(order.locale or "") if order else "",
        source=order_tracking.SHOP,
    )


def _moved(there: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Numbers that were followed already and now stand in an order, or in another one."""
    return [
        {"id": there[number].id, "order_id": parcel.order_id, "shipment_id": parcel.id}
        for number, parcel in new.items()
        if number in there and (there[number].order_id, there[number].shipment_id) != (parcel.order_id, parcel.id)
    ]


def _back(there: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Numbers that the shop had taken away and that stand in an order again."""
    return [
        {"id": row.id, "stopped": "", "next_check_at": row.saved_at}
        for number, row in there.items()
        if number in new and row.stopped == NOT_IN_SHOP
    ]


def _gone(followed: Sequence[Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Numbers that the shop took away from its orders: nobody asks for them any more."""
    return [
        {
            "id": row.id,
            "stopped": NOT_IN_SHOP,
            "next_check_at": None,
        }
        for row in followed
        if row.number not in new and row.source == order_tracking.SHOP and row.stopped != NOT_IN_SHOP
    ]
