"""The plain-text part of a mail, made of the same source as its HTML, with the Liquid still in it."""

import re
from html.parser import HTMLParser

_SPACE = re.compile(r"[ \t\r\n\f]+")
_BREAKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "li", "ul", "ol", "table", "blockquote"})
_CELLS = frozenset({"td", "th"})
_RULE = "-" * 40
_APART = frozenset({"mj-text", "mj-button", "mj-table"})
_LINK = "mj-button", "a", "mj-navbar-link", "mj-social-element"


class _Reader(HTMLParser):
    """Reads MJML and writes down what a reader of plain text is told."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Breaks, bullets and where links lead."""
        told = {name: value or "" for name, value in attrs}
        if tag in ("mj-head", "style", "script"):
            self._hidden.append(tag)
        if self._hidden:
            return
        if tag in _LINK:
            self._links.append((told.get("href", ""), len(self.parts)))
        if tag == "mj-divider":
            self.parts.append(f"\n{_RULE}\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "br" or tag in _BREAKS:
            self.parts.append("\n")
        elif tag in _APART:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        """Where links lead, and the ends of cells and lines."""
        if self._hidden:
            if self._hidden[-1] == tag:
                self._hidden.pop()
            return
        if tag in _LINK and self._links:
            self._end_link(tag)
        if tag in _CELLS:
            self.parts.append("  ")
        elif tag == "tr" or tag in _BREAKS or tag in _APART:
            self.parts.append("\n")

    def _end_link(self, tag: str) -> None:
        href, start = self._links.pop()
        words = "".join(self.parts[start:]).strip()
        if href and href != words:
            self.parts.append(f":\n{href}" if tag == "mj-button" else f" ({href})" if words else href)

    def handle_data(self, data: str) -> None:
        """Words, with space as HTML sees it."""
        if not self._hidden:
            self.parts.append(_SPACE.sub(" ", data))


def text_of(source: str) -> str:
    """The plain text of MJML; names that stand for Liquid stay where they are."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    return "".join(reader.parts)


def tidied(text: str) -> str:
    """Rendered plain text without the gaps that were left where nothing was to be said."""
    lines = (_SPACE.sub(" ", line).strip() if "  " not in line else _cells(line) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _cells(line: str) -> str:
    """The cells of a table's line, with room between."""
    cells = (_SPACE.sub(" ", cell).strip() for cell in line.split("  "))
    return "   ".join(cell for cell in cells if cell)
