"""Who was erased does not come back by a run through the shop's own API, a replay, or a delivery that comes late."""

from collections.abc import Iterator
from typing import Any

import pytest

from commerce.mirror import erasing
from commerce.settings import Settings
from commerce.tables import events, every, inbox, orders, privacy, shops, syncs
from commerce.tables.people import erased, profiles
from jobs import queues
from jobs.job import utc_now
from tests.conftest import Backroom, assembled
from tests.connected import connect_shopify, connect_woocommerce, sync, with_stand_ins
from tests.peers.shopify.peer import Peer as ShopifyPeer
from tests.peers.shopify.shop import Shop as ShopifyShop
from tests.peers.woocommerce.peer import Peer as WooCommercePeer
from tests.peers.woocommerce.store import stocked
from tests.shops import Shop
from tests.stored import rows

RUNS = (syncs.IMPORT, syncs.COMPARE, syncs.CHANGES)


def erase(backroom: Backroom, shop: Shop, root: str) -> None:
    with backroom.process.database.write() as db:
        there = shops.by_id(db, backroom.process.vault, shop.id)
        assert there is not None
        erasing.ask_erasure(db, there, root, asked_by="Kim", now=utc_now())
    backroom.process.queues.wake(queues.ERASE, [shop.id])
    backroom.work()
    asked = rows(backroom.process.database, privacy.requests, shop_id=shop.id)
    assert all(row.fulfilled_at for row in asked)


def stored(backroom: Backroom, shop: Shop) -> str:
    tables = [table for table in every.tables if "shop_id" in table.c]
    return "\n".join(
        repr(one) for table in tables for one in rows(backroom.process.database, table, shop_id=shop.id)
    ).lower()


def somebody(backroom: Backroom, shop: Shop, *, has_account: bool) -> Any:
    """A person who bought something."""
    found = rows(backroom.process.database, profiles.profiles, shop_id=shop.id, has_account=has_account)
    return next(row for row in found if row.email and row.orders_count)


class TestWooCommerce:
    @pytest.fixture
    def peer(self) -> Iterator[WooCommercePeer]:
        with WooCommercePeer(stocked(5, 12)) as peer:
            yield peer

    @pytest.fixture
    def backroom(self, settings: Settings) -> Iterator[Backroom]:
        yield from assembled(with_stand_ins(settings))

    @pytest.fixture
    def shop(self, backroom: Backroom, peer: WooCommercePeer) -> Shop:
        shop = connect_woocommerce(backroom, peer)
        sync(backroom, shop, syncs.IMPORT)
        return shop

    def test_runs_do_not_bring_them_back(self, backroom: Backroom, shop: Shop) -> None:
        person = rows(backroom.process.database, profiles.profiles, shop_id=shop.id)[0]
        erase(backroom, shop, person.id)
        assert person.email not in stored(backroom, shop)
        with backroom.process.database.write() as db:
            events.replay(db, shop_id=shop.id, filters=events.Filters())
        for kind in RUNS:
            sync(backroom, shop, kind)
            assert person.email not in stored(backroom, shop), kind
        left = rows(backroom.process.database, orders.orders, shop_id=shop.id)
        assert len(left) == 12  # the books have them all


class TestShopify:
    @pytest.fixture
    def store(self) -> ShopifyShop:
        return ShopifyShop.filled(domain="filled.myshopify.com", products=3, orders=12, customers=4)

    @pytest.fixture
    def peer(self, store: ShopifyShop) -> Iterator[ShopifyPeer]:
        with ShopifyPeer(store) as peer:
            yield peer

    @pytest.fixture
    def backroom(self, settings: Settings, peer: ShopifyPeer) -> Iterator[Backroom]:
        yield from assembled(with_stand_ins(settings, peer))

    def test_runs_do_not_bring_them_back(self, backroom: Backroom, peer: ShopifyPeer, store: ShopifyShop) -> None:
        shop = connect_shopify(backroom, peer, store)
        sync(backroom, shop, syncs.IMPORT)
        person = somebody(backroom, shop, has_account=True)
        erase(backroom, shop, person.id)
        assert person.email not in stored(backroom, shop)
        for kind in RUNS:
            sync(backroom, shop, kind)
            assert person.email not in stored(backroom, shop), kind
        assert sum(row.kept_out for row in rows(backroom.process.database, erased.erased, shop_id=shop.id)) > 0


class TestDeliveries:
    def test_that_name_them_are_emptied_with_a_word(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify(currency="EUR")
        told = {"id": 7_000_000_001, "email": "ada@example.org", "updated_at": "2026-01-01T00:00:00Z"}
        shop.send("customers/create", told)
        backroom.work()
        erase(backroom, shop, "7000000001")
        shop.send("customers/update", told | {"updated_at": "2026-06-01T00:00:00Z", "first_name": "Ada"})
        shop.send("customers/create", told | {"id": 7_000_000_002, "updated_at": "2026-06-02T00:00:00Z"})
        backroom.work()
        late = rows(backroom.process.database, inbox.inbox, shop_id=shop.id)[1:]
        assert [(row.state, row.body, row.note) for row in late] == [
            (inbox.ERASED, b"{}", "Erased under privacy law.")
        ] * 2
        assert "ada@example.org" not in stored(backroom, shop)
