"""What keys of a merchant's own systems may do: scopes, each with a plain sentence."""

from collections.abc import Collection, Iterable, Mapping

# In the place of scopes: a shop's first key may do everything, also what comes later.
EVERYTHING = "*"

SCOPES: Mapping[str, str] = {
    "products:read": "See products with their variants, prices and stock.",
    "orders:read": "See orders with their lines, refunds, addresses and parcels.",
    "orders:write": "Decide about steps of orders: run them again, skip, release and reject them.",
    "inventory:read": "See stock: what is on hand, what orders hold, what is left.",
    "inventory:write": "Change stock that is kept here.",
    "figures:read": "See daily figures of orders.",
    "customers:read": "See customers: who they are, what they bought, what they agreed to.",
    "customers:write": "Add, change, merge and erase customers, and tell what happened elsewhere.",
    "points:read": "See loyalty points and what they came from.",
    "points:write": "Give, spend and correct loyalty points.",
    "segments:read": "See segments and who is in them.",
    "segments:write": "Add, change and delete segments.",
    "events:read": "See what the shop's webhooks brought, and what followed from it.",
    "parcels:read": "See parcels and where they are.",
    "parcels:write": "Add parcels, begin anew with them and end them.",
    "search:read": "See settings and rules of the search, and what shoppers search for.",
    "search:write": "Change settings and rules of the search.",
    "webhooks:read": "See endpoints of outgoing webhooks, what was sent to them and what they answered.",
    "webhooks:write": "Add, change and delete endpoints of outgoing webhooks, and send again.",
    "notifications:read": "See messages to customers and what became of them.",
    "notifications:write": "Send messages again.",
    "labels:read": "See labels and print them.",
    "labels:write": "Buy labels and take them back.",
}
LONGEST_NAME = 100


class UnableToReadScopes(ValueError):
    """There are none, or some that nobody knows; the text says what there is."""


def may(granted: Collection[str], scope: str) -> bool:
    """Whether a key of these scopes may do that. Writing does not include reading."""
    return scope in granted or EVERYTHING in granted


def read_scopes(told: Iterable[str]) -> tuple[str, ...]:
    """The scopes in the order of the table, each once. Raises UnableToReadScopes."""
    wanted = set(told)
    if not wanted or not wanted <= set(SCOPES):
        raise UnableToReadScopes("needs one or more of " + ", ".join(SCOPES))
    return tuple(scope for scope in SCOPES if scope in wanted)
