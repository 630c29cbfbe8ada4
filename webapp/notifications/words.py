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
    TITLES,
    UNCERTAIN,
)

STATES = TITLES
TONES = {
    QUEUED: "wait", HELD: "wait", SENDING: "wait", SENT: "good", DELIVERED: "good", BOUNCED: "bad", FAILED: "bad",
    UNCERTAIN: "bad", SUPPRESSED: "", CANCELLED: "",
}  # fmt: skip
CHANNELS = {"mail": "Mail", "sms": "Text message", "slack": "Slack"}
LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese", "ja": "Japanese", "ar": "Arabic",
}  # fmt: skip
CATEGORIES = {
    "transactional": "About something that was bought; sent without consent, unless the address is suppressed.",
    "commercial": "News that somebody asked for; sent with consent only, with a link to unsubscribe.",
    "merchant": "For you and whoever works here.",
}
_PLATFORMS = {"shopify": "Shopify", "woocommerce": "WooCommerce"}


def title(kind: str) -> str:
    """What a kind is called; its name where there is no such kind any more."""
    known = KINDS.get(kind)
    return known.title if known else kind


def sent_by_platform(kind: Kind, platform: str) -> str:
    """Who sends this kind by itself; empty where nobody does."""
    return _PLATFORMS.get(platform, platform) if platform in kind.sent_by else ""
