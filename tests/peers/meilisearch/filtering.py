"""The language of filters: parsed into a test of one document's values."""

import re
from collections.abc import Callable
from typing import Any

from tests.peers.meilisearch.refusals import Refusal

# Gives all values that a document has at a path, or None where it lacks the path; an explicit null is [None].
Values = Callable[[dict[str, Any], str], "list[Any] | None"]
Test = Callable[[dict[str, Any]], bool]
_OPERATORS = (
    "Was expecting an operation `=`, `!=`, `>=`, `>`, `<=`, `<`, `IN`, `NOT IN`, `TO`, `EXISTS`, `NOT EXISTS`,"
    " `IS NULL`, `IS NOT NULL`, `IS EMPTY`, `IS NOT EMPTY`"
)
_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<mark><=|>=|!=|[=<>()\[\],])|(?P<word>[\w.\-/]+))""",
    re.DOTALL,
)
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def values_at(document: dict[str, Any], path: str) -> "list[Any] | None":
    """All values at a dotted path, whether the dots part names or are in them; lists are walked into."""
    if path in document:
        return _flat(document[path])
    found: list[Any] = []
    is_there = False
    for name, inner in document.items():
        if path.startswith(f"{name}."):
            for each in inner if isinstance(inner, list) else [inner]:
                values = values_at(each, path[len(name) + 1 :]) if isinstance(each, dict) else None
                is_there = is_there or values is not None
                found += values or []
    return found if is_there else None


def _flat(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [inner for each in value for inner in _flat(each)]
    return [value]


def number(value: Any) -> float | None:
    """The number that a value is compared as."""
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def written(value: Any) -> str:
    """A value as facets show it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def compiled(filter_: Any, check: Callable[[str], None]) -> Test:
    """A filter as given: a text, or lists that all have to hold, in which lists of which any has to.

    `check` refuses attributes that cannot be filtered by.
    """
    if filter_ in (None, "", []):
        return lambda _: True
    if isinstance(filter_, str):
        return _Parser(filter_, check).whole()
    if not isinstance(filter_, list):
        raise Refusal("invalid_search_filter", "Invalid syntax for the filter parameter: `expected String, Array`.")
    every = [
        _any([compiled(inner, check) for inner in each]) if isinstance(each, list) else compiled(each, check)
        for each in filter_
    ]
    return lambda document: all(test(document) for test in every)


def _any(tests: list[Test]) -> Test:
    return lambda document: any(test(document) for test in tests)


class _Parser:
    def __init__(self, text: str, check: Callable[[str], None]) -> None:
        self._text, self._check = text, check
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                raise self._bad(f"Was expecting a value but instead got `{text[position:].strip()}`.")
            kind = str(match.lastgroup)
            self._tokens.append((kind, match[kind]))
            position = match.end()
        self._at = 0

    def _bad(self, message: str) -> Refusal:
        return Refusal("invalid_search_filter", f"{message}\n1:{len(self._text)} {self._text}")

    def whole(self) -> Test:
        test = self._or()
        if self._at < len(self._tokens):
            raise self._bad(f"Found unexpected characters at the end of the filter: `{self._tokens[self._at][1]}`.")
        return test

    def _takes(self, *words: str) -> bool:
        ahead = self._tokens[self._at : self._at + len(words)]
        if [text for kind, text in ahead if kind != "quoted"] != list(words):
            return False
        self._at += len(words)
        return True

    def _or(self) -> Test:
        tests = [self._and()]
        while self._takes("OR"):
            tests.append(self._and())
        return tests[0] if len(tests) == 1 else _any(tests)

    def _and(self) -> Test:
        tests = [self._not()]
        while self._takes("AND"):
            tests.append(self._not())
        return tests[0] if len(tests) == 1 else lambda document: all(test(document) for test in tests)

    def _not(self) -> Test:
        if self._takes("NOT"):
            test = self._not()
            return lambda document: not test(document)
        if self._takes("("):
            test = self._or()
            if not self._takes(")"):
                raise self._bad("Expression is missing the following closing delimiter: `)`.")
            return test
        return self._condition()

    def _value(self) -> str:
        if self._at >= len(self._tokens):
            raise self._bad("Was expecting a value but instead got nothing.")
        kind, text = self._tokens[self._at]
        if kind == "mark":
            raise self._bad(f"Was expecting a value but instead got `{text}`.")
        self._at += 1
        # Only the quote itself is unescaped.
        return text[1:-1].replace("\\" + text[0], text[0]) if kind == "quoted" else text

    def _list(self) -> list[str]:
        if not self._takes("["):
            raise self._bad("Expected `[` after `IN` keyword.")
        values: list[str] = []
        while not self._takes("]"):
            values.append(self._value())
            if not self._takes(",") and self._tokens[self._at : self._at + 1] != [("mark", "]")]:
                raise self._bad("Expected only comma-separated field names inside `IN[..]`.")
        return values

    def _condition(self) -> Test:
        if self._at >= len(self._tokens):
            raise self._bad(f"{_OPERATORS} but instead got nothing.")
        path = self._value()
        self._check(path)
        if self._takes("NOT", "IN"):
            values = self._list()
            return lambda document: not _equals(document, path, values)
        if self._takes("IN"):
            values = self._list()
            return lambda document: _equals(document, path, values)
        for words, test in _STATES.items():
            if self._takes(*words.split()):
                return lambda document: test(values_at(document, path))
        for mark in ("<=", ">=", "!=", "=", "<", ">"):
            if self._takes(mark):
                return _comparison(path, mark, self._value())
        low = self._value()
        if not self._takes("TO"):
            raise self._bad(f"{_OPERATORS} at `{path}`.")
        bounds = number(low), number(self._value())
        return lambda document: _within(document, path, *bounds)


_STATES: dict[str, Callable[["list[Any] | None"], bool]] = {
    "NOT EXISTS": lambda values: values is None,
    "EXISTS": lambda values: values is not None,
    "IS NOT NULL": lambda values: values != [None],
    "IS NULL": lambda values: values == [None],
    "IS NOT EMPTY": lambda values: values not in ([""], []),
    "IS EMPTY": lambda values: values in ([""], []),
}


def _comparison(path: str, mark: str, value: str) -> Test:
    if mark == "=":
        return lambda document: _equals(document, path, [value])
    if mark == "!=":
        return lambda document: not _equals(document, path, [value])
    compare, bound = _COMPARED[mark], number(value)
    if bound is None:
        return lambda _: False
    return lambda document: any(compare(each, bound) for each in _numbers(document, path))


def _equals(document: dict[str, Any], path: str, values: list[str]) -> bool:
    found = [each for each in values_at(document, path) or [] if each is not None]
    texts = {written(each).lower().strip() for each in found}
    numbers = set(_numbers(document, path))
    return any(value.lower().strip() in texts or number(value) in numbers for value in values)


def _numbers(document: dict[str, Any], path: str) -> list[float]:
    values = values_at(document, path) or []
    return [found for each in values if isinstance(each, int | float) and (found := number(each)) is not None]


def _within(document: dict[str, Any], path: str, low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and any(low <= each <= high for each in _numbers(document, path))
