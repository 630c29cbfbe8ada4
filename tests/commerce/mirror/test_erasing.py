"""Whatever happens before and after somebody is erased, in any order: nobody comes back, and the books are right."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from commerce.mirror import merges, points_by_hand
from commerce.mirror.merges import UnableToMerge
from commerce.rules.events import Deleted, Refunded
from commerce.rules.loyalty.entries import NotEnoughPoints
from commerce.rules.loyalty.written import read
from commerce.rules.orders import CANCELLED, Address, Refund
from commerce.tables import orders
from commerce.tables.loyalty import programmes
from commerce.tables.loyalty.ledger import batches, postings, transactions
from commerce.tables.people import members, profiles
from tests.commerce.mirror.test_apply import at
from tests.commerce.mirror.test_gate import LATER, Shop
from tests.commerce.mirror.test_people import account, order
from tests.conftest import Backroom
from tests.examples import examples

HUMANS = ("ada", "bob", "cyd")
ACCOUNTS = {"ada": ("11", "12"), "bob": ("21",), "cyd": ("31",)}
PHONES = {"ada": "+4930111", "bob": "+4930222", "cyd": "+4930333"}
ORDERS = tuple(str(number) for number in range(1, 8))
LATER_ORDERS = ("8", "9")  # placed after whatever happens here

STEPS = some.one_of(
    some.tuples(some.just("account"), some.sampled_from(HUMANS), some.integers(0, 1), some.integers(1, 40)),
    some.tuples(some.just("buy"), some.sampled_from(LATER_ORDERS), some.just(5000), some.integers(1, 40)),
    some.tuples(some.just("buy"), some.sampled_from(ORDERS), some.sampled_from((0, 99, 5000)), some.integers(1, 40)),
    some.tuples(some.just("buy"), some.sampled_from(ORDERS), some.sampled_from((0, 99, 5000)), some.integers(1, 40)),
    some.tuples(some.just("refund"), some.sampled_from(ORDERS), some.sampled_from((10, 5000))),
    some.tuples(some.just("cancel"), some.sampled_from(ORDERS), some.integers(1, 40)),
    some.tuples(some.just("merge"), some.integers(0, 5), some.integers(0, 5)),
    some.tuples(some.just("undo"), some.integers(0, 5)),
    some.tuples(some.just("adjust"), some.integers(0, 5), some.sampled_from((30, -10))),
    some.tuples(some.just("delete"), some.sampled_from(HUMANS), some.integers(0, 1)),
    some.tuples(some.just("repeat"), some.integers(0, 50)),
    some.tuples(some.just("erase"), some.sampled_from(HUMANS)),
)


@dataclass
class Played:
    """A shop with a loyalty programme; what was told, who was erased and which orders were placed since."""

    shop: Shop
    told: list[Any] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    keys: Any = field(default_factory=lambda: count(1))

    def do(self, step: tuple[Any, ...]) -> None:
        name, *told = step
        getattr(self, f"_{name}")(*told)

    def _tell(self, *changes: Any) -> None:
        self.told += changes
        self.shop.tell(*changes)

    def _account(self, human: str, which: int, second: int) -> None:
        key = ACCOUNTS[human][which % len(ACCOUNTS[human])]
        mail = f"{human}@example.org" if second % 2 else f"{human.title()}@Example.org"
        self._tell(account(key, mail=mail, phone=PHONES[human], second=second, last_name=f"<{human}>"))

    def _buy(self, key: str, total: int, second: int, status: str = "open") -> None:
        """Each order is somebody's, as a guest or with an account, and tells so each time."""
        draw = random.Random(key)
        human = draw.choice(HUMANS)
        who: dict[str, Any] = {"mail": f"{human}@example.org", "customer_id": draw.choice(("", *ACCOUNTS[human]))}
        who |= {"billing": Address(last_name=f"<{human}>"), "financial_status": "paid", "status": status}
        who |= {"placed_at": LATER} if key in LATER_ORDERS else {}
        self._tell(order(key, second=second, total=total, **who))

    def _refund(self, key: str, amount: int) -> None:
        self._tell(Refunded(order_id=key, refund=Refund(id=f"r{key}{amount}", amount=amount, reason="<word>")))

    def _cancel(self, key: str, second: int) -> None:
        self._buy(key, 5000, second, CANCELLED)

    def _delete(self, human: str, which: int) -> None:
        self._tell(Deleted(kind="customer", id=ACCOUNTS[human][which % len(ACCOUNTS[human])], at=at(50)))

    def _repeat(self, back: int) -> None:
        if self.told:
            self._tell(self.told[-1 - back % len(self.told)])

    def _root(self, number: int) -> str | None:
        roots = [row.id for row in self.shop.all(profiles.profiles)]
        return roots[number % len(roots)] if roots else None

    def _merge(self, one: int, other: int) -> None:
        primary, secondary = self._root(one), self._root(other)
        if primary != secondary:
            asked = {"primary": primary, "secondary": secondary, "reason": "same", "made_by": "Kim"}
            self.merged.append(self.shop.act(merges.merge, **asked, now=at(100_000)))

    def _undo(self, number: int) -> None:
        if self.merged:
            merge_id = self.merged.pop(number % len(self.merged))
            try:
                self.shop.act(merges.undo, merge_id=merge_id, undone_by="Kim", now=at(100_000))
            except UnableToMerge:
                assert self.gone  # it went with whom it was about

    def _adjust(self, number: int, points: int) -> None:
        root = self._root(number)
        if root is None:
            return
        asked = {"points": points, "reason": "<word>", "by": "Kim", "key": f"k{next(self.keys)}"}
        try:
            self.shop.act(points_by_hand.adjust, member_id=root, **asked, now=at(100_000))
        except NotEnoughPoints:
            assert points < 0

    def _erase(self, human: str) -> None:
        """Everybody who is known by the human's address, with whoever else was put together with them."""
        mail = f"{human}@example.org"
        while found := [row.id for row in self.shop.all(profiles.profiles) if mail in row.emails]:
            theirs = self._bought_with(found[0])
            others = self._others(found[0], theirs)
            self.shop.erase(found[0])
            self.gone.add(human)
            assert self._others(found[0], theirs) == others

    def _bought_with(self, root: str) -> set[str]:
        """Whose the orders are that were placed with the person's accounts: one that the shop deleted since may have
        left an order to somebody else of its mail address, and they lose it with whoever placed it.
        """
        keys = {row.key.partition(":")[2] for row in self.shop.all(members.members) if row.root == root}
        return {row.member_id for row in self.shop.all(orders.orders) if row.customer_id in keys - {""}}

    def _others(self, root: str, theirs: set[str]) -> dict[str, Any]:
        """What everybody else bought and holds."""
        rows = [row for row in self.shop.all(profiles.profiles) if row.id != root and not theirs & set(row.member_ids)]
        return {row.id: (row.totals, row.orders_count, row.points, row.points_pending, row.member_ids) for row in rows}

    def check(self) -> None:
        self._nobody_is_back()
        self._totals_are_what_orders_say()
        self._books_are_balanced()

    def _nobody_is_back(self) -> None:
        told = self.shop.stored(but_orders=LATER_ORDERS).lower()
        for human in self.gone:
            assert f"{human}@" not in told
            assert f"<{human}>" not in told

    def _totals_are_what_orders_say(self) -> None:
        said: dict[str, int] = defaultdict(int)
        roots = {row.id: row.root for row in self.shop.all(members.members)}
        for row in self.shop.all(orders.orders):
            if row.member_id and row.status != CANCELLED:
                said[roots[row.member_id]] += row.total - row.refunded
        assert {row.id: row.total_spent for row in self.shop.all(profiles.profiles) if row.total_spent} == {
            root: spent for root, spent in said.items() if spent
        }

    def _books_are_balanced(self) -> None:
        sums: dict[Any, int] = defaultdict(int)
        held: dict[str, int] = defaultdict(int)
        for row in self.shop.all(postings):
            sums[row.transaction_id] += row.points
            held[row.member_id] += row.points if row.account in ("available", "pending") else 0
        assert set(sums.values()) <= {0}
        known = {row.id: row.points + row.points_pending for row in self.shop.all(members.members)}
        assert {one: points for one, points in held.items() if points} == {
            one: points for one, points in known.items() if points
        }
        assert {row.member_id for row in self.shop.all(batches)} <= known.keys()
        assert {row.id for row in self.shop.all(transactions)} == set(sums)


@pytest.fixture
def played(backroom: Backroom) -> Any:
    numbers = count(1)

    def make() -> Played:
        shop = Shop(backroom, backroom.shops.shopify(f"s{next(numbers)}.myshopify.com", currency="EUR").id)
        rules = read({"per_amount": {"points": 1}, "waiting": {"days": 0}})
        with shop.database.write() as db:
            programmes.save(db, shop_id=shop.shop_id, programme=rules, is_on=True, since=at(-1), now=at(-1))
        return Played(shop)

    return make


class TestErasing:
    @settings(max_examples=examples(12), suppress_health_check=list(HealthCheck))
    @given(steps=some.lists(STEPS, min_size=4, max_size=20))
    def test_is_for_good_and_nobody_elses_loss(self, played: Any, steps: list[Any]) -> None:
        play = played()
        for step in steps:
            play.do(step)
        for human in HUMANS[:2]:
            play.do(("erase", human))
        play.check()
        for telling in random.Random(len(steps)).sample(play.told, len(play.told)):
            play.shop.tell(telling)
        play.check()
