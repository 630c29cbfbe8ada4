"""How often somebody may try, and how many may wait for strangers."""

from contextlib import ExitStack, suppress
from typing import Any

import pytest

from tests.conftest import Backroom
from webapp import limits
from webapp.errors import Problem


def tries(backroom: Backroom, number: int, subject: str = "", client: str = "192.0.2.1", **headers: str) -> int:
    """Try so often; gives how often that was allowed."""
    app: Any = backroom.client.application
    allowed = 0
    for _ in range(number):
        here = app.test_request_context("/", environ_base={"REMOTE_ADDR": client}, headers=headers)
        with here, suppress(Problem):
            limits.attempt("test", subject)
            allowed += 1
    return allowed


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_000.0)


class TestAttempts:
    def test_of_a_client_are_limited(self, backroom: Backroom) -> None:
        assert tries(backroom, 30) == limits.PER_CLIENT
        assert tries(backroom, 1, client="192.0.2.2") == 1

    def test_are_not_of_another_client_by_what_he_says(self, backroom: Backroom) -> None:
        for number in range(30):
            tries(backroom, 1, **{"X-Forwarded-For": f"198.51.100.{number}"})
        assert tries(backroom, 1, **{"X-Forwarded-For": "203.0.113.1"}) == 0

    def test_at_the_same_thing_are_limited_whoever_tries(self, backroom: Backroom) -> None:
        assert sum(tries(backroom, 1, "store", f"192.0.2.{number}") for number in range(30)) == limits.PER_SUBJECT
        assert tries(backroom, 1, "another", "192.0.2.99") == 1

    def test_where_nothing_is_named_do_not_hold_up_others(self, backroom: Backroom) -> None:
        assert sum(tries(backroom, 1, client=f"192.0.2.{number}") for number in range(30)) == 30


class TestPlacesForWaiting:
    def test_are_few_and_come_back(self) -> None:
        with ExitStack() as taken:
            for _ in range(limits.WAITING):
                taken.enter_context(limits.one_of_few())
            with pytest.raises(Problem) as refused, limits.one_of_few():
                pass
            assert refused.value.status == 503
        with limits.one_of_few():
            pass
