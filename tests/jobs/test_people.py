"""Shops that were there before persons were get them, once."""

from dataclasses import replace
from typing import Any

import pytest

from commerce.rules.events import ShopFacts
from commerce.tables import customers, orders, shops
from commerce.tables.people import members, profiles, unbuilt
from jobs.people import build_people
from tests.commerce.mirror.test_apply import SHOPIFY, Mirror, at
from tests.commerce.mirror.test_people import account, order
from tests.conftest import Backroom
from tests.stored import rows
from tests.webapp.stock import NOW, _customer, _order


@pytest.fixture
def old_shop(backroom: Backroom) -> int:
    """A shop of before: rows that nobody made a person of."""
    shop = backroom.shops.shopify(currency="EUR")
    with backroom.process.database.write() as db:
        people = [replace(_customer(str(key)), email=f"a{key}@example.org", phone="030 1234567") for key in range(3)]
        customers.save(db, shop_id=shop.id, facts=people, now=NOW)
        told = [
            replace(_order(str(key)), customer_id=str(key % 3) if key % 2 else "", email=f"A{key % 3}@example.org")
            for key in range(500)
        ]
        orders.save(
            db,
            shop_id=shop.id,
            facts=[*told, replace(_order("x"), customer_id="", email="", phone="")],
            now=NOW,
            members={},
        )
        shops.learn(db, shop.id, people_built_at=None)
    return int(shop.id)


class TestBuildPeople:
    def test_makes_persons_of_what_is_stored_once(self, backroom: Backroom, old_shop: int) -> None:
        build_people()
        found = {row.id: row for row in rows(backroom.process.database, profiles.profiles, shop_id=old_shop)}
        assert set(found) == {"0", "1", "2"}
        assert sum(row.orders_count for row in found.values()) == 500
        assert all(row.has_account and row.phones for row in found.values())
        with backroom.process.database.read() as db:
            assert unbuilt.shops_without(db) == []

    def test_goes_on_where_it_stopped(self, backroom: Backroom, old_shop: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """Killed after some chunks: what is done is not done again, and nothing is left out."""
        database, writes = backroom.process.database, 0
        write = type(database).write

        def dying(self: Any, **changes: Any) -> Any:
            nonlocal writes
            writes += 1
            if writes == 4:
                raise KeyboardInterrupt
            return write(self, **changes)

        monkeypatch.setattr(type(database), "write", dying)
        with pytest.raises(KeyboardInterrupt):
            build_people()
        monkeypatch.undo()
        build_people()
        found = rows(database, profiles.profiles, shop_id=old_shop)
        assert sum(row.orders_count for row in found) == 500
        assert len(rows(database, members.members, shop_id=old_shop)) == 6


class TestAnotherCurrency:
    def test_has_all_that_customers_spent_counted_in_it(self, backroom: Backroom) -> None:
        """An order of another market came first; the shop itself says later what its currency is."""
        mirror = Mirror(backroom, backroom.shops.shopify(currency="EUR").id, SHOPIFY)
        mirror.tell(account("7", mail="ada@example.org"))
        mirror.tell(*(order(str(key), customer_id="7", total=500, currency="USD") for key in range(1, 4)))
        assert mirror.one(profiles.profiles).total_spent == 0
        mirror.tell(ShopFacts(currency="USD", told_at=at(50)))
        build_people()
        person = mirror.one(profiles.profiles)
        assert (person.total_spent, person.average_order) == (1500, 500)
