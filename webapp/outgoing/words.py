"""Endpoints and dispatches in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commerce.rules.outgoing import health
from commerce.rules.outgoing.health import ACTIVE, DISABLED, OFF, PAUSED
from commerce.rules.outgoing.names import EVERYTHING
from commerce.tables.outgoing.dispatches import DROPPED, FAILED, HELD, SENT, WAITING
from commerce.tables.outgoing.endpoints import health_of
from webapp import formats
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext, ngettext, translated

HEALTHY, DEGRADED = 95, 80  # per cent that are taken at the first try, from which on an endpoint is called so

# What commerce.rules.outgoing says in English: its events, what they are about, and the waits between tries.
EVENTS = (
    lazy_gettext("An order was placed."),
    lazy_gettext("An order was paid."),
    lazy_gettext("Something of an order that is known changed."),
    lazy_gettext("All of an order was handed over to be sent."),
    lazy_gettext("A shipment of an order is on its way; once for each shipment."),
    lazy_gettext("Money of an order was given back; once for each refund."),
    lazy_gettext("An order was cancelled."),
    lazy_gettext("An order was deleted at the shop."),
    lazy_gettext("A parcel's carrier says: picked up."),
    lazy_gettext("A parcel's carrier says: delayed."),
    lazy_gettext("A parcel's carrier says: out for delivery."),
    lazy_gettext("A parcel's carrier says: exception."),
    lazy_gettext("A parcel's carrier says: attempt failed."),
    lazy_gettext("A parcel's carrier says: ready for pickup."),
    lazy_gettext("A parcel's carrier says: returning."),
    lazy_gettext("A parcel's carrier says: cancelled."),
    lazy_gettext("A parcel's carrier says: returned."),
    lazy_gettext("A parcel's carrier says: delivered."),
    lazy_gettext("A product is new."),
    lazy_gettext("A product, one of its variants, its price or its stock changed."),
    lazy_gettext("A product was deleted at the shop."),
    lazy_gettext("The shop has a new customer account."),
    lazy_gettext("A customer account changed."),
    lazy_gettext("A customer account was deleted at the shop."),
    lazy_gettext("A customer entered a segment."),
    lazy_gettext("A customer left a segment."),
    lazy_gettext("The stock that is kept here changed."),
    lazy_gettext("Stock was set aside for an order."),
    lazy_gettext("A day is over, with the figures of its orders."),
)
NOUNS = (
    lazy_gettext("Order"),
    lazy_gettext("Parcel"),
    lazy_gettext("Product"),
    lazy_gettext("Customer"),
    lazy_gettext("Segment"),
    lazy_gettext("Inventory"),
    lazy_gettext("Figures"),
)
WAITS = (
    lazy_gettext("at once"),
    lazy_gettext("5 seconds"),
    lazy_gettext("30 seconds"),
    lazy_gettext("2 minutes"),
    lazy_gettext("10 minutes"),
    lazy_gettext("30 minutes"),
    lazy_gettext("2 hours"),
    lazy_gettext("5 hours"),
    lazy_gettext("10 hours"),
    lazy_gettext("14 hours"),
    lazy_gettext("20 hours"),
)
TONES = {SENT: "good", WAITING: "wait", FAILED: "bad", HELD: "wait", DROPPED: ""}
STATES = {
    SENT: lazy_gettext("Taken"),
    WAITING: lazy_gettext("Waiting"),
    FAILED: lazy_gettext("Failed"),
    HELD: lazy_gettext("Kept"),
    DROPPED: lazy_gettext("Dropped"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How an endpoint is: a word with its tone, and a sentence."""

    word: str
    tone: str
    sentence: str


def condition(row: Any, at_first: tuple[int, int] | None, *, now: datetime) -> Condition:
    """How an endpoint is. `at_first`: how many ended lately, and how many of them were taken at the first try."""
    if row.state == PAUSED:
        return Condition(word=_("Paused"), tone="wait", sentence=_("What is for it is kept until it is resumed."))
    if row.state == OFF:
        return Condition(word=_("Switched off"), tone="bad", sentence=translated(row.why))
    if row.state == DISABLED:
        sentence = translated(row.why) or _("It is told nothing, and nothing is kept.")
        return Condition(word=_("Disabled"), tone="", sentence=sentence)
    if row.failures >= health.BREAKS_AFTER:
        used = health.used_up(health_of(row), now=now)
        sentence = _(
            "%(number)s tries in a row failed. One at a time looks whether it is back.",
            number=formats.number(row.failures),
        )
        if used:
            sentence = f"{sentence} {_('%(share)s %% of what it may fail is used up.', share=used)}"
        return Condition(word=_("Failing"), tone="bad", sentence=sentence)
    ended, taken = at_first or (0, 0)
    if not ended:
        return Condition(word=_("Active"), tone="good", sentence=_("Nothing was sent to it lately."))
    share = taken * 100 // ended
    sentence = _("%(share)s %% were taken at the first try in 24 hours.", share=share)
    if share >= HEALTHY:
        return Condition(word=_("Healthy"), tone="good", sentence=sentence)
    return Condition(word=_("Degraded") if share >= DEGRADED else _("Failing"), tone="wait", sentence=sentence)


def events(filters: list[str]) -> str:
    """What an endpoint wants."""
    return _("every event") if EVERYTHING in filters else ", ".join(filters)


def switched(state: str, number: int) -> str:
    """What was done with an endpoint."""
    if state == PAUSED:
        return _("The endpoint is paused. What is for it is kept.")
    if state == DISABLED:
        told = _("The endpoint is disabled.")
        some = ngettext(
            "%(num)s event that waited will not be sent.", "%(num)s events that waited will not be sent.", number
        )
    else:
        assert state == ACTIVE, "there are three"
        told = _("The endpoint is active.")
        some = ngettext("%(num)s event that waited goes out now.", "%(num)s events that waited go out now.", number)
    return f"{told} {some}" if number else told


def filled_in(row: Any) -> Mapping[str, Any]:
    """The fields of the form for an endpoint that is there."""
    return {"url": row.url, "description": row.description, "events": list(row.filters)}
