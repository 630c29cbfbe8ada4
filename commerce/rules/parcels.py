"""A parcel's milestone, as those are told of it who wait for it: customers, the store, other systems."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from commerce.rules.tracking import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What became of which parcel, when (UTC; `local` as the clock there showed it) and where.

    `shipment_id`, `order_id`: the platform's; empty where the number did not come from it.
    """

    tracking_id: int
    number: str
    carrier: str
    order_id: str
    shipment_id: str
    status: str
    at: datetime
    local: str = ""
    text: str = ""
    city: str = ""
    expected: date | None = None
    language: str = ""

    @classmethod
    def of(cls, row: Any, scan: Scan, *, expected: date | None) -> "Parcel":
        """From the stored parcel and the line that says so."""
        return cls(
            tracking_id=row.id,
            number=row.number,
            carrier=row.carrier,
            order_id=row.order_id,
            shipment_id=row.shipment_id,
            status=scan.status,
            at=scan.at,
            local=scan.local,
            text=scan.text,
            city=scan.place.city,
            expected=expected,
            language=row.language,
        )
