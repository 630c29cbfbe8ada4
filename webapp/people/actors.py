"""Who does something in the dashboard, as it is noted with what they did."""

from flask import g

MERCHANT, OPERATOR = "merchant", "operator"
# What they do with customers, as the log of accesses has it.
READ, LISTED, EXPORTED, CHANGED, MERGED = "read", "listed", "exported", "changed", "merged"


def actor() -> str:
    """Who is signed in: the merchant, or the operator of this Backroom."""
    return OPERATOR if g.operator else MERCHANT
