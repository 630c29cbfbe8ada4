"""The words by which a CDN knows what a page shows: pages carry them, and purges name them."""

from collections.abc import Iterable, Mapping
from typing import Any

_KINDS = (("products", "product"), ("categories", "category"))


def carried(shop_key: str, about: Mapping[str, Any]) -> list[str]:
    """The keys of a page that is about these things."""
    words = [f"shop-{shop_key}"]
    for name, word in _KINDS:
        words += [f"{shop_key}-{word}-{each}" for each in about.get(name, ())]
    return [*words, f"{shop_key}-categories"] if about.get("all") else words


def keys_of(shop_key: str, details: Iterable[Mapping[str, Any]]) -> list[str]:
    """The keys to purge after changes of these things, each once; "everything" is the shop's own key alone."""
    words: dict[str, None] = {}
    for detail in details:
        if detail.get("everything"):
            return [f"shop-{shop_key}"]
        for name, word in _KINDS:
            words |= dict.fromkeys(f"{shop_key}-{word}-{each}" for each in detail.get(name, ()))
        words[f"{shop_key}-categories"] = None
    return list(words)
