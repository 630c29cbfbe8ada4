"""What every web application compiles alike when it is made: its routes, and its templates once they are shown.

Tests make thousands of applications in one process, each on a database of its own; compiling would be most of their
work.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class _Templates(BytecodeCache):
    """Compiled templates in memory. Jinja asks for one by its file's name, and checks its text."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def _kept_by_route(compiled: Callable[[Rule, bool], Any]) -> Callable[[Rule, bool], Any]:
    """What writes a route's addresses follows from the route's text alone; it is given the rule when it is called."""
    kept: dict[Any, Any] = {}

    def once(rule: Rule, append_unknown: bool = True) -> Any:
        if rule.defaults:
            return compiled(rule, append_unknown)
        key = tuple(rule._trace), append_unknown
        if key not in kept:
            kept[key] = compiled(rule, append_unknown)
        return kept[key]

    return once


@contextmanager
def once() -> Iterator[None]:
    """As long as the block lasts, each route and each template is compiled once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": _Templates()})
        patch.setattr(Rule, "_compile_builder", _kept_by_route(Rule._compile_builder))
        yield
