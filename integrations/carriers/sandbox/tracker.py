"""Asking the sandbox carrier."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from commerce.rules.tracking import Place, Told
from integrations.carrier_api import INVALID, Answer, Answers, Asked, Problem
from integrations.carriers.sandbox.journeys import journey
from integrations.carriers.sandbox.numbering import label_at

_PUBLISHED_AFTER = timedelta(minutes=4)


class Sandbox:
    """A Tracker."""

    def track(self, asked: Sequence[Asked], *, now: datetime) -> Answers:
        """What has happened to each parcel by now."""
        return Answers(answers=tuple(self._one(each, now) for each in asked), calls=1)

    def _one(self, asked: Asked, now: datetime) -> Answer:
        printed = label_at(asked.number)
        if printed is None:
            problem = Problem(kind=INVALID, message="No number of Sandbox Express: a character is wrong.")
            return Answer(number=asked.number, problem=problem)
        made = journey(
            asked.number,
            printed,
            origin=asked.origin_zone or asked.zone or "UTC",
            destination=asked.zone or "UTC",
            from_=Place(country=asked.origin_country),
            to=Place(postcode=asked.postcode, country=asked.country),
        )
        known = tuple(scan for scan in made.scans if scan.at + _PUBLISHED_AFTER <= now)
        told = Told(
            number=asked.number,
            carrier="sandbox",
            scans=known,
            expected_first=made.expected,
            expected_last=made.expected,
            service="Standard",
        )
        return Answer(number=asked.number, told=told)


def open_tracker(*_: object, **__: object) -> Sandbox:
    """A tracker; it needs no account."""
    return Sandbox()
