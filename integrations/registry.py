"""Who is who: one line per outside party, loaded when first used."""

from functools import cache
from importlib import import_module
from typing import Any, cast

from integrations.protocols import Platform

PLATFORMS = {
    "shopify": "integrations.platforms.shopify.platform:SHOPIFY",
    "woocommerce": "integrations.platforms.woocommerce.platform:WOOCOMMERCE",
}
ENGINES = {
    "embedded": "integrations.search.embedded.engine:open_engine",
    "meilisearch": "integrations.search.meilisearch.engine:open_engine",
}


@cache
def load(line: str) -> Any:
    """The object that a registry line names, as `package.module:name`."""
    module, _, name = line.partition(":")
    return getattr(import_module(module), name)


def platform(name: str) -> Platform:
    """The platform of that name. Raises KeyError for one that does not exist."""
    return cast(Platform, load(PLATFORMS[name]))
