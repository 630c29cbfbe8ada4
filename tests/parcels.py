"""Parcels of the sandbox carrier whose end is known."""

from datetime import timedelta

from commerce.rules.tracking import DELIVERED, Place
from integrations.carriers.sandbox.journeys import journey
from integrations.carriers.sandbox.numbering import number
from jobs.job import utc_now


def arrived(*, days: float = 12) -> str:
    """The number of a parcel whose label was printed so many days ago and that was delivered at the first try."""
    printed = utc_now() - timedelta(days=days)
    for chance in range(1000):
        text = number(printed, chance)
        made = journey(text, printed, origin="Europe/Berlin", destination="Europe/Berlin", from_=Place(), to=Place())
        states = [scan.status for scan in made.scans]
        if states[-1] == DELIVERED and "attempt_failed" not in states and made.scans[-1].at < utc_now():
            return text
    raise AssertionError
