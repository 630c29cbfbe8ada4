"""Why an order is held until somebody has looked at it, as a merchant's rules say, in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from commerce.rules.money import decimal_text
from commerce.rules.order_steps.settings import HoldRules

_ADDRESSES = ("first_name", "last_name", "company", "address1", "address2", "postcode", "city", "province")


class Ordered(Protocol):
    """What is looked at of an order: amounts in minor units of `currency`."""

    total: int
    currency: str
    email: str
    tags: Any
    billing: Mapping[str, Any]
    delivery: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What else is known: pieces in it, how many orders its customer placed with it, the shop's currency."""

    pieces: int
    orders_count: int
    currency: str | None


def reasons(order: Ordered, rules: HoldRules, beside: Beside) -> list[str]:
    """Why it is held, a sentence each; none where it is not. Of whoever placed it nothing is said: reasons are kept
    for longer than they are."""
    found = [
        _over(order, rules.over, beside.currency, "Its total of {total} is over {limit}."),
        _over(order, rules.first_order_over, beside.currency, "It is a first order, and {total} is over {limit}.")
        if beside.orders_count <= 1
        else "",
        _pieces(rules.quantity_over, beside.pieces),
        _country(order, rules),
        _unlike(order) if rules.unlike_countries else "",
        _word(order, rules),
    ]
    return list(dict.fromkeys(reason for reason in found if reason))


def _over(order: Ordered, limit: int | None, currency: str | None, words: str) -> str:
    if limit is None:
        return ""
    if currency and order.currency != currency:
        # A limit in one currency says nothing about another: somebody has to look.
        return f"Its total is in {order.currency}, so it cannot be compared with the limit in {currency}."
    if order.total <= limit:
        return ""
    return words.format(total=_money(order.total, order.currency), limit=_money(limit, order.currency))


def _money(amount: int, currency: str) -> str:
    return f"{decimal_text(amount, currency)} {currency}"


def _pieces(limit: int | None, pieces: int) -> str:
    return f"It has {pieces:,} pieces, more than {limit:,}." if limit is not None and pieces > limit else ""


def _country(order: Ordered, rules: HoldRules) -> str:
    country = _country_of(order.delivery)
    named = {each.strip().upper() for each in rules.countries}
    return f"It goes to {country}." if country and country in named else ""


def _unlike(order: Ordered) -> str:
    bill, goods = _country_of(order.billing), _country_of(order.delivery)
    return f"The bill goes to {bill}, the goods go to {goods}." if bill and goods and bill != goods else ""


def _country_of(address: Mapping[str, Any]) -> str:
    return str(address.get("country") or "").strip().upper()


def _word(order: Ordered, rules: HoldRules) -> str:
    told = [order.email, *(str(tag) for tag in order.tags)]
    told += [str(address.get(name) or "") for address in (order.billing, order.delivery) for name in _ADDRESSES]
    looked_through = "\n".join(told).casefold()
    found = [word for word in rules.words if word.strip() and word.strip().casefold() in looked_through]
    return f"It has {'a word' if len(found) == 1 else f'{len(found)} words'} to look out for." if found else ""
