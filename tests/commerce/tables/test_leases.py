"""Leases: one holder at a time, taken over when they lapse, given back only by their holder."""

from datetime import UTC, datetime, timedelta
from typing import Any

from commerce.tables import leases
from tests.conftest import Backroom

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def take(backroom: Backroom, shop_id: int, holder: str, *, after: float = 0, kind: str = "inbox") -> bool:
    now = NOW + timedelta(seconds=after)
    with backroom.parts.database.write() as db:
        return leases.take(db, shop_id=shop_id, kind=kind, holder=holder, now=now, seconds=4)


def keep(backroom: Backroom, shop_id: int, holder: str, *, after: float = 0) -> bool:
    now = NOW + timedelta(seconds=after)
    with backroom.parts.database.write() as db:
        return leases.keep(db, shop_id=shop_id, kind="inbox", holder=holder, now=now, seconds=4)


def held(backroom: Backroom, after: float = 0, **more: Any) -> set[int]:
    with backroom.parts.database.read() as db:
        return set(leases.held(db, kind="inbox", now=NOW + timedelta(seconds=after), **more))


class TestTake:
    def test_is_refused_while_someone_else_holds_it(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify().id
        assert take(backroom, shop, "one")
        assert not take(backroom, shop, "two", after=3.9)
        assert take(backroom, shop, "one", after=3.9), "its holder may renew it"
        assert held(backroom, 5) == {shop}

    def test_takes_over_what_lapsed(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify().id
        take(backroom, shop, "one")
        assert take(backroom, shop, "two", after=4)
        assert not keep(backroom, shop, "one", after=4)
        assert keep(backroom, shop, "two", after=4)

    def test_knows_shops_and_kinds_apart(self, backroom: Backroom) -> None:
        one, two = backroom.shops.shopify().id, backroom.shops.shopify("two.myshopify.com").id
        assert take(backroom, one, "a")
        assert take(backroom, two, "b")
        assert take(backroom, one, "b", kind="index")
        assert held(backroom) == {one, two}


class TestKeep:
    def test_renews_even_what_lapsed_as_long_as_nobody_took_it(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify().id
        take(backroom, shop, "one")
        assert keep(backroom, shop, "one", after=60)

    def test_fails_where_there_is_none(self, backroom: Backroom) -> None:
        assert not keep(backroom, backroom.shops.shopify().id, "one")


class TestRelease:
    def test_gives_back_only_what_is_ours(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify().id
        take(backroom, shop, "one")
        for holder, still in (("two", {shop}), ("one", set[int]())):
            with backroom.parts.database.write() as db:
                leases.release(db, shop_id=shop, kind="inbox", holder=holder, now=NOW + timedelta(seconds=1))
            assert held(backroom, 1) == still
