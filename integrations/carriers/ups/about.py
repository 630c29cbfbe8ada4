"""UPS in its own words."""

from integrations.carrier_api import About, Field, Quota

ABOUT = About(
    name="ups",
    title="UPS",
    names=(
        "ups",
        "ups canada",
        "ups ground",
        "ups surepost",
        "ups mail innovations",
        "ups access point",
        "united parcel service",
    ),
    tracking_url="https://www.ups.com/track?loc=en_US&tracknum={number}",
    at_once=8,
    quotas=(
        # UPS publishes none: staff answers on github.com/UPS-API/api-documentation/issues/8 to ask for one's own.
        Quota(calls=5, seconds=1, source="Ours, as UPS publishes none: ask UPS for your own."),
        Quota(calls=20_000, seconds=86_400, source="Ours, as UPS publishes none: ask UPS for your own."),
    ),
    fields=(
        Field(name="client_id", title="Client ID", secret=False, hint="developer.ups.com, Apps, with Tracking added"),
        Field(name="client_secret", title="Client secret"),
        Field(
            name="account_number",
            title="Shipper number",
            secret=False,
            required=False,
            hint="six letters or digits; only for labels",
        ),
    ),
    push_fields=(
        Field(
            name="credential",
            title="Credential",
            hint="any words of your own, the same at each Track Alert subscription",
        ),
    ),
    push=True,
    labels=True,
    note="UPS keeps what it tells of a parcel for 120 days.",
)
