"""Call-outs: what the merchant's own system answers decides, asked at least once, never with a transaction open."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.rules.order_steps.asking import UNTIL
from commerce.rules.order_steps.settings import CallOut
from commerce.settings import Settings
from commerce.tables.order_steps import milestones
from jobs import call_outs
from jobs.events import apply_deliveries
from jobs.job import Lease, LeaseLost
from tests.answering import System, answering
from tests.conftest import Backroom, assembled
from tests.ordered import age, choose, order, states, steps_of, tell, with_secret, work
from tests.ordered import paid as paid_order
from tests.shops import Shop
from tests.stored import rows

KIND = "custom:risk"


@pytest.fixture
def backroom(settings: Settings) -> Iterator[Backroom]:
    yield from assembled(replace(settings, allow_private_hosts=True))


@pytest.fixture
def system() -> Iterator[System]:
    with answering() as system:
        yield system


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom(currency="EUR")


@pytest.fixture
def secret(backroom: Backroom, shop: Shop, system: System) -> str:
    choose(backroom, shop, call_outs=(CallOut(name="risk", url=system.url, blocks=True),))
    return with_secret(backroom, shop)


class TestAStepOfTheirOwn:
    def test_is_told_the_order_signed_and_its_answer_counts(
        self, backroom: Backroom, shop: Shop, system: System, secret: str
    ) -> None:
        system.will({"result": "done", "message": "Score\n7"})
        tell(backroom, shop, order())
        step = steps_of(backroom, shop)[KIND]
        assert (step.state, step.outcome, step.attempts) == ("done", "Score 7", 1)
        (asked,) = system.told(secret)
        assert (asked["type"], asked["data"]) == ("order.step.risk", shop.read("orders/1"))

    @pytest.mark.parametrize(
        ("answer", "state", "words"),
        [
            ({"result": "hold", "message": "Look"}, "held", "Look"),
            ({"result": "fail"}, "failed", "Your system says that it failed."),
            ({"result": "wait", "retry_after": 900}, "waiting", "Your system says: wait."),
            (b"OK", "done", "Your system says that it is done."),
            (b"", "done", "Your system says that it is done."),
            ([1], "done", "Your system says that it is done."),
        ],
    )
    def test_answers_in_one_word(
        self, backroom: Backroom, shop: Shop, system: System, secret: str, answer: Any, state: str, words: str
    ) -> None:
        system.will(answer)
        tell(backroom, shop, order())
        step = steps_of(backroom, shop)[KIND]
        assert (step.state, step.outcome) == (state, words)

    @pytest.mark.parametrize("status", [500, 503, 429, 408])
    def test_is_asked_again_under_the_same_id_until_it_answers(
        self, backroom: Backroom, shop: Shop, system: System, secret: str, status: int
    ) -> None:
        system.will({}, status=status)
        tell(backroom, shop, order())
        assert states(backroom, shop)[KIND] == "waiting"
        system.will({"result": "done"})
        age(backroom, shop, timedelta(minutes=2))
        work(backroom, shop)
        assert states(backroom, shop)[KIND] == "done"
        assert len(system.told(secret)) == 2
        assert len(set(system.ids)) == 1

    def test_that_refuses_is_not_asked_again(self, backroom: Backroom, shop: Shop, system: System, secret: str) -> None:
        system.will({}, status=422)
        tell(backroom, shop, order())
        work(backroom, shop)
        step = steps_of(backroom, shop)[KIND]
        assert (step.state, step.outcome) == ("failed", "It answered 422. It is not asked again by itself.")
        assert len(system.got) == 1

    def test_that_never_answers_fails_in_the_end(
        self, backroom: Backroom, shop: Shop, system: System, secret: str
    ) -> None:
        system.will({}, status=500)
        tell(backroom, shop, order())
        age(backroom, shop, UNTIL)
        work(backroom, shop)
        step = steps_of(backroom, shop)[KIND]
        assert (step.state, step.outcome) == ("failed", "It answered 500. There is no time left to ask again.")

    def test_holds_labels_up_and_lets_them_go(
        self, backroom: Backroom, shop: Shop, system: System, secret: str
    ) -> None:
        choose(backroom, shop, "label", call_outs=(CallOut(name="risk", url=system.url, blocks=True),))
        system.will({"result": "wait", "retry_after": 60})
        tell(backroom, shop, paid_order())
        assert states(backroom, shop) == {KIND: "waiting", "label": "blocked"}
        system.will({"result": "done"})
        age(backroom, shop, timedelta(minutes=2))
        work(backroom, shop)
        assert states(backroom, shop) == {KIND: "done", "label": "failed"}  # nobody said who sends

    def test_that_was_taken_away_is_skipped(self, backroom: Backroom, shop: Shop, system: System, secret: str) -> None:
        system.will({"result": "wait"})
        tell(backroom, shop, order())
        choose(backroom, shop, call_outs=())
        age(backroom, shop, timedelta(minutes=5))
        work(backroom, shop)
        assert states(backroom, shop)[KIND] == "skipped"

    def test_in_a_private_network_is_not_called(self, backroom: Backroom, shop: Shop, secret: str) -> None:
        for guarded in assembled(replace(backroom.settings, allow_private_hosts=False)):
            tell(guarded, Shop(**{**vars(shop), "client": guarded.client}), order())
            step = steps_of(guarded, shop)[KIND]
            assert "private network" in step.outcome


class TestAnOrderThatIsToldLate:
    """Its refund came before it."""

    @pytest.fixture
    def late(self, backroom: Backroom, system: System) -> Shop:
        shop = backroom.shops.shopify(currency="EUR")
        choose(backroom, shop, call_outs=(CallOut(name="risk", url=system.url, on=("refunded",)),))
        with_secret(backroom, shop)
        paid_back = {"id": 6, "kind": "refund", "status": "success", "amount": "5.00", "currency": "EUR"}
        refund = {"id": 5, "order_id": 1, "created_at": datetime.now(UTC).isoformat(), "transactions": [paid_back]}
        assert shop.send("refunds/create", refund).status_code == 200
        asked(shop)
        return shop

    def test_is_waited_for(self, backroom: Backroom, late: Shop, system: System) -> None:
        step = steps_of(backroom, late)[KIND]
        assert (step.state, step.outcome, step.attempts) == ("waiting", "Waits for the order itself to be told.", 0)
        told = {"id": 1, "name": "#1", "currency": "EUR", "total_price": "30.00", "line_items": []}
        at = datetime.now(UTC).isoformat()
        assert late.send("orders/create", told | {"created_at": at, "updated_at": at}).status_code == 200
        age(backroom, late, timedelta(minutes=2))
        asked(late)
        assert (states(backroom, late)[KIND], len(system.got)) == ("done", 1)

    def test_is_given_up_in_the_end(self, backroom: Backroom, late: Shop, system: System) -> None:
        age(backroom, late, timedelta(hours=25))
        asked(late)
        step = steps_of(backroom, late)[KIND]
        assert (step.state, step.outcome) == ("failed", "The order itself was never told, or was deleted since.")
        assert system.got == []


def asked(shop: Shop) -> None:
    apply_deliveries(shop_id=shop.id)
    call_outs.call_out(shop_id=shop.id)


class TestAWorkerThatDies:
    def test_while_it_asks_leaves_the_step_to_the_next(
        self, backroom: Backroom, shop: Shop, system: System, secret: str
    ) -> None:
        assert shop.send("order.saved", order()).status_code == 200
        apply_deliveries(shop_id=shop.id)
        with pytest.raises(LeaseLost):  # it asked, and by the time of the answer it does not hold the lease any more
            call_outs.ask_one(backroom.process, Lease(backroom.process, shop.id, call_outs.LEASE))
        assert (states(backroom, shop)[KIND], len(system.got)) == ("waiting", 1)
        work(backroom, shop)
        assert (states(backroom, shop)[KIND], len(system.got), len(set(system.ids))) == ("done", 2, 1)


class TestAPaymentThatIsAskedFor:
    @pytest.fixture
    def asked(self, backroom: Backroom, shop: Shop, system: System) -> None:
        choose(backroom, shop, "payment", "label", payment_url=system.url)
        with_secret(backroom, shop)

    @pytest.mark.usefixtures("asked")
    def test_and_vouched_for_starts_what_a_payment_starts(self, backroom: Backroom, shop: Shop, system: System) -> None:
        system.will({"paid": True})
        tell(backroom, shop, order())
        assert states(backroom, shop) == {"payment": "done", "label": "failed"}
        assert len(rows(backroom.process.database, milestones.milestones, name="paid")) == 1
        tell(backroom, shop, paid_order())
        assert len(rows(backroom.process.database, milestones.milestones, name="paid")) == 1

    @pytest.mark.usefixtures("asked")
    @pytest.mark.parametrize(
        ("answer", "state"),
        [({"paid": False}, "failed"), ({"paid": "pending"}, "waiting"), (b"yes", "waiting"), ({"paid": 1}, "waiting")],
    )
    def test_says_yes_no_or_not_yet(
        self, backroom: Backroom, shop: Shop, system: System, answer: Any, state: str
    ) -> None:
        system.will(answer)
        tell(backroom, shop, order())
        assert states(backroom, shop) == {"payment": state}

    @pytest.mark.usefixtures("asked")
    def test_is_not_asked_for_where_the_platform_says_so(self, backroom: Backroom, shop: Shop, system: System) -> None:
        tell(backroom, shop, paid_order())
        assert (states(backroom, shop)["payment"], system.got) == ("done", [])

    @pytest.mark.usefixtures("asked")
    def test_goes_back_to_the_platforms_word_where_nobody_is_asked_any_more(
        self, backroom: Backroom, shop: Shop, system: System
    ) -> None:
        system.will({"paid": "pending"})
        tell(backroom, shop, order())
        choose(backroom, shop, "payment", payment_url="")
        age(backroom, shop, timedelta(minutes=2))
        work(backroom, shop)
        assert states(backroom, shop) == {"payment": "blocked"}
        tell(backroom, shop, paid_order())
        assert states(backroom, shop)["payment"] == "done"
