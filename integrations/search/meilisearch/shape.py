"""What the server is given: ids and documents."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice, product
from typing import Any

from commerce.rules.documents import Document
from integrations.search.meilisearch.index_settings import CODES, STEMS, WHOLE
from integrations.search.meilisearch.words import folded, stems_of

MOST_VALUES = 100
# The server looks at 65,535 words of an attribute; a description beyond this is no description.
_LONGEST_TEXT = 300_000
_ID = re.compile(r"[^A-Za-z0-9-]")
_MARKS = re.compile(r"[\W_]+")
_ESCAPED = re.compile(r"(?:_[0-9a-f]{2})+")
_MOST_TOGETHER = 4
_MOST_ALTERNATIVES = 1000
_LONGEST_TOKEN = 300  # bytes; the server cuts what it filters by at about 468

Chosen = tuple[tuple[str, str], ...]


def key_of(text: str) -> str:
    """An id as the server allows it; letters, digits and dashes stay, all else becomes _ and two hexadecimal digits."""
    return _ID.sub(lambda match: "".join(f"_{byte:02x}" for byte in match.group().encode("utf-8", "replace")), text)


def text_of(key: str) -> str:
    """The id that `key_of` was given."""
    return _ESCAPED.sub(lambda match: bytes.fromhex(match.group().replace("_", "")).decode(), key)


def clean(text: str) -> str:
    """Text that can be sent: halves of surrogate pairs cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def row(document: Document, languages: tuple[str, ...]) -> dict[str, Any]:
    """The document as the server stores it: its attributes, their stems, and what is filtered and sorted by."""
    codes = [form for sku in document.skus for form in (sku, _MARKS.sub("", sku))]
    texts: dict[str, str | list[str]] = {
        "title": clean(document.title),
        "brand": clean(document.brand),
        "product_type": clean(document.product_type),
        "categories": [clean(name) for name in document.categories],
        "tags": [clean(tag) for tag in document.tags],
        "attributes": clean(document.attributes)[:_LONGEST_TEXT],
        "description": clean(document.description)[:_LONGEST_TEXT],
    }
    stems = {name: _stems(text, languages) for name, text in texts.items()}
    return {
        "id": key_of(document.id),
        CODES: [clean(code) for code in dict.fromkeys(codes)],
        **texts,
        STEMS: {name: text for name, text in stems.items() if text},
        WHOLE: folded(clean(document.title)),
        "facets": {clean(name): [clean(value) for value in values] for name, values in document.facets.items()},
        **_together(document.variants),
        "price": document.price,
        "available": document.available,
        "created": document.created,
        "digest": document.digest,
    }


def _stems(text: str | list[str], languages: tuple[str, ...]) -> str | list[str]:
    if isinstance(text, str):
        return stems_of(text, languages)
    return [stems for stems in (stems_of(each, languages) for each in text) if stems]


def _together(variants: Iterable[Sequence[tuple[str, str]]]) -> dict[str, list[str]]:
    """For every two or more options of a variant a token of their values, and one of their names."""
    names: set[str] = set()
    values: set[str] = set()
    for options in set(map(tuple, variants)):
        for some in subsets(sorted(dict(options).items())):
            names.add(names_token(name for name, _ in some))
            values.add(_values_token(some))
    return {"variant_names": sorted(names), "variant_values": sorted(values)}


def subsets(options: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Every two of the options, every three…; of more than four every two and three."""
    most = len(options) if len(options) <= _MOST_TOGETHER else _MOST_TOGETHER - 1
    for size in range(2, most + 1):
        yield from combinations(options, size)


def names_token(names: Iterable[str]) -> str:
    """The token of products with variants that have all these options, in the order of their names."""
    return _short("&".join(_escaped(name) for name in names))


def values_tokens(accepted: Mapping[str, Sequence[str]]) -> list[str]:
    """The tokens of variants that have one of the accepted values of each option."""
    every = product(*([(name, value) for value in accepted[name]] for name in sorted(accepted)))
    return [_values_token(each) for each in islice(every, _MOST_ALTERNATIVES)]


def _values_token(chosen: Chosen) -> str:
    return _short("&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in chosen))


def _escaped(text: str) -> str:
    return clean(text).replace("%", "%25").replace("&", "%26").replace("=", "%3D")


def _short(token: str) -> str:
    written = token.encode()
    return token if len(written) <= _LONGEST_TOKEN else hashlib.blake2b(written, digest_size=16).hexdigest()
