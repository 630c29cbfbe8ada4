"""FedEx in its own words."""

from integrations.carrier_api import About, Field, Quota

# developer.fedex.com, "Rate limits": the day starts anew at midnight UTC.
_SOURCE = "developer.fedex.com, guides/ratelimits"

ABOUT = About(
    name="fedex",
    title="FedEx",
    names=(
        "fedex",
        "fed ex",
        "fedex ground",
        "fedex express",
        "fedex home delivery",
        "fedex sameday",
        "fedex smartpost",
        "fedex uk",
        "federal express",
    ),
    tracking_url="https://www.fedex.com/fedextrack/?trknbr={number}",
    batch=30,  # "Maximum limit is 30" (FedEx's track.openapi.json)
    at_once=4,
    quotas=(
        Quota(calls=1_400, seconds=10, source=_SOURCE),
        Quota(calls=100_000, seconds=86_400, source=_SOURCE),
    ),
    fields=(
        Field(
            name="track_api_key",
            title="API key for tracking",
            secret=False,
            hint="developer.fedex.com, a project of its own with the Track API",
        ),
        Field(name="track_secret_key", title="Secret key for tracking"),
        Field(name="api_key", title="API key for labels", secret=False, required=False, hint="a project with Ship API"),
        Field(name="secret_key", title="Secret key for labels", required=False),
        Field(
            name="account_number",
            title="Account number",
            secret=False,
            required=False,
            hint="nine digits; only for labels",
        ),
    ),
    push_fields=(
        Field(
            name="security_token", title="Security token", hint="the one of the webhook project at developer.fedex.com"
        ),
    ),
    push=True,
    labels=True,
)
