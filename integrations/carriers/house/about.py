"""Labels of the house: for own drivers, pickup and trials; they need no account and call nobody."""

from integrations.carrier_api import About, Field

ABOUT = About(
    name="house",
    title="House labels",
    names=("house", "own delivery", "local delivery"),
    tracks=False,
    labels=True,
    trusted=False,
    fields=(
        Field(name="title", title="Name on the label", secret=False, required=False),
        Field(
            name="rates",
            title="Prices",
            secret=False,
            required=False,
            hint="one line for each service: name; price; currency; days; up to kg",
        ),
    ),
    note="Nobody but you carries these parcels.",
)
