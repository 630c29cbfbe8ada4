"""What the server is given: settings, ids, documents."""

import re
from typing import Any

from commerce.rules.documents import Document

MOST_HITS = 1_000_000
MOST_VALUES = 100
_ID = re.compile(r"[^A-Za-z0-9-]")
_MARKS = re.compile(r"[\W_]+")
_ESCAPED = re.compile(r"(?:_[0-9a-f]{2})+")

# Codes first, so that a product comes before its accessories; "sort" first, because a shopper who asks for a price
# order wants that; the newest first among equals. Words of a SKU are exact or they are another product's.
SETTINGS: dict[str, Any] = {
    "searchableAttributes": [
        "codes",
        "title",
        "brand",
        "product_type",
        "categories",
        "tags",
        "attributes",
        "description",
    ],
    "displayedAttributes": ["id", "title"],
    "filterableAttributes": ["available", "facets", "price"],
    "sortableAttributes": ["created", "id", "price"],
    "rankingRules": [
        "sort",
        "words",
        "typo",
        "proximity",
        "attributeRank",
        "wordPosition",
        "exactness",
        "created:desc",
    ],
    "typoTolerance": {"disableOnAttributes": ["codes"], "disableOnNumbers": True},
    "separatorTokens": ["<", ">"],
    "pagination": {"maxTotalHits": MOST_HITS},
    "faceting": {"maxValuesPerFacet": 1000, "sortFacetValuesBy": {"*": "count"}},
}
_IN_ANY_ORDER = ("filterableAttributes", "sortableAttributes", "displayedAttributes")


def differing(settings: dict[str, Any]) -> dict[str, Any]:
    """What has to be sent for an index with these settings; each change makes the server index everything anew."""
    return {name: wanted for name, wanted in SETTINGS.items() if not _agrees(name, wanted, settings.get(name))}


def _agrees(name: str, wanted: Any, found: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(_agrees(key, value, found.get(key)) for key, value in wanted.items())
    if name in _IN_ANY_ORDER and isinstance(found, list):
        return sorted(map(str, found)) == sorted(wanted)
    return bool(wanted == found)


def key_of(text: str) -> str:
    """An id as the server allows it; letters, digits and dashes stay, all else becomes _ and two hexadecimal digits."""
    return _ID.sub(lambda match: "".join(f"_{byte:02x}" for byte in match.group().encode("utf-8", "replace")), text)


def text_of(key: str) -> str:
    """The id that `key_of` was given."""
    return _ESCAPED.sub(lambda match: bytes.fromhex(match.group().replace("_", "")).decode(), key)


def clean(text: str) -> str:
    """Text that can be sent: halves of surrogate pairs cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def row(document: Document) -> dict[str, Any]:
    """The document as the server stores it; SKUs also without their punctuation."""
    codes = [form for sku in document.skus for form in (sku, _MARKS.sub("", sku))]
    return {
        "id": key_of(document.id),
        "title": clean(document.title),
        "brand": clean(document.brand),
        "product_type": clean(document.product_type),
        "codes": [clean(code) for code in dict.fromkeys(codes)],
        "categories": [clean(name) for name in document.categories],
        "tags": [clean(tag) for tag in document.tags],
        "attributes": clean(document.attributes),
        "description": clean(document.description),
        "facets": {clean(name): [clean(value) for value in values] for name, values in document.facets.items()},
        "price": document.price,
        "available": document.available,
        "created": document.created,
    }
