"""Who is who: one line per outside party, loaded when first used."""

from functools import cache
from importlib import import_module
from typing import Any, cast

from commerce.settings import Settings
from integrations.protocols import Platform, SearchEngine

PLATFORMS = {
    "shopify": "integrations.platforms.shopify.registered:SHOPIFY",
    "woocommerce": "integrations.platforms.woocommerce.registered:WOOCOMMERCE",
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


def engine(settings: Settings) -> SearchEngine:
    """The search engine that the settings ask for: Meilisearch where SEARCH_URL is set, else the embedded one."""
    line = ENGINES["meilisearch" if settings.search_url else "embedded"]
    folder = settings.var_dir / "search"
    return cast(SearchEngine, load(line)(url=settings.search_url, key=settings.search_key, folder=folder))
