"""What loyalty is called on pages: choices of the form, and lines of the ledger."""

from typing import Any

from commerce.rules.loyalty import entries, programmes
from commerce.rules.loyalty.earnings import ORDER, SIGN_UP
from commerce.rules.loyalty.programmes import Reward
from webapp import formats
from webapp.languages import gettext
from webapp.languages import lazy_gettext as _
from webapp.people import words as people

NEVER = "never"
ROUNDINGS = {programmes.DOWN: _("down"), programmes.NEAREST: _("to the nearest"), programmes.UP: _("up")}
WAITING = {
    programmes.PLACED: _("after the order was placed"),
    programmes.SHIPPED: _("after its last parcel was sent"),
}
ENDINGS = {
    NEVER: _("Never"),
    programmes.INACTIVITY: _("All at once, so long after the customer last earned or spent"),
    programmes.BATCH: _("Each order’s points by themselves, so long after they began to count"),
}
TIERS = {programmes.POINTS: _("points ever earned"), programmes.SPENT: _("money spent in twelve months")}
PRODUCTS = {programmes.TAG: _("Tag"), programmes.PRODUCT: _("Product id")}
REWARDS = {
    programmes.AMOUNT: _("Amount off"),
    programmes.PERCENT: _("Percent off"),
    programmes.SHIPPING: _("Free shipping"),
}
LINES = {
    entries.EARN: _("Earned"),
    entries.MATURE: _("Count from now on"),
    entries.REVERSE: _("Taken back"),
    entries.SPEND: _("Spent"),
    entries.RETURN: _("Given back"),
    entries.EXPIRE: _("Expired"),
    entries.ADJUST: _("Adjusted"),
}
_ACTION = "action:"


def about(source: str) -> str:
    """What points come from, in words; "" where nothing is to be said."""
    if source.startswith("rest:"):
        source = source.removeprefix("rest:").rpartition(":")[0]
    if source.startswith(ORDER):
        return gettext("order %(number)s", number=source.removeprefix(ORDER))
    if source.startswith(SIGN_UP):
        return gettext("signing up")
    if source.startswith(_ACTION):
        return source.removeprefix(_ACTION).partition(":")[0].replace("_", " ")
    return gettext("an adjustment") if source.startswith("adjust:") else ""


def order_of(source: str) -> str:
    """The order's id that points come from; "" where they come from none."""
    return source.removeprefix(ORDER) if source.startswith(ORDER) else ""


def maker(name: str) -> str:
    """Who made an entry."""
    return people.maker(name)


def reward(one: Reward, currency: str | None) -> str:
    """What a reward is: "5.00 EUR off orders of 50.00 EUR and more"."""
    if one.kind == programmes.SHIPPING:
        told = gettext("free shipping")
    else:
        amount = formats.money(one.value, currency) if one.kind == programmes.AMOUNT else f"{one.value} %"
        told = gettext("%(amount)s off", amount=amount)
    if not one.minimum:
        return told
    minimum = formats.money(one.minimum, currency)
    return gettext("%(reward)s, on orders of %(minimum)s and more", reward=told, minimum=minimum)


def line(row: Any) -> str:
    """A line of the ledger, in words."""
    shown = str(LINES.get(row.kind, row.kind))
    what = about(row.about)
    return f"{shown}: {what}" if what and row.kind != entries.ADJUST else shown
