"""A stand-in for the carriers."""

from collections.abc import Iterator

import pytest

from tests.integrations.carriers.opened import NOW
from tests.peers.carriers.peer import Peer


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as running:
        running.now = NOW
        yield running
