"""Who is who: one line per outside party, loaded when first used."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, cast

from commerce.settings import Settings
from integrations.protocols import Platform, SearchEngine
from integrations.shop_api import Access, Grant, ShopApi

PLATFORMS = {
    "shopify": "integrations.platforms.shopify.registered:SHOPIFY",
    "woocommerce": "integrations.platforms.woocommerce.registered:WOOCOMMERCE",
    "custom": "integrations.platforms.custom.registered:CUSTOM",
}
SHOP_APIS = {
    "shopify": "integrations.platforms.shopify.api:open_api",
    "woocommerce": "integrations.platforms.woocommerce.api:open_api",
}
# How access that ends is renewed.
RENEWALS = {"shopify": "integrations.platforms.shopify.tokens:renew"}
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


def shop_api(platform_name: str, access: Access) -> ShopApi | None:
    """The shop's own API; None where the platform has none."""
    line = SHOP_APIS.get(platform_name)
    return cast(ShopApi, load(line)(access)) if line else None


def renewed(platform_name: str, settings: Settings, domain: str, secrets: Mapping[str, str]) -> Grant:
    """New access in the place of one that ends. Raises Refused where it is lost, Transient, KeyError."""
    return cast(Grant, load(RENEWALS[platform_name])(settings, domain, secrets))


def engine(settings: Settings) -> SearchEngine:
    """The search engine that the settings ask for: Meilisearch where SEARCH_URL is set, else the embedded one."""
    line = ENGINES["meilisearch" if settings.search_url else "embedded"]
    folder = settings.var_dir / "search"
    return cast(SearchEngine, load(line)(url=settings.search_url, key=settings.search_key, folder=folder))
