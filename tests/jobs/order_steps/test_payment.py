"""Payments: waited for, late ones, those that never come; what waits for them goes on."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from commerce.rules.order_steps.holds import Beside, reasons
from commerce.rules.order_steps.settings import HoldRules, LabelRule
from commerce.tables import labels
from commerce.tables.order_steps import deciding
from jobs.job import utc_now
from tests.conftest import Backroom
from tests.ordered import age, choose, order, paid, states, steps_of, tell, work
from tests.shops import Shop
from tests.stored import rows


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom(currency="EUR")


class TestAPayment:
    def test_that_came_is_done(self, backroom: Backroom, shop: Shop) -> None:
        choose(backroom, shop, "payment")
        tell(backroom, shop, paid())
        (step,) = steps_of(backroom, shop).values()
        assert (step.state, step.attempts) == ("done", 1)
        assert step.outcome.startswith("Paid on ")

    def test_is_waited_for_and_looked_at_with_the_news_of_it(self, backroom: Backroom, shop: Shop) -> None:
        choose(backroom, shop, "payment")
        tell(backroom, shop, order())
        waiting = steps_of(backroom, shop)["payment"]
        assert (waiting.state, waiting.attempts) == ("blocked", 0)
        assert waiting.due_at == waiting.created_at + timedelta(hours=72)
        tell(backroom, shop, paid())
        assert states(backroom, shop) == {"payment": "done"}

    def test_is_looked_at_with_what_is_no_milestone_too(self, backroom: Backroom, shop: Shop) -> None:
        choose(backroom, shop, "payment", takes_authorized=True)
        tell(backroom, shop, order())
        tell(backroom, shop, order(financial_status="authorized", updated_at=utc_now().isoformat()))
        assert states(backroom, shop) == {"payment": "done"}

    def test_that_does_not_come_in_time_is_a_problem_and_one_that_comes_later_is_none(
        self, backroom: Backroom, shop: Shop
    ) -> None:
        choose(backroom, shop, "payment")
        tell(backroom, shop, order())
        age(backroom, shop, timedelta(hours=71))
        work(backroom, shop)
        assert states(backroom, shop) == {"payment": "blocked"}
        age(backroom, shop, timedelta(hours=2))
        work(backroom, shop)
        late = steps_of(backroom, shop)["payment"]
        assert (late.state, late.outcome) == (
            "failed",
            "No payment came within 72 hours. One that comes later counts all the same.",
        )
        tell(backroom, shop, paid())
        assert states(backroom, shop) == {"payment": "done"}

    def test_of_an_order_that_is_cancelled_is_not_waited_for(self, backroom: Backroom, shop: Shop) -> None:
        choose(backroom, shop, "payment")
        tell(backroom, shop, order())
        tell(backroom, shop, order(status="cancelled", updated_at=utc_now().isoformat()))
        assert states(backroom, shop) == {"payment": "skipped"}

    @pytest.mark.parametrize(("takes", "state"), [(True, "done"), (False, "blocked")])
    def test_that_is_reserved_counts_where_that_is_enough(
        self, backroom: Backroom, shop: Shop, takes: bool, state: str
    ) -> None:
        choose(backroom, shop, "payment", takes_authorized=takes)
        tell(backroom, shop, order(financial_status="authorized"))
        assert states(backroom, shop) == {"payment": state}

    def test_of_nothing_is_none(self, backroom: Backroom, shop: Shop) -> None:
        choose(backroom, shop, "payment")
        tell(backroom, shop, order(total="0"))
        assert states(backroom, shop) == {"payment": "done"}


class TestALabel:
    def test_waits_for_a_hold_to_be_released_and_goes_on_by_itself(self, backroom: Backroom, shop: Shop) -> None:
        rule = LabelRule(carrier="house", weight=800)
        choose(backroom, shop, "hold", "payment", "label", holds=HoldRules(over=1000), label=rule)
        tell(backroom, shop, paid())
        assert states(backroom, shop) == {"hold": "held", "payment": "done", "label": "blocked"}
        held = steps_of(backroom, shop)["hold"]
        assert held.outcome == "Its total of 50.00 EUR is over 10.00 EUR."
        with backroom.process.database.write() as db:
            told = {"ids": [held.id], "decision": "release", "by": "Kim"}
            assert deciding.decide(db, shop_id=shop.id + 1, **told, now=utc_now()) == []  # nobody else's
            assert deciding.decide(db, shop_id=shop.id, **told, now=utc_now()) == [held.id]
        work(backroom, shop)
        label = steps_of(backroom, shop)["label"]
        assert (label.state, label.outcome) == (
            "failed",
            "Nobody knows who sends: make one label by hand, or enter the sender at the orders' settings.",
        )
        assert rows(backroom.process.database, labels.labels) == []

    def test_stays_where_it_is_after_a_rejection(self, backroom: Backroom, shop: Shop) -> None:
        choose(backroom, shop, "hold", "label", holds=HoldRules(countries=("DE",)))
        tell(backroom, shop, paid())
        held = steps_of(backroom, shop)["hold"]
        with backroom.process.database.write() as db:
            deciding.decide(db, shop_id=shop.id, ids=[held.id], decision="reject", by="Kim", now=utc_now())
        work(backroom, shop)
        assert states(backroom, shop) == {"hold": "failed", "label": "blocked"}
        assert "did not end well" in steps_of(backroom, shop)["label"].outcome
        assert steps_of(backroom, shop)["hold"].detail["decisions"][0]["by"] == "Kim"


class TestAFirstOrder:
    def test_is_the_persons_first(self, backroom: Backroom, shop: Shop) -> None:
        choose(backroom, shop, "hold", holds=HoldRules(first_order_over=1000))
        tell(backroom, shop, order("1"))
        tell(backroom, shop, order("2"))
        assert states(backroom, shop, "1") == {"hold": "held"}
        assert states(backroom, shop, "2") == {"hold": "done"}


class TestRulesOfHolds:
    BOUGHT = SimpleNamespace(
        total=5000,
        currency="EUR",
        email="ada@spam.example",
        tags=["Wholesale"],
        billing={"country": "DE", "last_name": "Love"},
        delivery={"country": "AT", "city": "Wien"},
    )

    @pytest.mark.parametrize(
        ("rules", "expected"),
        [
            (HoldRules(), []),
            (HoldRules(over=5000), []),
            (HoldRules(over=4999), ["Its total of 50.00 EUR is over 49.99 EUR."]),
            (HoldRules(quantity_over=2), ["It has 3 pieces, more than 2."]),
            (HoldRules(countries=("at",)), ["It goes to AT."]),
            (HoldRules(unlike_countries=True), ["The bill goes to DE, the goods go to AT."]),
            (HoldRules(words=("SPAM.example", "nothing", " ")), ["It has a word to look out for."]),
            (HoldRules(words=("whole", "wien")), ["It has 2 words to look out for."]),
            (HoldRules(first_order_over=100), ["It is a first order, and 50.00 EUR is over 1.00 EUR."]),
        ],
    )
    def test_say_why(self, rules: HoldRules, expected: list[str]) -> None:
        assert reasons(self.BOUGHT, rules, Beside(pieces=3, orders_count=1, currency="EUR")) == expected

    def test_do_not_compare_currencies(self) -> None:
        beside = Beside(pieces=1, orders_count=9, currency="JPY")
        (why,) = reasons(self.BOUGHT, HoldRules(over=10**9, first_order_over=1), beside)
        assert "cannot be compared" in why
        first = Beside(pieces=1, orders_count=1, currency="JPY")
        assert reasons(self.BOUGHT, HoldRules(over=10**9, first_order_over=1), first) == [why]  # said once
