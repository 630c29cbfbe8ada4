"""Requests under privacy law that are open: what is asked, by when, and what the merchant has to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from commerce.tables import privacy
from webapp.languages import lazy_gettext as _

# Shopify's wording of the law: within 30 days (shopify.dev, privacy-law-compliance).
LAWFUL = timedelta(days=30)
_ASKED = {
    privacy.EXPORT: _("A customer asks for their data"),
    privacy.ERASE_CUSTOMER: _("A customer asks to be erased"),
    privacy.ERASE_SHOP: _("The shop asks to be erased"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What is asked, by which delivery (None: it was asked here), and by when.

    `by_hand`: the merchant has to do it, Backroom does the rest.
    """

    request_id: int
    asked: str
    inbox_id: int | None
    due: datetime
    overdue: bool
    by_hand: bool


def duties(requests: Sequence[Any], now: datetime) -> list[Duty]:
    """The duties that follow from open requests."""
    return [
        Duty(
            request_id=row.id,
            asked=_ASKED[row.kind],
            inbox_id=row.inbox_id,
            due=row.received_at + LAWFUL,
            overdue=row.received_at + LAWFUL < now,
            by_hand=row.kind == privacy.EXPORT,
        )
        for row in requests
    ]
