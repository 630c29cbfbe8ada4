"""The store's API as the tests open it at a stand-in, and whole walks through it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from commerce.rules.events import Reading
from integrations.platforms.woocommerce.api import open_api
from integrations.platforms.woocommerce.client import Client
from integrations.shop_api import Access, Page, ShopApi
from tests.peers.woocommerce.peer import Peer
from tests.peers.woocommerce.store import Store

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class NoHurry:
    """A pace that lets every call pass, and counts them."""

    def __init__(self) -> None:
        self.waited = 0

    def wait(self, cost: float) -> None:
        self.waited += 1

    def told(self, *, available: float, restored_per_second: float, capacity: float) -> None:
        raise AssertionError("WooCommerce tells no points")


@dataclass
class Opened:
    """A stand-in and the API that asks it; `calls` are the names that were counted."""

    peer: Peer
    access: Access
    calls: list[str]
    api: ShopApi = field(init=False)
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.api, self.client = open_api(self.access), Client(self.access)

    @property
    def store(self) -> Store:
        return self.peer.store

    def walk(self, listing: str, since: datetime | None = None) -> list[Page]:
        pages = [self.api.page(listing, "", since=since)]
        while pages[-1].place:
            pages.append(self.api.page(listing, pages[-1].place, since=since))
        return pages

    def ids(self, listing: str, since: datetime | None = None) -> list[str]:
        return ids_of(self.walk(listing, since))

    def changed(self, since: datetime) -> dict[str, set[str]]:
        """What is told of all changes: ids by kind."""
        told: dict[str, set[str]] = {}
        for listing in self.api.listings(changes=True):
            told.setdefault(listing.kind, set()).update(self.ids(listing.name, since))
        return told


def ids_of(pages: list[Page]) -> list[str]:
    return [reading.object_id for page in pages for reading in page.readings]


def changes_of(readings: tuple[Reading, ...]) -> dict[str, Any]:
    """The first change of each object."""
    return {reading.object_id: reading.changes[0] if reading.changes else None for reading in readings}


@contextmanager
def opened(store: Store | None = None, *, permissions: str = "read_write", **options: Any) -> Iterator[Opened]:
    calls: list[str] = []
    folder = Path(tempfile.mkdtemp(prefix="backroom-"))
    with Peer(store, **options) as peer:
        access = Access(
            domain=peer.url,
            credentials=peer.keys(permissions),
            currency="EUR",
            folder=folder,
            pace=NoHurry(),
            counted=calls.append,
            ca_bundle=peer.ca_bundle,
            allow_private_hosts=True,
        )
        yield Opened(peer, access, calls)
    shutil.rmtree(folder)
