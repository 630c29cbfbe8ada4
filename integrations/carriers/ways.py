"""Who is asked for a carrier's parcels, and how often: told from which accounts a shop has."""

from collections.abc import Collection

from integrations import registry
from integrations.carrier_api import About

Limits = tuple[tuple[int, int], ...]  # (calls, seconds)


def asked_at(own: Collection[str], stand_in: str = "") -> dict[str, str]:
    """By carrier of which can be asked, who is: itself with an account of the shop's `own` or where it needs none, else
    the one that stands in for others. "" are parcels whose carrier nobody could tell."""
    found = {}
    for name, about in registry.carriers().items():
        if not about.tracks:
            continue
        if name in own or not any(each.required for each in about.fields):
            found[name] = name
        elif stand_in and stand_in != name:
            found[name] = stand_in
    if stand_in:
        found[""] = stand_in
    return found


def limits(about: About, chosen: Limits = ()) -> Limits:
    """An account's quotas: those that the merchant chose, or the usual ones.

    Where asking for a token counts among them, two calls are left for that.
    """
    told = chosen or tuple((quota.calls, quota.seconds) for quota in about.quotas)
    spare = 2 if about.token_calls_count else 0
    return tuple((max(1, calls - spare), seconds) for calls, seconds in told)
