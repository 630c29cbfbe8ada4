"""Parcels as orders tell of them, beside those that are followed."""

from collections.abc import Iterable
from typing import Any

from integrations.carriers.numbers import choosing


class Followed:
    """The parcels of some orders that are followed."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows = list(rows)
        self._by_number = {row.number: row for row in self._rows}

    def of(self, shipment: Any) -> Any:
        """The one that an order's parcel (a row of shipments) is followed as; None where it is not."""
        return self._by_number.get(choosing.normalised(shipment.tracking_number))

    def others(self, shipments: Iterable[Any]) -> list[Any]:
        """Those of which the order itself does not tell."""
        told = {choosing.normalised(shipment.tracking_number) for shipment in shipments}
        return [row for row in self._rows if row.number not in told]
