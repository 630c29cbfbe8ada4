"""Segments that most shops want, ready to take as they are or to change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from commerce.rules.segments.fields import CUSTOM, DATE, Declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A segment to start from: its rules as `written.parse` reads them, and what it is good for."""

    key: str
    name: str
    text: str
    rules: Mapping[str, Any]


def _is(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


def _all(*conditions: Mapping[str, Any]) -> dict[str, Any]:
    return {"all": list(conditions)}


_READY = (
    Ready(
        key="new",
        name="New customers",
        text="Ordered for the first time within the last 30 days: welcome them.",
        rules=_all(_is("first_order", "within_last", 30)),
    ),
    Ready(
        key="bought_once",
        name="Bought once",
        text="One order, longer ago than 60 days: the second one is the hardest to win.",
        rules=_all(_is("orders_count", "is", 1), _is("last_order", "longer_ago", 60)),
    ),
    Ready(
        key="at_risk",
        name="At risk",
        text="Used to buy, and have not for long: worth a word before they are gone.",
        rules=_all(_is("rfm_group", "any_of", ["at_risk", "previously_loyal"])),
    ),
    Ready(
        key="overdue",
        name="Overdue",
        text="By their own rhythm, their next order should have come more than two weeks ago.",
        rules=_all(_is("next_order", "longer_ago", 14), _is("last_order", "within_last", 365)),
    ),
    Ready(
        key="best",
        name="Best customers",
        text="The fifth of your customers who spent the most, and more than once.",
        rules=_all(_is("monetary", "is", 5), _is("orders_count", "at_least", 2)),
    ),
    Ready(
        key="loyal_guests",
        name="Guests who come back",
        text="Two orders or more without an account: offer them one.",
        rules=_all(_is("has_account", "is", False), _is("orders_count", "at_least", 2)),
    ),
    Ready(
        key="subscribed_without_order",
        name="Subscribers without an order",
        text="Allowed you to write to them, and never ordered.",
        rules=_all(_is("email_consent", "is", "subscribed"), _is("orders_count", "is", 0)),
    ),
    Ready(
        key="customers_without_consent",
        name="Customers you may not write to",
        text="Ordered within a year, and did not allow mail: ask them at the till or on the parcel.",
        rules=_all(_is("last_order", "within_last", 365), _is("email_consent", "is_not", "subscribed")),
    ),
    Ready(
        key="points_to_spend",
        name="Points to spend",
        text="Have points and have not ordered for 60 days: remind them.",
        rules=_all(_is("points", "more_than", 0), _is("last_order", "longer_ago", 60)),
    ),
    Ready(
        key="refunded",
        name="Got money back",
        text="At least one refund: look why before you write to them.",
        rules=_all(_is("refunded", "more_than", 0)),
    ),
    Ready(
        key="never_ordered",
        name="Never ordered",
        text="Accounts that are older than 30 days, without an order.",
        rules=_all(_is("orders_count", "is", 0), _is("created", "longer_ago", 30)),
    ),
)


def ready_made(custom: Mapping[str, Declared]) -> tuple[Ready, ...]:
    """The segments to start from; with birthdays where the shop keeps them in a field of its own."""
    birthdays = [name for name, one in sorted(custom.items()) if one.type == DATE and "birth" in name.lower()]
    return _READY + tuple(
        Ready(
            key=f"birthday_{name}",
            name="Birthday soon",
            text="Have their birthday within the next 7 days.",
            rules=_all(_is(f"{CUSTOM}{name}", "anniversary_within", 7)),
        )
        for name in birthdays[:1]
    )
