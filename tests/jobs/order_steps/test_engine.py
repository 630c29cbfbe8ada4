"""The engine: steps of one kind in one transaction, one that breaks for itself, and what starts steps at all."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from commerce.rules.events import IMPORT, RECONCILE
from commerce.rules.order_steps.outcomes import LABEL, NOTIFY, Outcome
from commerce.rules.order_steps.settings import HoldRules
from commerce.tables import events
from commerce.tables.inbox import inbox
from commerce.tables.order_steps import deciding, milestones, step_lists, step_runs, steps
from commerce.tables.shops import shops
from jobs import reactions
from jobs.events import apply_deliveries
from jobs.job import utc_now
from jobs.order_steps import engine, hold, registered
from jobs.order_steps.engine import run_steps
from jobs.order_steps.work import Work
from tests.conftest import Backroom
from tests.ordered import age, choose, order, paid, states, steps_of, tell, work
from tests.shops import Shop
from tests.stored import rows


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    shop = backroom.shops.custom(currency="EUR")
    choose(backroom, shop, "hold", "payment")
    return shop


def breaking(work: Work, due: Sequence[Any]) -> Mapping[int, Outcome]:
    """The runner of holds, which breaks at one order after it has written something."""
    outcomes = hold.run(work, due)
    if any(row.order_id == "2" for row in due):
        steps.decide(work.db, outcomes, now=work.now)
        raise RuntimeError("broken")
    return outcomes


class TestAStepThatBreaks:
    @pytest.fixture(autouse=True)
    def _breaks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(registered.RUNNERS, "hold", "tests.jobs.order_steps.test_engine:breaking")

    def test_touches_neither_siblings_nor_other_orders(self, backroom: Backroom, shop: Shop) -> None:
        tell(backroom, shop, *(paid(str(key)) for key in range(1, 5)))
        found = {str(key): states(backroom, shop, str(key)) for key in range(1, 5)}
        assert found == {key: {"hold": "waiting" if key == "2" else "done", "payment": "done"} for key in found}
        (broken,) = steps_of(backroom, shop, "2", kind="hold").values()
        assert (broken.attempts, broken.outcome) == (1, "Backroom broke (RuntimeError); its log says more.")
        assert broken.due_at > utc_now()

    def test_is_tried_again_for_a_while_and_fails_then(self, backroom: Backroom, shop: Shop) -> None:
        tell(backroom, shop, paid("2"))
        for _ in range(8):
            age(backroom, shop, timedelta(hours=2))
            run_steps(shop_id=shop.id)
        assert states(backroom, shop, "2") == {"hold": "failed", "payment": "done"}
        assert steps_of(backroom, shop, "2")["hold"].attempts == 8


class TestABatch:
    def test_asks_as_much_for_many_orders_as_for_one(self, backroom: Backroom, shop: Shop) -> None:
        counts = []
        for first, number in ((100, 1), (200, 40)):
            for key in range(first, first + number):
                assert shop.send("order.saved", paid(str(key))).status_code == 200
            apply_deliveries(shop_id=shop.id)
            counts.append(statements(backroom, shop))
        assert counts[1] == counts[0]

    def test_that_was_decided_about_meanwhile_stays_so(self, backroom: Backroom, shop: Shop) -> None:
        assert shop.send("order.saved", paid()).status_code == 200
        apply_deliveries(shop_id=shop.id)
        held = steps_of(backroom, shop)["hold"]
        with backroom.process.database.write() as db:
            deciding.decide(db, shop_id=shop.id, ids=[held.id], decision="skip", by="Kim", now=utc_now())
        work(backroom, shop)
        assert states(backroom, shop) == {"hold": "skipped", "payment": "done"}
        assert steps_of(backroom, shop)["hold"].outcome == "Skipped by Kim."


def statements(backroom: Backroom, shop: Shop) -> int:
    """How many statements the shop's due steps take; messages are others'."""
    found: list[str] = []

    def note(_db: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    database = backroom.process.database.engine
    with backroom.process.database.write() as db:
        db.execute(steps.steps.delete().where(steps.steps.c.kind.startswith(NOTIFY)))
    event.listen(database, "before_cursor_execute", note)
    run_steps(shop_id=shop.id)
    event.remove(database, "before_cursor_execute", note)
    return len([statement for statement in found if "leases" not in statement])


class TestWhatStartsSteps:
    def test_a_repeat_starts_nothing(self, backroom: Backroom, shop: Shop) -> None:
        tell(backroom, shop, paid())
        before = rows(backroom.process.database, steps.steps)
        told_again = paid()
        tell(backroom, shop, told_again, told_again, paid(note="Ring twice"))
        after = rows(backroom.process.database, steps.steps)
        assert [row.id for row in after] == [row.id for row in before]

    def test_neither_an_import_nor_a_replay_does(self, backroom: Backroom, shop: Shop) -> None:
        arrive(backroom, shop, paid(), IMPORT)
        assert states(backroom, shop) == {}
        tell(backroom, shop, paid("2"))
        before = rows(backroom.process.database, steps.steps)
        with backroom.process.database.write() as db:
            assert events.replay(db, shop_id=shop.id, filters=events.Filters())
        apply_deliveries(shop_id=shop.id)
        assert rows(backroom.process.database, steps.steps) == before

    @pytest.mark.parametrize(("hours", "starts"), [(1, True), (30, False)])
    def test_what_is_found_does_within_a_day_and_once(
        self, backroom: Backroom, shop: Shop, hours: int, starts: bool
    ) -> None:
        since(backroom, shop, datetime.now(UTC) - timedelta(days=90))
        at = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
        found = paid(placed_at=at, paid_at=at, updated_at=at)
        arrive(backroom, shop, found, RECONCILE)
        expected = {"hold": "done", "payment": "done"} if starts else {}
        assert states(backroom, shop) == expected
        arrive(backroom, shop, found, RECONCILE)
        assert states(backroom, shop) == expected

    def test_an_order_that_an_import_was_first_to_tell_starts_when_it_comes_live(
        self, backroom: Backroom, shop: Shop
    ) -> None:
        since(backroom, shop, datetime.now(UTC) - timedelta(days=1))
        arrive(backroom, shop, order(), IMPORT)
        assert states(backroom, shop) == {}
        tell(backroom, shop, order())
        assert states(backroom, shop) == {"hold": "done", "payment": "blocked"}

    def test_nothing_that_is_switched_off_does(self, backroom: Backroom, shop: Shop) -> None:
        choose(backroom, shop, "payment")
        tell(backroom, shop, paid())
        assert states(backroom, shop) == {"payment": "done"}

    def test_every_kind_has_a_runner(self) -> None:
        kinds = {kind for several in reactions.STEPS.values() for kind in several}
        for kind in kinds:
            assert callable(registered.runner(kind))
        for kind in registered.ASKERS:
            assert registered.asker(kind).url
        assert {registered.family(kind) for kind in kinds} <= set(registered.ORDER)
        assert registered.NEEDS[LABEL]
        assert engine.LEASE


def since(backroom: Backroom, shop: Shop, at: datetime) -> None:
    with backroom.process.database.write() as db:
        db.execute(shops.update().where(shops.c.id == shop.id).values(steps_since=at))


def arrive(backroom: Backroom, shop: Shop, payload: dict[str, Any], origin: str) -> None:
    """What a run through a shop's own API tells of the order."""
    assert shop.send("order.saved", payload).status_code == 200
    with backroom.process.database.write() as db:
        db.execute(inbox.update().where(inbox.c.state == "waiting").values(origin=origin))
    apply_deliveries(shop_id=shop.id)
    run_steps(shop_id=shop.id)


