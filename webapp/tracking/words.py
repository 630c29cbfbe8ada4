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
from webapp import formats
from webapp.languages import gettext, ngettext, translated
from webapp.languages import lazy_gettext as _

STATUSES: Mapping[str, str] = MappingProxyType(
    {
        tracking.LABEL_CREATED: _("Label created"),
        tracking.NOT_FOUND: _("Not known yet"),
        tracking.PICKED_UP: _("Handed over"),
        tracking.IN_TRANSIT: _("On its way"),
        tracking.CUSTOMS: _("At customs"),
        tracking.DELAYED: _("Delayed"),
        tracking.OUT_FOR_DELIVERY: _("Out for delivery"),
        tracking.EXCEPTION: _("Exception"),
        tracking.ATTEMPT_FAILED: _("Attempt failed"),
        tracking.READY_FOR_PICKUP: _("Ready for pickup"),
        tracking.RETURNING: _("Coming back"),
        tracking.EXPIRED: _("Lost sight of"),
        tracking.CANCELLED: _("Cancelled"),
        tracking.RETURNED: _("Returned"),
        tracking.DELIVERED: _("Delivered"),
    }
)
_GOOD = frozenset({tracking.DELIVERED})
_WAITS = frozenset({tracking.NOT_FOUND, tracking.DELAYED, tracking.CUSTOMS, tracking.READY_FOR_PICKUP})
STEPS = (_("Ordered"), _("Handed over"), _("On its way"), _("Out for delivery"), _("Delivered"))

REASONS: Mapping[str, str] = MappingProxyType(
    {
        lists.RETURNED: _("Returned"),
        lists.EXCEPTION: _("Exception"),
        lists.ATTEMPT_FAILED: _("Attempt failed"),
        lists.STUCK: _("Stuck"),
        lists.OVERDUE: _("Overdue"),
        lists.NOT_HANDED_OVER: _("Not handed over"),
        lists.NO_INFORMATION: _("No information"),
        lists.NO_ACCOUNT: _("No account"),
        lists.UNKNOWN_CARRIER: _("Unknown carrier"),
    }
)
STOPPED: Mapping[str, str] = MappingProxyType(
    {
        "no_account": _("Not asked: there is no account with this carrier."),
        "unknown_carrier": _("Not asked: it is not known whose parcel it is."),
        "history": _("Not asked: it was sent too long ago."),
        "not_in_shop": _("Not asked: the shop took the number out of its order."),
        "erased": _("Not asked: who it goes to was erased under privacy law."),
        "done": _("Not asked any more: it is completed."),
    }
)
PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        carrier_api.NOT_FOUND: _("does not know the number"),
        carrier_api.AWAY: _("did not answer"),
        carrier_api.TOO_OFTEN: _("was asked too often"),
        carrier_api.REFUSED: _("refused the account"),
        carrier_api.GARBLED: _("answered what cannot be read"),
        carrier_api.INVALID: _("says the number is none of its own"),
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
    return translated(carrier_title(carrier)) if carrier else gettext("The carrier")


def problem(carrier: str, kind: str) -> str:
    """What a carrier answered instead of news, as a sentence."""
    return gettext("%(carrier)s %(problem)s.", carrier=title_of(carrier), problem=PROBLEMS.get(kind, kind))


def trouble(row: Any, now: datetime) -> Trouble | None:
    """What is wrong with a parcel (a row with `reason`); None where nothing is."""
    if not row.reason:
        return None
    what, advice = _TELL[row.reason](row, now)
    return Trouble(title=str(REASONS[row.reason]), what=what, advice=advice)


def _days(since: datetime | None, now: datetime) -> int:
    return max(0, round((now - since) / timedelta(days=1))) if since else 0


def _for_days(since: datetime | None, now: datetime) -> str:
    return ngettext("for a day", "for %(num)s days", _days(since, now))


def _after_days(since: datetime | None, now: datetime) -> str:
    return ngettext("after a day", "after %(num)s days", _days(since, now))


def _in(row: Any) -> str:
    """Where a parcel is, to stand within a sentence; empty where nobody knows."""
    return gettext(" in %(place)s", place=row.city) if row.city else ""


