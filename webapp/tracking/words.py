"""Parcels in plain words: how far one is, what is wrong with it, what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from commerce.rules import tracking
from commerce.tables import tracking_lists as lists
from integrations import carrier_api
from integrations.registry import carrier_title

STATUSES: Mapping[str, str] = MappingProxyType(
    {
        tracking.LABEL_CREATED: "Label created",
        tracking.NOT_FOUND: "Not known yet",
        tracking.PICKED_UP: "Handed over",
        tracking.IN_TRANSIT: "On its way",
        tracking.CUSTOMS: "At customs",
        tracking.DELAYED: "Delayed",
        tracking.OUT_FOR_DELIVERY: "Out for delivery",
        tracking.EXCEPTION: "Exception",
        tracking.ATTEMPT_FAILED: "Attempt failed",
        tracking.READY_FOR_PICKUP: "Ready for pickup",
        tracking.RETURNING: "Coming back",
        tracking.EXPIRED: "Lost sight of",
        tracking.CANCELLED: "Cancelled",
        tracking.RETURNED: "Returned",
        tracking.DELIVERED: "Delivered",
    }
)
_GOOD = frozenset({tracking.DELIVERED})
_WAITS = frozenset({tracking.NOT_FOUND, tracking.DELAYED, tracking.CUSTOMS, tracking.READY_FOR_PICKUP})
STEPS = ("Ordered", "Handed over", "On its way", "Out for delivery", "Delivered")

REASONS: Mapping[str, str] = MappingProxyType(
    {
        lists.RETURNED: "Returned",
        lists.EXCEPTION: "Exception",
        lists.ATTEMPT_FAILED: "Attempt failed",
        lists.STUCK: "Stuck",
        lists.OVERDUE: "Overdue",
        lists.NOT_HANDED_OVER: "Not handed over",
        lists.NO_INFORMATION: "No information",
        lists.NO_ACCOUNT: "No account",
        lists.UNKNOWN_CARRIER: "Unknown carrier",
    }
)
STOPPED: Mapping[str, str] = MappingProxyType(
    {
        "no_account": "Not asked: there is no account with this carrier.",
        "unknown_carrier": "Not asked: it is not known whose parcel it is.",
        "history": "Not asked: it was sent too long ago.",
        "not_in_shop": "Not asked: the shop took the number out of its order.",
        "erased": "Not asked: who it goes to was erased under privacy law.",
        "done": "Not asked any more: it is completed.",
    }
)
PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        carrier_api.NOT_FOUND: "does not know the number",
        carrier_api.AWAY: "did not answer",
        carrier_api.TOO_OFTEN: "was asked too often",
        carrier_api.REFUSED: "refused the account",
        carrier_api.GARBLED: "answered what cannot be read",
        carrier_api.INVALID: "says the number is none of its own",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with a parcel and what to do, a sentence each."""

    title: str
    what: str
    advice: str


def tone(status: str) -> str:
    """How a status looks as a badge: good, wait, bad, or plain."""
    if status in _GOOD:
        return "good"
    if status in tracking.PROBLEMS - {tracking.DELAYED}:
        return "bad"
    return "wait" if status in _WAITS else ""


def title_of(carrier: str) -> str:
    """A carrier's name in a sentence."""
    return carrier_title(carrier) if carrier else "The carrier"


def trouble(row: Any, now: datetime) -> Trouble | None:
    """What is wrong with a parcel (a row with `reason`); None where nothing is."""
    if not row.reason:
        return None
    what, advice = _TELL[row.reason](row, now)
    return Trouble(title=REASONS[row.reason], what=what, advice=advice)


def _days(since: datetime | None, now: datetime) -> str:
    number = max(0, round((now - since) / timedelta(days=1))) if since else 0
    return "a day" if number == 1 else f"{number} days"


def _in(row: Any) -> str:
    return f" in {row.city}" if row.city else ""


def _returned(row: Any, _now: datetime) -> tuple[str, str]:
    if row.status == tracking.RETURNED:
        return "It came back to the sender.", "Ask the customer for the address, then send it again or refund it."
    return f"It is on its way back{_in(row)}.", "Ask the customer what happened; the carrier may still turn it round."


def _exception(row: Any, _now: datetime) -> tuple[str, str]:
    told = f" ({row.sub_status.replace('_', ' ')})" if row.sub_status else ""
    return f"Something happened to it{_in(row)}{told}.", f"Read the last line, then call {title_of(row.carrier)}."


def _attempt(row: Any, _now: datetime) -> tuple[str, str]:
    return f"It could not be handed over{_in(row)}.", "Check the address and phone number with the customer."


def _stuck(row: Any, now: datetime) -> tuple[str, str]:
    since = _days(row.scanned_at or row.shipped_at or row.created_at, now)
    if row.status == tracking.READY_FOR_PICKUP:
        return f"It has waited{_in(row)} to be picked up for {since}.", "Remind the customer before it is sent back."
    if row.status == tracking.EXPIRED:
        return f"Nothing was heard for {since}, so nobody asks any more.", "Ask the carrier to search, or refund it."
    last = f" Last seen{_in(row)}." if row.city else ""
    return f"No new line for {since}.{last}", f"Ask {title_of(row.carrier)} to search for it."


def _overdue(row: Any, now: datetime) -> tuple[str, str]:
    late = (now.date() - row.expected_last).days
    since = f"{row.expected_last:%-d %B}, {'a day' if late == 1 else f'{late} days'} ago"
    if row.status == tracking.READY_FOR_PICKUP:
        return (
            f"It waits{_in(row)} to be picked up. Its day was {since}.",
            "Remind the customer before it is sent back.",
        )
    what = f"It should have been there on {since}."
    return what, "Tell the customer before they ask."


def _not_handed_over(row: Any, now: datetime) -> tuple[str, str]:
    since = _days(row.shipped_at or row.created_at, now)
    return f"Label only for {since}: {title_of(row.carrier)} does not have it.", "Look whether it is still with you."


def _no_information(row: Any, now: datetime) -> tuple[str, str]:
    since = _days(row.shipped_at or row.created_at, now)
    if row.problem and row.problem != carrier_api.NOT_FOUND:
        problem = PROBLEMS.get(row.problem, row.problem)
        return f"{title_of(row.carrier)} {problem}, for {since}.", "Look at the carrier's page here."
    return (
        f"{title_of(row.carrier)} does not know the number after {since}.",
        "Check the number and the carrier, and whether it was handed over.",
    )


def _no_account(row: Any, _now: datetime) -> tuple[str, str]:
    return f"{title_of(row.carrier)} cannot be asked without an account.", "Enter your account under Carriers."


def _unknown_carrier(row: Any, _now: datetime) -> tuple[str, str]:
    named = f" The shop calls it “{row.carrier_named}”." if row.carrier_named else ""
    return f"Nobody can tell whose number it is.{named}", "Open it and choose the carrier."


_TELL = {
    lists.RETURNED: _returned,
    lists.EXCEPTION: _exception,
    lists.ATTEMPT_FAILED: _attempt,
    lists.STUCK: _stuck,
    lists.OVERDUE: _overdue,
    lists.NOT_HANDED_OVER: _not_handed_over,
    lists.NO_INFORMATION: _no_information,
    lists.NO_ACCOUNT: _no_account,
    lists.UNKNOWN_CARRIER: _unknown_carrier,
}
