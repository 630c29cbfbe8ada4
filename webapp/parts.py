"""What a web process works with, made once when it starts and found through the application."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from commerce.database import Database
from commerce.settings import Settings
from commerce.vault import Vault, secret_key
from integrations import registry
from integrations.cache.pages import Pages, open_pages
from integrations.cache.rates import Rates
from integrations.cache.told import Listening
from integrations.search_api import SearchEngine
from jobs.queues import Queues, connect
from webapp.api.keys import Keys
from webapp.counting import Counting
from webapp.reading.copies import Copies
from webapp.reading.kept import Reading
from webapp.reading.storefronts import Storefronts
from webapp.sightings import Sightings


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Settings and connections of this process."""

    settings: Settings
    database: Database
    vault: Vault
    queues: Queues
    engine: SearchEngine
    pages: Pages
    storefronts: Storefronts
    counting: Counting
    reading: Reading
    keys: Keys
    rates: Rates
    sightings: Sightings


def assemble(settings: Settings) -> Parts:
    """Make the parts; nothing connects before it is used."""
    return of(
        settings,
        database=Database(settings.database_url),
        vault=Vault(secret_key(settings)),
        queues=Queues(connect(settings.redis_url, timeout=0.5)),
        engine=registry.engine(settings),
    )


def of(settings: Settings, *, database: Database, vault: Vault, queues: Queues, engine: SearchEngine) -> Parts:
    """The parts around these."""
    pages, counting = open_pages(settings.redis_url, most_bytes=settings.cache_shop_mb * 1_000_000), Counting(database)
    copies = Copies(Listening(pages.client))
    return Parts(
        settings=settings,
        database=database,
        vault=vault,
        queues=queues,
        engine=engine,
        pages=pages,
        storefronts=Storefronts(database, vault, copies),
        counting=counting,
        reading=Reading(pages, copies, database, counting),
        keys=Keys(database, vault),
        rates=Rates(pages.client),
        sightings=Sightings(database),
    )


def parts() -> Parts:
    """The parts of the application that answers the present request."""
    return cast(Parts, current_app.extensions["backroom"])
