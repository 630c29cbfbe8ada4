"""A customer's data, as privacy law gives it to them: what the tables hold, and what deliveries said."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from commerce.database import Connection
from commerce.rules.events import CUSTOMER, ORDER, SHIPMENT
from commerce.tables import customers, erasure, events, orders, privacy, shipments
from commerce.tables.shops import Shop

_DELIVERIES = 2000  # of one kind; what is more is counted, not listed
_OURS = ("shop_id", "saved_at")


def export(db: Connection, shop: Shop, request: Any, *, now: datetime) -> dict[str, Any]:
    """All that is known of whom the request is about: profile and consents, orders with lines and parcels, deliveries.

    Money is in minor units of each order's currency.
    """
    subject = privacy.subject(db, shop_id=shop.id, request=request)
    people = customers.by_ids(db, shop_id=shop.id, ids=subject.customer_ids)
    bought = orders.by_ids(db, shop_id=shop.id, ids=subject.order_ids)
    lines = orders.lines_of(db, shop_id=shop.id, ids=subject.order_ids)
    parcels = shipments.of_orders(db, shop_id=shop.id, ids=subject.order_ids)
    keys = [(CUSTOMER, key) for key in subject.customer_ids] + [(ORDER, key) for key in subject.order_ids]
    keys += [(SHIPMENT, parcel.id) for of_order in parcels.values() for parcel in of_order]
    told = [one for kind, key in keys for one in _deliveries(db, shop.id, kind, key)]
    told += _others(db, shop.id, subject)
    return {
        "shop": {"name": shop.name, "domain": shop.domain, "platform": shop.platform},
        "made_at": now,
        "asked_at": request.received_at,
        "customers": [_shown(row) for row in people.values()],
        "orders": [
            _shown(row)
            | {"lines": [_shown(line) for line in lines[key]], "shipments": [_shown(one) for one in parcels[key]]}
            for key, row in bought.items()
        ],
        "deliveries": sorted(told, key=lambda one: one["received_at"]),
    }


def _shown(row: Any) -> dict[str, Any]:
    return {name: value for name, value in zip(row._fields, row, strict=True) if name not in _OURS}


def _deliveries(db: Connection, shop_id: int, kind: str, object_id: str) -> list[dict[str, Any]]:
    filters = events.Filters(kind=kind, object_id=object_id)
    rows = events.page(db, shop_id=shop_id, filters=filters, before=None, limit=_DELIVERIES)
    return [_delivery(db, shop_id, row.id) for row in rows]


def _others(db: Connection, shop_id: int, subject: privacy.Subject) -> list[dict[str, Any]]:
    """Deliveries that led to no object and name the customer all the same."""
    found: list[int] = []
    after: int | None = 0
    while after is not None:
        ids, after = erasure.mentions(db, shop_id=shop_id, subject=subject, after=after)
        found += ids
    return [_delivery(db, shop_id, number) for number in found[:_DELIVERIES]]


def _delivery(db: Connection, shop_id: int, number: int) -> dict[str, Any]:
    row = events.one(db, shop_id=shop_id, row_id=number)
    assert row is not None, "it was found in the same transaction"
    try:
        payload = json.loads(row.body)
    except ValueError:
        payload = row.body.decode("utf-8", "replace")
    return {"number": row.id, "topic": row.topic, "received_at": row.received_at, "payload": payload}


def zipped(told: Mapping[str, Any], page: str) -> bytes:
    """A ZIP with the page for people and the JSON for programs."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("customer-data.html", page)
        archive.writestr("customer-data.json", json.dumps(told, indent=2, ensure_ascii=False, default=_plain))
    return file.getvalue()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
