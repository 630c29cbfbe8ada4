"""Parcels as JSON for other programs: times RFC 3339 in UTC, days ISO 8601, ids as text."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from commerce.rules import tracking
from commerce.rules.shapes import Shape, moment
from integrations.registry import carriers


def shipment(row: Any, *, base_url: str, scans: Sequence[Any] | None = None) -> Shape:
    """A row of order_tracking; with its lines, newest first, where they are given."""
    about = carriers().get(row.carrier)
    told: Shape = {
        "id": str(row.id),
        "number": row.number,
        "carrier": row.carrier or None,
        "carrier_named": row.carrier_named,
        "candidates": _words(row.candidates),
        "order_id": row.order_id or None,
        "shipment_id": row.shipment_id or None,
        "source": row.source,
        "status": row.status,
        "sub_status": row.sub_status,
        "trusted": row.trusted,
        "progress": tracking.progress(row.status),
        "place": {name: getattr(row, name) for name in ("city", "province", "postcode", "country")},
        "scanned_at": moment(row.scanned_at),
        "scanned_local": row.scanned_local or None,
        "scanned_zone": row.scanned_zone or None,
        "expected_first": _day(row.expected_first),
        "expected_last": _day(row.expected_last),
        "service": row.service,
        "signed_by": row.signed_by,
        "to": {"country": row.to_country, "postcode": row.to_postcode, "zone": row.to_zone},
        "language": row.language,
        **{name: moment(getattr(row, name)) for name in ("shipped_at", "created_at", "first_scan_at", "ended_at")},
        "checked_at": moment(row.checked_at),
        "next_check_at": moment(row.next_check_at),
        "calls": row.calls,
        "problem": row.problem or None,
        "error": row.error or None,
        "stopped": row.stopped or None,
        "carrier_url": about.tracking_url.replace("{number}", row.number) if about and about.tracking_url else None,
        "tracking_page": f"{base_url}/track/{row.token}",
        "updated_at": moment(row.saved_at),
    }
    return told if scans is None else told | {"scans": [_scan(scan) for scan in scans]}


def _scan(row: Any) -> Shape:
    return {
        "at": moment(row.at),
        "local": row.local or None,
        "zone": row.zone or None,
        "zone_is_guessed": row.guessed,
        "status": row.status or None,
        "sub_status": row.sub_status,
        "code": row.code,
        "text": row.text,
        "place": {name: getattr(row, name) for name in ("city", "province", "postcode", "country")},
        "seen_at": moment(row.seen_at),
    }


def brief(row: Any, *, base_url: str) -> Shape:
    """What an order tells of a parcel that is followed."""
    return {
        "id": str(row.id),
        "status": row.status,
        "progress": tracking.progress(row.status),
        "scanned_at": moment(row.scanned_at),
        "expected_first": _day(row.expected_first),
        "expected_last": _day(row.expected_last),
        "tracking_page": f"{base_url}/track/{row.token}",
    }


def _day(at: date | None) -> str | None:
    return at.isoformat() if at else None


def _words(text: str) -> Iterable[str]:
    return [word for word in text.split(",") if word]
