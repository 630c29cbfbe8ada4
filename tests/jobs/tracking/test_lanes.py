"""A shop's parcels with one carrier within a round."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from commerce.mirror import steering
from commerce.tables import carrier_quotas, carriers, order_tracking
from commerce.tables.carriers import Account
from integrations.carrier_api import AWAY, GARBLED, Answer, Answers, Problem
from jobs.job import utc_now
from jobs.tracking import accounts, rounds
from jobs.tracking.asking import Answered, Portion
from jobs.tracking.lanes import Lane
from tests.conftest import Backroom
from tests.stored import rows

CREDENTIALS = {"client_id": "a", "client_secret": "b"}


class Desk:
    """A shop with an account, and parcels of its carrier."""

    def __init__(self, backroom: Backroom) -> None:
        self.process, self.shop_id, self.now = backroom.process, backroom.shops.custom().id, utc_now()
        self.save(carrier="ups")

    def save(self, **told: Any) -> None:
        account = Account(**{"key": "k", "credentials": CREDENTIALS, "quotas": ((100, 3600),)} | told)
        with self.process.database.write() as db:
            carriers.save_account(db, self.process.vault, shop_id=self.shop_id, account=account, now=self.now)

    def parcel(self, number: str = "1Z1", **more: Any) -> Any:
        row = {"shop_id": self.shop_id, "number": number, "carrier": "ups", "source": "api", "token": number}
        row |= {"created_at": self.now - timedelta(days=9), "saved_at": self.now, "next_check_at": self.now}
        with self.process.database.write() as db:
            order_tracking.add(db, [row | more])
        return self.rows[-1]

    @property
    def rows(self) -> Any:
        return rows(self.process.database, order_tracking.order_tracking)

    def lane(self) -> Lane:
        with self.process.database.read() as db:
            way = accounts.ways(db, self.process.vault, shop_id=self.shop_id)["ups"]
        return Lane(shop_id=self.shop_id, carrier="ups", way=way)

    def hear(self, lane: Lane, row: Any, kind: str) -> timedelta:
        """How long a parcel waits that failed so."""
        answers = (Answer(number=row.number, problem=Problem(kind=kind, message="no")),)
        portion = Portion(carrier="ups", way=lane.way, rows={row.number: row}, until=0.0)
        answered = Answered(portion=portion, answers=Answers(answers=answers, calls=1))
        (heard,) = lane.heard(answered, now=self.now)
        assert heard.carrier == "ups"
        assert heard.again_at is not None
        return heard.again_at - self.now


@pytest.fixture
def desk(backroom: Backroom) -> Desk:
    return Desk(backroom)


class TestAParcelThatFails:
    @pytest.mark.parametrize("kind", [AWAY, GARBLED])
    def test_while_others_are_answered_is_asked_less_and_less(self, desk: Desk, kind: str) -> None:
        hours = [
            desk.hear(desk.lane(), desk.parcel(f"1Z{since}", problem=problem, checked_at=checked_at), kind)
            for since, (problem, checked_at) in enumerate(
                [
                    ("", desk.now - timedelta(hours=9)),
                    (kind, desk.now - timedelta(minutes=2)),
                    (kind, desk.now - timedelta(hours=2)),
                    (kind, None),
                ]
            )
        ]
        assert hours == [timedelta(minutes=2), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6)]

    def test_with_all_others_is_asked_again_when_the_carrier_is_back(self, desk: Desk) -> None:
        lane = desk.lane()
        lane.failures = 1
        assert desk.hear(lane, desk.parcel(problem=AWAY), AWAY) == timedelta(minutes=5)


class TestQuotas:
    def test_are_given_back_though_the_first_writing_of_it_failed(self, desk: Desk) -> None:
        desk.parcel()
        lane, database = desk.lane(), desk.process.database
        with database.write() as db:
            lane.take(db, now=desk.now)
        lane.waiting = []
        with database.write() as db:
            lane.settle(db, now=desk.now)
            db.rollback()
        for _ in range(2):
            with database.write() as db:
                lane.settle(db, now=desk.now)
            lane.settled()
        with database.read() as db:
            limits = lane.way.long_limits
            assert carrier_quotas.fullness(db, key="k", limits=limits, now=desk.now) == pytest.approx(1.0)


class TestAccounts:
    def test_that_are_put_right_make_due_what_was_refused(self, desk: Desk) -> None:
        desk.parcel(problem="refused", next_check_at=desk.now + timedelta(minutes=30))
        desk.parcel("1Z2", next_check_at=desk.now + timedelta(minutes=30))
        with desk.process.database.write() as db:
            assert steering.ask_those_who_can(db, shop_id=desk.shop_id, known={"ups"}, now=desk.now) == 1
        assert [row.next_check_at <= desk.now for row in desk.rows] == [True, False]

    def test_that_stand_in_open_whatever_they_are_asked_for(self, desk: Desk) -> None:
        closed = {"failures": 9, "closed_until": desk.now + timedelta(minutes=30)}
        with desk.process.database.write() as db:
            carriers.note_health(db, shop_id=desk.shop_id, carrier="fedex", values=closed)
        desk.save(carrier="easypost", stands_in=True)
        with desk.process.database.read() as db:
            assert carriers.health_of(db, shop_id=desk.shop_id)["fedex"].closed_until is None

    def test_that_come_in_the_middle_of_a_round_leave_no_parcel_waiting(self, desk: Desk) -> None:
        desk.parcel(carrier="fedex", next_check_at=desk.now - timedelta(hours=1))
        shop = rounds.shop_of(desk.process, desk.shop_id)
        assert shop is not None
        here = rounds.Round(process=desk.process, shop=shop, until=0.0)
        with desk.process.database.read() as db:
            (group,) = order_tracking.due_groups(db, now=desk.now)
        desk.save(carrier="fedex", credentials={"track_api_key": "a", "track_secret_key": "b"})
        here._park(group)  # between looking for an account and giving up
        assert desk.rows[0].stopped == ""
        with desk.process.database.write() as db:
            carriers.remove_account(db, shop_id=desk.shop_id, carrier="fedex")
        here._park(group)
        assert (desk.rows[0].stopped, desk.rows[0].next_check_at) == ("no_account", None)


class TestTaking:
    def test_takes_what_nobody_else_changes_at_the_moment(self, desk: Desk) -> None:
        """Where the database can tell: whoever waits for a row while holding others may be waited for."""
        if desk.process.database.is_sqlite:
            pytest.skip("one writer at a time")
        held, free = desk.parcel(), desk.parcel("1Z2")
        table, until = order_tracking.order_tracking, desk.now + timedelta(minutes=5)
        with desk.process.database.write() as one:
            one.execute(update(table).where(table.c.id == held.id).values(city="x"))
            with desk.process.database.write() as other:
                assert order_tracking.claim(other, [held.id, free.id], now=desk.now, until=until) == {free.id}
