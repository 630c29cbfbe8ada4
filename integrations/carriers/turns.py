"""Taking turns at carriers: whoever sends a request takes one right before it leaves, so that no work between (a token,
a connection, a slow start) lets turns that were taken one by one be used all at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from integrations.errors import RateLimited

_turn: ContextVar[Callable[[], None] | None] = ContextVar("carrier_turn", default=None)


class HeldBack(RateLimited):
    """It was not sent: its turn comes later. The carrier has nothing to do with it."""


@contextmanager
def taking(turn: Callable[[], None]) -> Iterator[None]:
    """Requests that are sent within call `turn` before they leave; it waits, or raises HeldBack."""
    before = _turn.set(turn)
    try:
        yield
    finally:
        _turn.reset(before)


def take() -> None:
    """A request is about to leave. Raises HeldBack."""
    turn = _turn.get()
    if turn is not None:
        turn()
