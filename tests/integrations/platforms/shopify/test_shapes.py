"""What the Admin API tells and what deliveries tell is the same: one reader finds no difference between them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.mirror.digests import digest
from commerce.rules.events import Saved
from integrations.platforms.shopify import topics
from integrations.platforms.shopify.api import open_api
from integrations.protocols import Delivered
from integrations.shop_api import Access, ShopApi
from tests.integrations.platforms.woocommerce.opened import NoHurry
from tests.peers.shopify import payloads, payloads_sales
from tests.peers.shopify.peer import Peer
from tests.peers.shopify.shop import Shop

NOW = datetime(2026, 11, 22, tzinfo=UTC)


class Unhurried(NoHurry):
    def told(self, *, available: float, restored_per_second: float, capacity: float) -> None:
        assert 0 <= available <= capacity
        assert restored_per_second > 0


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    store = Shop.filled(products=30, customers=12, orders=30, seed=3)
    with Peer(store, bucket_size=100_000, restore_rate=100_000) as peer:  # nobody waits here
        access = Access(
            domain=store.domain,
            credentials=peer.grant(store),
            currency="EUR",
            folder=tmp_path_factory.mktemp("spool"),
            pace=Unhurried(),
            counted=lambda _name: None,
            origin=peer.url,
            allow_private_hosts=True,
        )
        yield store, open_api(access)


def told_by_api(api: ShopApi, listing: str) -> dict[str, Saved]:
    found, place = {}, ""
    while True:
        page = api.page(listing, place, since=None)
        for reading in page.readings:
            found[reading.object_id] = saved(reading)
        place = page.place
        if not place:
            return found


def saved(reading: Any) -> Saved:
    return next(change for change in reading.changes if isinstance(change, Saved))


def delivered(topic: str, payload: Any) -> Saved:
    return saved(topics.read(Delivered(topic=topic, payload=payload, received_at=NOW, currency="EUR")))


class TestWhatIsToldTwice:
    @pytest.mark.parametrize(
        ("listing", "topic", "of", "payload"),
        [
            ("products", "products/update", "products", payloads.product),
            ("customers", "customers/update", "customers", payloads.customer),
            ("orders", "orders/updated", "orders", payloads_sales.order),
        ],
    )
    def test_has_one_digest(self, asked: Any, listing: str, topic: str, of: str, payload: Any) -> None:
        store, api = asked
        by_api = told_by_api(api, listing)
        compared = 0
        for thing in getattr(store, of).values():
            by_delivery = delivered(topic, payload(store, thing))
            if listing == "products" and len(thing.variants) > 100:
                continue  # the delivery carries only the first hundred
            assert by_delivery.facts == by_api[str(thing.id)].facts or digest(by_delivery.facts) == digest(
                by_api[str(thing.id)].facts
            ), (by_delivery.facts, by_api[str(thing.id)].facts)
            compared += 1
        assert compared > 10

    @pytest.mark.parametrize(("kind", "of"), [("product", "products"), ("order", "orders"), ("customer", "customers")])
    def test_is_the_same_whole_or_one_by_one(self, asked: Any, kind: str, of: str) -> None:
        _, api = asked
        by_bulk = told_by_api(api, of)
        ids = list(by_bulk)[:12]
        one_by_one = {reading.object_id: saved(reading) for reading in api.read(kind, ids).readings}
        assert {key: digest(one.facts) for key, one in one_by_one.items()} == {
            key: digest(by_bulk[key].facts) for key in ids
        }
