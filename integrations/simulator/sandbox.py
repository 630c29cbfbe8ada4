"""Parcels that go with the sandbox carrier: what the platform hears of them is what the carrier itself would tell."""

import random
from datetime import datetime

from commerce.rules.tracking import DELIVERED, OUT_FOR_DELIVERY, Place
from commerce.rules.zones import zone_of
from integrations.carriers.sandbox.about import ABOUT
from integrations.carriers.sandbox.journeys import journey
from integrations.carriers.sandbox.numbering import CHANCES, label_at, number
from integrations.simulator.model import Order, Parcel

TITLE = ABOUT.title
_TOLD = {OUT_FOR_DELIVERY: "out_for_delivery", DELIVERED: "delivered"}


def new_number(rng: random.Random, at: datetime) -> str:
    """The number of a parcel whose label is printed then."""
    return number(at, rng.randrange(CHANCES))


def state_now(order: Order, parcel: Parcel, now: datetime) -> str:
    """How far the parcel is by now, in the simulator's words; as it was, where it goes with somebody else."""
    printed = label_at(parcel.number)
    if printed is None:
        return parcel.state
    zone = zone_of(order.buyer.country, order.buyer.postcode) or "UTC"
    place = Place(country=order.buyer.country, postcode=order.buyer.postcode)
    made = journey(parcel.number, printed, origin=zone, destination=zone, from_=place, to=place)
    reached = [_TOLD[scan.status] for scan in made.scans if scan.status in _TOLD and scan.at <= now]
    return reached[-1] if reached else parcel.state
