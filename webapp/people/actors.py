"""Who does something in the dashboard, as it is noted with what they did."""

from flask import g

MERCHANT, OPERATOR = "merchant", "operator"


def actor() -> str:
    """Who is signed in: the merchant, or the operator of this Backroom."""
    return OPERATOR if g.operator else MERCHANT
