"""USPS in its own words."""

from integrations.carrier_api import About, Field, Quota

ABOUT = About(
    name="usps",
    title="USPS",
    names=(
        "usps",
        "usps priority mail",
        "usps first class",
        "usps ground advantage",
        "united states postal service",
        "us postal service",
        "u.s. postal service",
    ),
    tracking_url="https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
    at_once=8,
    quotas=(
        # About 60 an hour over all endpoints of an app, those for tokens too.
        Quota(calls=60, seconds=3_600, source="github.com/USPS/api-examples/issues/107, measured by third parties"),
    ),
    token_calls_count=True,
    fields=(
        Field(
            name="client_id",
            title="Consumer key",
            secret=False,
            hint="developers.usps.com, Apps; the scope tracking has to be granted",
        ),
        Field(name="client_secret", title="Consumer secret"),
    ),
    push_fields=(Field(name="secret", title="Secret", hint="32 characters, the same in the subscription"),),
    push=True,
    note=(
        "USPS allows 60 calls an hour unless it grants more, and since April 2026 tells only of parcels whose labels "
        "are your own (your Mailer ID)."
    ),
)
