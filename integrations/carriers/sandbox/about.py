"""The sandbox carrier in its own words."""

from integrations.carrier_api import About

ABOUT = About(
    name="sandbox",
    title="Sandbox Express",
    names=("sandbox express", "sandbox", "backroom sandbox"),
    batch=25,
    at_once=2,
    note="A made-up carrier for demo shops. Its numbers begin with SBX and hold the moment of their label.",
)
