import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from commerce.rules.events import Reading
from integrations.platforms.shopify.registered import SHOPIFY
from integrations.protocols import Delivered

RECEIVED = datetime(2026, 11, 22, 12, tzinfo=UTC)
TRIGGERED = datetime(2026, 11, 22, 11, 59, tzinfo=UTC)


@pytest.fixture
def fixture() -> Callable[[str], Any]:
    """The JSON of a fixture file, fresh at every call."""
    folder = Path(__file__).parent / "fixtures"
    return lambda name: json.loads((folder / f"{name}.json").read_text())


@pytest.fixture
def read() -> Callable[..., Reading]:
    """Read a payload as a delivery of the topic, for a shop that trades in euros."""

    def read_as(topic: str, payload: Any, currency: str | None = "EUR") -> Reading:
        delivered = Delivered(
            topic=topic, payload=payload, received_at=RECEIVED, triggered_at=TRIGGERED, currency=currency
        )
        return SHOPIFY.read(delivered)

    return read_as
