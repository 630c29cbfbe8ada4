"""What became of the pieces of an order's lines, as deliveries tell it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.rules.events import Saved
from commerce.rules.orders import OrderFacts
from integrations.platforms.shopify import topics
from integrations.protocols import Delivered

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def pieces(line: dict[str, Any], sent: Any = (), back: Any = ()) -> tuple[int, int, int]:
    """Sent, taken off and taken back of a line of three. `sent`: (state, pieces); `back`: (how, pieces)."""
    payload = {
        "id": 1,
        "currency": "EUR",
        "total_price": "30.00",
        "line_items": [{"id": 5, "quantity": 3, "price": "10.00", **line}],
        "fulfillments": [
            {"id": place, "status": state, "line_items": [{"id": 5, "quantity": count}]}
            for place, (state, count) in enumerate(sent, 1)
        ],
        "refunds": [
            {"id": place, "refund_line_items": [{"line_item_id": 5, "quantity": count, "restock_type": how}]}
            for place, (how, count) in enumerate(back, 1)
        ],
    }
    reading = topics.read(Delivered(topic="orders/updated", payload=payload, received_at=NOW, currency="EUR"))
    (change,) = reading.changes
    assert isinstance(change, Saved)
    assert isinstance(change.facts, OrderFacts)
    (found,) = change.facts.lines
    return found.fulfilled, found.cancelled, found.returned


def left(current: int, open_: int) -> dict[str, int]:
    return {"current_quantity": current, "fulfillable_quantity": open_}


class TestPieces:
    @pytest.mark.parametrize(
        ("line", "sent", "back", "expected"),
        [
            (left(3, 3), [], [], (0, 0, 0)),
            (left(3, 1), [("success", 2)], [], (2, 0, 0)),
            (left(3, 3), [("cancelled", 2)], [], (0, 0, 0)),
            (left(2, 2), [], [], (0, 1, 0)),  # edited
            (left(2, 2), [], [("cancel", 1)], (0, 1, 0)),
            (left(2, 2), [], [("no_restock", 1)], (0, 1, 0)),
            (left(2, 0), [("success", 3)], [("return", 1)], (3, 0, 1)),
            (left(2, 0), [("success", 3)], [("no_restock", 1)], (3, 0, 0)),
            (left(1, 0), [("success", 2)], [("cancel", 1), ("return", 1)], (2, 1, 1)),
            (left(1, 0), [("success", 2)], [("legacy_restock", 2)], (2, 1, 1)),
            ({}, [("success", 1), ("success", 1)], [], (2, 0, 0)),
            ({}, [("success", 1)], [("cancel", 1), ("return", 1)], (1, 1, 1)),
            ({"current_quantity": 1}, [("success", 2)], [("return", 1)], (2, 1, 1)),
        ],
    )
    def test_are_sent_taken_off_or_taken_back(self, line: Any, sent: Any, back: Any, expected: Any) -> None:
        assert pieces(line, sent, back) == expected
