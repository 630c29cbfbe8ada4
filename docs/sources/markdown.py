"""Markdown tables and one-line texts."""

import inspect
from collections.abc import Iterable, Sequence
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table; bars in cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(_cell(cell) for cell in line) + " |\n" for line in lines)


def code(text: Any) -> str:
    """The text as code; nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def sentence(thing: Any) -> str:
    """The first paragraph of its docstring, in one line."""
    return paragraph(inspect.getdoc(thing) or "")


def paragraph(text: str) -> str:
    """The first paragraph, in one line."""
    return " ".join(text.strip().split("\n\n")[0].split())


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
