"""Shopify's search syntax, as far as a mirror needs it: `updated_at:>='2026-01-01T00:00:00Z' AND status:active`.

Terms side by side must all hold; OR between them separates alternatives; `-` or NOT in front turns a term round.
As at Shopify, a field that is not known is passed over, and a word without a field is looked for in the names.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.peers.shopify.model_sales import Order

TERM = re.compile(r"(?P<no>-|NOT\s+)?(?:(?P<field>\w+):)?(?P<sign>>=|<=|>|<)?(?P<value>'[^']*'|\"[^\"]*\"|[^\s()]+)")
TIMES = {"created_at", "updated_at", "processed_at", "published_at", "occurred_at", "completed_at"}
Test = Callable[[Any], bool]


def matcher(query: str | None) -> Test | None:
    """Whether a thing is found by a query; None for a query that finds everything."""
    ways = [_all(part) for part in re.split(r"\s+OR\s+", query or "") if part.strip()]
    return (lambda thing: any(way(thing) for way in ways)) if ways else None


def _all(text: str) -> Test:
    terms = [term for match in TERM.finditer(text) if match["value"] != "AND" and (term := _term(match)) is not None]
    return lambda thing: all(term(thing) for term in terms)


def _term(match: re.Match[str]) -> Test | None:
    field, sign, value = match["field"], match["sign"] or "=", match["value"].strip("'\"")
    test = _words(value) if field is None else _field(field, sign, value)
    if test is None or not match["no"]:
        return test
    return lambda thing: not test(thing)


def _words(value: str) -> Test:
    return lambda thing: value.lower() in str(getattr(thing, "title", None) or getattr(thing, "name", "")).lower()


def _field(field: str, sign: str, value: str) -> Test | None:
    if field in TIMES:
        limit = _moment(value)
        attribute = "created_at" if field == "processed_at" else field
        return lambda thing: (told := getattr(thing, attribute, None)) is not None and _compare(told, sign, limit)
    if field == "id":
        number = int(value.rpartition("/")[2] or 0)
        return lambda thing: _compare(thing.id, sign, number)
    if field in READ:
        read = READ[field]
        return lambda thing: value.lower() in read(thing)
    return None


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _compare(told: Any, sign: str, limit: Any) -> bool:
    if sign == "=":
        return bool(told == limit)
    if sign.startswith(">"):
        return bool(told > limit or (told == limit and sign == ">="))
    return bool(told < limit or (told == limit and sign == "<="))


def _status(thing: Any) -> set[str]:
    if isinstance(thing, Order):
        return {"cancelled" if thing.cancelled_at else "closed" if thing.closed_at else "open", "any"}
    return {str(getattr(thing, "status", "")).lower()}


def _plain(attribute: str) -> Callable[[Any], set[str]]:
    return lambda thing: {str(getattr(thing, attribute, "")).lower()}


def _skus(thing: Any) -> set[str]:
    return {each.sku.lower() for each in getattr(thing, "variants", [])} or _plain("sku")(thing)


# Text fields: what a thing has there, in lower case.
READ: dict[str, Callable[[Any], set[str]]] = {
    "status": _status,
    "sku": _skus,
    "tag": lambda thing: {tag.lower() for tag in getattr(thing, "tags", [])},
    "financial_status": _plain("financial_status"),
    "fulfillment_status": _plain("fulfillment_status"),
    **{name: _plain(name) for name in ("email", "handle", "name", "phone", "product_type", "title", "type", "vendor")},
}
