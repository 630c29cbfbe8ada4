"""Which parcels are followed from now on, and when their carriers are asked for the first time."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from commerce.rules import polling, polling_tables, tracking
from commerce.rules.zones import zone_of
from commerce.tables import order_tracking, tracking_settings
from commerce.tables.tracking_settings import TrackingSettings

_TOO_OLD = timedelta(days=45)  # parcels of orders of before are history, and their carriers know them no more
_TOO_FAR = timedelta(days=90)  # ahead: no day on which a parcel is sent, but a slip of whoever wrote it

# Why a parcel's carrier is not asked.
NOT_IN_SHOP, NO_ACCOUNT, UNKNOWN_CARRIER, HISTORY, DONE = (
    "not_in_shop",
    "no_account",
    "unknown_carrier",
    "history",
    "done",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A parcel that is to be followed, as far as is known of it.

    `number`: as numbers are kept. `carrier`: whose it most likely is, `others`: whose else it may be, `named`: what it
    was called. `to`: an address as orders keep it. `source`: who told of it (order_tracking.SHOP and so on).
    """

    number: str
    source: str
    carrier: str = ""
    others: tuple[str, ...] = ()
    named: str = ""
    order_id: str = ""
    shipment_id: str = ""
    status: str = ""
    shipped_at: datetime | None = None
    placed_at: datetime | None = None
    to: Mapping[str, Any] = field(default_factory=dict)
    language: str = ""


def add(db: Connection, *, shop_id: int, wanted: Sequence[Wanted], known: Collection[str], now: datetime) -> None:
    """Follow parcels from now on; numbers that are followed already stay as they are.

    `known`: the carriers that the shop can ask.
    """
    chosen = tracking_settings.of_shop(db, shop_id=shop_id)
    rows = [new_row(one, chosen, shop_id=shop_id, known=known, now=now) for one in wanted]
    order_tracking.add(db, list({row["number"]: row for row in rows}.values()))


def new_row(
    one: Wanted, chosen: TrackingSettings, *, shop_id: int, known: Collection[str], now: datetime
) -> dict[str, Any]:
    """A row for a parcel that is to be followed from now on."""
    to_country, to_postcode = str(one.to.get("country") or "").upper(), str(one.to.get("postcode") or "")
    to_zone = zone_of(to_country, to_postcode, str(one.to.get("province") or ""))
    from_country = chosen.from_country or to_country
    status = one.status if one.status in tracking.RANK else tracking.LABEL_CREATED
    shipped_at = one.shipped_at if one.shipped_at is None or one.shipped_at - now < _TOO_FAR else None
    row: dict[str, Any] = {
        "shop_id": shop_id,
        "number": one.number,
        "carrier": one.carrier,
        "carrier_named": one.named[:100],
        "candidates": ",".join(one.others),
        "order_id": one.order_id,
        "shipment_id": one.shipment_id,
        "source": one.source,
        "token": secrets.token_urlsafe(15),
        "status": status,
        "moved": False,  # the platform says what it was told; the carrier's first line counts more
        "to_country": to_country,
        "to_postcode": to_postcode,
        "to_zone": to_zone,
        "from_country": from_country,
        "from_zone": zone_of(from_country, chosen.from_postcode, "") or to_zone,
        "language": one.language[:20],
        "shipped_at": shipped_at,
        "created_at": now,
        "ended_at": now if status in tracking.FINAL else None,
        "saved_at": now,
    }
    stopped = _stopped(one, status, known=known, now=now)
    return row | {"stopped": stopped, "next_check_at": None if stopped else first_check(row, chosen, now=now)}


def _stopped(one: Wanted, status: str, *, known: Collection[str], now: datetime) -> str:
    """Why a new parcel's carrier is not asked; empty where it is."""
    since = one.shipped_at or one.placed_at
    if status in tracking.FINAL:
        return DONE
    if since is not None and now - since > _TOO_OLD:
        return HISTORY
    return cannot_ask(one.carrier, known=known)


def cannot_ask(carrier: str, *, known: Collection[str]) -> str:
    """Why a carrier cannot be asked; empty where it can."""
    if carrier in known:
        return ""
    return NO_ACCOUNT if carrier else UNKNOWN_CARRIER


def first_check(row: Mapping[str, Any], chosen: TrackingSettings, *, now: datetime) -> datetime | None:
    """When a parcel's carrier is asked for the first time: soon, where it may have it for a while already."""
    shipped_at = row["shipped_at"]
    if row["status"] not in tracking.UNMOVED or (shipped_at is not None and now - shipped_at > timedelta(hours=12)):
        return now
    fresh = polling.Known(
        key=f"{row['shop_id']}:{row['number']}",
        status=row["status"],
        created_at=shipped_at or now,
        zone=row["to_zone"],
        origin_zone=row["from_zone"],
        country=row["to_country"],
    )
    return polling.next_check(fresh, now, chosen.level, tables=polling_tables.own(chosen.tables))
