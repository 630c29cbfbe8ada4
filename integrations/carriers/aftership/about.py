"""AfterShip in its own words: it tells of parcels, and is not asked."""

from integrations.carrier_api import About, Field

ABOUT = About(
    name="aftership",
    title="AfterShip",
    names=("aftership",),
    tracks=False,
    push=True,
    push_fields=(Field(name="webhook_secret", title="Webhook secret", hint="admin.aftership.com, Settings, Webhooks"),),
    note="For shops whose parcels AfterShip follows: what it tells of numbers that are here is taken over.",
)
