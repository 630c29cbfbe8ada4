"""How much one shopper's address may ask of the storefront: units for what each thing costs, from one allowance.

Counted in Redis, in the same round trip as a page is read; while Redis is away, nobody is held up.
"""

import math
from contextlib import suppress

from commerce.settings import Settings
from commerce.vault import digest
from integrations.cache.pages import Allowance, Pages, Space
from integrations.errors import Transient
from webapp.errors import Problem

# A kept page costs about a third of a millisecond, a search with its products several, a page that is made ten.
PER_SECOND, SAVED_UP = 4_000, 8_000
PAGE, SEARCH, MAKING = 1, 20, 40


def of(settings: Settings, caller: str, address: str, *, units: int = PAGE) -> Allowance | None:
    """The allowance of who calls from this address; None where there are no limits: for the shop's own servers."""
    if not settings.rate_limits or caller == "server":
        return None
    return Allowance(name=digest(address)[:16], per_second=PER_SECOND, saved_up=SAVED_UP, units=units)


def take(pages: Pages, shop_id: int, allowance: Allowance | None) -> None:
    """Take from the allowance. Raises Problem 429 where nothing is left."""
    if allowance is None:
        return
    wait_ms = 0
    with suppress(Transient):
        wait_ms = pages.read(Space(shop_id=shop_id, version=0), (), allowance).wait_ms
    if wait_ms:
        raise too_much(wait_ms)


def too_much(wait_ms: int) -> Problem:
    """The answer to who asks for too much."""
    seconds = max(1, math.ceil(wait_ms / 1000))
    return Problem(429, "Too many requests", f"Try again in {seconds} s.", retry_after=seconds)
