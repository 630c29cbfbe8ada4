"""Points by the clock and by hand, and as they are shown."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from commerce.database import Database
from commerce.rules.loyalty.entries import NotEnoughPoints
from commerce.tables.loyalty import reading
from commerce.vault import Vault
from tests.ledgers import DAY, START, Ledger

AT_ONCE: dict[str, Any] = {"waiting": {"days": 0}}
Make = Callable[..., Ledger]


@pytest.fixture
def ledger(database_url: str) -> Iterator[Make]:
    database = Database(database_url)
    yield lambda **rules: Ledger(database, Vault("a key of the tests"), **rules)
    database.dispose()


class TestTime:
    def test_ends_what_was_not_spent_and_a_refund_then_costs_nothing_twice(self, ledger: Make) -> None:
        shop = ledger(expiry={"days": 30}, **AT_ONCE)
        shop.member("a")
        shop.order("1", "a")
        shop.settle()
        shop.spend("a", 40, key="s")
        shop.now = START + 31 * DAY
        shop.settle()
        assert shop.of("a") == (0, 0, 100)
        shop.change("1", refunded=5000)
        shop.settle()
        assert shop.of("a") == (0, 0, 50)
        shop.check()
        shop.give_back("s")
        assert shop.of("a") == (40, 0, 50)
        shop.check()

    def test_without_orders_ends_points_of_who_was_not_active(self, ledger: Make) -> None:
        shop = ledger(expiry={"days": 30, "by": "inactivity"}, **AT_ONCE)
        shop.member("a")
        shop.order("1", "a")
        shop.settle()
        shop.now = START + 20 * DAY
        shop.order("2", "a")
        shop.settle()
        shop.now = START + 40 * DAY
        shop.settle()
        assert shop.of("a")[0] == 200
        shop.now = START + 51 * DAY
        shop.settle()
        assert shop.of("a")[0] == 0
        shop.check()

    def test_ends_of_a_person_only_what_could_have_been_spent(self, ledger: Make) -> None:
        shop = ledger(expiry={"days": 30}, **AT_ONCE)
        for member_id, total in (("owes", 5000), ("holds", 8000)):
            shop.member(member_id)
            shop.order(member_id, member_id, total)
        shop.settle()
        shop.spend("owes", 50, key="s")
        shop.change("owes", refunded=5000)
        shop.under("owes", "holds")
        shop.now = START + 31 * DAY
        shop.settle()
        assert (shop.of("owes")[0], shop.of("holds")[0]) == (-50, 50)
        shop.check()
        shop.settle()
        assert shop.batches()["order:holds"].expires_at == shop.now + 30 * DAY
        shop.under("owes", "owes")
        shop.now += 31 * DAY
        shop.settle()
        assert (shop.of("owes")[0], shop.of("holds")[0]) == (-50, 0)
        shop.check()

    def test_of_a_deleted_account_takes_its_sign_up_back_until_it_is_there_again(self, ledger: Make) -> None:
        shop = ledger(sign_up=40, since=START - DAY, **AT_ONCE)
        shop.member("a", key="account:7")
        shop.account("7", created_at=START)
        shop.order("1", "a")
        shop.settle()
        for gone, points in ((True, 100), (False, 140)):
            shop.account("7", gone=gone, created_at=START)
            shop.settle()
            assert shop.of("a")[0] == points
        shop.spend("a", 140, key="s")
        shop.account("7", gone=True)
        shop.settle()
        assert shop.of("a") == (-40, 0, 100)
        shop.check()


class TestByHand:
    def test_gives_an_action_as_often_as_its_rule_allows(self, ledger: Make) -> None:
        shop = ledger(actions=[{"name": "review", "points": 20, "times": 2, "days": 30}], **AT_ONCE)
        shop.member("a")
        given = [shop.earn("a", "review", key=key).points for key in ("1", "1", "2", "3")]
        assert given == [20, 20, 20, 0]
        assert shop.of("a") == (40, 0, 40)
        shop.now += 31 * DAY
        assert shop.earn("a", "review", key="4").points == 20
        shop.check()

    def test_adjusts_up_and_down_once_for_each_key(self, ledger: Make) -> None:
        shop = ledger()
        shop.member("a")
        shop.adjust("a", 70, key="import")
        assert shop.adjust("a", 70, key="import").again
        shop.adjust("a", -20, key="down")
        assert shop.of("a") == (50, 0, 0)
        with pytest.raises(NotEnoughPoints):
            shop.adjust("a", -51, key="more")
        shop.check()

    def test_spends_what_ends_soonest_first(self, ledger: Make) -> None:
        shop = ledger(expiry={"days": 30}, **AT_ONCE)
        shop.member("a")
        shop.order("1", "a")
        shop.settle()
        shop.now += DAY
        shop.order("2", "a")
        shop.settle()
        assert shop.spend("a", 120, key="s").points == 120
        assert shop.spend("a", 120, key="s").again
        assert {key: row.points_left for key, row in shop.batches().items()} == {"order:1": 0, "order:2": 80}
        shop.give_back("s")
        assert shop.give_back("s") == ()
        assert shop.of("a") == (200, 0, 200)
        shop.check()

    def test_leaves_what_came_back_with_whom_it_came_back_to(self, ledger: Make) -> None:
        """Given back to a batch whose order was cancelled meanwhile, and which becomes somebody else's then."""
        shop = ledger(**AT_ONCE)
        for id_ in ("a", "b"):
            shop.member(id_)
        for id_ in ("1", "2"):
            shop.order(id_, "a")
            shop.settle()
        shop.spend("a", 100, key="s")
        shop.change("1", status="cancelled")
        shop.settle()
        shop.give_back("s")
        assert shop.batches()["order:1"].points_left == 100
        shop.change("1", status="open", member_id="b")
        shop.settle("b")
        assert (shop.of("a")[0], shop.of("b")[0]) == (100, 100)
        shop.check()


class TestReading:
    def test_shows_the_ledger_page_by_page_and_what_ends_soon(self, ledger: Make) -> None:
        shop = ledger(expiry={"days": 30}, **AT_ONCE)
        shop.member("a")
        for number in range(3):
            shop.order(f"{number}", "a")
            shop.settle()
        shop.spend("a", 50, key="s")
        with shop.database.read() as db:
            told = {"shop_id": shop.id, "member_ids": ["a"]}
            first = reading.entries(db, **told, limit=3)
            rest = reading.entries(db, **told, limit=3, before=first[-1].id)
            assert [(row.kind, row.points) for row in (*first, *rest)] == [("spend", -50), *[("earn", 100)] * 3]
            assert tuple(reading.balance(db, shop_id=shop.id, root="a")) == (250, 0, 300)
            ending = reading.expiring(db, **told, until=START + 30 * DAY)
            assert [row.points_left for row in ending] == [50, 100, 100]
            assert reading.expiring(db, **told, until=START + 29 * DAY) == []
