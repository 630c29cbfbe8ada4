"""What is counted of a round, by carrier: checks, what went wrong, how late milestones were learned of."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from commerce.mirror.outcomes import Happened
from commerce.mirror.parcels import Heard
from commerce.tables import tallies
from jobs.tracking.lanes import Lane

_HISTORY = timedelta(days=2)  # news that are older were there before the parcel was followed


def counted(
    shop_id: int, heard: Sequence[tuple[Lane, Heard]], happened: Sequence[Happened], *, now: datetime
) -> "Counter[tallies.Key]":
    """The counters to add."""
    found: Counter[tallies.Key] = Counter()
    for lane, one in heard:
        if one.asked:
            found[shop_id, "parcel_checks", lane.carrier] += 1
        if one.problem:
            found[shop_id, "parcel_errors", f"{lane.carrier}:{one.problem}"] += 1
    for event in happened:
        if event.parcel is not None and now - event.parcel.at < _HISTORY:
            late = max(0, round((now - event.parcel.at).total_seconds()))
            found[shop_id, "parcel_news", event.parcel.carrier] += 1
            found[shop_id, "parcel_news_seconds", event.parcel.carrier] += late
    return found
