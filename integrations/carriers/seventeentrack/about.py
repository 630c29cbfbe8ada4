"""17TRACK in its own words: it tells of parcels, and is not asked."""

from integrations.carrier_api import About, Field

ABOUT = About(
    name="seventeentrack",
    title="17TRACK",
    names=("17track", "17 track"),
    tracks=False,
    push=True,
    push_fields=(Field(name="key", title="API key", hint="api.17track.net, Settings, Security: it signs the pushes"),),
    note="For shops whose parcels 17TRACK follows: what it tells of numbers that are here is taken over.",
)
