"""What loyalty is called on pages: choices of the form, and lines of the ledger."""

from typing import Any

from commerce.rules.loyalty import entries, programmes
from commerce.rules.loyalty.earnings import ORDER, SIGN_UP
from commerce.rules.loyalty.programmes import Reward
from webapp import formats
from webapp.people import words as people

NEVER = "never"
ROUNDINGS = {programmes.DOWN: "down", programmes.NEAREST: "to the nearest", programmes.UP: "up"}
WAITING = {
    programmes.PLACED: "after the order was placed",
    programmes.SHIPPED: "after its last parcel was sent",
}
ENDINGS = {
    NEVER: "Never",
    programmes.INACTIVITY: "All at once, so long after the customer last earned or spent",
    programmes.BATCH: "Each order’s points by themselves, so long after they began to count",
}
TIERS = {programmes.POINTS: "points ever earned", programmes.SPENT: "money spent in twelve months"}
PRODUCTS = {programmes.TAG: "Tag", programmes.PRODUCT: "Product id"}
REWARDS = {
    programmes.AMOUNT: "Amount off",
    programmes.PERCENT: "Percent off",
    programmes.SHIPPING: "Free shipping",
}
LINES = {
    entries.EARN: "Earned",
    entries.MATURE: "Count from now on",
    entries.REVERSE: "Taken back",
    entries.SPEND: "Spent",
    entries.RETURN: "Given back",
    entries.EXPIRE: "Ended",
    entries.ADJUST: "Adjusted",
}
_ACTION = "action:"


def about(source: str) -> str:
    """What points come from, in words; "" where nothing is to be said."""
    if source.startswith("rest:"):
        source = source.removeprefix("rest:").rpartition(":")[0]
    if source.startswith(ORDER):
        return f"order {source.removeprefix(ORDER)}"
    if source.startswith(SIGN_UP):
        return "signing up"
    if source.startswith(_ACTION):
        return source.removeprefix(_ACTION).partition(":")[0].replace("_", " ")
    return "an adjustment" if source.startswith("adjust:") else ""


def order_of(source: str) -> str:
    """The order's id that points come from; "" where they come from none."""
    return source.removeprefix(ORDER) if source.startswith(ORDER) else ""


def maker(name: str) -> str:
    """Who made an entry."""
    return people.maker(name)


def reward(one: Reward, currency: str | None) -> str:
    """What a reward is: "5.00 EUR off orders of 50.00 EUR and more"."""
    if one.kind == programmes.SHIPPING:
        told = "free shipping"
    else:
        told = f"{formats.money(one.value, currency) if one.kind == programmes.AMOUNT else f'{one.value} %'} off"
    return f"{told}, on orders of {formats.money(one.minimum, currency)} and more" if one.minimum else told


def line(row: Any) -> str:
    """A line of the ledger, in words."""
    shown = LINES.get(row.kind, row.kind)
    what = about(row.about)
    return f"{shown}: {what}" if what and row.kind != entries.ADJUST else shown
