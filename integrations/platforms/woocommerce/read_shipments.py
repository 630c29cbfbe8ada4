"""Parcels of an order, as far as it tells them: WooCommerce itself has none, so plug-ins put them into its metas.

- `_wc_shipment_tracking_items`: WooCommerce Shipment Tracking and Advanced Shipment Tracking (measured with 3.9.2)
  share it: a list, one entry a parcel. Advanced Shipment Tracking adds `products_list` where a parcel holds a part of
  the order, which changes nothing here: each entry is a parcel. A carrier of the shop's own is in either of two fields.
- `_aftership_tracking_items`: AfterShip's plug-in, a list too.
- `ywot_tracking_code`, `ywot_carrier_name`, `ywot_pick_up_date`: YITH Order & Shipment Tracking, one parcel.
- `_tracking_number`, `_shipment_provider`, `_tracking_url`: what others write, one parcel.
- `fulfillments` of the order's core fulfilments (WooCommerce 10, off by default), with the same three metas each; the
  order itself says only `_fulfillment_status`, so they are there where they were asked for (`fulfilments.py`).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from commerce.rules.orders import ShipmentFacts
from commerce.rules.tracking import LABEL_CREATED
from integrations.platforms.body import Body, moment

FULFILMENTS = "fulfillments"
_STATUS, _NO_FULFILMENTS = "_fulfillment_status", ("", "no_fulfillments")
_YOUNG = timedelta(days=45)  # parcels of older orders have arrived
_PLUG_INS = ("_wc_shipment_tracking_items", "_aftership_tracking_items")
_ONE_EACH = (("ywot_tracking_code", "ywot_carrier_name"), ("_tracking_number", "_shipment_provider"))
_BETWEEN = re.compile(r"[,;|\n]+")  # of several numbers in one field
_PLACES = re.compile(r"\{tracking_number\}|%number%|\{number\}", re.IGNORECASE)
_EARLIEST = 946_684_800  # the year 2000: smaller numbers are no times


def shipments(body: Body) -> tuple[ShipmentFacts, ...] | None:
    """The order's parcels; None where nothing tells of any."""
    order_id = body.id()
    metas = _metas(body)
    if isinstance(body.told.get(FULFILMENTS), list):
        return tuple(parcel for told in body.parts(FULFILMENTS) for parcel in _fulfilled(told, order_id))
    for name in _PLUG_INS:
        items = _entries(metas.get(name))
        if items is not None:
            return tuple(parcel for item in items for parcel in _tracked(item, order_id))
    for number, carrier in _ONE_EACH:
        found = _text(metas, number)
        if found:
            shipped_at = _time(metas.get("ywot_pick_up_date"))
            link = _text(metas, "_tracking_url")
            return tuple(_parcels(order_id, found, _text(metas, carrier), link=link, shipped_at=shipped_at))
    return None


def are_elsewhere(body: Body, now: datetime) -> bool:
    """Whether the parcels of a young order stand in fulfilments that nobody asked for yet."""
    placed_at = body.time("date_created_gmt")
    if FULFILMENTS in body.told or placed_at is None or now - placed_at > _YOUNG:
        return False
    return _text(_metas(body), _STATUS) not in _NO_FULFILMENTS and shipments(body) is None


def _metas(body: Body) -> dict[str, Any]:
    return {meta.text("key"): meta.told.get("value") for meta in body.parts("meta_data")}


def _entries(value: object) -> list[dict[str, Any]] | None:
    """A list's objects, also where PHP wrote a list with gaps, which is an object."""
    listed = list(value.values()) if isinstance(value, dict) else value
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else None


def _tracked(item: Mapping[str, Any], order_id: str) -> Iterator[ShipmentFacts]:
    names = ("tracking_provider", "custom_tracking_provider", "slug")
    carrier = next((name for key in names if (name := _text(item, key))), "")
    links = ("custom_tracking_link", "formatted_tracking_link", "ast_tracking_link", "tracking_link")
    link = next((link for key in links if (link := _text(item, key))), "")
    shipped_at = _time(item.get("date_shipped"))
    id_ = _text(item, "tracking_id")
    yield from _parcels(order_id, _text(item, "tracking_number"), carrier, link=link, shipped_at=shipped_at, id_=id_)


def _fulfilled(told: Body, order_id: str) -> Iterator[ShipmentFacts]:
    metas = _metas(told)
    if told.told.get("date_deleted") or told.told.get("is_fulfilled") is False:
        return
    number, carrier = _text(metas, "_tracking_number"), _text(metas, "_shipment_provider")
    shipped_at = _time(metas.get("_date_fulfilled"))
    id_, link = f"f{told.id_or_empty('id')}", _text(metas, "_tracking_url")
    yield from _parcels(order_id, number, carrier, link=link, shipped_at=shipped_at, id_=id_)


def _parcels(
    order_id: str, numbers: str, carrier: str, *, link: str, shipped_at: datetime | None, id_: str = ""
) -> Iterator[ShipmentFacts]:
    """One for each number of a field; the first has the entry's own id, others a number behind it."""
    told = dict.fromkeys(number.strip() for number in _BETWEEN.split(numbers))
    for place, number in enumerate(number for number in told if number):
        own = id_ if id_ and place == 0 else f"{id_}-{place + 1}" if id_ else f"{order_id}-{number}"
        yield ShipmentFacts(
            id=own,
            order_id=order_id,
            carrier=carrier,
            tracking_number=number,
            tracking_url=_PLACES.sub(lambda _, number=number: number, link),  # type: ignore[misc]
            status=LABEL_CREATED,
            shipped_at=shipped_at,
        )


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def _time(value: object) -> datetime | None:
    """Seconds since 1970, or a day or a time as text; None for anything else."""
    try:
        seconds = int(str(value))
        return datetime.fromtimestamp(seconds, UTC) if seconds >= _EARLIEST else None
    except (ValueError, OverflowError, OSError):
        return moment(value)
