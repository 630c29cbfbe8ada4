"""What merchants are told: alerts as one message, and a digest of the day before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.rules.notifications.choices import usual
from commerce.rules.notifications.states import CANCELLED, QUEUED, SENT
from commerce.tables import alerts as stored
from commerce.tables.notifications import choices
from jobs import digests, figures
from jobs.alerts import alert, over
from jobs.job import utc_now
from tests.jobs.messages.conftest import Desk


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A shop whose merchant can be reached."""
    with desk.process.database.write() as db:
        chosen = replace(usual("custom"), addresses=("me@shop.example",))
        choices.save(db, shop=desk.stored_shop(db), chosen=chosen, now=utc_now())
    return desk


def sound(desk: Desk, *abouts: str, kind: str = "webhooks") -> None:
    for about in abouts:
        with desk.process.database.write() as db:
            alert(db, desk.stored_shop(db), kind, f"Number {about} fails.", utc_now(), about=about)


class TestAlerts:
    def test_of_one_kind_are_one_message(self, desk: Desk) -> None:
        sound(desk, "1", "2", "1")
        assert desk.message().state == QUEUED
        assert desk.message().due_at > utc_now()
        desk.later()
        told = desk.message()
        assert (told.state, told.recipient) == (SENT, "me@shop.example"), told.reason
        assert "Number 1 fails." in told.text
        assert "Number 2 fails." in told.text
        assert told.subject

    def test_that_are_over_by_then_are_not_told(self, desk: Desk) -> None:
        sound(desk, "1")
        with desk.process.database.write() as db:
            over(db, desk.stored_shop(db), "webhooks", about="1")
        desk.later()
        assert (desk.message().state, desk.message().reason) == (CANCELLED, "It was over before it was told.")

    def test_do_not_wait_for_one_that_nobody_was_told_of(self, desk: Desk) -> None:
        """An endpoint that was away for a moment keeps nobody from hearing of it when it is away for good."""
        self.test_that_are_over_by_then_are_not_told(desk)
        sound(desk, "1")
        newest = desk.messages()[-1]
        assert (newest.state, newest.due_at < utc_now() + timedelta(minutes=5)) == (QUEUED, True)

    def test_that_stand_are_not_told_again(self, desk: Desk) -> None:
        sound(desk, "1")
        desk.later()
        sound(desk, "1")
        assert len(desk.messages()) == 1

    def test_wait_for_an_hour_after_the_last_one(self, desk: Desk) -> None:
        sound(desk, "1")
        desk.later()
        sound(desk, "2")
        assert desk.messages()[-1].due_at > utc_now() + timedelta(minutes=55)

    def test_of_items_that_run_low_have_a_message_of_their_own(self, desk: Desk) -> None:
        sound(desk, "v1", kind="low_stock")
        desk.later()
        assert (desk.message().kind, desk.message().state) == ("low_stock", SENT)

    def test_stand_where_nobody_can_be_reached(self, desk: Desk) -> None:
        with desk.process.database.write() as db:
            choices.save(db, shop=desk.stored_shop(db), chosen=usual("custom"), now=utc_now())
        sound(desk, "1")
        assert desk.messages() == []
        with desk.process.database.read() as db:
            assert len(stored.newest(db, shop_id=desk.shop.id, limit=9)) == 1


class TestDigests:
    def at(self, monkeypatch: Any, moment: datetime) -> None:
        monkeypatch.setattr(digests, "utc_now", lambda: moment)

    def test_are_written_once_in_the_morning(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        yesterday = datetime.now(UTC).replace(hour=12, minute=0) - timedelta(days=1)
        for key in "12":
            desk.order(key, placed_at=yesterday.isoformat())
        desk.work()
        # What is older than a day starts no steps: it is counted when it is a while here.
        monkeypatch.setattr(figures, "utc_now", lambda: utc_now() + timedelta(hours=1))
        figures.count_figures()
        sound(desk, "1")
        morning = (yesterday + timedelta(days=1)).replace(hour=7, minute=1)
        for minutes in (-2, 0, 5, 60):
            self.at(monkeypatch, morning + timedelta(minutes=minutes))
            digests.write_digests()
        (told,) = desk.messages(kind="daily_digest")
        assert told.occasion == f"digest/{yesterday.date().isoformat()}"
        assert told.detail["digest"]["orders"] == 2
        assert told.detail["digest"]["revenue"] == {"amount": 3998, "currency": "EUR"}
        assert told.detail["digest"]["problems"] == 1

    def test_are_left_out_where_there_is_nothing_to_tell(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at(monkeypatch, datetime.now(UTC).replace(hour=7, minute=30))
        digests.write_digests()
        assert desk.messages() == []
