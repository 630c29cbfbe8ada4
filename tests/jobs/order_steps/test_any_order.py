"""Deliveries of orders in any order, any subset of them, with repeats: the same facts, stock, steps in the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from commerce.mirror import counting
from commerce.rules.order_steps.outcomes import ENDED
from commerce.tables import orders, shops
from commerce.tables.figures import figures
from commerce.tables.order_steps import milestones, steps
from commerce.tables.stock import bookings, items
from jobs.events import apply_deliveries
from jobs.job import utc_now
from jobs.order_steps.engine import run_steps
from tests.conftest import Backroom
from tests.jobs.order_steps.stories import STOCKED, STORIES, Telling
from tests.shops import Shop
from tests.stored import rows

FIRST = 21  # order


@dataclass(frozen=True)
class Play:
    """Deliveries as they were made, the same as they came, and behind which of these work was done."""

    made: Sequence[Telling]
    came: Sequence[Telling]
    pauses: Sequence[bool]


def play_of(platform: str, seed: int) -> Play:
    """Some of the deliveries of all of a platform's stories at once, each of an order of its own.

    Made from a number, as no two of these are alike: what hypothesis draws begins with little, and stays near it.
    """
    chance = Random(seed)
    made: list[Telling] = []
    for number, story in enumerate(STORIES[platform], start=FIRST):
        told = story(number)
        some = set(chance.sample(range(len(told)), chance.randint(0, len(told))))
        # A refund that comes before its order has that read again from the store, which says what the next one does.
        some |= {each + 1 for each in some if told[each][0] == "refunds/create"}
        made += [told[each] for each in sorted(some)]
    made = made or STORIES[platform][0](FIRST)
    came = made + chance.choices(made, k=chance.randint(0, len(made) // 2))
    chance.shuffle(came)
    often = chance.random()
    return Play(made, came, [chance.random() < often for _ in came])


def played(backroom: Backroom, platform: str, told: Sequence[Telling], pauses: Sequence[bool]) -> dict[str, Any]:
    """What it comes to in a shop of its own."""
    name = uuid4().hex[:12]
    shop: Shop = getattr(backroom.shops, platform)(f"{name}.myshopify.com", currency="EUR")
    if platform in STOCKED:
        assert shop.send(*STOCKED[platform]).status_code == 200
        _work(shop)
    for (topic, payload), does_work in zip(told, pauses, strict=True):
        assert shop.send(topic, payload).status_code == 200
        if does_work:
            _work(shop)
    _work(shop)
    return come_to(backroom, shop, [str(number) for number, _ in enumerate(STORIES[platform], start=FIRST)])


def _work(shop: Shop) -> None:
    apply_deliveries(shop_id=shop.id)
    run_steps(shop_id=shop.id)


def facts(shop: Shop, key: str) -> dict[str, Any]:
    """The order, without what each shop has of its own (numbers and addresses of its parcels' pages), the mark that it
    is to be read again (a refund of an order that is not known yet asks for that), and the time of the newest telling:
    one that says what is known already is not stored."""
    found = shop.read(f"orders/{key}")
    for name in ("reread", "updated_at"):
        found.pop(name, None)
    for shipment in found.get("shipments", ()):
        shipment["tracking"] = bool(shipment["tracking"])
    return dict(found)


def come_to(backroom: Backroom, shop: Shop, keys: Sequence[str]) -> dict[str, Any]:
    """Facts, milestones, stock, figures and steps: of these, what they are for and whether they came to an end."""
    database, one = backroom.process.database, {"shop_id": shop.id}
    _count(backroom, shop, keys)
    return {
        "facts": [facts(shop, key) for key in keys],
        "milestones": {
            (row.order_id, row.name, row.key, row.began) for row in rows(database, milestones.milestones, **one)
        },
        "bookings": {
            (row.order_id, row.item_id, row.reserved, row.allocated, row.taken)
            for row in rows(database, bookings.bookings, **one)
        },
        # What nobody counts or holds is as if it were not there.
        "stock": {
            (row.id, row.on_hand, row.reserved, row.allocated, row.low_since is None, row.oversold_since is None)
            for row in rows(database, items.items, **one)
            if row.on_hand is not None or row.reserved or row.allocated
        },
        "figures": {
            (row.dimension, row.key, row.orders, row.units, row.gross, row.refunds, row.net)
            for row in rows(database, figures, **one)
            if row.orders
        },
        "steps": {
            (row.order_id, row.kind, row.occasion, row.state in ENDED or row.state == "underway")
            for row in rows(database, steps.steps, **one)
        },
    }


def _count(backroom: Backroom, shop: Shop, keys: Sequence[str]) -> None:
    """As the figures' own job does with what no step counted, such as lines that were edited."""
    with backroom.process.database.write() as db:
        stored = shops.by_id(db, backroom.process.vault, shop.id)
        assert stored is not None
        counting.count(db, stored, orders.by_ids(db, shop_id=shop.id, ids=keys), now=utc_now())


def check(backroom: Backroom, platform: str, examples: int) -> None:
    """Play that many."""

    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.generate],  # an example is a second long: to make one smaller takes minutes
    )
    @given(seed=st.integers(0, 2**63))
    def comes_to_the_same(seed: int) -> None:
        play = play_of(platform, seed)
        straight = played(backroom, platform, play.made, [False] * len(play.made))
        assert played(backroom, platform, play.came, play.pauses) == straight

    comes_to_the_same()


@pytest.mark.parametrize("platform", list(STORIES))
class TestAnyOrder:
    def test_comes_to_the_same(self, backroom: Backroom, platform: str) -> None:
        check(backroom, platform, examples=5)

    @pytest.mark.slow
    def test_comes_to_the_same_in_many_examples(self, backroom: Backroom, platform: str) -> None:
        check(backroom, platform, examples=80)
