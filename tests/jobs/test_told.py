"""What a shop's own API told, on its way into the tables."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from commerce.database import Connection
from commerce.rules.events import PRODUCT, Placed, Reading, Saved
from commerce.rules.products import CategoryRef, ProductFacts
from commerce.tables import products, shops, versions
from commerce.tables.shops import Shop
from jobs.job import Lease, lease, utc_now
from jobs.told import CHUNK, Answer, Outcome, tell
from tests.conftest import Backroom
from tests.stored import rows

NOW = utc_now() - timedelta(hours=2)
LONG_AGO = NOW - timedelta(days=1)


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    made = backroom.shops.shopify(currency="EUR")
    with backroom.process.database.read() as db:
        found = shops.by_id(db, backroom.process.vault, made.id)
    assert found is not None
    return found


@pytest.fixture
def held(backroom: Backroom, shop: Shop) -> Iterator[Lease]:
    with lease(shop_id=shop.id, kind="sync") as taken:
        assert taken is not None
        yield taken


def product(number: int, title: str = "", **changes: Any) -> Reading:
    facts = ProductFacts(
        id=str(number), handle=f"p{number}", title=title or f"P{number}", updated_at=LONG_AGO, **changes
    )
    return Reading(kind=PRODUCT, object_id=facts.id, changes=(Saved(kind=PRODUCT, facts=facts),))


def placed(*names: str) -> Reading:
    refs = tuple(CategoryRef(id=name, name=name, handle=name) for name in names)
    return Reading(kind=PRODUCT, object_id="1", changes=(Placed(product_id="1", categories=refs, told_at=NOW),))


def nothing(_db: Connection, _outcome: Outcome) -> None:
    """Nothing is written along."""


def answer(*readings: Reading, minutes: float = 0, **changes: Any) -> Answer:
    return Answer(readings=readings, read_at=NOW + timedelta(minutes=minutes), origin="reconcile", **changes)


class TestTell:
    def test_leaves_out_what_cannot_be_stored_and_keeps_the_rest(
        self, backroom: Backroom, shop: Shop, held: Lease
    ) -> None:
        """Half a surrogate pair is JSON, and no text that a database takes."""
        readings = [product(number, "\ud83d" if number == 7 else "") for number in range(CHUNK + 10)]
        outcome = tell(backroom.process, held, shop, answer(*readings), along=nothing)
        stored = {row.id for row in rows(backroom.process.database, products.products)}
        assert stored == {str(number) for number in range(CHUNK + 10)} - {"7"}
        assert outcome.found == {"product.missing": CHUNK + 9}

    def test_takes_what_cannot_be_stored_for_come_across(self, backroom: Backroom, shop: Shop, held: Lease) -> None:
        tell(backroom.process, held, shop, answer(product(1)), along=nothing)
        tell(backroom.process, held, shop, answer(product(1, "\ud83d"), minutes=5), along=nothing)
        (version,) = rows(backroom.process.database, versions.versions)
        assert version.checked_at == NOW + timedelta(minutes=5)

    def test_leaves_what_was_read_later(self, backroom: Backroom, shop: Shop, held: Lease) -> None:
        """An export takes its time: meanwhile, single objects are read again."""
        tell(backroom.process, held, shop, answer(product(1)), along=nothing)
        tell(backroom.process, held, shop, answer(placed("new"), minutes=30), along=nothing)
        outcome = tell(backroom.process, held, shop, answer(placed("old"), minutes=1), along=nothing)
        (stored,) = rows(backroom.process.database, products.products)
        assert [category["id"] for category in stored.categories] == ["new"]
        assert outcome.found == {}
        (version,) = rows(backroom.process.database, versions.versions)
        assert version.checked_at == NOW + timedelta(minutes=30)

    def test_names_what_was_asked_for_and_left(self, backroom: Backroom, shop: Shop, held: Lease) -> None:
        """The host that asked may have a clock that is behind another one's: the question is not answered then."""
        tell(backroom.process, held, shop, answer(product(1), minutes=1), along=nothing)
        outcome = tell(backroom.process, held, shop, answer(product(1, "New"), asked={("product", "1")}), along=nothing)
        assert list(outcome.unclear) == [("product", "1")]

    def test_writes_with_each_transaction_what_was_found_so_far(
        self, backroom: Backroom, shop: Shop, held: Lease
    ) -> None:
        found: list[int] = []

        def count(_db: Connection, outcome: Outcome) -> None:
            found.append(outcome.found.total())

        readings = [product(number) for number in range(CHUNK * 2 + 1)]
        tell(backroom.process, held, shop, answer(*readings), along=count, meanwhile=count)
        assert found == [CHUNK, CHUNK * 2, CHUNK * 2 + 1]

    def test_does_not_count_what_the_shops_api_lists_as_the_order_of_deliveries(
        self, backroom: Backroom, held: Lease
    ) -> None:
        made = backroom.shops.woocommerce(currency="EUR")
        with backroom.process.database.read() as db:
            shop = shops.by_id(db, backroom.process.vault, made.id)
        assert shop is not None
        with lease(shop_id=shop.id, kind="sync") as mine:
            assert mine is not None
            tell(backroom.process, mine, shop, answer(product(1), product(2)), along=nothing)
        with backroom.process.database.read() as db:
            after = shops.by_id(db, backroom.process.vault, made.id)
        assert after is not None
        assert after.clock == shop.clock

    def test_asks_the_database_as_often_for_many_objects_as_for_few(
        self, backroom: Backroom, shop: Shop, held: Lease, statements: list[str]
    ) -> None:
        counted = []
        for start, number in ((0, 5), (100, CHUNK)):
            statements.clear()
            readings = [product(each, variant_ids=()) for each in range(start, start + number)]
            tell(backroom.process, held, shop, answer(*readings), along=nothing)
            counted.append(len(statements))
        assert counted[0] == counted[1]


@pytest.fixture
def statements(backroom: Backroom) -> Iterator[list[str]]:
    """The statements that are sent, without the lease's own renewals."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "leases" not in statement and not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    event.listen(backroom.process.database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(backroom.process.database.engine, "before_cursor_execute", note)
