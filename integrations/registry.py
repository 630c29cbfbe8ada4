"""Who is who: one line per outside party, loaded when first used."""

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import import_module
from os import getpid
from threading import get_ident
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from commerce.settings import Settings
from integrations.carrier_api import About, Account, TokenStore, Tracker
from integrations.channel_api import Channel, ChannelAccount
from integrations.label_api import LabelMaker
from integrations.protocols import Platform
from integrations.search_api import SearchEngine
from integrations.shop_api import Access, Grant, ShopApi

if TYPE_CHECKING:
    from integrations.carriers.tokens import Seal
    from integrations.platforms.shopify.sign_in import SignIn
    from integrations.platforms.woocommerce.diagnosis import Diagnosis, KeyCheck

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
# How merchants come in: by the platform's own sign-in, or with an address that is looked at and keys that are tried.
SIGN_INS = {"shopify": "integrations.platforms.shopify.sign_in:open_sign_in"}
DIAGNOSES = {"woocommerce": "integrations.platforms.woocommerce.diagnosis:diagnose"}
KEY_CHECKS = {"woocommerce": "integrations.platforms.woocommerce.diagnosis:check_keys"}
ENGINES = {
    "embedded": "integrations.search.embedded.engine:open_engine",
    "meilisearch": "integrations.search.meilisearch.engine:open_engine",
}
# Carriers: how each describes itself, which is light, and its connectors, which only workers load. Those that karrio
# knows besides are found where they are installed.
CARRIERS = {
    "ups": "integrations.carriers.ups.about:ABOUT",
    "fedex": "integrations.carriers.fedex.about:ABOUT",
    "usps": "integrations.carriers.usps.about:ABOUT",
    "dhl": "integrations.carriers.dhl.about:ABOUT",
    "easypost": "integrations.carriers.easypost.about:ABOUT",
    "house": "integrations.carriers.house.about:ABOUT",
    "sandbox": "integrations.carriers.sandbox.about:ABOUT",
    "aftership": "integrations.carriers.aftership.about:ABOUT",
    "seventeentrack": "integrations.carriers.seventeentrack.about:ABOUT",
}
MORE_CARRIERS = "integrations.carriers.karrio.discovered:connectors"
CONNECTORS = {
    "ups": "integrations.carriers.karrio.trackers:open_ups",
    "fedex": "integrations.carriers.karrio.trackers:open_fedex",
    "usps": "integrations.carriers.karrio.trackers:open_usps",
    "dhl": "integrations.carriers.karrio.trackers:open_dhl",
    "easypost": "integrations.carriers.easypost.tracker:open_easypost",
    "sandbox": "integrations.carriers.sandbox.tracker:open_tracker",
}
MORE_CONNECTORS = "integrations.carriers.karrio.long_tail:open_tracker"
LABEL_MAKERS = {
    "house": "integrations.carriers.karrio.house:open_house",
    "ups": "integrations.carriers.karrio.labels:open_ups",
    "fedex": "integrations.carriers.karrio.labels:open_fedex",
}
CARRIER_TOKENS = "integrations.carriers.tokens:open_tokens"
# Ways to reach people.
CHANNELS = {
    "mail": "integrations.channels.smtp:open_channel",
    "outbox": "integrations.channels.outbox:open_channel",
    "sms": "integrations.channels.sms:open_channel",
    "slack": "integrations.channels.slack:open_channel",
    "webhook": "integrations.channels.webhook:open_channel",
}
Known = tuple[str, str, tuple[tuple[str, str], ...], bool, str]


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


@cache
def sign_in(platform_name: str, settings: Settings) -> "SignIn":
    """The platform's own sign-in. Raises KeyError where it has none, ValueError where it is not set up."""
    return cast("SignIn", load(SIGN_INS[platform_name])(settings))


def diagnosis(platform_name: str, address: str, settings: Settings) -> "Diagnosis":
    """What is at the address of a store, in plain words. Never raises; takes up to a minute."""
    look = load(DIAGNOSES[platform_name])
    found = look(address, ca_bundle=settings.ca_bundle, allow_private_hosts=settings.allow_private_hosts)
    return cast("Diagnosis", found)


