"""What becomes of a message whose turn has come: it goes out, waits, or is not sent, and why.

Suppression and consent are two things: an address that bounced or complained is not written to, whatever anybody
allowed; consent is asked for only where the message is not about something that somebody bought. What a merchant is
told of their own shop asks for neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from commerce.rules import tracking
from commerce.rules.notifications import kinds
from commerce.rules.notifications.choices import Choices
from commerce.rules.notifications.kinds import COMMERCIAL, TO_MERCHANT, Kind
from commerce.rules.notifications.states import CANCELLED, HELD, QUEUED, SUPPRESSED
from commerce.rules.notifications.windows import opens_at, zone_named
from commerce.rules.orders import CANCELLED as ORDER_CANCELLED
from commerce.rules.zones import zone_of

SUBSCRIBED, UNSUBSCRIBED = "subscribed", "unsubscribed"
# Kinds that say what an order that was cancelled does not come to any more.
_UNTRUE_OF_CANCELLED = frozenset({kinds.ORDER_CONFIRMATION, kinds.ORDER_PAID})
# Kinds of parcels, and the states in which they say something old.
_OVERTAKEN_BY = {
    kinds.PARCEL_IN_TRANSIT: frozenset({tracking.OUT_FOR_DELIVERY, tracking.READY_FOR_PICKUP, *tracking.ENDED}),
    kinds.PARCEL_OUT_FOR_DELIVERY: tracking.ENDED,
    kinds.PARCEL_READY_FOR_PICKUP: tracking.ENDED,
    kinds.PARCEL_PROBLEM: frozenset({tracking.DELIVERED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known when a message's turn has come.

    `recipient`: empty where there is no address (any more). `expires_at`: after which it says nothing new.
    `is_asked_for`: a person pressed a button for it just now, so nothing but suppression and consent counts.
    `suppressed`: why the address is not written to. `consent`: the last word on the channel, `consent_at` when it was
    said. `asked_at`: when they asked for this very message. `outdated`: why it is not true any more. `zone`: where the
    recipient lives. `lately`: when messages went out to them, oldest first.
    """

    recipient: str
    expires_at: datetime
    is_asked_for: bool = False
    suppressed: str = ""
    consent: str = ""
    consent_at: datetime | None = None
    asked_at: datetime | None = None
    outdated: str = ""
    zone: str = ""
    lately: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """QUEUED: send it now. HELD: look again at `until`. SUPPRESSED, CANCELLED: it is not sent, `words` say why."""

    state: str
    words: str = ""
    until: datetime | None = None


NOW = Decision(state=QUEUED)


def decide(kind: Kind, known: Known, choices: Choices, *, now: datetime) -> Decision:
    """What becomes of a message of that kind now."""
    if not known.recipient:
        return _not_sent("There is no address to send it to.")
    if kind.category == TO_MERCHANT:
        late = "It was not sent in time." if now >= known.expires_at else ""
        return _cancelled(known.outdated or late) if (known.outdated or late) and not known.is_asked_for else NOW
    if known.suppressed:
        return _not_sent(f"The address is suppressed: {known.suppressed}")
    if kind.category == COMMERCIAL and not _is_allowed(known):
        return _not_sent("The customer does not want such messages (consent was withdrawn or never given).")
    if known.is_asked_for:
        return NOW
    if known.outdated:
        return _cancelled(known.outdated)
    if now >= known.expires_at:
        return _cancelled("It was not sent in time: by now it would say nothing new.")
    return _in_time(_held(kind, known, choices, now=now), known)


def _is_allowed(known: Known) -> bool:
    """Consent, or that they asked for this very message since they last said no."""
    if known.asked_at is None or known.consent == SUBSCRIBED:
        return known.consent == SUBSCRIBED
    return known.consent != UNSUBSCRIBED or (known.consent_at is not None and known.asked_at > known.consent_at)


def _held(kind: Kind, known: Known, choices: Choices, *, now: datetime) -> Decision:
    """Whether it waits for a send window, or for its turn at a recipient who was written to a lot."""
    if kind.is_critical:
        return NOW
    free = _after_throttle(known.lately, choices, now=now)
    opens = opens_at(choices.windows, zone_named(known.zone), now=max(now, free or now))
    if opens is None:
        return _cancelled("No send window is open on any day.")
    if free is not None and opens <= free:
        most, hours = choices.throttle, choices.throttle_hours
        return Decision(state=HELD, until=free, words=f"{most} messages went there within {hours} hours.")
    if opens > now:
        return Decision(state=HELD, until=opens, words=f"Quiet hours where the recipient is ({known.zone or 'UTC'}).")
    return NOW


def _after_throttle(lately: Sequence[datetime], choices: Choices, *, now: datetime) -> datetime | None:
    """When the recipient may be written to again; None: now."""
    span = timedelta(hours=choices.throttle_hours)
    counted = [at for at in sorted(lately) if at > now - span]
    if not choices.throttle or len(counted) < choices.throttle:
        return None
    return counted[-choices.throttle] + span


def _in_time(decision: Decision, known: Known) -> Decision:
    if decision.until is not None and decision.until >= known.expires_at:
        return _cancelled(f"{decision.words} By then it would say nothing new.")
    return decision


def _not_sent(words: str) -> Decision:
    return Decision(state=SUPPRESSED, words=words)


def _cancelled(words: str) -> Decision:
    return Decision(state=CANCELLED, words=words)


def outdated(kind: str, *, order_status: str = "", parcel_status: str = "") -> str:
    """Why a message of this kind is not true any more, in plain words; empty where it is."""
    if kind in _UNTRUE_OF_CANCELLED and order_status == ORDER_CANCELLED:
        return "The order was cancelled since."
    if parcel_status in _OVERTAKEN_BY.get(kind, ()):
        return f"The parcel is further by now: {parcel_status.replace('_', ' ')}."
    return ""


def zone_for(delivery: Mapping[str, Any], billing: Mapping[str, Any], *, shop: str) -> str:
    """The zone in which whoever ordered lives, by where the goods or the bill go; else the shop's."""
    for address in (delivery, billing):
        country = address.get("country") or ""
        found = zone_of(country, address.get("postcode") or "", address.get("province") or "") if country else ""
        if found:
            return found
    return shop
