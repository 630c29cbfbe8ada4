"""Which parcels are followed: those that a shop's orders tell of, in the transaction that stores these."""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
from commerce.rules import polling, tracking
from commerce.rules.events import ORDER, SHIPMENT
from commerce.rules.zones import zone_of
from commerce.tables import order_tracking, orders, shipments, tracking_settings
from commerce.tables.shops import Shop
from commerce.vault import Vault
from integrations.carriers.numbers import choosing as numbers
from jobs.tracking import accounts

_TOO_OLD = timedelta(days=45)  # parcels of orders of before are history, and their carriers know them no more
NOT_IN_SHOP, NO_ACCOUNT, UNKNOWN_CARRIER, HISTORY, DONE = (
    "not_in_shop",
    "no_account",
    "unknown_carrier",
    "history",
    "done",
)


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
    told = [parcel for parcel in told if numbers.normalised(parcel.tracking_number)]
    followed = order_tracking.by_orders(db, shop_id=shop.id, order_ids=order_ids)
    if not told and not followed:
        return
    there = order_tracking.by_numbers(
        db, shop_id=shop.id, numbers={numbers.normalised(parcel.tracking_number) for parcel in told}
    )
    new = {numbers.normalised(parcel.tracking_number): parcel for parcel in told}
    unknown = [parcel for number, parcel in new.items() if number not in there]
    if unknown:
        placed = orders.by_ids(db, shop_id=shop.id, ids={parcel.order_id for parcel in unknown})
        asked = [_asked_of(parcel, placed.get(parcel.order_id)) for parcel in unknown]
        add(db, vault, shop, asked, now=now)
    order_tracking.change(db, _moved(there, new) + _gone(followed, new))


def add(db: Connection, vault: Vault, shop: Shop, asked: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Follow parcels from now on (`asked` as in `new_row`); numbers that are followed already stay as they are."""
    chosen = tracking_settings.of_shop(db, shop_id=shop.id)
    known = accounts.ways(db, vault, shop_id=shop.id)
    order_tracking.add(db, [new_row(shop, one, chosen, known=known, now=now) for one in asked])


def _asked_of(parcel: Any, order: Any) -> dict[str, Any]:
    """A platform's parcel as one that is to be followed."""
    return {
        "number": parcel.tracking_number,
        "carrier": parcel.carrier,
        "order_id": parcel.order_id,
        "shipment_id": parcel.id,
        "status": parcel.status,
        "shipped_at": parcel.shipped_at,
        "placed_at": order.placed_at if order else None,
        "to": order.delivery if order else {},
        "language": order.locale if order else "",
        "source": order_tracking.SHOP,
    }


def new_row(
    shop: Shop,
    asked: Mapping[str, Any],
    chosen: tracking_settings.TrackingSettings,
    *,
    known: Collection[str],
    now: datetime,
) -> dict[str, Any]:
    """A row for a parcel that is to be followed from now on.

    `asked`: number, and as far as known carrier (any word for it), order_id, shipment_id, status (ours), shipped_at,
    placed_at, to (an address as orders keep it), language, source.
    """
    picked = numbers.choose(asked["number"], asked.get("carrier", ""))
    to = asked.get("to") or {}
    to_country = str(to.get("country", "")).upper()
    to_zone = zone_of(to_country, str(to.get("postcode", "")), str(to.get("province", "")))
    from_country = chosen.from_country or to_country
    from_zone = zone_of(from_country, chosen.from_postcode, "") or to_zone
    status = asked.get("status", "")
    status = status if status in tracking.RANK else tracking.LABEL_CREATED
    row: dict[str, Any] = {
        "shop_id": shop.id,
        "number": numbers.normalised(asked["number"]),
        "carrier": picked.carrier,
        "carrier_named": str(asked.get("carrier", ""))[:100],
        "candidates": ",".join(picked.others),
        "order_id": asked.get("order_id", ""),
        "shipment_id": asked.get("shipment_id", ""),
        "source": asked["source"],
        "token": secrets.token_urlsafe(15),
        "status": status,
        "moved": status not in tracking.UNMOVED,
        "to_country": to_country,
        "to_postcode": str(to.get("postcode", "")),
        "to_zone": to_zone,
        "from_country": from_country,
        "from_zone": from_zone,
        "language": str(asked.get("language") or "")[:20],
        "shipped_at": asked.get("shipped_at"),
        "created_at": now,
        "ended_at": now if status in tracking.FINAL else None,
        "saved_at": now,
    }
    stopped = _stopped(asked, row, known=known, now=now)
    return row | {"stopped": stopped, "next_check_at": None if stopped else first_check(row, chosen, now=now)}


def _stopped(asked: Mapping[str, Any], row: Mapping[str, Any], *, known: Collection[str], now: datetime) -> str:
    """Why a new parcel's carrier is not asked; empty where it is."""
    since = asked.get("shipped_at") or asked.get("placed_at")
    if row["status"] in tracking.FINAL:
        return DONE
    if since is not None and now - since > _TOO_OLD:
        return HISTORY
    if row["carrier"] not in known:
        return NO_ACCOUNT if row["carrier"] else UNKNOWN_CARRIER
    return ""


def first_check(
    row: Mapping[str, Any], chosen: tracking_settings.TrackingSettings, *, now: datetime
) -> datetime | None:
    """When a parcel's carrier is asked for the first time: soon, where it may have it for a while already."""
    shipped_at = row["shipped_at"]
    if row["moved"] or (shipped_at is not None and now - shipped_at > timedelta(hours=12)):
        return now
    fresh = polling.Known(
        key=f"{row['shop_id']}:{row['number']}",
        status=row["status"],
        created_at=shipped_at or now,
        zone=row["to_zone"],
        origin_zone=row["from_zone"],
        country=row["to_country"],
    )
    return polling.next_check(fresh, now, chosen.level)


def _moved(there: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Numbers that were followed already and now stand in an order, or in another one, or again."""
    return [
        {
            "id": there[number].id,
            "order_id": parcel.order_id,
            "shipment_id": parcel.id,
            "stopped": "" if there[number].stopped == NOT_IN_SHOP else there[number].stopped,
            "next_check_at": (
                there[number].saved_at if there[number].stopped == NOT_IN_SHOP else there[number].next_check_at
            ),
        }
        for number, parcel in new.items()
        if number in there
        and (
            (there[number].order_id, there[number].shipment_id) != (parcel.order_id, parcel.id)
            or there[number].stopped == NOT_IN_SHOP
        )
    ]


def _gone(followed: Sequence[Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Numbers that the shop took away from its orders: nobody asks for them any more."""
    return [
        {
            "id": row.id,
            "order_id": row.order_id,
            "shipment_id": row.shipment_id,
            "stopped": NOT_IN_SHOP,
            "next_check_at": None,
        }
        for row in followed
        if row.number not in new and row.source == order_tracking.SHOP and row.stopped != NOT_IN_SHOP
    ]
