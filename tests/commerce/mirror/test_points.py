"""Points follow what is stored, whatever happened in between and in whatever order."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from commerce.database import Database
from commerce.rules.loyalty.entries import NotEnoughPoints
from commerce.vault import Vault
from tests.ledgers import DAY, START, Ledger


@pytest.fixture
def ledger(database_url: str) -> Iterator[Callable[..., Ledger]]:
    database = Database(database_url)
    yield lambda **rules: Ledger(database, Vault("a key of the tests"), **rules)
    database.dispose()


AT_ONCE: dict[str, Any] = {"waiting": {"days": 0}}
Make = Callable[..., Ledger]


class TestOrders:
    def test_give_points_that_wait_and_then_count(self, ledger: Make) -> None:
        shop = ledger(waiting={"days": 14})
        shop.member("a")
        shop.order("1", "a", 12345)
        shop.settle()
        assert shop.of("a") == (0, 123, 123)
        shop.now = START + 14 * DAY
        shop.settle()
        assert shop.of("a") == (123, 0, 123)
        shop.check()

    def test_give_nothing_where_no_programme_was_ever_on(self, ledger: Make) -> None:
        shop = ledger()
        shop.member("a")
        shop.order("1", "a")
        shop.settle()
        shop.programme(is_on=False)
        shop.settle()
        assert shop.of("a") == (0, 0, 0)

    @pytest.mark.parametrize(
        "changes",
        [
            {"status": "cancelled"},
            {"financial_status": "pending"},
            {"financial_status": "voided"},
            {"refunded": 10000, "financial_status": "refunded"},
            {"currency": "USD"},
            {"placed_at": START - DAY},
            {"member_id": ""},
        ],
    )
    def test_that_earn_nothing(self, ledger: Make, changes: dict[str, Any]) -> None:
        shop = ledger(**AT_ONCE)
        shop.member("a")
        shop.order("1", "a")
        shop.change("1", **changes)
        shop.settle()
        assert shop.of("a") == (0, 0, 0)

    def test_take_back_what_was_refunded_and_leave_a_debt_where_it_was_spent(self, ledger: Make) -> None:
        shop = ledger(**AT_ONCE)
        shop.member("a")
        shop.order("1", "a")
        shop.settle()
        shop.spend("a", 80, key="s")
        shop.change("1", refunded=5000, financial_status="partially_refunded")
        shop.settle()
        assert shop.of("a") == (-30, 0, 50)
        with pytest.raises(NotEnoughPoints):
            shop.spend("a", 1, key="t")
        shop.order("2", "a", 4000)
        shop.settle()
        assert shop.of("a") == (10, 0, 90)
        shop.check()

    def test_earn_refund_and_earn_again_make_nothing_out_of_nothing(self, ledger: Make) -> None:
        shop = ledger(**AT_ONCE)
        shop.member("a")
        for number in range(5):
            shop.order(f"{number}", "a")
            shop.settle()
            if number == 0:
                shop.spend("a", 100, key="s")
            shop.change(f"{number}", status="cancelled")
            shop.settle()
            shop.settle()
        assert shop.of("a") == (-100, 0, 0)
        shop.check()

    def test_of_a_deleted_order_go_and_come_with_it(self, ledger: Make) -> None:
        shop = ledger(**AT_ONCE)
        shop.member("a")
        shop.order("1", "a")
        shop.settle()
        shop.remove("1")
        shop.settle()
        assert shop.of("a") == (0, 0, 0)
        shop.order("1", "a", placed_at=START)
        shop.settle()
        assert shop.of("a") == (100, 0, 100)
        shop.check()

    @pytest.mark.parametrize("together", [True, False])
    def test_change_hands_with_their_order(self, ledger: Make, together: bool) -> None:
        shop = ledger(**AT_ONCE)
        shop.member("a")
        shop.member("b")
        if together:
            shop.under("b", "a")
        shop.order("1", "a")
        shop.settle()
        shop.spend("a", 30, key="s")
        shop.change("1", member_id="b")
        shop.settle("a" if together else "b")
        assert shop.of("a") == (-30, 0, 0)
        assert shop.of("b") == (100, 0, 100)
        shop.check()
        shop.give_back("s")
        assert shop.of("a") == (0, 0, 0)
        shop.check()

    def test_earn_by_the_rules_of_their_day(self, ledger: Make) -> None:
        shop = ledger(**AT_ONCE)
        shop.member("a")
        shop.order("1", "a")
        shop.settle()
        shop.now = START + DAY
        shop.programme(per_amount={"points": 3}, **AT_ONCE)
        shop.order("2", "a")
        shop.order("3", "a", placed_at=START)
        shop.settle()
        assert {key: row.points for key, row in shop.batches().items()} == {
            "order:1": 100,
            "order:2": 300,
            "order:3": 100,
        }

    def test_of_the_past_count_from_where_the_merchant_says(self, ledger: Make) -> None:
        shop = ledger()
        shop.member("a")
        shop.order("1", "a", placed_at=START - 40 * DAY)
        shop.order("2", "a", placed_at=START - 400 * DAY)
        shop.programme(since=START - 100 * DAY, expiry={"days": 30}, **AT_ONCE)
        shop.settle()
        assert shop.of("a") == (100, 0, 100)
        assert shop.batches()["order:1"].expires_at == START + 30 * DAY

    def test_placed_while_the_programme_is_off_earn_nothing_but_refunds_are_followed(self, ledger: Make) -> None:
        shop = ledger(**AT_ONCE)
        shop.member("a")
        shop.order("1", "a")
        shop.settle()
        shop.now = START + DAY
        shop.programme(is_on=False, **AT_ONCE)
        shop.order("2", "a")
        shop.change("1", status="cancelled")
        shop.settle()
        assert shop.of("a") == (0, 0, 0)


class TestMerges:
    def test_share_a_first_order_and_what_each_one_paid_stays_theirs(self, ledger: Make) -> None:
        shop = ledger(first_order=50, **AT_ONCE)
        for id_ in ("a", "b"):
            shop.member(id_)
            shop.order(id_, id_)
            shop.now += DAY
        shop.settle()
        assert (shop.of("a"), shop.of("b")) == ((150, 0, 150), (150, 0, 150))
        shop.under("b", "a")
        shop.settle()
        assert (shop.of("a"), shop.of("b")) == ((150, 0, 150), (100, 0, 100))
        shop.spend("a", 200, key="s")
        shop.check()
        shop.under("b", "b")
        shop.settle()
        assert sorted((shop.of("a")[0], shop.of("b")[0])) == [0, 100]
        shop.check()


class TestSignUps:
    def test_give_points_once_to_a_person(self, ledger: Make) -> None:
        shop = ledger(sign_up=30, **AT_ONCE)
        for id_, days in (("1", 1), ("2", 2), ("3", -1)):
            shop.member(id_, f"account:{id_}")
            shop.account(id_, created_at=START + days * DAY)
        shop.now = START + 5 * DAY
        shop.settle()
        assert [shop.of(id_)[0] for id_ in "123"] == [30, 30, 0]
        shop.under("2", "1")
        shop.settle()
        assert [shop.of(id_)[0] for id_ in "123"] == [30, 0, 0]
        shop.under("2", "2")
        shop.settle()
        assert [shop.of(id_)[0] for id_ in "123"] == [30, 30, 0]
        shop.check()


class TestParcels:
    def test_let_points_wait_from_when_they_were_sent(self, ledger: Make) -> None:
        shop = ledger(waiting={"days": 3, "from": "shipped"})
        shop.member("a")
        shop.order("1", "a")
        shop.parcel("1", START + 2 * DAY)
        shop.now = START + 4 * DAY
        shop.settle()
        assert shop.of("a")[:2] == (0, 100)
        shop.now = START + 5 * DAY
        shop.settle()
        assert shop.of("a")[:2] == (100, 0)


class TestSettle:
    def test_takes_few_statements_however_many_persons(self, ledger: Make) -> None:
        shop = ledger(first_order=5, **AT_ONCE)
        numbers = []
        for size in (2, 20):
            ids = [shop.member(f"m{size}.{number}") for number in range(size)]
            for id_ in ids:
                shop.order(f"o{id_}", id_)
            asked: list[str] = []
            engine = shop.database.engine
            listener = lambda *told, asked=asked: asked.append(told[2])  # noqa: E731
            event.listen(engine, "before_cursor_execute", listener)
            shop.settle(*ids)
            event.remove(engine, "before_cursor_execute", listener)
            numbers.append(len(asked))
        assert numbers[0] == numbers[1] < 20
