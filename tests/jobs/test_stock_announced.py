"""Other systems hear of stock that changed or was set aside, and of days that are over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from commerce.settings import Settings
from jobs import figures as jobs_figures
from jobs.figures import count_figures
from tests.conftest import Backroom
from tests.outgoing import Merchant, for_receivers
from tests.peers.receivers.receiver import Receiver, receiving

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return for_receivers(settings)


@pytest.fixture
def merchant(backroom: Backroom) -> Merchant:
    return Merchant(backroom, backroom.shops.custom(currency="EUR"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as there:
        yield there


def sell(merchant: Merchant) -> None:
    """A product, and an order of two that is paid."""
    merchant.shop.send("product.saved", {"id": "1", "title": "Lamp", "price": "10.00", "stock": 50, "sku": "L-1"})
    lines = [{"id": 1, "product_id": "1", "quantity": 2, "price": "10.00"}]
    told = {"id": "7", "total": "20.00", "lines": lines, "placed_at": NOW.isoformat(), "paid_at": NOW.isoformat()}
    merchant.backroom.work()
    merchant.shop.send("order.saved", told)
    merchant.backroom.work()


class TestStock:
    def test_is_told_with_its_numbers_and_the_order(self, merchant: Merchant, receiver: Receiver) -> None:
        _, secret = merchant.endpoint(receiver.url, "inventory.*")
        sell(merchant)
        told = {event["type"]: event["data"] for event in (taken.verified(secret) for taken in receiver.taken)}
        assert set(told) == {"inventory.changed", "inventory.allocated"}
        assert len(receiver.taken) == 2
        changed = told["inventory.changed"]
        assert (changed["variant_id"], changed["on_hand"], changed["allocated"], changed["available"]) == (
            "1:only",
            50,
            2,
            48,
        )


class TestTheEndOfADay:
    def test_is_told_with_its_figures(
        self, merchant: Merchant, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, secret = merchant.endpoint(receiver.url, "figures.*")
        sell(merchant)
        for days in (0, 1):
            at = NOW.replace(hour=12) + timedelta(days=days)
            monkeypatch.setattr(jobs_figures, "utc_now", lambda at=at: at)
            count_figures()
        merchant.backroom.work()
        (taken,) = receiver.taken
        told = taken.verified(secret)
        assert told["type"] == "figures.day_closed"
        (figures,) = told["data"]["figures"]
        assert (figures["day"], figures["orders"], figures["net"]["amount"]) == (NOW.date().isoformat(), 1, 2000)
