"""Whatever happens to orders, persons and points, in whatever order: books are right, nothing comes of nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import event

from commerce.database import Database
from commerce.rules.loyalty.entries import NotEnoughPoints
from commerce.vault import Vault
from tests.examples import examples
from tests.ledgers import DAY, START, Ledger

PEOPLE = ("a", "b", "c")
ORDERS = ("1", "2", "3", "4", "5")

PROGRAMMES = some.fixed_dictionaries(
    {
        "per_amount": some.fixed_dictionaries({"points": some.sampled_from([0.333, 1, 2])}),
        "waiting": some.fixed_dictionaries({"days": some.sampled_from([0, 0, 5])}),
        "first_order": some.sampled_from([0, 37]),
        "expiry": some.sampled_from([None, {"days": 20}, {"days": 20, "by": "inactivity"}]),
        "caps": some.fixed_dictionaries(
            {"day": some.sampled_from([None, 120]), "order": some.sampled_from([None, 90])}
        ),
        "tiers": some.sampled_from([{}, {"by": "spent", "levels": [{"name": "Gold", "from": 15000, "factor": 1.5}]}]),
        "actions": some.just([{"name": "review", "points": 25, "times": 2, "days": 10}]),
    }
)
# Orders as a platform may tell them: whose, how much, what of it went back, whether it stands.
PICTURES = some.tuples(
    some.sampled_from(ORDERS),
    some.sampled_from(PEOPLE),
    some.sampled_from([0, 99, 5000, 10001]),
    some.sampled_from([0, 0, 50, 5000, 99999]),
    some.sampled_from(["open", "open", "completed", "cancelled"]),
)
STEPS = some.one_of(
    PICTURES.map(lambda told: ("order", *told)),
    PICTURES.map(lambda told: ("order", *told)),
    some.tuples(some.just("remove"), some.sampled_from(ORDERS)),
    some.tuples(some.just("spend"), some.sampled_from(PEOPLE), some.sampled_from([1, 30, 90, 150])),
    some.tuples(some.just("give back")),
    some.tuples(some.just("adjust"), some.sampled_from(PEOPLE), some.sampled_from([40, -15])),
    some.tuples(some.just("earn"), some.sampled_from(PEOPLE)),
    some.tuples(some.just("under"), some.sampled_from(PEOPLE), some.sampled_from(PEOPLE)),
    some.tuples(some.just("later"), some.sampled_from([1, 6, 25])),
)


@dataclass
class Played:
    """A ledger, and steps done to it; what was spent stays in mind."""

    ledger: Ledger
    numbers: Any = field(default_factory=lambda: count(1))
    spent: list[str] = field(default_factory=list)

    def do(self, step: tuple[Any, ...]) -> None:
        name, *told = step
        getattr(self, f"_{name.replace(' ', '_')}")(*told)

    def _order(self, id_: str, member: str, total: int, refunded: int, status: str) -> None:
        refunded = min(refunded, total)
        self.ledger.order(
            id_, member, total, refunded=refunded, status=status, placed_at=START + int(id_) * timedelta(hours=7)
        )
        self.ledger.settle()

    def _remove(self, id_: str) -> None:
        self.ledger.remove(id_)
        self.ledger.settle()

    def _spend(self, member: str, amount: int) -> None:
        self.ledger.settle()
        before, key = self.available(member), f"s{next(self.numbers)}"
        try:
            self.ledger.spend(member, amount, key=key)
        except NotEnoughPoints:
            assert before < amount
        else:
            assert before >= amount
            assert self.available(member) == before - amount
            self.spent.append(key)

    def _give_back(self) -> None:
        if self.spent:
            self.ledger.give_back(self.spent.pop())

    def _adjust(self, member: str, amount: int) -> None:
        try:
            self.ledger.adjust(member, amount, key=f"a{next(self.numbers)}")
        except NotEnoughPoints:
            assert amount < 0

    def _earn(self, member: str) -> None:
        self.ledger.earn(member, "review", key=f"e{next(self.numbers)}")

    def _under(self, member: str, root: str) -> None:
        """A merge, or an undoing: only who stands under nobody gets somebody under them."""
        shown = self.ledger.shown()
        if member == root or (shown[root] == root and member not in shown.values()):
            self.ledger.under(member, root)
        elif shown[member] != member:
            self.ledger.under(member, member)
        self.ledger.settle()

    def _later(self, days: int) -> None:
        self.ledger.now += days * DAY
        self.ledger.settle()

    def available(self, member: str) -> int:
        shown = self.ledger.shown()
        return sum(self.ledger.of(each)[0] for each, root in shown.items() if root == shown[member])


@pytest.fixture(scope="module")
def new(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Played]]:
    import shutil  # noqa: PLC0415

    file = tmp_path_factory.mktemp("points") / "points.db"
    shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
    yield from _players(f"sqlite:///{file}")


@pytest.fixture
def new_anywhere(database_url: str) -> Iterator[Callable[..., Played]]:
    yield from _players(database_url)


def _players(url: str) -> Iterator[Callable[..., Played]]:
    database = Database(url)
    if database.is_sqlite:
        # Nothing here is about lost power, and there are thousands of transactions.
        event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))

    def make(rules: dict[str, Any]) -> Played:
        ledger = Ledger(database, Vault("a key of the tests"), **rules)
        for id_ in PEOPLE:
            ledger.member(id_)
        return Played(ledger)

    yield make
    database.dispose()


def books_are_right(played: Played) -> None:
    """After each step, settled once more: nothing is left to do."""
    played.ledger.check()
    before, number = played.ledger.state(), len(played.ledger.transactions())
    played.ledger.settle()
    assert (played.ledger.state(), len(played.ledger.transactions())) == (before, number)


class TestPoints:
    @settings(max_examples=examples(20), suppress_health_check=list(HealthCheck))
    @given(rules=PROGRAMMES, steps=some.lists(STEPS, max_size=14))
    def test_always_add_up(self, new: Callable[..., Played], rules: dict[str, Any], steps: list[Any]) -> None:
        played = new(rules)
        for step in steps:
            played.do(step)
            books_are_right(played)

    @pytest.mark.slow
    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(rules=PROGRAMMES, steps=some.lists(STEPS, min_size=10, max_size=40))
    def test_always_add_up_on_both_databases(
        self, new_anywhere: Callable[..., Played], rules: dict[str, Any], steps: list[Any]
    ) -> None:
        played = new_anywhere(rules)
        for step in steps:
            played.do(step)
            books_are_right(played)

    @settings(max_examples=examples(12), suppress_health_check=list(HealthCheck))
    @given(
        rules=PROGRAMMES,
        last=some.lists(PICTURES, max_size=5, unique_by=lambda told: told[0]),
        noise=some.lists(PICTURES, max_size=5),
        turned=some.randoms(use_true_random=False),
    )
    def test_end_the_same_in_whatever_order_things_come_in(
        self, new: Callable[..., Played], rules: dict[str, Any], last: list[Any], noise: list[Any], turned: Any
    ) -> None:
        """Earlier pictures of orders, merges and undone ones in between: only what is stored in the end counts."""
        ends = []
        for way in range(2):
            played = new(rules)
            if way:
                for told in noise:
                    if told[0] in {each[0] for each in last}:
                        played.do(("order", *told))
                played.do(("under", "b", "a"))
                turned.shuffle(last)
            for told in last:
                played.do(("order", *told))
            if way:
                played.do(("under", "b", "b"))
            played.do(("under", "c", "a"))
            played.ledger.now = START + 4 * DAY
            played.ledger.settle()
            ends.append(played.ledger.state())
        assert ends[0] == ends[1]

    @settings(max_examples=examples(20), suppress_health_check=list(HealthCheck))
    @given(rules=PROGRAMMES, steps=some.lists(STEPS, max_size=14))
    def test_that_were_spent_were_earned_given_or_are_owed(
        self, new: Callable[..., Played], rules: dict[str, Any], steps: list[Any]
    ) -> None:
        played = new(rules)
        for step in steps:
            played.do(step)
        for id_ in ORDERS:
            played.ledger.remove(id_)
        played.ledger.settle()
        adjusted = played.ledger.posted("adjusted")
        actions = sum(row.points for row in played.ledger.batches().values() if row.source.startswith("action:"))
        held = sum(sum(played.ledger.of(each)[:2]) for each in PEOPLE)
        # All orders are gone: what is held now and what was spent can only be what was given otherwise, or is owed.
        assert held + played.ledger.posted("spent") + played.ledger.posted("expired") == actions - adjusted
