"""Stock of orders: what is reserved, set aside, sent and taken back, and what is left to be sold."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from commerce.rules.events import IMPORT, LIVE
from commerce.tables.inbox import inbox
from commerce.tables.order_steps import steps
from commerce.tables.orders import orders
from commerce.tables.stock import items, movements
from jobs.figures import count_figures
from jobs.order_steps.engine import run_steps
from tests.conftest import Backroom
from tests.shops import Shop

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    shop = backroom.shops.custom(currency="EUR")
    shop.send("product.saved", product(stock=50))
    backroom.work()
    return shop


def product(**changes: Any) -> dict[str, Any]:
    return {"id": "1", "title": "Lamp", "price": "10.00", "updated_at": NOW.isoformat(), **changes}


def told(backroom: Backroom, shop: Shop, pieces: int = 2, *, minute: int = 0, by: str = LIVE, **changes: Any) -> None:
    """The order as the shop tells it at that minute, and all that follows from it."""
    line = {"id": "1", "product_id": "1", "quantity": pieces, "price": "10.00", **changes.pop("line", {})}
    at = (NOW + timedelta(minutes=minute)).isoformat()
    data = {"id": "7", "currency": "EUR", "total": "20.00", "lines": [line], "placed_at": NOW.isoformat()}
    assert shop.send("order.saved", data | {"updated_at": at} | changes).status_code < 300
    with backroom.parts.database.write() as db:
        db.execute(inbox.update().where(inbox.c.state == "waiting").values(origin=by))
    backroom.work()


def item(backroom: Backroom, shop: Shop) -> Any:
    with backroom.parts.database.read() as db:
        return items.by_ids(db, shop_id=shop.id, ids=["1:only"])["1:only"]


def numbers(backroom: Backroom, shop: Shop) -> tuple[int, int, int]:
    found = item(backroom, shop)
    return found.on_hand, found.reserved, found.allocated


def outcomes(backroom: Backroom, shop: Shop) -> list[str]:
    with backroom.parts.database.read() as db:
        query = select(steps.steps).where(steps.steps.c.kind == "inventory").order_by(steps.steps.c.id)
        return [row.outcome for row in db.execute(query)]


class TestAnOrder:
    def test_is_reserved_set_aside_sent_and_taken_back(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop)
        assert numbers(backroom, shop) == (50, 2, 0)
        told(backroom, shop, minute=1, paid_at=NOW.isoformat())
        assert numbers(backroom, shop) == (50, 0, 2)
        told(backroom, shop, minute=2, paid_at=NOW.isoformat(), line={"fulfilled": 1})
        assert numbers(backroom, shop) == (49, 0, 1)
        told(backroom, shop, minute=3, paid_at=NOW.isoformat(), fulfillment_status="fulfilled")
        assert numbers(backroom, shop) == (48, 0, 0)
        told(backroom, shop, minute=4, paid_at=NOW.isoformat(), fulfillment_status="fulfilled", line={"returned": 1})
        assert numbers(backroom, shop) == (49, 0, 0)
        assert outcomes(backroom, shop) == [
            "Reserved 2 pieces.",
            "Set 2 pieces aside for sending: the order is paid.",
            "Sent 1 piece.",
            "Sent 1 piece.",
            "Took 1 piece back into stock.",
        ]

    def test_that_is_cancelled_holds_nothing(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop)
        told(backroom, shop, minute=1, status="cancelled")
        assert numbers(backroom, shop) == (50, 0, 0)
        assert outcomes(backroom, shop) == ["Reserved 2 pieces.", "Released 2 pieces."]

    def test_that_is_told_late_changes_nothing(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop, minute=5, paid_at=NOW.isoformat(), fulfillment_status="fulfilled")
        told(backroom, shop)
        told(backroom, shop, minute=1, paid_at=NOW.isoformat())
        assert numbers(backroom, shop) == (48, 0, 0)
        assert outcomes(backroom, shop) == ["Sent 2 pieces.", "Nothing changed.", "Nothing changed."]

    def test_that_becomes_again_what_it_was_is_booked_again(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop)
        told(backroom, shop, minute=1, fulfillment_status="fulfilled")
        assert numbers(backroom, shop) == (48, 0, 0)
        told(backroom, shop, minute=2)
        assert numbers(backroom, shop) == (50, 2, 0)

    def test_that_comes_to_what_was_told_late_before_is_booked_again(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop, minute=2)
        told(backroom, shop, 5, minute=1)  # too late to count
        assert numbers(backroom, shop) == (50, 2, 0)
        told(backroom, shop, 5, minute=3)
        assert numbers(backroom, shop) == (50, 5, 0)

    def test_that_comes_to_what_an_import_told_first_is_booked(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop, by=IMPORT)
        told(backroom, shop, 5, minute=1)
        assert numbers(backroom, shop) == (50, 5, 0)
        told(backroom, shop, minute=2)
        assert numbers(backroom, shop) == (50, 2, 0)

    def test_that_is_told_again_moves_nothing(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop)
        told(backroom, shop, note="Ring twice", minute=1)
        assert outcomes(backroom, shop) == ["Reserved 2 pieces."]

    def test_of_which_an_import_tells_what_became_is_booked_soon(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop)
        told(backroom, shop, minute=1, by=IMPORT, fulfillment_status="fulfilled")
        with backroom.parts.database.write() as db:
            db.execute(orders.update().values(saved_at=NOW - timedelta(minutes=10)))
        for _ in range(2):
            count_figures()
            assert numbers(backroom, shop) == (48, 0, 0)
        assert left(backroom, shop) == 48

    def test_that_is_deleted_is_released(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop)
        shop.send("order.deleted", {"id": "7"})
        backroom.work()
        assert numbers(backroom, shop) == (50, 0, 0)
        assert left(backroom, shop) == 50

    def test_run_twice_takes_nothing_twice(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop)
        with backroom.parts.database.write() as db:
            db.execute(steps.steps.update().values(state="waiting", due_at=NOW - timedelta(days=1)))
        run_steps(shop_id=shop.id)
        assert numbers(backroom, shop) == (50, 2, 0)
        assert outcomes(backroom, shop) == ["Nothing changed."]


def left(backroom: Backroom, shop: Shop) -> int | None:
    """What the product says that is left of it."""
    return shop.read("products/1")["stock"]


class TestWhatIsLeft:
    def test_is_what_no_order_holds(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop)
        assert left(backroom, shop) == 48
        assert shop.search("Lamp")["hits"][0]["available"]

    def test_is_nothing_where_orders_hold_all(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop, 50)
        assert left(backroom, shop) == 0
        assert not shop.search("Lamp")["hits"][0]["available"]

    def test_does_not_forget_orders_where_the_shop_repeats_itself(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop)
        shop.send("product.saved", product(stock=50, title="Desk lamp", updated_at=(NOW + timedelta(1)).isoformat()))
        backroom.work()
        assert left(backroom, shop) == 48

    def test_follows_what_the_shop_counts(self, backroom: Backroom, shop: Shop) -> None:
        told(backroom, shop)
        shop.send("product.saved", product(stock=80, updated_at=(NOW + timedelta(1)).isoformat()))
        backroom.work()
        assert numbers(backroom, shop) == (80, 2, 0)
        assert left(backroom, shop) == 78
        with backroom.parts.database.read() as db:
            moved = movements.of_item(db, shop_id=shop.id, item_id="1:only", limit=9)
        assert [(row.why, row.on_hand, row.reserved) for row in moved] == [("told", 30, 0), ("order", 0, 2)]
