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
from webapp import person_exports
from webapp.person_exports import shown

_DELIVERIES = 2000  # of one kind; what is more is counted, not listed


def export(db: Connection, shop: Shop, request: Any, *, now: datetime) -> dict[str, Any]:
    """All that is known of whom the request is about, as `of_subject` tells it."""
    subject = privacy.subject(db, shop_id=shop.id, request=request)
    return of_subject(db, shop, subject, asked_at=request.received_at, now=now)


def of_person(db: Connection, shop: Shop, root: str, *, now: datetime) -> dict[str, Any]:
    """All that is known of whoever is shown under this root, or was merged since. Raises LookupError for nobody."""
    subject = privacy.of_person(db, shop_id=shop.id, root=root)
    if not subject.member_ids:
        raise LookupError("There is no such customer.")
    return of_subject(db, shop, subject, asked_at=now, now=now)


def of_subject(
    db: Connection, shop: Shop, subject: privacy.Subject, *, asked_at: datetime, now: datetime
) -> dict[str, Any]:
    """Profile, pieces and how they were put together, accounts, orders with lines and parcels, consents with all that
    was ever said, points, what happened, segments, how often anybody looked, and what deliveries said.

    Money is in minor units of each order's currency.
    """
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
        "asked_at": asked_at,
        **person_exports.of_members(db, shop_id=shop.id, subject=subject),
        "customers": [shown(row) for row in people.values()],
        "orders": [
            shown(row)
            | {"lines": [shown(line) for line in lines[key]], "shipments": [shown(one) for one in parcels[key]]}
            for key, row in bought.items()
        ],
        "tracked_parcels": person_exports.tracked(db, shop_id=shop.id, order_ids=subject.order_ids),
        "deliveries": sorted(told, key=lambda one: one["received_at"]),
    }


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
