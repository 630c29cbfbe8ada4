"""What carriers say of themselves (`integrations.carrier_api.About`), in English there."""

from webapp.languages import lazy_gettext as _

TITLES = (
    _("House labels"),
    _("Sandbox Express"),
)
NOTES = (
    _("A made-up carrier for demo shops. Its numbers begin with SBX and hold the moment of their label."),
    _("A parcel shows up 10 to 30 minutes after it was announced, and for about 90 days."),
    _("EasyPost takes a fee for each parcel whose label was not bought there."),
    _("For shops whose parcels 17TRACK follows: what it tells of numbers that are here is taken over."),
    _("For shops whose parcels AfterShip follows: what it tells of numbers that are here is taken over."),
    _("Nobody but you carries these parcels."),
    _("Read by karrio: times are without their zone, and states less sure than those that we read ourselves."),
    _("UPS keeps what it tells of a parcel for 120 days."),
    _(
        "USPS allows 60 calls an hour unless it grants more, and since April 2026 tells only of parcels whose labels "
        "are your own (your Mailer ID)."
    ),
)
FIELDS = (
    _("API key for labels"),
    _("API key for tracking"),
    _("API key"),
    _("Account number"),
    _("Client ID"),
    _("Client secret"),
    _("Consumer key"),
    _("Consumer secret"),
    _("Credential"),
    _("Name on the label"),
    _("Prices"),
    _("Secret key for labels"),
    _("Secret key for tracking"),
    _("Secret"),
    _("Security token"),
    _("Shipper number"),
    _("Token"),
    _("Webhook secret"),
    _("What karrio's connector asks for"),
)
HINTS = (
    _("32 characters, the same in the subscription"),
    _("a project with Ship API"),
    _("admin.aftership.com, Settings, Webhooks"),
    _("agreed with DHL for the Unified Push"),
    _("any words of your own, the same at each Track Alert subscription"),
    _("any words of your own, the same in EasyPost"),
    _("api.17track.net, Settings, Security: it signs the pushes"),
    _("developer.dhl.com, an app with Shipment Tracking - Unified"),
    _("developer.fedex.com, a project of its own with the Track API"),
    _("developer.ups.com, Apps, with Tracking added"),
    _("developers.usps.com, Apps; the scope tracking has to be granted"),
    _("easypost.com, Account, API keys; it may be a test key"),
    _("name=value, one a line, by the names in karrio's documentation of this carrier"),
    _("nine digits; only for labels"),
    _("one line for each service: name; price; currency; days; up to kg"),
    _("six letters or digits; only for labels"),
    _("the one of the webhook project at developer.fedex.com"),
)