def key_check(platform_name: str, access: Access) -> "KeyCheck":
    """Whether the keys read and write at the declared store. Raises Transient and RateLimited without an answer."""
    return cast("KeyCheck", load(KEY_CHECKS[platform_name])(access))


def engine(settings: Settings) -> SearchEngine:
    """The search engine that the settings ask for: Meilisearch where SEARCH_URL is set, else the embedded one."""
    line = ENGINES["meilisearch" if settings.search_url else "embedded"]
    folder = settings.var_dir / "search"
    return cast(SearchEngine, load(line)(url=settings.search_url, key=settings.search_key, folder=folder))


@cache
def carriers() -> Mapping[str, About]:
    """Every carrier by its name: ours, and those that karrio's installed connectors add."""
    ours = {name: cast(About, load(line)) for name, line in CARRIERS.items()}
    return MappingProxyType({**load(MORE_CARRIERS)(), **ours})


def carrier(name: str) -> About:
    """How a carrier describes itself. Raises KeyError for one that does not exist."""
    return carriers()[name]


def carrier_title(name: str) -> str:
    """What people call a carrier; its name where nobody knows it."""
    known = carriers().get(name)
    return known.title if known else name


@lru_cache(maxsize=8)
def carrier_tokens(settings: Settings, seal: "Seal") -> TokenStore:
    """Where the workers of these settings keep carriers' tokens, sealed. Connects when first used."""
    return cast(TokenStore, load(CARRIER_TOKENS)(settings.redis_url, seal))


def tracker(account: Account, settings: Settings, tokens: TokenStore) -> Tracker:
    """The connector of an account's carrier, for workers: it loads karrio. Connections stay open between calls for
    the same account. Raises KeyError for a carrier that is not there or tells of no parcels, UnableToGuardKarrio."""
    if not carrier(account.carrier).tracks:
        raise KeyError(account.carrier)
    line = CONNECTORS.get(account.carrier, MORE_CONNECTORS)
    return cast(Tracker, _of_account(line, _known(account), settings, cast(Any, tokens), getpid()))


def label_maker(account: Account, settings: Settings, tokens: TokenStore) -> LabelMaker:
    """Who makes labels on an account, for workers: it loads karrio. Raises KeyError for a carrier that makes none,
    Permanent for settings that cannot be read, UnableToGuardKarrio."""
    line = LABEL_MAKERS[account.carrier]
    return cast(LabelMaker, _of_account(line, _known(account), settings, cast(Any, tokens), getpid()))


def _known(account: Account) -> Known:
    return account.carrier, account.key, tuple(sorted(account.credentials.items())), account.is_test, account.origin


@lru_cache(maxsize=256)
def _of_account(line: str, known: Known, settings: Settings, tokens: TokenStore, _process: int) -> Any:
    """What stands for an account in this process: connections are not carried over into one that is forked off."""
    name, key, credentials, is_test, origin = known
    account = Account(carrier=name, key=key, credentials=dict(credentials), is_test=is_test, origin=origin)
    wire = {"ca_bundle": settings.ca_bundle, "allow_private_hosts": settings.allow_private_hosts}
    return load(line)(account, tokens, **wire)


def channel(name: str, account: ChannelAccount, settings: Settings) -> Channel:
    """A way to reach people. "mail" is the outbox where SMTP_URL names no mail server. Connections stay open between
    calls of one thread. Raises KeyError for a channel that does not exist, Away for an SMTP_URL that cannot be read."""
    line = CHANNELS["outbox" if name == "mail" and not settings.smtp_url else name]
    told = tuple(sorted(account.credentials.items()))
    return cast(Channel, _channel_of(line, account.key, told, settings, getpid(), get_ident()))


@lru_cache(maxsize=256)
def _channel_of(
    line: str, key: str, told: tuple[tuple[str, str], ...], settings: Settings, _process: int, _thread: int
) -> Any:
    return load(line)(ChannelAccount(key=key, credentials=dict(told)), settings)
