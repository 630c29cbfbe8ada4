"""Labels of paid orders: one for each order, whoever wanted it, and what its end means for the step."""

from dataclasses import replace
from typing import Any

import pytest

from commerce.rules.order_steps.decisions import was_looked_at
from commerce.rules.order_steps.settings import LabelRule
from commerce.tables import labels, tracking_settings
from commerce.tables.order_steps import deciding, milestones
from commerce.tables.order_steps import steps as table
from jobs.events import apply_deliveries
from jobs.job import utc_now
from jobs.labels import make_labels
from jobs.order_steps.engine import run_steps
from tests.conftest import Backroom
from tests.ordered import SENDER, choose, order, paid, states, steps_of, tell, work
from tests.shops import Shop
from tests.stored import rows

RULE = LabelRule(carrier="house", weight=800)


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    shop = backroom.shops.custom(currency="EUR")
    choose(backroom, shop, "payment", "label", label=RULE)
    with backroom.process.database.write() as db:
        chosen = replace(tracking_settings.of_shop(db, shop_id=shop.id), sender=SENDER)
        tracking_settings.save(db, shop_id=shop.id, chosen=chosen, now=utc_now())
    return shop


def stored(backroom: Backroom) -> list[Any]:
    return list(rows(backroom.process.database, labels.labels))


def shipped(backroom: Backroom) -> list[str]:
    return [row.key for row in rows(backroom.process.database, milestones.milestones, name="shipped")]


def decide(backroom: Backroom, shop: Shop, decision: str) -> None:
    step = steps_of(backroom, shop)["label"]
    with backroom.process.database.write() as db:
        deciding.decide(db, shop_id=shop.id, ids=[step.id], decision=decision, by="Kim", now=utc_now())
    work(backroom, shop)


def page_wants(backroom: Backroom, shop: Shop, **values: Any) -> int:
    """What the label page writes."""
    row = {"order_id": "1", "carrier": "house", "service": "", "asked": {}}
    with backroom.process.database.write() as db:
        found = labels.claim(db, shop_id=shop.id, key="order-1-1", row=row, now=utc_now())
        assert found is not None
        labels.change(db, found, **({"due_at": None} | values))
    return found


class TestAPaidOrder:
    def test_gets_a_label_and_is_shipped_once(self, backroom: Backroom, shop: Shop) -> None:
        tell(backroom, shop, paid())
        (label,) = stored(backroom)
        assert (label.state, label.key, label.asked["boxes"][0]["grams"]) == ("bought", "order:1", 800)
        step = steps_of(backroom, shop)["label"]
        assert (step.state, step.outcome, step.detail["label_id"]) == ("done", f"Bought: {label.number}.", label.id)
        assert shipped(backroom) == [f"label-{label.id}"]
        tell(backroom, shop, paid())
        work(backroom, shop)
        assert len(stored(backroom)) == len(shipped(backroom)) == 1

    def test_waits_for_the_payment_and_goes_on_by_itself(self, backroom: Backroom, shop: Shop) -> None:
        tell(backroom, shop, order())
        assert states(backroom, shop) == {"payment": "blocked"}
        tell(backroom, shop, paid())
        assert states(backroom, shop) == {"payment": "done", "label": "done"}

    @pytest.mark.parametrize("state", [labels.BOUGHT, labels.CLAIMED, labels.ASKING, labels.UNSURE, labels.VOIDING])
    def test_that_has_a_label_by_hand_gets_none(self, backroom: Backroom, shop: Shop, state: str) -> None:
        tell(backroom, shop, order())
        page_wants(backroom, shop, state=state)
        tell(backroom, shop, paid())
        step = steps_of(backroom, shop)["label"]
        words = "There may be a label already." if state == labels.UNSURE else "There is a label already."
        assert (step.state, step.outcome.startswith(words)) == ("skipped", True)
        assert len(stored(backroom)) == 1

    @pytest.mark.parametrize("state", [labels.FAILED, labels.VOIDED])
    def test_of_which_the_last_label_is_none_gets_one(self, backroom: Backroom, shop: Shop, state: str) -> None:
        tell(backroom, shop, order())
        first = page_wants(backroom, shop, state=state)
        tell(backroom, shop, paid())
        assert [row.key for row in stored(backroom)] == ["order-1-1", f"order:1:after:{first}"]
        assert states(backroom, shop)["label"] == "done"

    @pytest.mark.parametrize("by_hand", [False, True])
    def test_that_is_cancelled_while_its_carrier_is_away_gets_none_but_by_hand(
        self, backroom: Backroom, shop: Shop, by_hand: bool
    ) -> None:
        assert shop.send("order.saved", paid()).status_code == 200
        _without_carriers(backroom, shop)
        gone = paid(status="cancelled")
        assert shop.send("order.saved", gone).status_code == 200
        apply_deliveries(shop_id=shop.id)
        if by_hand:
            with backroom.process.database.write() as db:
                labels.change(db, stored(backroom)[0].id, key="order-1-1")
        make_labels(shop_id=shop.id)
        (label,) = stored(backroom)
        assert label.state == ("bought" if by_hand else "failed")
        words = "The order was cancelled before this label was bought."
        assert (steps_of(backroom, shop)["label"].outcome == words) is not by_hand

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"status": "cancelled"}, "The order was cancelled."),
            ({"fulfillment_status": "fulfilled"}, "Everything was sent already."),
            ({"delivery_address": {}}, "It has no delivery address, so nothing is sent."),
            ({"delivery_address": {"address1": "1 Main St", "country": "US"}}, "Labels to US are not made"),
        ],
    )
    def test_that_needs_none_says_why(self, backroom: Backroom, shop: Shop, changes: Any, words: str) -> None:
        choose(backroom, shop, "label", label=replace(RULE, countries=("DE",)))
        tell(backroom, shop, paid(**changes))
        step = steps_of(backroom, shop)["label"]
        assert (step.state, step.outcome.startswith(words)) == ("skipped", True)
        assert stored(backroom) == []

    def test_without_a_town_says_what_is_missing(self, backroom: Backroom, shop: Shop) -> None:
        tell(backroom, shop, paid(delivery_address={"last_name": "L", "address1": "Weg 2", "country": "DE"}))
        step = steps_of(backroom, shop)["label"]
        assert (step.state, step.outcome) == ("failed", "No label can be made: to city is needed.")


