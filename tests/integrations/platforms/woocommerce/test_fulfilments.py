"""Fulfilments of the store's own, asked for beside the orders that have some."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from commerce.rules.events import ORDER, Saved
from commerce.rules.orders import OrderFacts
from integrations.errors import Transient
from tests.integrations.platforms.woocommerce.opened import Opened, changes_of, opened
from tests.peers.woocommerce.store import Store, stocked

NUMBER = "1Z5R89390357567127"
ASKED = "read fulfillments"


@pytest.fixture
def here() -> Iterator[Opened]:
    store = stocked(4, 6)
    store.has_fulfilments = True
    with opened(store) as found:
        yield found


def numbers(changes: dict[str, Any]) -> dict[str, list[str]]:
    """The parcels' numbers of the orders that tell of any."""
    told = {}
    for key, change in changes.items():
        assert isinstance(change, Saved)
        assert isinstance(change.facts, OrderFacts)
        if change.facts.shipments is not None:
            told[key] = [parcel.tracking_number for parcel in change.facts.shipments]
    return told


def read(here: Opened, *orders: int) -> dict[str, Any]:
    page = here.api.read(ORDER, [str(each) for each in orders])
    assert all(len(reading.changes) == 1 for reading in page.readings)
    return changes_of(page.readings)


class TestSingleOrders:
    def test_one_call_for_an_order_that_has_some(self, here: Opened) -> None:
        sent, other = list(here.store.orders)[:2]
        here.store.fulfil(sent, NUMBER, "ups")
        assert numbers(read(here, sent, other)) == {str(sent): [NUMBER]}
        assert here.calls.count(ASKED) == 1

    def test_among_many(self, here: Opened) -> None:
        orders = list(here.store.orders)
        for place, each in enumerate(orders[:3]):
            here.store.fulfil(each, f"{NUMBER}{place}", "ups")
        assert len(numbers(read(here, *orders))) == 3
        assert here.calls.count(ASKED) == 3

    def test_a_store_that_switched_them_off_tells_of_none(self, here: Opened) -> None:
        order = next(iter(here.store.orders))
        here.store.fulfil(order, NUMBER, "ups")
        here.store.has_fulfilments = False
        assert numbers(read(here, order)) == {}

    def test_of_an_order_in_the_bin_nothing_is_asked(self, here: Opened) -> None:
        order = next(iter(here.store.orders))
        here.store.fulfil(order, NUMBER, "ups")
        here.store.trash_order(order)
        read(here, order)
        assert ASKED not in here.calls

    def test_a_short_trouble_is_one(self, here: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("integrations.platforms.woocommerce.client.PAUSES", ())
        order = next(iter(here.store.orders))
        here.store.fulfil(order, NUMBER, "ups")

        def failing(asked: Any) -> None:
            if asked.path.endswith("/fulfillments"):
                here.peer.next_answers.append((503, {}, b""))

        here.peer.before_answer = failing
        with pytest.raises(Transient):
            read(here, order)


class TestRuns:
    def test_ask_for_young_orders_only(self) -> None:
        store = Store()
        store.ahead = -timedelta(days=46)
        stocked(4, 1, make=lambda: store)
        (old,) = store.orders
        store.ahead = timedelta()
        young = store.checkout([(next(iter(store.products)), 1)])
        untouched = store.checkout([(next(iter(store.products)), 1)])
        store.has_fulfilments = True
        with opened(store) as here:
            for order in (old, young):
                store.fulfil(order, f"{NUMBER}{order}", "ups")
            found: dict[str, Any] = {}
            for page in here.walk("orders"):
                assert all(len(reading.changes) == 1 for reading in page.readings)
                found |= changes_of(page.readings)
            assert set(found) == {str(old), str(young), str(untouched)}
            assert numbers(found) == {str(young): [f"{NUMBER}{young}"]}
            assert here.calls.count(ASKED) == 1
