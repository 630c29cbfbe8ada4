"""Outgoing webhooks that are sent again, and what a worker that was killed leaves."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from commerce.mirror import outgoing
from commerce.settings import Settings
from commerce.tables.outgoing import dispatches, endpoints, replays
from commerce.tables.outgoing.replays import ALL_FAILED, EVERYTHING, Which
from jobs.job import utc_now
from tests.conftest import Backroom
from tests.outgoing import Merchant, for_receivers
from tests.peers.receivers.receiver import Receiver, receiving, says

ROOT = Path(__file__).resolve().parents[2]


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


def ended(merchant: Merchant, state: str, *ids: int) -> None:
    table = dispatches.dispatches
    with merchant.backroom.process.database.write() as db:
        chosen = update(table).where(table.c.id.in_(ids)) if ids else update(table)
        db.execute(chosen.values(state=state, due_at=None, finished_at=utc_now()))


def again(merchant: Merchant, key: int, choice: str, expected: int) -> outgoing.Replayed:
    which = Which(endpoint_id=key, choice=choice, since=None, asked_at=utc_now())
    with merchant.backroom.process.database.write() as db:
        return outgoing.replay(db, merchant.known(key), which, expected=expected, now=utc_now())


class TestAReplay:
    def test_sends_those_that_failed_under_their_old_ids(self, merchant: Merchant, receiver: Receiver) -> None:
        key, secret = merchant.endpoint(receiver.url)
        merchant.announce("1", "2", "3")
        merchant.send()
        before = {taken.key for taken in receiver.taken}
        ended(merchant, dispatches.FAILED, 1, 2)
        assert again(merchant, key, ALL_FAILED, 2).number == 2
        merchant.send()
        assert len(receiver.taken) == 5
        assert {taken.key for taken in receiver.taken} == before
        assert all(taken.verified(secret) for taken in receiver.taken)

    def test_of_many_is_done_by_the_job_to_the_last(self, merchant: Merchant, receiver: Receiver) -> None:
        key, _ = merchant.endpoint(receiver.url)
        number = outgoing.AT_ONCE * 2 + 7
        merchant.announce(*map(str, range(number)))
        ended(merchant, dispatches.SENT)
        done = again(merchant, key, EVERYTHING, number)
        assert done.replay_id is not None
        with pytest.raises(outgoing.AnotherNumber):
            again(merchant, key, EVERYTHING, number - 1)
        with merchant.backroom.process.database.write() as db:
            endpoints.learn(db, key, state="paused")  # so that none goes out while they are counted
        merchant.backroom.process.queues.wake("resend", [merchant.shop.id])
        merchant.backroom.work()
        (row,) = merchant.rows(replays.replays)
        assert (row.state, row.done, row.total) == (replays.DONE, number, number)
        assert set(merchant.states()) == {dispatches.HELD}

    def test_comes_behind_what_happens_now(self, merchant: Merchant, receiver: Receiver) -> None:
        key, _ = merchant.endpoint(receiver.url)
        merchant.announce(*map(str, range(20)))
        ended(merchant, dispatches.SENT)
        again(merchant, key, EVERYTHING, 20)
        merchant.announce("new")
        merchant.send()
        assert b'"new"' in b"".join(taken.body for taken in receiver.taken[:4])
        assert len(receiver.taken) == 21


class TestAWorkerThatIsKilled:
    def test_between_sending_and_writing_sends_again_under_the_same_id(
        self, merchant: Merchant, receiver: Receiver
    ) -> None:
        _, secret = merchant.endpoint(receiver.url)
        merchant.announce("1")
        settings = merchant.backroom.settings
        code = (
            "from jobs import process; from commerce.settings import Settings; import sys;"
            "from pathlib import Path; from jobs.dispatches import send_dispatches;"
            "process.start(process.assemble(Settings(var_dir=Path(sys.argv[1]), database_url=sys.argv[2],"
            " redis_url=sys.argv[3], secret_key=sys.argv[4], allow_private_hosts=True).completed(), searches=False));"
            "send_dispatches(shop_id=int(sys.argv[5]))"
        )
        told = [str(settings.var_dir), settings.database_url, settings.redis_url, settings.secret_key]
        command = [sys.executable, "-c", code, *told, str(merchant.shop.id)]
        worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)

        def kills(handler: object) -> None:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()

        receiver.answer(kills, says(200))
        assert worker.wait(60) == -signal.SIGKILL
        (taken,) = receiver.taken
        assert merchant.states() == [dispatches.WAITING]
        merchant.send()
        assert [one.key for one in receiver.taken] == [taken.key] * 2
        assert receiver.taken[1].verified(secret) == taken.verified(secret)
        assert merchant.states() == [dispatches.SENT]
