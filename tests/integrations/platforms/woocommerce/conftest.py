"""WooCommerce's deliveries as the tests write them: wc/v3 shapes of a shop that does not exist."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from commerce.rules.events import Reading
from integrations.platforms.woocommerce.registered import WOOCOMMERCE
from integrations.protocols import Delivered

FIXTURES = Path(__file__).parent / "fixtures"
Read = Callable[..., Reading]


@pytest.fixture
def read() -> Read:
    """Read a payload, or a fixture's file with changes."""

    def read_it(topic: str, payload: Any, **changes: Any) -> Reading:
        told = json.loads((FIXTURES / f"{payload}.json").read_bytes()) if isinstance(payload, str) else payload
        told = {**told, **changes} if isinstance(told, dict) else told
        now = datetime(2026, 6, 1, tzinfo=UTC)
        return WOOCOMMERCE.read(Delivered(topic=topic, payload=told, received_at=now, currency="EUR"))

    return read_it
