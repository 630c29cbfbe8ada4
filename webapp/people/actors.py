"""Who does something in the dashboard, as it is noted with what they did."""

from collections.abc import Iterable

from flask import g

from webapp.parts import parts

MERCHANT, OPERATOR = "merchant", "operator"
# What they do with customers, as the log of accesses has it.
READ, LISTED, EXPORTED, CHANGED, MERGED = "read", "listed", "exported", "changed", "merged"


def actor() -> str:
    """Who is signed in: the merchant, or the operator of this Backroom."""
    return OPERATOR if g.operator else MERCHANT


def saw(profile_ids: Iterable[str], what: str) -> None:
    """Note in the log of accesses that whoever is signed in did that with these customers."""
    parts().sightings.saw(g.shop.id, profile_ids, actor(), what)
