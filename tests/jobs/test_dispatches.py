"""Outgoing webhooks on their way: signed, at least once, each endpoint on its own."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from commerce.rules.outgoing.health import ACTIVE, BREAKS_AFTER, DISABLED, LIMIT_TIME, LIMIT_TRIES, OFF, PAUSED
from commerce.rules.outgoing.tries import MOST_TRIES
from commerce.settings import Settings
from commerce.tables.outgoing import dispatches, endpoints
from integrations import receivers
from jobs.job import utc_now
from tests.conftest import Backroom
from tests.outgoing import Merchant, for_receivers
from tests.peers.receivers.receiver import Receiver, drips, drops, receiving, says, waits


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return for_receivers(settings)


@pytest.fixture
def merchant(backroom: Backroom) -> Merchant:
    return Merchant(backroom, backroom.shops.custom())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as there:
        yield there


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiving() as there:
        yield there


class TestWhatIsSent:
    def test_is_signed_so_that_the_library_takes_it(self, merchant: Merchant, receiver: Receiver) -> None:
        _, secret = merchant.endpoint(receiver.url)
        assert merchant.announce("1") == 1
        merchant.send()
        (taken,) = receiver.taken
        told = taken.verified(secret)
        assert told["type"] == "order.paid"
        assert told["shop"] == merchant.shop.key
        assert told["data"] == {"id": "1", "note": "Grüße, 世界"}
        with pytest.raises(WebhookVerificationError):
            taken.verified(receivers.new_secret())
        assert merchant.states() == [dispatches.SENT]
        (known,) = merchant.tries()
        assert (known.status, known.error, known.sent["webhook-id"]) == (204, "", taken.key)

    def test_goes_to_whom_it_is_wanted_by(self, merchant: Merchant, receiver: Receiver, other: Receiver) -> None:
        merchant.endpoint(receiver.url, "order.*")
        merchant.endpoint(other.url, "order.created", "product.*")
        assert merchant.announce("1") == 1
        assert merchant.announce("1", name="customer.changed") == 0
        merchant.send()
        assert (len(receiver.taken), len(other.taken)) == (1, 0)
        assert len(merchant.rows()) == 1

    def test_is_not_announced_again(self, merchant: Merchant, receiver: Receiver) -> None:
        merchant.endpoint(receiver.url)
        assert merchant.announce("1", "1") == 1
        assert merchant.announce("1") == 0
        assert merchant.announce("1", name="order.created") == 1

    def test_goes_through_connections_that_are_kept_open(self, merchant: Merchant, receiver: Receiver) -> None:
        merchant.endpoint(receiver.url)
        merchant.announce(*map(str, range(60)))
        merchant.send()
        assert len(receiver.taken) == 60
        assert receiver.connections <= 12

    def test_is_found_by_the_sweep(self, merchant: Merchant, receiver: Receiver) -> None:
        merchant.endpoint(receiver.url)
        merchant.announce("1")
        merchant.let_time_pass()
        with merchant.backroom.process.database.write() as db:
            db.execute(dispatches.dispatches.update().values(created_at=utc_now() - timedelta(seconds=5)))
        merchant.swept()
        assert merchant.states() == [dispatches.SENT]


class TestAReceiverThatFails:
    @pytest.mark.parametrize("answer", [says(500, b"broken"), says(404), drops, says(302, Location="/elsewhere")])
    def test_is_told_again_under_the_same_id(self, merchant: Merchant, receiver: Receiver, answer: object) -> None:
        merchant.endpoint(receiver.url)
        receiver.answer(answer, says(200))
        merchant.announce("1")
        merchant.send()
        (row,) = merchant.rows()
        assert (row.state, row.attempts) == (dispatches.WAITING, 1)
        assert row.error
        assert row.due_at > utc_now()
        merchant.let_time_pass()
        merchant.send()
        first, second = receiver.taken
        assert (first.key, first.body) == (second.key, second.body)
        assert second.path == "/hooks"
        assert merchant.states() == [dispatches.SENT]

    def test_is_left_alone_for_as_long_as_it_asks(self, merchant: Merchant, receiver: Receiver) -> None:
        merchant.endpoint(receiver.url)
        receiver.answer(says(429, Retry_After="600"))
        merchant.announce("1")
        merchant.send()
        (row,) = merchant.rows()
        assert timedelta(seconds=590) < row.due_at - utc_now() < timedelta(seconds=610)

    def test_is_told_as_often_as_is_published(self, merchant: Merchant, receiver: Receiver) -> None:
        merchant.endpoint(receiver.url)
        receiver.answer(says(500))
        merchant.announce("1")
        for _ in range(MOST_TRIES + 2):
            merchant.send()
            merchant.let_time_pass()
        assert len(receiver.taken) == MOST_TRIES == len(merchant.tries())
        assert merchant.states() == [dispatches.FAILED]

    def test_that_wants_nothing_any_more_is_disabled(self, merchant: Merchant, receiver: Receiver) -> None:
        key, _ = merchant.endpoint(receiver.url)
        receiver.answer(says(410))
        merchant.announce("1")
        merchant.send()
        assert merchant.known(key).state == DISABLED
        assert merchant.states() == [dispatches.DROPPED]
        assert merchant.announce("2") == 0
        assert "switched off" in merchant.alerts()[0]

    def test_by_answering_drop_by_drop_is_not_waited_for(
        self, merchant: Merchant, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(receivers.Receiver.send, "__kwdefaults__", {"seconds": 0.5})
        merchant.endpoint(receiver.url)
        receiver.answer(drips(5))
        merchant.announce("1")
        merchant.send()
        (row,) = merchant.rows()
        assert (row.state, row.error) == (dispatches.WAITING, "The endpoint did not answer within 0.5 seconds.")
        assert merchant.tries()[0].milliseconds < 2000

    def test_keeps_the_beginning_of_its_answer(self, merchant: Merchant, receiver: Receiver) -> None:
        merchant.endpoint(receiver.url)
        receiver.answer(says(200, b"x\x00\xff" * 9000, Set_Cookie="secret=1", X_Trace="t"))
        merchant.announce("1")
        merchant.send()
        (known,) = merchant.tries()
        assert known.is_cut
        assert len(known.answer) <= receivers.LONGEST_ANSWER
        assert known.answered["X-Trace"] == "t"
        assert "Set-Cookie" not in known.answered


class TestOneThatIsSlow:
    def test_holds_up_neither_others_nor_other_shops(
        self, merchant: Merchant, backroom: Backroom, receiver: Receiver, other: Receiver
    ) -> None:
        second = Merchant(backroom, backroom.shops.woocommerce())
        answered = threading.Event()
        merchant.endpoint(receiver.url, "order.paid")
        merchant.endpoint(other.url, "order.created")
        second.endpoint(other.url)
        receiver.answer(waits(answered))
        merchant.announce("1")
        at_it = threading.Thread(target=merchant.send_here)
        at_it.start()
        try:
            _until(lambda: len(receiver.taken) == 1)
            merchant.announce("2", name="order.created")
            second.announce("3")
            _until(lambda: len(other.taken) == 2)
        finally:
            answered.set()
            at_it.join()
        assert set(merchant.states()) == {dispatches.SENT}


def _until(happened: object, seconds: float = 10) -> None:
    for _ in range(round(seconds / 0.02)):
        if happened():  # type: ignore[operator]
            return
        threading.Event().wait(0.02)
    raise AssertionError("it did not happen")


class TestTheBreaker:
    def test_tries_one_at_a_time_and_closes_with_the_first_that_is_taken(
        self, merchant: Merchant, receiver: Receiver
    ) -> None:
        key, _ = merchant.endpoint(receiver.url)
        receiver.answer(says(503))
        merchant.announce(*map(str, range(20)))
        merchant.send()
        failed = merchant.known(key)
        assert BREAKS_AFTER <= failed.failures <= BREAKS_AFTER + 3
        assert failed.rests_until > utc_now()
        before = len(receiver.taken)
        merchant.send()
        assert len(receiver.taken) == before
        merchant.let_time_pass()
        merchant.send()
        assert len(receiver.taken) == before + 1
        receiver.answer(says(200))
        merchant.let_time_pass()
        merchant.send()
        assert merchant.known(key).failures == 0
        assert set(merchant.states()) == {dispatches.SENT}

    def test_of_one_leaves_others_alone(self, merchant: Merchant, receiver: Receiver, other: Receiver) -> None:
        merchant.endpoint(receiver.url)
        merchant.endpoint(other.url)
        receiver.answer(drops)
        merchant.announce(*map(str, range(30)))
        merchant.send()
        assert len(other.taken) == 30
        assert len(receiver.taken) < 10


class TestTheLimit:
    def test_is_warned_of_and_then_switches_it_off(self, merchant: Merchant, receiver: Receiver) -> None:
        key, _ = merchant.endpoint(receiver.url, description="Bookkeeping")
        receiver.answer(says(500))
        merchant.announce(*map(str, range(9)))
        for share, level in ((0.4, 0), (0.55, 50), (0.75, 70), (0.92, 90)):
            merchant.failing(key, since=utc_now() - LIMIT_TIME * share, failures=LIMIT_TRIES)
            merchant.let_time_pass()
            merchant.send()
            assert merchant.known(key).warned == level
            words = merchant.alerts()
            assert [f"{level} %" in told and "“Bookkeeping”" in told for told in words] == ([True] if level else [])
        merchant.failing(key, since=utc_now() - LIMIT_TIME, failures=LIMIT_TRIES)
        merchant.let_time_pass()
        merchant.send()
        assert merchant.known(key).state == OFF
        assert set(merchant.states()) == {dispatches.HELD}
        assert merchant.announce("kept") == 0
        assert merchant.states()[-1] == dispatches.HELD

    def test_is_forgotten_with_a_success(self, merchant: Merchant, receiver: Receiver) -> None:
        key, _ = merchant.endpoint(receiver.url)
        merchant.failing(key, since=utc_now() - LIMIT_TIME * 0.6, failures=LIMIT_TRIES)
        receiver.answer(says(500), says(200))
        merchant.announce("1")
        merchant.send()
        assert merchant.alerts()
        merchant.let_time_pass()
        merchant.send()
        assert merchant.alerts() == []
        assert merchant.known(key).failing_since is None


class TestPausing:
    def test_keeps_what_comes_and_what_waits(self, merchant: Merchant, receiver: Receiver) -> None:
        key, _ = merchant.endpoint(receiver.url)
        receiver.answer(says(500), says(200))
        merchant.announce("1")
        merchant.send()
        process, shop_id = merchant.backroom.process, merchant.shop.id
        with process.database.write() as db:
            endpoints.switch(db, shop_id=shop_id, endpoint_id=key, state=PAUSED, now=utc_now())
            dispatches.hold(db, endpoint_id=key)
        assert merchant.announce("2") == 0
        merchant.let_time_pass()
        merchant.send()
        assert len(receiver.taken) == 1
        assert merchant.states() == [dispatches.HELD, dispatches.HELD]
        with process.database.write() as db:
            endpoints.switch(db, shop_id=shop_id, endpoint_id=key, state=ACTIVE, now=utc_now())
            dispatches.release(db, endpoint_id=key, now=utc_now())
        merchant.send()
        assert len(receiver.taken) == 3
        assert set(merchant.states()) == {dispatches.SENT}


class TestSecrets:
    def test_overlap_while_they_are_rotated(self, merchant: Merchant, receiver: Receiver) -> None:
        key, old = merchant.endpoint(receiver.url)
        process, new = merchant.backroom.process, receivers.new_secret()
        with process.database.write() as db:
            told = {"shop_id": merchant.shop.id, "endpoint_id": key, "now": utc_now()}
            endpoints.rotate(db, process.vault, secret=new, overlap=timedelta(hours=24), **told)
        merchant.announce("1")
        merchant.send()
        assert receiver.taken[0].verified(old) == receiver.taken[0].verified(new)
        with process.database.write() as db:
            endpoints.learn(db, key, previous_until=utc_now() - timedelta(seconds=1))
        merchant.announce("2")
        merchant.send()
        assert receiver.taken[1].verified(new)
        with pytest.raises(WebhookVerificationError):
            receiver.taken[1].verified(old)


class TestAPrivateAddress:
    def test_is_not_called(self, backroom: Backroom, receiver: Receiver) -> None:
        merchant = Merchant(backroom, backroom.shops.custom())
        merchant.endpoint(receiver.url)
        merchant.announce("1")
        merchant.strictly()
        merchant.send()
        assert receiver.taken == []
        assert "private network" in merchant.rows()[0].error
