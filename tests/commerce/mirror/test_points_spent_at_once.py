"""Two spends at the same moment do not spend the same points."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from commerce.database import Database
from commerce.rules.loyalty.entries import NotEnoughPoints
from commerce.vault import Vault
from tests.ledgers import Ledger


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    database = Database(database_url)
    yield Ledger(database, Vault("a key of the tests"), waiting={"days": 0})
    database.dispose()


class TestTwoAtOnce:
    def spend_at_once(self, ledger: Ledger, keys: list[str], amount: int) -> list[bool]:
        barrier = Barrier(len(keys))

        def one(key: str) -> bool:
            barrier.wait()
            try:
                return not ledger.spend("a", amount, key=key).again
            except NotEnoughPoints:
                return False

        with ThreadPoolExecutor(len(keys)) as pool:
            return list(pool.map(one, keys))

    def test_take_the_points_once(self, ledger: Ledger) -> None:
        ledger.member("a")
        ledger.order("1", "a")
        ledger.settle()
        for turn in range(4):
            ledger.adjust("a", 100 if turn else 1, key=f"more{turn}")
            done = self.spend_at_once(ledger, [f"{turn}:{number}" for number in range(4)], 60)
            assert sum(done) == 1 + (ledger.of("a")[0] + 60 * sum(done) >= 120)
            ledger.check()

    def test_under_one_key_are_one(self, ledger: Ledger) -> None:
        ledger.member("a")
        ledger.adjust("a", 500, key="start")
        assert sum(self.spend_at_once(ledger, ["same"] * 4, 60)) == 1
        assert ledger.of("a")[0] == 440

    def test_of_a_merged_person_pay_together(self, ledger: Ledger) -> None:
        for id_ in ("a", "b"):
            ledger.member(id_)
            ledger.adjust(id_, 50, key=id_)
        ledger.under("b", "a")
        assert sum(self.spend_at_once(ledger, ["x", "y", "z"], 80)) == 1
        assert ledger.of("a")[0] + ledger.of("b")[0] == 20
        ledger.check()
