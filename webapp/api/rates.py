"""How often a key may call: a steady rate with some saved up, counted in Redis; while it is away, nobody is held up.

Answers say how much is left in the three fields that most programs read: `RateLimit-Limit` (what may be saved up),
`RateLimit-Remaining` (of that), `RateLimit-Reset` (seconds until all of it is back).
"""

import math
from contextlib import suppress

from flask import Flask, Response, g

from integrations.cache.rates import Rate, Taken
from integrations.errors import Transient
from webapp.api.keys import Caller
from webapp.errors import Problem
from webapp.parts import Parts, parts

USUAL = Rate(per_second=50, saved_up=200)


def install(app: Flask) -> None:
    """Tell every caller what is left to them."""
    app.after_request(_add_headers)


def take(caller: Caller, rate: Rate = USUAL) -> None:
    """Count a call of this key. Raises Problem 429 where it called too often."""
    taken = counted(parts(), caller, rate)
    if taken is not None:
        g.rate_headers = headers(taken, rate)
        if not taken.is_there:
            seconds = max(1, math.ceil(taken.wait_ms / 1000))
            raise Problem(429, "Too many requests", f"Try again in {seconds} s.", retry_after=seconds)


def counted(here: Parts, caller: Caller, rate: Rate = USUAL) -> Taken | None:
    """Count a call of this key; None where nobody counts, or Redis is away."""
    with suppress(Transient):
        return here.rates.take(f"{caller.shop.id}:{caller.key.id}", rate) if here.settings.rate_limits else None
    return None


def headers(taken: Taken, rate: Rate = USUAL) -> dict[str, str]:
    """What is left to the caller."""
    return {
        "RateLimit-Limit": str(rate.saved_up),
        "RateLimit-Remaining": str(taken.left),
        "RateLimit-Reset": str(math.ceil(taken.full_in_ms / 1000)),
    }


def _add_headers(response: Response) -> Response:
    response.headers.extend(g.get("rate_headers", {}))
    return response
