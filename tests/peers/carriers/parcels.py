"""Parcels as the stand-in has them: how far each is, by number. Whoever asks for a number that nobody named gets one on
its way, so that ten thousand need no preparation."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

STAGES = ("label_created", "picked_up", "in_transit", "out_for_delivery", "delivered")
OTHERS = ("attempt_failed", "ready_for_pickup", "exception")
UNKNOWN = "unknown"
PACIFIC = timezone(timedelta(hours=-8))


@dataclass(frozen=True)
class Place:
    city: str
    state: str
    postcode: str
    country: str = "US"


@dataclass(frozen=True)
class Event:
    stage: str
    at: datetime
    place: Place


LOUISVILLE, PORTLAND = Place("LOUISVILLE", "KY", "40213"), Place("PORTLAND", "OR", "97201")


@dataclass(frozen=True)
class Parcel:
    """Its events, the newest first; times are those of the clock in the zone of Portland."""

    number: str
    events: tuple[Event, ...]

    @property
    def stage(self) -> str:
        return self.events[0].stage


def parcel(number: str, stage: str, now: datetime) -> Parcel:
    """A parcel at that stage, with all that came before, four hours apart."""
    before = STAGES[: STAGES.index(stage)] if stage in STAGES else STAGES[:3]
    stages = [stage, *reversed(before)]
    last = now.astimezone(PACIFIC).replace(microsecond=0) - timedelta(hours=1)
    events = [
        Event(name, last - timedelta(hours=4 * index), PORTLAND if index < 2 else LOUISVILLE)
        for index, name in enumerate(stages)
    ]
    return Parcel(number, tuple(events))
