"""Liquid that holds nobody up: a template that would take too long, or too much memory, is refused while it runs.

python-liquid bounds iterations and output, but neither ranges nor what filters make, and no iteration's own work.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat
from typing import Any

from liquid import Environment, RenderContext
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import ResourceLimitError
from liquid.template import BoundTemplate

LONGEST_OUTPUT, MOST_STEPS = 1_000_000, 100_000
SECONDS = 1.0  # of making one piece; the usual templates take some milliseconds
_LARGEST_NUMBER = 10**30
_SIZES = {"replace": 2, "join": 1}  # filters whose result is a product: the argument that is repeated


class TooMuchWork(ResourceLimitError):
    """The template takes too long or too much memory."""


class _Context(RenderContext):
    """Looks at the clock before each node and each filter."""

    def __init__(self, *args: Any, **options: Any) -> None:
        parent = options.get("parent_context")
        self.until: float = parent.until if isinstance(parent, _Context) else time.monotonic() + SECONDS
        super().__init__(*args, **options)

    @property
    def disabled_tags(self) -> list[str]:
        """What every node asks for before it is rendered."""
        self._in_time()
        return self._disabled_tags

    @disabled_tags.setter
    def disabled_tags(self, tags: list[str]) -> None:
        self._disabled_tags = tags

    def filter(self, name: str, token: Any) -> Callable[..., object]:
        """The filter of this name, bounded."""
        return partial(self._filtered, name, super().filter(name, token), token)

    def _filtered(
        self, name: str, usual: Callable[..., object], token: Any, left: object, *args: object, **named: object
    ) -> object:
        self._in_time()
        if _size(name, left, args) > LONGEST_OUTPUT:
            raise TooMuchWork(f"{name}: the result is too long", token=token)
        result = usual(left, *args, **named)
        if isinstance(result, int) and abs(result) > _LARGEST_NUMBER:
            raise TooMuchWork(f"{name}: the result is too large", token=token)
        return result

    def _in_time(self) -> None:
        if time.monotonic() > self.until:
            raise TooMuchWork("it takes too long", token=None)


def _size(name: str, left: object, args: Sequence[object]) -> int:
    """How long a filter's result may at most be, in characters or items, as far as filters make things longer."""
    sizes = [len(value) if isinstance(value, str | list | tuple | range) else 1 for value in (left, *args)]
    repeated = _SIZES.get(name)
    if repeated is not None and len(sizes) > repeated:
        found = left.count(str(args[0])) if name == "replace" and isinstance(left, str) else sizes[0]
        sizes += repeat(found * sizes[repeated], 1)
    if name == "join" and isinstance(left, list | tuple):
        sizes.append(sum(len(value) for value in left if isinstance(value, str)))
    return sum(sizes)


class _Template(BoundTemplate):
    context_class = _Context


class Bounded(Environment):
    """Where templates are made that strangers' pages show."""

    template_class = _Template
    loop_iteration_limit = MOST_STEPS
    output_stream_limit = LONGEST_OUTPUT
    local_namespace_limit = LONGEST_OUTPUT
    context_depth_limit = 10


_usual_range = RangeLiteral._make_range  # noqa: SLF001 - see below


def _short_range(self: RangeLiteral, start: Any, stop: Any) -> range:
    """A range that is not longer than loops may be."""
    made = _usual_range(self, start, stop)
    if made.stop - made.start > MOST_STEPS:
        raise TooMuchWork("a range is too long", token=self.token)
    return made


# The parser knows one class of ranges, and nowhere to name another one.
RangeLiteral._make_range = _short_range  # type: ignore[method-assign] # noqa: SLF001
