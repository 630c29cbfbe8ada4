"""Orders come in while workers are killed, Redis is emptied and the mail server fails: nothing is lost or twice."""

from pathlib import Path

import pytest

from tests.chaos.orders import Plan, run

pytestmark = [pytest.mark.chaos, pytest.mark.slow]


class TestOrders:
    def test_have_exactly_their_steps_and_no_mail_twice(self, tmp_path: Path) -> None:
        told = run(Plan(orders=200, kills=4, emptied=1, seed=7), tmp_path)
        assert told.wrong == []
