"""Shipments of a simulated world as a shop's own log would have them, for commerce/rules/refit.py."""

from collections.abc import Sequence

from benchmarks.tracking_watch import STATUSES, Watch
from benchmarks.tracking_world import DESTINATION, Ship
from commerce.rules.refit import Observed, Seen


def observed(ships: Sequence[Ship], *, seed: int) -> list[Observed]:
    """The log of those shipments, each scan first seen when the carrier showed it."""
    return [_observed(Watch(ship, f"{seed}|{index}")) for index, ship in enumerate(ships)]


def _observed(watch: Watch) -> Observed:
    known = watch.known
    scans = tuple(
        Seen(made_at=made, shown_at=visible, status=STATUSES[kind], at_destination=kind == DESTINATION)
        for visible, kind, made in watch.scans
    )
    return Observed(
        key=known.key,
        created_at=known.created_at,
        scans=scans,
        estimates=tuple(watch.estimates),
        zone=known.zone,
        origin_zone=known.origin_zone,
        country=known.country,
        international=known.international,
        service=known.service,
    )
