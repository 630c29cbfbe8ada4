"""Workers that are killed with -9 at any point, and several at once: no mail goes out twice, none is forgotten."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from commerce.database import Database
from commerce.rules.notifications.states import SENT, UNCERTAIN
from jobs import notifications as senders
from jobs import process as jobs_process
from jobs.process import Process, _place
from tests.jobs.messages.conftest import KIND, Desk, with_server
from tests.peers.smtp.server import MailServer

_FORK = multiprocessing.get_context("fork")
_MOST_POINTS = 40
ORDERS = 3


@pytest.fixture
def mailed(desk: Desk) -> Iterator[tuple[Desk, MailServer]]:
    yield from with_server(desk, {})


class Dying(Database):
    """A database whose process is killed right before or right after one of its writes."""

    @classmethod
    def of(cls, database: Database, *, point: int) -> "Dying":
        made = cls(database.url)
        made._left = point
        return made

    @contextmanager
    def write(self, **options: Any) -> Iterator[Any]:
        self._step()
        with super().write(**options) as db:
            yield db
        self._step()

    def _step(self) -> None:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1


def in_another(process: Process, work: Callable[[], None], **changes: Any) -> Any:
    """Do that in another process, which has a database and a name of its own; gives the process."""

    def there() -> None:
        named = {"name": f"{_place()}:{os.getpid()}:x", "database": Database(process.database.url)}
        jobs_process.start(replace(process, **{**named, **changes}))
        work()
        os._exit(0)

    started = _FORK.Process(target=there)
    started.start()
    return started


def send(desk: Desk) -> Callable[[], None]:
    return lambda: senders.send_notifications(shop_id=desk.shop.id)


class TestAWorkerThatIsKilled:
    def test_between_any_two_writes_sends_nothing_twice_and_forgets_nothing(
        self, mailed: tuple[Desk, MailServer]
    ) -> None:
        desk, server = mailed
        kills = 0
        for point in range(_MOST_POINTS):
            for place in range(ORDERS):
                desk.order(f"{point}-{place}")
            only_steps(desk)
            killed = in_another(desk.process, send(desk), database=Dying.of(desk.process.database, point=point))
            killed.join()
            kills += killed.exitcode == -signal.SIGKILL
            desk.later()
            if killed.exitcode == 0:
                break
        assert kills > 2 * ORDERS, "each write is a point at which it may die"
        told = desk.messages(kind=KIND)
        assert {row.state for row in told} <= {SENT, UNCERTAIN}
        assert max(server.account.taken.values()) == 1
        taken = set(server.account.taken)
        assert {row.message_id for row in told if row.state == SENT} <= taken
        assert sum(row.state == UNCERTAIN for row in told) <= kills
        assert {step.state for step in desk.steps()} <= {"done", "unsure"}
        assert len(desk.steps()) == len(told)


def only_steps(desk: Desk) -> None:
    """Do everything but the sending."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(senders, "send_batch", lambda *_: 0)
        patch.setattr(senders, "_has_due", lambda *_: False)
        desk.work()


class TestTwoWorkers:
    def test_send_each_message_once(self, mailed: tuple[Desk, MailServer]) -> None:
        desk, server = mailed
        for key in range(20):
            desk.order(str(key))
        only_steps(desk)

        def again_and_again() -> None:
            for _ in range(5):
                senders.send_notifications(shop_id=desk.shop.id)

        both = [in_another(desk.process, again_and_again) for _ in range(2)]
        for one in both:
            one.join()
            assert one.exitcode == 0
        desk.later()
        assert {row.state for row in desk.messages(kind=KIND)} == {SENT}
        assert sorted(server.account.taken.values()) == [1] * 20