class TestALabelThatEnds:
    @pytest.mark.parametrize(
        ("values", "state"),
        [
            ({"carrier": "nobody"}, "failed"),
            ({"state": labels.ASKING, "reply": None}, "unsure"),
        ],
    )
    def test_badly_ends_its_step_so(self, backroom: Backroom, shop: Shop, values: Any, state: str) -> None:
        tell(backroom, shop, order())
        backroom.process.queues.redis.flushall()
        assert shop.send("order.saved", paid()).status_code == 200
        _without_carriers(backroom, shop)
        (label,) = stored(backroom)
        with backroom.process.database.write() as db:
            labels.change(db, label.id, **values)
        make_labels(shop_id=shop.id)
        assert (states(backroom, shop)["label"], shipped(backroom)) == (state, [])
        assert steps_of(backroom, shop)["label"].outcome == stored(backroom)[0].error

    def test_unknown_is_bought_again_only_by_somebody_who_looked(self, backroom: Backroom, shop: Shop) -> None:
        self.test_badly_ends_its_step_so(backroom, shop, {"state": labels.ASKING, "reply": None}, "unsure")
        work(backroom, shop)
        assert [row.state for row in stored(backroom)] == ["unsure"]
        decide(backroom, shop, "run")
        assert [row.state for row in stored(backroom)] == ["unsure", "bought"]
        assert states(backroom, shop)["label"] == "done"

    def test_that_fails_after_somebody_looked_can_be_tried_again(self, backroom: Backroom, shop: Shop) -> None:
        self.test_badly_ends_its_step_so(backroom, shop, {"state": labels.ASKING, "reply": None}, "unsure")
        choose(backroom, shop, "label", label=replace(RULE, carrier="nobody"))
        decide(backroom, shop, "run")
        assert states(backroom, shop)["label"] == "failed"
        choose(backroom, shop, "label", label=RULE)
        decide(backroom, shop, "run")
        assert [row.state for row in stored(backroom)][-1] == "bought"
        assert states(backroom, shop)["label"] == "done"

    def test_unknown_and_skipped_is_bought_only_by_somebody_who_looked(self, backroom: Backroom, shop: Shop) -> None:
        self.test_badly_ends_its_step_so(backroom, shop, {"state": labels.ASKING, "reply": None}, "unsure")
        decide(backroom, shop, "run")
        first, second = stored(backroom)
        with backroom.process.database.write() as db:
            labels.change(db, second.id, state=labels.UNSURE)
            values = {"state": "unsure"}
            db.execute(table.steps.update().where(table.steps.c.kind == "label").values(values))
        decide(backroom, shop, "skip")
        work(backroom, shop)
        assert [row.id for row in stored(backroom)] == [first.id, second.id]
        assert not was_looked_at(steps_of(backroom, shop)["label"].detail)
        decide(backroom, shop, "run")  # which warned
        assert [row.state for row in stored(backroom)] == ["unsure", "unsure", "bought"]

    def test_taken_back_leaves_the_step_as_it_is(self, backroom: Backroom, shop: Shop) -> None:
        tell(backroom, shop, paid())
        (label,) = stored(backroom)
        with backroom.process.database.write() as db:
            assert labels.take_back(db, shop_id=shop.id, label_id=label.id, now=utc_now())
        make_labels(shop_id=shop.id)
        assert (stored(backroom)[0].state, states(backroom, shop)["label"]) == ("voided", "done")

    def test_run_again_after_it_was_skipped_buys_no_second_one(self, backroom: Backroom, shop: Shop) -> None:
        tell(backroom, shop, order())
        page_wants(backroom, shop, state=labels.BOUGHT)
        tell(backroom, shop, paid())
        decide(backroom, shop, "run")
        assert (len(stored(backroom)), states(backroom, shop)["label"]) == (1, "skipped")


def _without_carriers(backroom: Backroom, shop: Shop) -> None:
    """Do all that waits, but leave the labels to the test."""
    apply_deliveries(shop_id=shop.id)
    run_steps(shop_id=shop.id)
    assert states(backroom, shop)["label"] == "underway"
