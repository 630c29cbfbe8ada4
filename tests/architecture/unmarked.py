"""Finds what people read on the dashboard's pages in English only: texts that are not marked for translation."""

import ast
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment

MARKS = frozenset({"_", "gettext", "ngettext", "lazy_gettext"})
# Names and words that are the same in every language.
SAME = re.compile(
    r"\b(Backroom|Shopify|WooCommerce|WordPress|Meilisearch|Redis|PostgreSQL|SQLite|Cloudflare|Fastly|Bunny|Varnish"
    r"|Liquid|CSV|API|APIs|URL|ID|IDs|JSON|HTML|HTTP|HTTPS|UTC|CRM|CDN|GTIN|SKU|EAN|UPC|UPS|FedEx|USPS|DHL|EasyPost"
    r"|AfterShip|MJML|DKIM|SPF|DMARC|SMTP|SMS|TOTP|Klaviyo|Slack|Discord|Zapier|REST|GraphQL|OpenAPI|RQ|GET|POST"
    r"|nbsp|middot|ms|min|kB|MB)\b|&\w+;"
)
_WORD = re.compile(r"[A-Za-z]{2,}")
_READ_ALOUD = frozenset({"placeholder", "title", "aria-label", "alt", "aria-description"})
_NOT_READ = frozenset({"script", "style", "code", "pre", "kbd", "samp"})
_TEXT = re.compile(r"[A-Z][a-z]{2,}$|.*[A-Za-z]{2,} [A-Za-z%{]|[A-Z]?[a-z]+[^A-Za-z]*[.:?!…]$", re.DOTALL)
_PLURALS = frozenset({"s", "es", "y", "ies"})
_FOR_LOGS = frozenset({"_log", "warnings", "re", "structlog", "Blueprint", "getLogger", "Environment", "metric"})
_NOT_TOLD = frozenset({"ValueError", "TypeError", "RuntimeError", "AssertionError", "KeyError", "NotImplementedError"})


def of_template(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of what a template shows and does not mark."""
    reading = _Template()
    for number, kind, value in Environment(extensions=["jinja2.ext.i18n"]).lex(source):
        reading.take(number, kind, value)
    yield from reading.found
    page = _Page()
    page.feed("".join(reading.page))
    page.close()
    yield from page.found


def of_module(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of what a module tells people and does not mark."""
    looked = _Texts()
    looked.visit(ast.parse(source))
    return iter(looked.found)


def _says_something(text: str) -> bool:
    left = SAME.sub("", text)
    return bool(_WORD.search(left)) and bool(_TEXT.match(left.strip())) and "<" not in text and "/" not in text[:1]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skipped += tag in _NOT_READ
        for name, value in attrs:
            if name in _READ_ALOUD and value and _WORD.search(SAME.sub("", value)):
                self.found.append((self.getpos()[0], f"{name}={value}"))

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in _NOT_READ and self._skipped > 0

    def handle_data(self, data: str) -> None:
        text = " ".join(data.replace("\x00", " ").split())
        if not self._skipped and _WORD.search(SAME.sub("", text)):
            self.found.append((self.getpos()[0] + data[: len(data) - len(data.lstrip())].count("\n"), text))


class _Template:
    """What a template's own text comes to, with \\x00 where a value goes in; and the texts within its expressions."""

    def __init__(self) -> None:
        self.page: list[str] = []
        self.found: list[tuple[int, str]] = []
        self._line, self._block, self._name, self._is_marked = 1, "", "", False
        self._calls: list[bool] = []

    def take(self, number: int, kind: str, value: str) -> None:
        """One token of the template."""
        if kind == "data":
            shown = "" if self._is_marked else value
            self.page.append("\n" * (number - self._line) + shown)
            self._line = number + shown.count("\n")
        elif kind in ("variable_begin", "block_begin"):
            self.page.append("\x00" if kind == "variable_begin" else "")
            self._block, self._name, self._calls = "?" if kind == "block_begin" else "", "", []
        elif kind == "name":
            self._take_name(value)
        elif kind == "operator":
            self._take_operator(value)
        elif kind == "string" and self._block != "import" and not any(self._calls):
            text = ast.literal_eval(value)
            if text in _PLURALS or _says_something(text):
                self.found.append((number, text))

    def _take_name(self, value: str) -> None:
        if self._block == "?":
            self._block = value
            self._is_marked = value == "trans" or (self._is_marked and value != "endtrans")
        self._name = value

    def _take_operator(self, value: str) -> None:
        if value == "(":
            self._calls.append(self._name in MARKS)
        elif value == ")" and self._calls:
            self._calls.pop()
        self._name = ""


class _Texts(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        names = {part.id if isinstance(part, ast.Name) else part.attr for part in _chain(node.func)}
        if not names & (MARKS | _FOR_LOGS | _NOT_TOLD):
            self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        """What is compared is not shown."""

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and _says_something(node.value):
            self.found.append((node.lineno, node.value))


def _chain(node: ast.expr) -> Iterator[ast.Name | ast.Attribute]:
    while isinstance(node, ast.Attribute):
        yield node
        node = node.value
    if isinstance(node, ast.Name):
        yield node


def main(files: list[str]) -> None:
    """For hands: what these files show unmarked."""
    for name in files:
        found = of_template if name.endswith(".html") else of_module
        for line, text in found(Path(name).read_text()):
            sys.stdout.write(f"{name}:{line}: {text[:150]}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
