"""EasyPost in its own words."""

from integrations.carrier_api import About, Field, Quota

ABOUT = About(
    name="easypost",
    title="EasyPost",
    names=("easypost",),
    tracking_url="https://track.easypost.com/{number}",
    batch=20,
    at_once=4,
    quotas=(
        # docs.easypost.com names none and answers 429 where it is asked too often.
        Quota(calls=5, seconds=1, source="Ours, as EasyPost publishes none."),
    ),
    fields=(Field(name="api_key", title="API key", hint="easypost.com, Account, API keys; it may be a test key"),),
    push_fields=(
        Field(name="webhook_secret", title="Webhook secret", hint="any words of your own, the same in EasyPost"),
    ),
    push=True,
    can_stand_in=True,
    note="EasyPost takes a fee for each parcel whose label was not bought there.",
)
