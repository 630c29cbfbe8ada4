"""Deliveries of an order in any order, any subset of them, with repeats: the same facts, stock, steps in the end."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from commerce.rules.order_steps.outcomes import ENDED
from commerce.tables.order_steps import milestones, steps
from commerce.tables.stock import bookings, items
from jobs.events import apply_deliveries
from jobs.order_steps.engine import run_steps
from tests.conftest import Backroom
from tests.shops import Shop
from tests.stored import rows

Telling = tuple[str, dict[str, Any]]  # topic, payload
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)


def at(minute: int) -> str:
    return (BEGAN + timedelta(minutes=minute)).isoformat()


def custom() -> list[Telling]:
    """An order of another back end: placed, paid, changed, sent in two parts, a piece given back."""

    def told(minute: int, fulfilled: str = "unfulfilled", **changes: Any) -> Telling:
        line = {"id": "1", "product_id": "7", "sku": "L", "title": "Lamp", "quantity": 3, "price": "10.00"}
        data = {
            "id": "21",
            "currency": "EUR",
            "total": "30.00",
            "email": "ada@example.org",
            "lines": [line],
            "placed_at": at(0),
            "updated_at": at(minute),
            "fulfillment_status": fulfilled,
        }
        return "order.saved", data | changes

    paid = {"financial_status": "paid", "paid_at": at(2)}
    one = {"id": "s1", "tracking_number": "1Z999AA10123456784", "shipped_at": at(4)}
    two = {"id": "s2", "tracking_number": "1Z999AA10123456785", "shipped_at": at(5)}
    refund = {"id": "r1", "amount": "10.00", "created_at": at(7)}
    return [
        told(0),
        told(1, note="Ring twice"),
        told(2, **paid),
        told(4, "partial", **paid, shipments=[one]),
        told(5, "fulfilled", **paid, shipments=[one, two], status="completed"),
        told(7, "fulfilled", paid_at=at(2), shipments=[one, two], refunds=[refund], status="completed"),
    ]


def cancelled() -> list[Telling]:
    """An order of another back end that is paid for and cancelled after all."""
    (placed, *_), (_, paid) = custom()[:1], custom()[2]
    refund = {"id": "r1", "amount": "30.00", "created_at": at(9)}
    gone = {name: value for name, value in paid.items() if name != "financial_status"}
    return [
        placed,
        ("order.saved", paid),
        ("order.saved", gone | {"updated_at": at(9), "status": "cancelled", "refunds": [refund]}),
        ("order.saved", gone | {"updated_at": at(10), "status": "cancelled", "refunds": [refund], "note": "Sorry"}),
    ]


def shopify() -> list[Telling]:
    """An order of Shopify's: each state under its own topic, and refunds apart from the order."""

    def told(minute: int, **changes: Any) -> dict[str, Any]:
        line = {
            "id": 1,
            "product_id": 7,
            "variant_id": 70,
            "sku": "L",
            "title": "Lamp",
            "quantity": 3,
            "price": "10.00",
        }
        data = {
            "id": 21,
            "name": "#1021",
            "currency": "EUR",
            "total_price": "30.00",
            "subtotal_price": "30.00",
            "total_tax": "0.00",
            "total_discounts": "0.00",
            "email": "ada@example.org",
            "financial_status": "pending",
            "fulfillment_status": None,
            "line_items": [line | {"fulfillable_quantity": 3, "current_quantity": 3}],
            "refunds": [],
            "fulfillments": [],
            "created_at": at(0),
            "processed_at": at(0),
            "updated_at": at(minute),
        }
        return data | changes

    paid = {"financial_status": "paid"}
    refund = {
        "id": 5,
        "order_id": 21,
        "created_at": at(7),
        "transactions": [{"id": 6, "kind": "refund", "status": "success", "amount": "30.00", "currency": "EUR"}],
        "refund_line_items": [
            {"id": 8, "line_item_id": 1, "quantity": 3, "restock_type": "cancel", "subtotal": "30.00"}
        ],
    }
    over = told(7, financial_status="refunded", cancelled_at=at(7), refunds=[refund])
    return [
        ("orders/create", told(0)),
        ("orders/updated", told(1, note="Ring twice")),
        ("orders/paid", told(2, **paid)),
        ("orders/updated", told(2, **paid)),
        ("refunds/create", refund),
        ("orders/cancelled", over),
        ("orders/updated", over),
    ]


