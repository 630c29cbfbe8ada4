"""Words of the pages about messages."""

from commerce.rules.notifications.kinds import KINDS, Kind
from commerce.rules.notifications.states import (
    BOUNCED,
    CANCELLED,
    DELIVERED,
    FAILED,
    HELD,
    QUEUED,
    SENDING,
    SENT,
    SUPPRESSED,
    UNCERTAIN,
)
from webapp.languages import lazy_gettext as _
from webapp.languages import translated

STATES = {
    QUEUED: _("Queued"), HELD: _("Held"), SENDING: _("Sending"), SENT: _("Sent"), DELIVERED: _("Delivered"),
    BOUNCED: _("Bounced"), SUPPRESSED: _("Not sent"), FAILED: _("Failed"), UNCERTAIN: _("Uncertain"),
    CANCELLED: _("Cancelled"),
}  # fmt: skip
TONES = {
    QUEUED: "wait", HELD: "wait", SENDING: "wait", SENT: "good", DELIVERED: "good", BOUNCED: "bad", FAILED: "bad",
    UNCERTAIN: "bad", SUPPRESSED: "", CANCELLED: "",
}  # fmt: skip
CHANNELS = {"mail": _("Mail"), "sms": _("Text message"), "slack": "Slack"}
LANGUAGES = {
    "en": _("English"), "de": _("German"), "fr": _("French"), "es": _("Spanish"), "it": _("Italian"), "nl": _("Dutch"),
    "pl": _("Polish"), "pt": _("Portuguese"), "ja": _("Japanese"), "ar": _("Arabic"),
}  # fmt: skip
CATEGORIES = {
    "transactional": _("About something that was bought; sent without consent, unless the address is suppressed."),
    "commercial": _("News that somebody asked for; sent with consent only, with a link to unsubscribe."),
    "merchant": _("For you and whoever works here."),
}
# What commerce.rules.notifications calls kinds of messages and days, which its own code says in English.
TITLES = (
    _("Order confirmed"), _("Payment received"), _("Order fulfilled"), _("Parcel on its way"),
    _("Parcel out for delivery"), _("Parcel delivered"), _("Parcel in trouble"), _("Parcel ready for pickup"),
    _("Money refunded"), _("Order cancelled"), _("Back in stock"), _("Stock is low"), _("Daily digest"),
    _("Something needs you"),
)  # fmt: skip
DAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
_PLATFORMS = {"shopify": "Shopify", "woocommerce": "WooCommerce"}


def title(kind: str) -> str:
    """What a kind is called; its name where there is no such kind any more."""
    known = KINDS.get(kind)
    return translated(known.title) if known else kind


def sent_by_platform(kind: Kind, platform: str) -> str:
    """Who sends this kind by itself; empty where nobody does."""
    return _PLATFORMS.get(platform, platform) if platform in kind.sent_by else ""
