"""The names under which pages are kept: no two pages that may differ have the same one.

What a shopper's address says is part of them, so words are escaped where they could be taken for more than one word.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping

_HTML = ":html"
_LONGEST = 160  # characters of parameters; longer ones are hashed
# Parameters that make a difference, beside the filters: one value each, the first one.
_SINGLE = ("format", "page", "per_page", "sort", "facets")
_FILTER = "filter"


def of_product(key: str, *, is_html: bool = False) -> tuple[str, str]:
    """The names of a product's page by what is asked for: where that is its id, and where it is its handle."""
    form = _HTML if is_html else ""
    return f"product:{_word(key)}{form}", f"handle:{_word(key)}{form}"


def every_of_product(key: str) -> list[str]:
    """All names under which the page of a product may be kept, or that there is none."""
    return [*of_product(key), *of_product(key, is_html=True)]


def of_no_category(key: str) -> str:
    """The name under which it is kept that there is no such category."""
    return f"category:{_word(key)}:none"


def of_category(key: str, arguments: Mapping[str, list[str]]) -> str:
    """The name of a page of a category, from the parameters of its address."""
    given = dict(_chosen(arguments))
    page = given.pop("page", [""])[0] or "1"
    rest = "&".join(f"{_escaped(name)}={_escaped(value)}" for name in sorted(given) for value in given[name])
    if not re.fullmatch(r"[0-9]{1,6}", page) or len(rest) > _LONGEST:
        told = f"{_escaped(page)}&{rest}"
        rest = hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        page = "1"
    return f"{_pages(key)}{int(page)}" + (f":{rest}" if rest else "")


def is_of(name: str, keys: Iterable[str]) -> bool:
    """Whether a category's page was asked for by one of these keys."""
    return any(name.startswith(_pages(key)) for key in keys)


def _chosen(arguments: Mapping[str, list[str]]) -> Iterable[tuple[str, list[str]]]:
    """The parameters that count, and those of their values that do: of single ones the first, of filters all."""
    for name, values in arguments.items():
        counting = values if name.startswith(_FILTER) else values[:1] if name in _SINGLE else []
        counting = [value for value in counting if value]
        if counting:
            yield name, counting


def _pages(key: str) -> str:
    return f"category:{_word(key)}:page:"


def _word(text: str) -> str:
    return text.replace("%", "%25").replace(":", "%3A")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("&", "%26").replace("=", "%3D")
