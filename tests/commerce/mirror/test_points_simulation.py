"""What a programme would have done is what it then does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from commerce.database import Database
from commerce.mirror.points_simulation import Simulated, simulate
from commerce.mirror.points_tiers import tiers
from commerce.rules.loyalty.written import read
from commerce.tables import shops
from commerce.vault import Vault
from tests.ledgers import DAY, START, Ledger

RULES = {
    "waiting": {"days": 0},
    "first_order": 25,
    "caps": {"day": 130},
    "products": [{"by": "product", "value": "p1", "factor": 2}],
    "tiers": {"by": "spent", "levels": [{"name": "Gold", "from": 20000, "factor": 1.5}]},
    "rewards": [
        {"name": "Five off", "points": 500, "kind": "amount", "value": 500},
        {"name": "Dear", "points": 100, "kind": "amount", "value": 400},
        {"name": "Half", "points": 10_000, "kind": "percent", "value": 50},
    ],
}


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    database = Database(database_url)
    yield Ledger(database, Vault("a key of the tests"))
    database.dispose()


def simulated(ledger: Ledger, since: int = 100) -> Simulated:
    shop = ledger.shop
    with ledger.database.read() as db:
        until = START + timedelta(seconds=1)
        return simulate(db, shop, read(RULES), since=START - since * DAY, until=until)


class TestSimulate:
    def fill(self, ledger: Ledger) -> None:
        for number in range(12):
            if number < 6:
                ledger.member(f"m{number}")
            placed_at = START - 7 * number * DAY
            ledger.order(f"{number}", f"m{number % 6}", 3000 + 1000 * number, placed_at=placed_at)
        ledger.change("3", status="cancelled")
        ledger.change("4", refunded=2000)
        ledger.under("m1", "m0")

    def test_tells_what_settling_gives(self, ledger: Ledger) -> None:
        self.fill(ledger)
        told = simulated(ledger)
        ledger.programme(since=START - 100 * DAY, **RULES)
        ledger.settle()
        given = {id_: ledger.of(id_)[0] for id_ in ledger.shown()}
        assert told.points == sum(given.values()) > 0
        assert sum(told.months.values()) == told.points
        assert (told.orders, told.earning, told.customers) == (12, 11, 5)
        assert sum(told.bands.values()) == 5
        assert told.cost == 4 * told.points
        shop, persons = ledger.shop, {"m0": {"m0": 0, "m1": 0}, "m2": {"m2": 0}}
        with ledger.database.read() as db:
            assert tiers(db, shop, persons, now=START) == {"m0": "Gold", "m2": ""}
        assert told.tiers == {"Gold": 2, "": 3}

    def test_counts_what_settling_counts_whatever_became_of_an_order(self, ledger: Ledger) -> None:
        became: list[dict[str, Any]] = [
            {"refunded": 4000, "financial_status": "partially_refunded"},
            {"refunded": 10_001, "financial_status": "refunded"},
            {"financial_status": "pending"},
            {"status": "cancelled", "refunded": 1},
            {"tax": 1900, "shipping": 490, "total": 0},
            {"total": 1},
        ]
        for number, values in enumerate(became):
            ledger.member(f"m{number}")
            ledger.order(f"{number}", f"m{number}", **values)
            ledger.order(f"again{number}", f"m{number}", placed_at=START - 40 * DAY, **values)
        told = simulated(ledger)
        ledger.programme(since=START - 100 * DAY, **RULES)
        ledger.settle()
        assert told.points == sum(ledger.of(id_)[0] for id_ in ledger.shown()) > 0

    def test_gives_no_bonus_for_a_first_order_to_who_bought_before(self, ledger: Ledger) -> None:
        for days, member_id in enumerate(("old", "older", "new")):
            ledger.member(member_id)
            ledger.order(member_id, member_id, placed_at=START - days * DAY)
        ledger.under("older", "old")
        ledger.order("long ago", "older", placed_at=START - 500 * DAY)
        told = simulated(ledger)
        ledger.programme(since=START - 100 * DAY, **RULES)
        ledger.settle()
        assert told.points == sum(ledger.of(id_)[0] for id_ in ledger.shown()) == 325

    def test_tells_months_of_the_shops_own_calendar(self, ledger: Ledger) -> None:
        with ledger.database.write() as db:
            db.execute(update(shops.shops).values(timezone="America/New_York"))
        for number, placed_at in enumerate(
            (datetime(2026, 1, 1, 4, 59, tzinfo=UTC), datetime(2026, 1, 1, 5, tzinfo=UTC), START)
        ):
            ledger.member(f"m{number}")
            ledger.order(f"{number}", f"m{number}", placed_at=placed_at)
        assert list(simulated(ledger).months) == ["2025-12", "2026-01", "2026-03"]

    def test_writes_nothing(self, ledger: Ledger) -> None:
        self.fill(ledger)
        simulated(ledger)
        assert (ledger.transactions(), ledger.batches()) == ([], {})

    def test_of_nothing_is_nothing(self, ledger: Ledger) -> None:
        told = simulated(ledger)
        assert (told.points, told.cost, told.share, told.bands) == (0, 0, 0.0, {})
