"""How the pages of customers name things."""

import re
from collections.abc import Iterable, Iterator

from commerce.rules.people.suggestions import MAIL, PHONE, PLACE
from webapp import formats
from webapp.languages import gettext
from webapp.languages import lazy_gettext as _
from webapp.people.timeline import OURS, Entry

# Channels, and what is known of somebody's permission.
CHANNELS = {"email": _("Email"), "sms": "SMS", "whatsapp": "WhatsApp"}
STATES = {
    "subscribed": _("Allowed"),
    "unsubscribed": _("Withdrawn"),
    "pending": _("Not confirmed yet"),
    "not_subscribed": _("Not given"),
    "redacted": _("Erased"),
    "invalid": _("Address does not work"),
}
TONES = {"subscribed": "good", "pending": "wait", "unsubscribed": "bad", "invalid": "bad"}
# How a permission was given or withdrawn, as it can be noted here.
METHODS = {
    "in_writing": _("In writing"),
    "spoken": _("By word of mouth"),
    "form": _("By a form"),
    "double_opt_in": _("By a form, confirmed by mail"),
    "other": _("Another way"),
}
SOURCES = {
    "platform": _("the shop"),
    "backroom": "Backroom",
    "dashboard": _("this dashboard"),
    "api": _("another system"),
}
MAKERS = {
    "merchant": _("you"),
    "operator": _("the operator"),
    "platform": _("the shop"),
    "backroom": "Backroom",
    "api": _("the API"),
}
# Why two may be one person.
_ALIKE = {MAIL: _("the same mail address"), PHONE: _("the same phone"), PLACE: _("the same name and postcode")}
# Why an address is not written to, where Backroom or its dashboard says so.
SUPPRESSED = (_("bounced"), _("by hand"))
# Where parcels are, within a sentence of the timeline.
PARCELS = (
    _("label created"),
    _("not found"),
    _("picked up"),
    _("in transit"),
    _("customs"),
    _("delayed"),
    _("out for delivery"),
    _("exception"),
    _("attempt failed"),
    _("ready for pickup"),
    _("returning"),
    _("expired"),
    _("cancelled"),
    _("returned"),
    _("delivered"),
)
_KEY = re.compile(r"key \d+ \((.*)\)", re.DOTALL)  # how a key of the API is noted
_CURRENCY = len("EUR")
_MOST_TOLD, _LONGEST_TOLD = 12, 300


def channel(name: str) -> str:
    """A channel's name."""
    return str(CHANNELS.get(name, name.replace("_", " ").capitalize()))


def state(name: str) -> str:
    """What a permission is."""
    return str(STATES.get(name, name.replace("_", " ").capitalize()))


def method(name: str) -> str:
    """How a permission was given, within a sentence."""
    told = str(METHODS.get(name, name.replace("_", " ").lower()))
    return told[:1].lower() + told[1:]


def source(name: str) -> str:
    """Who told something."""
    return str(SOURCES.get(name, name))


def maker(name: str) -> str:
    """Who did something; a key of the API by the name that the merchant gave it."""
    found = _KEY.fullmatch(name)
    return f"“{found[1]}”" if found else str(MAKERS.get(name, name))


def alike(reasons: Iterable[str]) -> str:
    """Why two may be one person, within a sentence."""
    return gettext(" and ").join(str(_ALIKE[reason]) for reason in reasons)


def value(told: object) -> str:
    """A value of a field, as people read it."""
    if isinstance(told, bool):
        return gettext("Yes") if told else gettext("No")
    return str(told)


def under(one: Entry) -> list[str]:
    """What stands under an entry of the timeline: what it is about in numbers, why, and who says so."""
    told = _of_others(one) if one.is_told else _of_ours(one)
    said_by = gettext("told by %(source)s", source=source(one.source)) if one.source not in OURS else ""
    by = maker(str(one.detail["by"])) if one.detail.get("by") else ""
    return [words for words in (*told, said_by, gettext("by %(maker)s", maker=by) if by else "") if words]


def _of_ours(one: Entry) -> Iterator[str]:
    told = one.detail
    if told.get("currency") and told.get("amount") is not None:
        yield formats.money(told["amount"], told["currency"])
    if told.get("points"):
        yield gettext("%(number)s points", number=f"{told['points']:+d}")
    if told.get("pending"):
        yield gettext("%(number)s waiting", number=f"{told['pending']:+d}")
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
