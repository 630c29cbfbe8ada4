"""Journeys run on the embedded search engine, or on the server that `make test-meilisearch` names."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from commerce.settings import Settings
from integrations import registry
from integrations.search.meilisearch.calls import Server

_OF_SHOPS = re.compile(r"shop-\d+(__.*)?")


def _indexes_of_shops(server: Server) -> list[str]:
    found = dict(server.ask("looking at the indexes", server.client.get_raw_indexes, {"limit": 1000}))["results"]
    return [str(each["uid"]) for each in found if _OF_SHOPS.fullmatch(str(each["uid"]))]


@pytest.fixture(scope="session")
def search_server_of_journeys() -> tuple[str, str] | None:
    """Address and key of a server that no shop uses; None without one."""
    if not os.environ.get("JOURNEYS_ON_SEARCH_URL"):
        return None
    url, key = os.environ["SEARCH_URL"], os.environ.get("SEARCH_KEY", "")
    if _indexes_of_shops(Server(url, key)):
        pytest.exit(f"The server at {url} has indexes of shops: journeys would overwrite them. Name another.", 2)
    return url, key


@pytest.fixture
def settings(settings: Settings, search_server_of_journeys: tuple[str, str] | None) -> Iterator[Settings]:
    """The usual settings; on a search server what a journey left there is deleted."""
    if search_server_of_journeys is None:
        yield settings
        return
    url, key = search_server_of_journeys
    chosen = replace(settings, search_url=url, search_key=key)
    yield chosen
    engine = registry.engine(chosen)
    for index in {uid.partition("__")[0] for uid in _indexes_of_shops(Server(url, key))}:
        engine.drop(index)