STORIES: dict[str, tuple[str, Callable[[], list[Telling]]]] = {
    "custom": ("custom", custom),
    "cancelled": ("custom", cancelled),
    "shopify": ("shopify", shopify),
}


@st.composite
def plays(draw: st.DrawFn, number: int) -> tuple[list[int], list[int], list[bool]]:
    """Some of a story's deliveries as they were made, the same in any order with repeats, and where work is done."""
    some = sorted(draw(st.sets(st.integers(0, number - 1), min_size=1)))
    repeated = some + draw(st.lists(st.sampled_from(some), max_size=4))
    shuffled = draw(st.permutations(repeated))
    return some, list(shuffled), draw(st.lists(st.booleans(), min_size=len(shuffled), max_size=len(shuffled)))


def played(backroom: Backroom, platform: str, told: Sequence[Telling], pauses: Sequence[bool]) -> dict[str, Any]:
    """What it comes to in a shop of its own."""
    name = uuid4().hex[:12]
    shop: Shop = getattr(backroom.shops, platform)(f"{name}.myshopify.com", currency="EUR")
    for (topic, payload), does_work in zip(told, pauses, strict=True):
        assert shop.send(topic, payload).status_code == 200
        if does_work:
            _work(shop)
    _work(shop)
    return come_to(backroom, shop)


def _work(shop: Shop) -> None:
    apply_deliveries(shop_id=shop.id)
    run_steps(shop_id=shop.id)


def facts(shop: Shop) -> dict[str, Any]:
    """The order, without what each shop has of its own (numbers and addresses of its parcels' pages), and without the
    mark that it is to be read again: a refund of an order that is not known yet asks for that."""
    found = shop.read("orders/21")
    found.pop("reread", None)
    for shipment in found.get("shipments", ()):
        shipment["tracking"] = bool(shipment["tracking"])
    return dict(found)


def come_to(backroom: Backroom, shop: Shop) -> dict[str, Any]:
    """Facts, milestones, stock and steps: of these, what they are for and whether they came to an end."""
    database, one = backroom.process.database, {"shop_id": shop.id}
    return {
        "facts": facts(shop),
        "milestones": {(row.name, row.key, row.began) for row in rows(database, milestones.milestones, **one)},
        "bookings": {
            (row.item_id, row.reserved, row.allocated, row.taken) for row in rows(database, bookings.bookings, **one)
        },
        # What nobody counts or holds is as if it were not there.
        "stock": {
            (row.id, row.on_hand, row.reserved, row.allocated)
            for row in rows(database, items.items, **one)
            if row.on_hand is not None or row.reserved or row.allocated
        },
        "steps": {
            (row.kind, row.occasion, row.state in ENDED or row.state == "underway")
            for row in rows(database, steps.steps, **one)
        },
    }


class TestAnyOrder:
    @pytest.mark.parametrize("story", list(STORIES))
    def test_comes_to_the_same(self, backroom: Backroom, story: str) -> None:
        platform, tell = STORIES[story]

        @settings(
            max_examples=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            phases=[Phase.generate],  # an example is some seconds long: to make one smaller takes minutes
        )
        @given(play=plays(len(tell())))
        def comes_to_the_same(play: tuple[list[int], list[int], list[bool]]) -> None:
            some, shuffled, pauses = play
            told = tell()
            straight = played(backroom, platform, [told[each] for each in some], [False] * len(some))
            found = played(backroom, platform, [told[each] for each in shuffled], pauses)
            assert found == straight

        comes_to_the_same()
