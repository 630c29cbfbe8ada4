"""What is compiled alike for every web application and database: routes, templates, statements.

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
from sqlalchemy import Dialect, Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
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


def _kept_by_route(compiled: Callable[[Rule], None]) -> Callable[[Rule], None]:
    """What reads and writes a route's addresses follows from the route's text and the kinds of values in it."""
    kept: dict[Any, Any] = {}

    def once(rule: Rule) -> None:
        routes = rule.map
        if rule.defaults or routes is None:
            compiled(rule)
            return
        domain = rule.host if routes.host_matching else rule.subdomain
        key = rule.rule, domain, rule.merge_slashes, *routes.converters.values()
        if key in kept:
            rule._parts, rule._trace, rule._converters, build, build_unknown = kept[key]
            rule.arguments |= rule._converters.keys()
            rule._build, rule._build_unknown = build.__get__(rule), build_unknown.__get__(rule)
            return
        compiled(rule)
        build, build_unknown = (bound.__func__ for bound in (rule._build, rule._build_unknown))  # type: ignore[attr-defined]
        kept[key] = rule._parts, rule._trace, rule._converters, build, build_unknown

    return once


def _kept_by_dialect() -> property:
    """Engines of one kind of database share what their statements were compiled to; each brings a memory of its own."""
    kept: dict[type[Dialect], LRUCache[Any, Any]] = {}
    return property(lambda engine: kept.setdefault(type(engine.dialect), LRUCache(20_000)), lambda *_: None)


def _alike(one: object, other: object) -> bool:
    return type(one) is type(other)


@contextmanager
def once() -> Iterator[None]:
    """As long as the block lasts, each route, template and statement is compiled once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": _Templates()})
        patch.setattr(Rule, "compile", _kept_by_route(Rule.compile))
        patch.setattr(Engine, "_compiled_cache", _kept_by_dialect(), raising=False)
        patch.setattr(DefaultDialect, "__eq__", _alike)
        patch.setattr(DefaultDialect, "__hash__", lambda dialect: hash(type(dialect)))
        yield
