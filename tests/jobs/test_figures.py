"""Daily figures: exactly what the orders say, whoever counts them and however often they are told."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from commerce.mirror import counting
from commerce.rules.figures import COUNTRY, PRODUCT, Numbers
from commerce.rules.orders import Address, OrderFacts, OrderLine
from commerce.tables import figure_lists, orders, shops
from commerce.tables.order_steps import milestones
from commerce.tables.stock import items
from jobs import figures as jobs_figures
from jobs.figures import count_figures
from tests.conftest import Backroom
from tests.shops import Shop

NOW = datetime.now(UTC).replace(microsecond=0)
EVER = (date(2020, 1, 1), date(2100, 1, 1))
MONEY = st.integers(min_value=0, max_value=5000)
PICTURES = st.lists(
    st.builds(
        dict,
        id=st.sampled_from(["1", "2", "3"]),
        status=st.sampled_from(["open", "completed", "cancelled"]),
        total=MONEY,
        tax=MONEY,
        shipping=MONEY,
        discount=MONEY,
        refunded=MONEY,
        country=st.sampled_from(["DE", "FR", ""]),
        day=st.integers(min_value=0, max_value=2),
        lines=st.lists(
            st.builds(
                OrderLine,
                id=st.just("1"),
                product_id=st.sampled_from(["a", "b", ""]),
                quantity=st.integers(min_value=0, max_value=3),
                cancelled=st.integers(min_value=0, max_value=1),
                price=MONEY,
                total=MONEY,
            ),
            max_size=3,
        ),
    ),
    max_size=8,
)


def store(backroom: Backroom, shop_id: int, at: datetime, told: dict[str, Any]) -> OrderFacts:
    given_ = dict(told)
    country, day, lines = given_.pop("country"), given_.pop("day"), tuple(given_.pop("lines"))
    facts = OrderFacts(
        number=given_["id"],
        currency="EUR",
        lines=lines,
        delivery=Address(country=country),
        placed_at=NOW - timedelta(days=day),
        updated_at=at,
        **given_,
    )
    with backroom.parts.database.write() as db:
        orders.save(db, shop_id=shop_id, facts=[facts], now=at, members={})
    return facts


def recount(backroom: Backroom, shop_id: int, *ids: str) -> None:
    with backroom.parts.database.write() as db:
        shop = shops.by_id(db, backroom.parts.vault, shop_id)
        assert shop is not None
        counting.count(db, shop, orders.by_ids(db, shop_id=shop_id, ids=ids), now=NOW)


def statements(backroom: Backroom, shop_id: int, *ids: str) -> int:
    """How many it takes to count these orders: each runs once, for however many rows."""
    found: list[str] = []

    def note(_db: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    with backroom.parts.database.write() as db:
        shop = shops.by_id(db, backroom.parts.vault, shop_id)
        assert shop is not None
        stored = orders.by_ids(db, shop_id=shop_id, ids=ids)
        event.listen(db, "before_cursor_execute", note)
        counting.count(db, shop, stored, now=NOW)
        event.remove(db, "before_cursor_execute", note)
    return len(found)


def forget(backroom: Backroom, shop_id: int) -> None:
    with backroom.parts.database.write() as db:
        shop = shops.by_id(db, backroom.parts.vault, shop_id)
        assert shop is not None
        counting.forget(db, shop, ["1", "2", "3"], now=NOW)
        orders.remove(db, shop_id=shop_id, ids=["1", "2", "3"])


def total(backroom: Backroom, shop_id: int) -> Numbers:
    with backroom.parts.database.read() as db:
        return figure_lists.totals(db, shop_id=shop_id, span=EVER).get("EUR", Numbers())


def summed(backroom: Backroom, shop_id: int, dimension: str) -> Numbers:
    with backroom.parts.database.read() as db:
        told = {"shop_id": shop_id, "span": EVER, "currency": "EUR"}
        rows = figure_lists.by_key(db, **told, dimension=dimension, limit=100)
    found = Numbers()
    for _, numbers in rows:
        found += numbers
    return found


def as_told(facts: OrderFacts) -> Numbers:
    """What an order comes to, worked out here from the order itself."""
    if facts.status == "cancelled":
        return Numbers()
    return Numbers(
        orders=1,
        units=sum(max(0, line.quantity - line.cancelled) for line in facts.lines),
        gross=sum(line.price * line.quantity for line in facts.lines),
        discounts=facts.discount,
        shipping=facts.shipping,
        tax=facts.tax,
        refunds=facts.refunded,
        net=facts.total - facts.refunded,
    )


class TestFigures:
    @pytest.fixture
    def shop_id(self, backroom: Backroom) -> int:
        return backroom.shops.custom(currency="EUR").id

    def test_are_the_sum_of_the_orders_as_they_were_told_last(self, backroom: Backroom, shop_id: int) -> None:
        @settings(max_examples=25, deadline=None)
        @given(pictures=PICTURES, again=st.lists(st.sampled_from(["1", "2", "3"]), max_size=3))
        def check(pictures: list[dict[str, Any]], again: list[str]) -> None:
            forget(backroom, shop_id)
            latest: dict[str, OrderFacts] = {}
            for place, told in enumerate(pictures):
                latest[told["id"]] = store(backroom, shop_id, NOW + timedelta(seconds=place), told)
                recount(backroom, shop_id, told["id"])
            recount(backroom, shop_id, *again)
            expected = Numbers()
            for facts in latest.values():
                expected += as_told(facts)
            assert total(backroom, shop_id) == expected
            assert summed(backroom, shop_id, COUNTRY) == expected
            of_products = summed(backroom, shop_id, PRODUCT)
            assert (of_products.units, of_products.gross) == (expected.units, expected.gross)

        check()

    def test_are_written_with_few_statements_for_many_orders(self, backroom: Backroom, shop_id: int) -> None:
        for number in range(41):
            lines = [OrderLine(id="1", product_id=str(number % 7), quantity=1, price=5, total=5)]
            told = {"status": "open", "total": 5, "country": ("DE", "FR")[number % 2], "day": number % 3}
            store(backroom, shop_id, NOW, told | {"id": str(number), "lines": lines})
        one = statements(backroom, shop_id, "0")
        assert statements(backroom, shop_id, *(str(number) for number in range(1, 41))) == one <= 8
        assert total(backroom, shop_id) == Numbers(orders=41, units=41, gross=205, net=205)
        again = statements(backroom, shop_id, *(str(number) for number in range(41)))
        assert again < one  # nothing changed, so nothing is written

    def test_count_live_orders_at_once(self, backroom: Backroom) -> None:
        shop = backroom.shops.custom("four", currency="EUR")
        sold(backroom, shop, total="12.50")
        assert total(backroom, shop.id) == Numbers(orders=1, units=1, gross=1250, net=1250)
        sold(backroom, shop, total="12.50", minute=1, refunds=[{"id": "r", "amount": "2.50"}])
        assert (total(backroom, shop.id).refunds, total(backroom, shop.id).net) == (250, 1000)
        sold(backroom, shop, total="12.50", minute=2, status="cancelled")
        assert total(backroom, shop.id) == Numbers()


def sold(backroom: Backroom, shop: Shop, *, minute: int = 0, **changes: Any) -> None:
    data = {"id": "7", "currency": "EUR", "lines": [{"quantity": 1, "price": "12.50"}], "placed_at": NOW.isoformat()}
    at = {"updated_at": (NOW + timedelta(minutes=minute)).isoformat()}
    assert shop.send("order.saved", data | at | changes).status_code < 300
    backroom.work()


class TestTheBuildInTheBackground:
    def test_counts_what_no_step_counted_once(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs_figures, "CHUNK", 2)
        shop = backroom.shops.custom(currency="EUR")
        for number in range(5):
            told = {"id": str(number), "status": "open", "total": 5, "country": "DE", "day": 1, "lines": []}
            store(backroom, shop.id, NOW - timedelta(hours=1), told)
        recount(backroom, shop.id, "3")
        count_figures()
        assert total(backroom, shop.id) == Numbers(orders=5, net=25)
        count_figures()
        assert total(backroom, shop.id) == Numbers(orders=5, net=25)
        store(backroom, shop.id, NOW - timedelta(minutes=30), told | {"total": 9})
        count_figures()
        assert total(backroom, shop.id) == Numbers(orders=5, net=29)

    def test_leaves_orders_to_their_steps_for_a_moment(self, backroom: Backroom) -> None:
        shop = backroom.shops.custom(currency="EUR")
        told = {"id": "1", "status": "open", "total": 5, "country": "DE", "day": 0, "lines": []}
        store(backroom, shop.id, datetime.now(UTC), told)
        count_figures()
        assert total(backroom, shop.id) == Numbers()

    def test_counts_anew_where_the_shop_moves_to_another_zone(self, backroom: Backroom) -> None:
        shop = backroom.shops.custom(currency="EUR")
        late = datetime(2026, 5, 1, 23, 30, tzinfo=UTC)
        facts = OrderFacts(id="1", number="1", currency="EUR", total=5, placed_at=late, updated_at=late)
        with backroom.parts.database.write() as db:
            orders.save(db, shop_id=shop.id, facts=[facts], now=late, members={})
        for zone, day in (("", date(2026, 5, 1)), ("Europe/Berlin", date(2026, 5, 2))):
            with backroom.parts.database.write() as db:
                shops.learn(db, shop.id, timezone=zone)
            count_figures()
            with backroom.parts.database.read() as db:
                found = figure_lists.by_day(db, shop_id=shop.id, span=EVER, currency="EUR")
            assert {key: numbers for key, numbers in found.items() if numbers != Numbers()} == {
                day: Numbers(orders=1, net=5)
            }


class TestOrdersOfAnImport:
    def test_hold_what_was_not_sent(self, backroom: Backroom) -> None:
        shop = backroom.shops.custom(currency="EUR")
        shop.send("product.saved", {"id": "1", "title": "Lamp", "price": "10.00", "stock": 50})
        backroom.work()
        lines = [OrderLine(id="1", product_id="1", quantity=3, fulfilled=1)]
        told = {"status": "open", "total": 5, "country": "DE", "day": 1, "lines": lines}
        for key, status in (("1", "open"), ("2", "completed"), ("3", "cancelled")):
            store(backroom, shop.id, NOW - timedelta(hours=1), told | {"id": key, "status": status})
            with backroom.parts.database.write() as db:
                row = {"order_id": key, "name": "shipped", "key": "1", "at": None, "seen_at": NOW, "inbox_id": None}
                milestones.add(db, shop_id=shop.id, rows=[row | {"origin": "import", "began": False}])
        for _ in range(2):
            count_figures()
            with backroom.parts.database.read() as db:
                item = items.by_ids(db, shop_id=shop.id, ids=["1:only"])["1:only"]
            assert (item.on_hand, item.reserved, item.allocated) == (50, 2, 0)
        assert shop.read("products/1")["stock"] == 48


class TestTheEndOfADay:
    def test_is_announced_once(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[tuple[str, str]] = []
        plan = jobs_figures.consequences.plan

        def noted(*given_: Any, **named: Any) -> Any:
            told.extend((event.name, event.object_id) for event in given_[3])
            return plan(*given_, **named)

        monkeypatch.setattr(jobs_figures.consequences, "plan", noted)
        backroom.shops.custom(currency="EUR")
        first = datetime(2026, 5, 1, 12, tzinfo=UTC)
        for at in (first, first, first + timedelta(days=1), first + timedelta(days=1, hours=2), first + timedelta(3)):
            monkeypatch.setattr(jobs_figures, "utc_now", lambda at=at: at)
            count_figures()
        days = ["2026-05-01", "2026-05-02", "2026-05-03"]
        assert told == [("figures.day_closed", day) for day in days]
