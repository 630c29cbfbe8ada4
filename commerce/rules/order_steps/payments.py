"""Whether an order is paid, as far as its platform says so."""

from datetime import datetime, timedelta
from typing import Protocol

from commerce.rules.order_steps.outcomes import Outcome, blocked, done, failed, skipped
from commerce.rules.order_steps.settings import OrderSettings
from commerce.rules.orders import CANCELLED

_PAID = frozenset({"paid", "partially_refunded", "refunded"})
_OVER = frozenset({"voided", "expired"})
_WAITING = {
    "pending": "No payment yet.",
    "partially_paid": "A part is paid.",
    "authorized": "The money is reserved, and not taken yet.",
}


class Payable(Protocol):
    """What is looked at of an order."""

    status: str
    financial_status: str
    total: int
    paid_at: datetime | None


def settled(order: Payable, settings: OrderSettings) -> Outcome | None:
    """What nobody has to be asked or waited for; None while the order is open."""
    status = order.financial_status
    if status in _PAID or order.paid_at is not None:
        return done(f"Paid on {order.paid_at:%Y-%m-%d}." if order.paid_at is not None else "Paid.")
    if order.status == CANCELLED or status in _OVER:
        return skipped("The order was cancelled." if order.status == CANCELLED else "Its payment was given up.")
    if order.total <= 0:
        return done("There is nothing to pay.")
    if status == "authorized" and settings.takes_authorized:
        return done("The money is reserved, which is enough here.")
    return None


def checked(order: Payable, settings: OrderSettings, *, since: datetime, now: datetime) -> Outcome:
    """What the payment step comes to. `since`: when it began to wait."""
    outcome = settled(order, settings)
    if outcome is not None:
        return outcome
    told = _WAITING.get(order.financial_status)
    if told is None:
        return skipped("The shop does not say whether it is paid.")
    until = since + timedelta(hours=settings.payment_hours)
    if now >= until:
        hours = f"{settings.payment_hours} hour{'' if settings.payment_hours == 1 else 's'}"
        return failed(f"No payment came within {hours}. One that comes later counts all the same.")
    return blocked(f"{told} It is waited for until {until:%Y-%m-%d %H:%M} UTC.", until)
