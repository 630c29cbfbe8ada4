"""Keys of a shop with some scopes."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.tables import api_keys


@pytest.fixture
def add_key(here: Any, shop: Any) -> Callable[..., tuple[int, str]]:
    """Make a key of the first shop with these scopes; gives its number and itself."""

    def add(*scopes: str, name: str = "Till", expires_at: datetime | None = None) -> tuple[int, str]:
        now = datetime.now(UTC)
        with here.database.write() as db:
            return api_keys.add(db, shop_id=shop.id, name=name, scopes=scopes, now=now, expires_at=expires_at)

    return add
