"""Events as the documentation shows them to developers of other back ends: the page's own examples."""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from commerce.rules.events import Reading
from integrations.platforms.custom.registered import CUSTOM
from integrations.protocols import Delivered

PAGE = Path(__file__).resolve().parents[4] / "docs/how-to/connect-another-shop.md"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVENTS: dict[str, Any] = {
    told["type"]: told
    for told in map(json.loads, re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
}
Read = Callable[..., Reading]


def read_event(event: Any, currency: str | None = "EUR") -> Reading:
    """Read a body as the door hands it on."""
    envelope = CUSTOM.opened(CUSTOM.envelope({}), event)
    delivered = Delivered(topic=envelope.topic, payload=event, received_at=NOW, currency=currency)
    return CUSTOM.read(delivered)


@pytest.fixture
def read() -> Read:
    """Read the page's example of that topic, with changes in its data; None takes a field out."""

    def read_it(topic: str, shops: str | None = "EUR", /, **changes: Any) -> Reading:
        event = deepcopy(EVENTS[topic])
        event["data"] |= changes
        event["data"] = {name: value for name, value in event["data"].items() if value is not None}
        return read_event(event, shops)

    return read_it