class TestAnOrderThatIsToldLate:
    def test_costs_its_steps_no_tries_and_they_go_on_at_once(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify(currency="EUR")
        choose(backroom, shop, "analytics")
        at = datetime.now(UTC).isoformat()
        refund = {"id": 5, "order_id": 1, "created_at": at, "transactions": []}
        assert shop.send("refunds/create", refund).status_code == 200
        apply_deliveries(shop_id=shop.id)
        for _ in range(9):
            run_steps(shop_id=shop.id)
            age(backroom, shop, timedelta(minutes=2))
        (waiting,) = steps_of(backroom, shop).values()
        assert (waiting.attempts, waiting.outcome) == (0, "Waits for the order itself to be told.")
        run_steps(shop_id=shop.id)
        told = {"id": 1, "name": "#1", "currency": "EUR", "total_price": "30.00", "line_items": []}
        assert shop.send("orders/create", told | {"created_at": at, "updated_at": at}).status_code == 200
        apply_deliveries(shop_id=shop.id)
        run_steps(shop_id=shop.id)
        found = rows(backroom.process.database, steps.steps, shop_id=shop.id, kind="analytics")
        assert {row.occasion: row.state for row in found} == {"created": "done", "refunded:5": "done"}


class TestOldSteps:
    def test_are_kept_while_something_waits_for_them(self, backroom: Backroom, shop: Shop) -> None:
        choose(backroom, shop, "hold", "label", holds=HoldRules(countries=("DE",)))
        tell(backroom, shop, paid("1"), paid("2", delivery_address={}, billing_address={}))
        with backroom.process.database.write() as db:
            held = steps_of(backroom, shop)["hold"]
            deciding.decide(db, shop_id=shop.id, ids=[held.id], decision="reject", by="Kim", now=utc_now())
            steps.forget(db, before=utc_now() + timedelta(days=500), limit=100)
        work(backroom, shop)
        assert states(backroom, shop, "1") == {"hold": "failed", "label": "blocked"}
        assert states(backroom, shop, "2") == {}


class TestManyDecisions:
    def test_are_carried_out_once_and_go_on_where_they_stopped(self, backroom: Backroom, shop: Shop) -> None:
        tell(backroom, shop, *(order(str(key)) for key in range(1, 8)))
        age(backroom, shop, timedelta(hours=80))
        run_steps(shop_id=shop.id)
        filters = step_lists.Filters(trouble="failed", now=utc_now())
        with backroom.process.database.write() as db:
            ids = step_lists.chosen(db, shop_id=shop.id, filters=filters, limit=100)
            about = {"filters": filters.as_chosen(), "ids": ids, "made_by": "Kim", "now": utc_now()}
            assert step_runs.begin(db, shop_id=shop.id, form="one", decision="skip", **about)
            assert not step_runs.begin(db, shop_id=shop.id, form="one", decision="skip", **about)
            deciding.decide(db, shop_id=shop.id, ids=ids[:2], decision="skip", by="Ann", now=utc_now())
        backroom.process.queues.wake("decide", [shop.id])
        backroom.work()
        (run,) = rows(backroom.process.database, step_runs.runs)
        assert (run.total, run.done, run.changed, run.state, run.steps) == (7, 7, 5, "done", [])
        assert {row.state for row in rows(backroom.process.database, steps.steps, kind="payment")} == {"skipped"}
        assert len(rows(backroom.process.database, milestones.milestones, name="created")) == 7

    def test_leave_alone_what_is_in_another_trouble_by_now(self, backroom: Backroom, shop: Shop) -> None:
        tell(backroom, shop, order("1"), order("2"))
        age(backroom, shop, timedelta(hours=80))
        run_steps(shop_id=shop.id)
        filters = step_lists.Filters(trouble="failed", now=utc_now())
        with backroom.process.database.write() as db:
            ids = step_lists.chosen(db, shop_id=shop.id, filters=filters, limit=100)
            about = {"filters": filters.as_chosen(), "ids": ids, "made_by": "Kim", "now": utc_now()}
            assert step_runs.begin(db, shop_id=shop.id, form="one", decision="run", **about)
            db.execute(steps.steps.update().where(steps.steps.c.id == ids[0]).values(state="unsure"))
        backroom.process.queues.wake("decide", [shop.id])
        backroom.work()
        (run,) = rows(backroom.process.database, step_runs.runs)
        assert (run.total, run.changed, run.state) == (2, 1, "done")
        assert [states(backroom, shop, key)["payment"] for key in "12"] == ["unsure", "blocked"]
