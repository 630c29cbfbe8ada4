"""Letting a shop's own system in: whose key it is, how often it called, what the key may do."""

from flask import g, request

from commerce.rules.api_keys import may
from webapp.api import rates
from webapp.errors import Problem
from webapp.parts import parts

READS = "api_reads"  # the counter of what the store did not have to answer


def let_in(token: str, scope: str) -> None:
    """`g.shop` is the shop whose key that is, `g.key` the key. Raises Problem 401, 403 or 429."""
    caller = parts().keys.of(token) if token else None
    if caller is None:
        text = "Send a key of the shop that is neither revoked nor expired, as `Authorization: Bearer …`."
        raise Problem(401, "API key missing or unknown", text)
    g.shop, g.key = caller.shop, caller.key
    rates.take(caller)
    if not may(caller.key.scopes, scope):
        raise Problem(403, "The API key may not do this", f"It needs the scope `{scope}`.", scope=scope)
    if request.method == "GET":
        parts().counting.add(caller.shop.id, READS, "")
