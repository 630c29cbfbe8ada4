"""How the pages of customers name things."""

# Channels, and what is known of somebody's permission.
CHANNELS = {"email": "Email", "sms": "SMS", "whatsapp": "WhatsApp"}
STATES = {
    "subscribed": "Allowed",
    "unsubscribed": "Withdrawn",
    "pending": "Not confirmed yet",
    "not_subscribed": "Not given",
    "redacted": "Erased",
    "invalid": "Address does not work",
}
TONES = {"subscribed": "good", "pending": "wait", "unsubscribed": "bad", "invalid": "bad"}
# How a permission was given or withdrawn, as it can be noted here.
METHODS = {
    "in_writing": "In writing",
    "spoken": "By word of mouth",
    "form": "By a form",
    "double_opt_in": "By a form, confirmed by mail",
    "other": "Another way",
}
SOURCES = {"platform": "the shop", "backroom": "Backroom", "dashboard": "this dashboard", "api": "another system"}
MAKERS = {"merchant": "you", "operator": "the operator", "platform": "the shop", "backroom": "Backroom"}
LINES = {
    "earn": "Earned",
    "mature": "Available from now on",
    "reverse": "Taken back",
    "spend": "Spent",
    "return": "Given back",
    "expire": "Expired",
    "adjust": "Adjusted",
}


def channel(name: str) -> str:
    """A channel's name."""
    return CHANNELS.get(name, name.replace("_", " ").capitalize())


def state(name: str) -> str:
    """What a permission is."""
    return STATES.get(name, name.replace("_", " ").capitalize())


def method(name: str) -> str:
    """How a permission was given, within a sentence."""
    return METHODS.get(name, name.replace("_", " ")).lower()


def source(name: str) -> str:
    """Who told something."""
    return SOURCES.get(name, name)


def maker(name: str) -> str:
    """Who did something."""
    return MAKERS.get(name, name)


def about(told: str) -> str:
    """What points are about: an order, an action, a code."""
    kind, colon, rest = told.partition(":")
    return f"{kind.replace('_', ' ').capitalize()} {rest}" if colon and kind == "order" else kind.replace("_", " ")


def value(told: object) -> str:
    """A value of a field, as people read it."""
    if isinstance(told, bool):
        return "Yes" if told else "No"
    return str(told)
