"""How the pages of customers name things."""

import re
from collections.abc import Iterator

from webapp import formats
from webapp.people.timeline import OURS, Entry

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
MAKERS = {
    "merchant": "you",
    "operator": "the operator",
    "platform": "the shop",
    "backroom": "Backroom",
    "api": "the API",
}
_KEY = re.compile(r"key \d+ \((.*)\)", re.DOTALL)  # how a key of the API is noted
_CURRENCY = len("EUR")
_MOST_TOLD, _LONGEST_TOLD = 12, 300


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
    """Who did something; a key of the API by the name that the merchant gave it."""
    found = _KEY.fullmatch(name)
    return f"“{found[1]}”" if found else MAKERS.get(name, name)


def value(told: object) -> str:
    """A value of a field, as people read it."""
    if isinstance(told, bool):
        return "Yes" if told else "No"
    return str(told)


def under(one: Entry) -> list[str]:
    """What stands under an entry of the timeline: what it is about in numbers, why, and who says so."""
    told = _of_others(one) if one.is_told else _of_ours(one)
    said_by = f"told by {source(one.source)}" if one.source not in OURS else ""
    by = maker(str(one.detail["by"])) if one.detail.get("by") else ""
    return [words for words in (*told, said_by, f"by {by}" if by else "") if words]


def _of_ours(one: Entry) -> Iterator[str]:
    told = one.detail
    if told.get("currency") and told.get("amount") is not None:
        yield formats.money(told["amount"], told["currency"])
    for name, words in (("points", "points"), ("pending", "waiting")):
        if told.get(name):
            yield f"{told[name]:+d} {words}"
    yield from (told.get(name) or "" for name in ("text", "reason"))


def _of_others(one: Entry) -> Iterator[str]:
    """All that another system says: an amount of money where it looks like one, the rest by its names."""
    told = {name: value for name, value in one.detail.items() if name != "by" and value is not None}
    amount, currency = told.get("amount"), told.get("currency")
    if type(amount) is int and isinstance(currency, str) and len(currency) == _CURRENCY:
        yield formats.money(amount, currency)
        told = {name: value for name, value in told.items() if name not in ("amount", "currency")}
    yield from (value(told.pop(name))[:_LONGEST_TOLD] for name in ("text", "reason") if name in told)
    yield from (
        f"{name.replace('_', ' ')}: {value(each)[:_LONGEST_TOLD]}" for name, each in list(told.items())[:_MOST_TOLD]
    )
