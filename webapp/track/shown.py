"""A parcel as its page shows it: every word in the shopper's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from commerce.rules import tracking
from commerce.rules.tracking import (
    ATTEMPT_FAILED,
    CANCELLED,
    CUSTOMS,
    DELAYED,
    DELIVERED,
    EXCEPTION,
    IN_TRANSIT,
    LABEL_CREATED,
    NOT_FOUND,
    OUT_FOR_DELIVERY,
    PICKED_UP,
    READY_FOR_PICKUP,
    RETURNED,
    RETURNING,
)
from integrations import registry
from webapp.track import moments, timeline
from webapp.track.languages import Language
from webapp.track.reading import Found
from webapp.track.timeline import Day

# Those of which the announced day is still worth saying.
_EXPECTED = frozenset(
    {NOT_FOUND, LABEL_CREATED, PICKED_UP, IN_TRANSIT, CUSTOMS, DELAYED, OUT_FOR_DELIVERY, ATTEMPT_FAILED, EXCEPTION}
)
_STEPS = ("ordered", "handed_over", "on_its_way", "delivery", "there")
_TO_THE_COUNTER = ("ordered", "handed_over", "on_its_way", "pickup", "there")
_BACK = ("ordered", "handed_over", "on_its_way", "going_back", "back")
_WAYS = {READY_FOR_PICKUP: _TO_THE_COUNTER, RETURNING: _BACK, RETURNED: _BACK, CANCELLED: ()}
DONE, CURRENT, OPEN = "done", "current", "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the journey; `state` is done, current or open."""

    label: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A parcel in a few words. `tone`: "good", "bad" or neither."""

    token: str
    title: str
    when: str
    tone: str
    number: str
    carrier: str
    position: int
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A whole page. `is_open`: there may be news while somebody looks at it."""

    parcel: Summary
    others: Sequence[Summary]
    next: str
    days: Sequence[Day]
    left_out: int
    carrier_url: str
    checked: str
    is_open: bool


def shown(found: Found, language: Language, *, now: datetime) -> Shown:
    """The page of a parcel, right now."""
    row = found.row
    today = _today(row, now)
    own = {one.id: summary(one, position, language, now=now) for position, one in enumerate(found.parcels, 1)}
    checked = max((at for at in (row.checked_at, row.pushed_at) if at), default=None)
    return Shown(
        parcel=own[row.id],
        others=[one for key, one in own.items() if key != row.id],
        next=language.status(row.status, "next"),
        days=timeline.days(found.lines, language, zone=row.to_zone, today=today, hidden=row.signed_by),
        left_out=max(0, len(found.lines) - timeline.MOST),
        carrier_url=_carrier_url(row),
        checked=_moment(language, checked, row, today) if checked else "",
        is_open=row.ended_at is None,
    )


def summary(row: Any, position: int, language: Language, *, now: datetime) -> Summary:
    """A parcel in a few words; `position` is its place among those of its order, from 1."""
    tone = "good" if row.status == DELIVERED else "bad" if row.status in tracking.PROBLEMS else ""
    return Summary(
        token=row.token,
        title=language.status(row.status),
        when=_when(row, language, _today(row, now)),
        tone=tone,
        number=row.number,
        carrier=_carrier(row),
        position=position,
        steps=_steps(row.status, language),
    )


def _steps(status: str, language: Language) -> list[Step]:
    """The journey's steps with how far it is."""
    reached = 4 if status == RETURNING else tracking.progress(status)
    way = _WAYS.get(status, _STEPS)
    current = reached if reached < len(way) else 0  # who has arrived is not on the way any more
    states = (
        CURRENT if number == current else DONE if number <= reached else OPEN for number in range(1, len(way) + 1)
    )
    return [Step(label=language.step(name), state=state) for name, state in zip(way, states, strict=True)]


def _when(row: Any, language: Language, today: date) -> str:
    """When it comes, or when it came; empty where that cannot be said."""
    if row.status in tracking.ENDED and row.scanned_at is not None:
        return _moment(language, row.scanned_at, row, today, local=row.scanned_local, zone=row.scanned_zone)
    first, last = row.expected_first or row.expected_last, row.expected_last or row.expected_first
    if row.status == OUT_FOR_DELIVERY and _was_today(row, today):
        first = last = today
    if row.status not in _EXPECTED or first is None or last is None:
        return ""
    return _expected(language, min(first, last), max(first, last), today)


def _expected(language: Language, first: date, last: date, today: date) -> str:
    """The announced day, or days, as seen from today."""
    days = {"first": language.day(first, today=today), "last": language.day(last, today=today)}
    if last < today:
        return language.say("was_expected", day=days["last"])
    if last in (first, today):
        named = {today: "arrives_today", today + timedelta(days=1): "arrives_tomorrow"}
        return language.say(named.get(last, "arrives_on"), day=days["last"])
    if first <= today:
        return language.say("arrives_by", day=days["last"])
    return language.say("arrives_between", **days)


def _was_today(row: Any, today: date) -> bool:
    if row.scanned_at is None:
        return False
    clock, _ = moments.there(row.scanned_at, local=row.scanned_local, name=row.scanned_zone, otherwise=row.to_zone)
    return clock.date() == today


def _moment(language: Language, at: datetime, row: Any, today: date, *, local: str = "", zone: str = "") -> str:
    clock, foreign = moments.there(at, local=local, name=zone, otherwise=row.to_zone)
    return language.moment(clock, today=today, zone=foreign)


def _today(row: Any, now: datetime) -> date:
    """The day it is where the parcel goes, or where it is."""
    return moments.today(now, row.to_zone, row.scanned_zone)


def _carrier(row: Any) -> str:
    """What people call its carrier."""
    return registry.carrier_title(row.carrier) if row.carrier else str(row.carrier_named)


def _carrier_url(row: Any) -> str:
    """The carrier's own page of the parcel; empty where it has none."""
    known = registry.carriers().get(row.carrier)
    return known.tracking_url.replace("{number}", quote(row.number, safe="")) if known else ""
