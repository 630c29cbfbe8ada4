"""By what somebody who was erased would be known again: traces, of which only keyed digests are kept.

A trace is a member's key (commerce.rules.people.keys: account, mail address, phone) or an order's id.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import replace

from commerce.rules.customers import Consent, CustomerDetails, CustomerFacts, Purchases, TagsChanged
from commerce.rules.events import CUSTOMER, Change, Deleted, Merged, Refunded, Saved, ShipmentScanned, Unclear
from commerce.rules.orders import Address, OrderFacts, ShipmentFacts
from commerce.rules.people.keys import mail, of_account, of_guest

_OF_ACCOUNTS = (Consent, Purchases, TagsChanged, CustomerDetails)


def of_mail(address: str) -> str:
    """The trace of a mail address, "" for what is none."""
    known = mail(address)
    return f"email:{known}" if known else ""


def of_phone(number: str) -> str:
    """The trace of a phone in E.164, "" for none."""
    return f"phone:{number}" if number else ""


def of_order(order_id: str) -> str:
    """The trace of an order."""
    return f"order:{order_id}"


def digest(key: str, trace: str) -> str:
    """What is kept of a trace: without the shop's key nobody can try addresses until one fits."""
    return hmac.new(key.encode(), trace.encode(), hashlib.sha256).hexdigest()


def of_addresses(facts: CustomerFacts) -> list[str]:
    """The addresses of an account."""
    return [trace for trace in (of_mail(facts.email), of_phone(facts.phone_e164)) if trace]


def of_buyer(facts: OrderFacts) -> str:
    """By what a guest's order tells whose it is, "" where it does not."""
    return of_guest(email=facts.email, phone=facts.phone_e164)


def order_of(change: Change) -> str:
    """The order that a telling apart from it is about, "" for any other."""
    if isinstance(change, Refunded | ShipmentScanned):
        return change.order_id
    if isinstance(change, Saved) and isinstance(change.facts, ShipmentFacts):
        return change.facts.order_id
    return ""


def accounts_of(change: Change) -> list[str]:
    """The accounts that a telling, other than of an account itself or an order, is about."""
    if isinstance(change, _OF_ACCOUNTS):
        return [change.customer_id]
    if isinstance(change, Deleted | Unclear) and change.kind == CUSTOMER:
        return [change.id]
    return [change.kept, change.gone] if isinstance(change, Merged) else []


def every(changes: Iterable[Change]) -> set[str]:
    """All traces in these tellings."""
    found: set[str] = set()
    for change in changes:
        if isinstance(change, Saved) and isinstance(change.facts, CustomerFacts):
            found.update((of_account(change.facts.id), *of_addresses(change.facts)))
        elif isinstance(change, Saved) and isinstance(change.facts, OrderFacts):
            order = change.facts
            found.update((of_order(order.id), of_buyer(order)))
            found.update([of_account(order.customer_id)] if order.customer_id else [])
        else:
            found.update(of_account(one) for one in accounts_of(change))
            found.update([of_order(order_of(change))] if order_of(change) else [])
    return found - {""}


def accounts_in(changes: Iterable[Change]) -> set[str]:
    """Keys of the accounts that are told, or that orders were placed with."""
    told = [change.facts for change in changes if isinstance(change, Saved)]
    found = {of_account(facts.id) for facts in told if isinstance(facts, CustomerFacts)}
    return found | {of_account(facts.customer_id) for facts in told if isinstance(facts, OrderFacts)}


def without_name(facts: OrderFacts) -> OrderFacts:
    """An order as it is left where whoever placed it is erased."""
    return replace(
        facts,
        customer_id="",
        email="",
        phone="",
        phone_e164="",
        note="",
        tags=(),
        billing=Address(),
        delivery=Address(),
    )


def without_words(change: Change) -> Change:
    """A telling apart from its order, without what somebody wrote to it."""
    return replace(change, refund=replace(change.refund, reason="")) if isinstance(change, Refunded) else change