def _returned(row: Any, _now: datetime) -> tuple[str, str]:
    if row.status == tracking.RETURNED:
        advice = gettext("Ask the customer for the address, then send it again or refund it.")
        return gettext("It came back to the sender."), advice
    return (
        gettext("It is on its way back%(place)s.", place=_in(row)),
        gettext("Ask the customer what happened; the carrier may still turn it round."),
    )


def _exception(row: Any, _now: datetime) -> tuple[str, str]:
    told = f" ({row.sub_status.replace('_', ' ')})" if row.sub_status else ""
    return (
        gettext("Something happened to it%(place)s%(told)s.", place=_in(row), told=told),
        gettext("Read the last line, then call %(carrier)s.", carrier=title_of(row.carrier)),
    )


def _attempt(row: Any, _now: datetime) -> tuple[str, str]:
    return (
        gettext("It could not be handed over%(place)s.", place=_in(row)),
        gettext("Check the address and phone number with the customer."),
    )


def _stuck(row: Any, now: datetime) -> tuple[str, str]:
    since = _for_days(row.scanned_at or row.shipped_at or row.created_at, now)
    if row.status == tracking.READY_FOR_PICKUP:
        return (
            gettext("It has waited%(place)s to be picked up %(since)s.", place=_in(row), since=since),
            gettext("Remind the customer before it is sent back."),
        )
    if row.status == tracking.EXPIRED:
        return (
            gettext("Nothing was heard %(since)s, so nobody asks any more.", since=since),
            gettext("Ask the carrier to search, or refund it."),
        )
    what = gettext("No new line %(since)s.", since=since)
    if row.city:
        what = gettext("No new line %(since)s. Last seen in %(place)s.", since=since, place=row.city)
    return what, gettext("Ask %(carrier)s to search for it.", carrier=title_of(row.carrier))


def _overdue(row: Any, now: datetime) -> tuple[str, str]:
    ago = ngettext("a day ago", "%(num)s days ago", (now.date() - row.expected_last).days)
    day = formats.long_day(row.expected_last)
    if row.status == tracking.READY_FOR_PICKUP:
        return (
            gettext(
                "It waits%(place)s to be picked up. Its day was %(day)s, %(ago)s.", place=_in(row), day=day, ago=ago
            ),
            gettext("Remind the customer before it is sent back."),
        )
    return (
        gettext("It should have been there on %(day)s, %(ago)s.", day=day, ago=ago),
        gettext("Tell the customer before they ask."),
    )


def _not_handed_over(row: Any, now: datetime) -> tuple[str, str]:
    since = _for_days(row.shipped_at or row.created_at, now)
    return (
        gettext("Label only %(since)s: %(carrier)s does not have it.", since=since, carrier=title_of(row.carrier)),
        gettext("Look whether it is still with you."),
    )


def _no_information(row: Any, now: datetime) -> tuple[str, str]:
    began, carrier = row.shipped_at or row.created_at, title_of(row.carrier)
    if row.problem and row.problem != carrier_api.NOT_FOUND:
        told = {"problem": PROBLEMS.get(row.problem, row.problem), "since": _for_days(began, now)}
        return (
            gettext("%(carrier)s %(problem)s, %(since)s.", carrier=carrier, **told),
            gettext("Look at the carrier's page here."),
        )
    return (
        gettext("%(carrier)s does not know the number %(after)s.", carrier=carrier, after=_after_days(began, now)),
        gettext("Check the number and the carrier, and whether it was handed over."),
    )


def _no_account(row: Any, _now: datetime) -> tuple[str, str]:
    return (
        gettext("%(carrier)s cannot be asked without an account.", carrier=title_of(row.carrier)),
        gettext("Enter your account under Carriers."),
    )


def _unknown_carrier(row: Any, _now: datetime) -> tuple[str, str]:
    what = gettext("Nobody can tell whose number it is.")
    if row.carrier_named:
        what = gettext("Nobody can tell whose number it is. The shop calls it “%(name)s”.", name=row.carrier_named)
    return what, gettext("Open it and choose the carrier.")


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
