"""Customers as JSON for other programs, and their versions."""

from typing import Any

from commerce.rules.people.shapes import customer
from webapp.api import etags

__all__ = ["customer", "etag"]


def etag(row: Any, *, currency: str | None) -> str:
    """Of all that the shape is made of: the stored version, and what is worked out beside it."""
    beside = (row.recency, row.frequency, row.monetary, row.rfm_group, row.segment_ids, row.rereads, row.has_points)
    return etags.etag_of(row.id, row.version, row.saved_at.timestamp(), currency, *beside)
