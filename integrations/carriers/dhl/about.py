"""DHL in its own words: Express, eCommerce, Paket, Freight and the others, all through Unified Tracking."""

from integrations.carrier_api import About, Field, Quota

_SOURCE = "What a new key may (support-developer.dhl.com; 1 a second: wesupplylabs and ikas). DHL raises it on request."

ABOUT = About(
    name="dhl",
    title="DHL",
    names=(
        "dhl",
        "dhl express",
        "dhl ecommerce",
        "dhl e-commerce",
        "dhl ecommerce asia",
        "dhl ecommerce us",
        "dhl ecommerce uk",
        "dhl global mail",
        "dhl us",
        "dhl germany",
        "dhl de",
        "dhl paket",
        "dhl parcel",
        "dhl intraship (de)",
        "dhl freight",
        "deutsche post",
        "deutsche post dhl",
    ),
    tracking_url="https://www.dhl.com/global-en/home/tracking.html?submit=1&tracking-id={number}",
    at_once=8,
    quotas=(
        Quota(calls=1, seconds=1, source=_SOURCE),
        Quota(calls=250, seconds=86_400, source=_SOURCE),
    ),
    fields=(
        Field(name="consumer_key", title="API key", hint="developer.dhl.com, an app with Shipment Tracking - Unified"),
    ),
    push_fields=(Field(name="token", title="Token", hint="agreed with DHL for the Unified Push"),),
    push=True,
    note="A parcel shows up 10 to 30 minutes after it was announced, and for about 90 days.",
)
