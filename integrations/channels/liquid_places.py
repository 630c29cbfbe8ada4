"""Where Liquid stands in MJML. MJML is read as XML and knows nothing of Liquid, so Liquid is hidden while it is read.

A name stands for each piece of Liquid: in texts and attributes as it is; between elements, where a name would be lost,
as an element of its own.
"""

import re
from collections.abc import Callable
from html import escape

_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_TAG = re.compile(
    r"<!--.*?-->|<(?P<close>/?)(?P<name>[A-Za-z][\w:-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(?P<alone>/?)>", re.DOTALL
)
_CLOSED_BY = {"{{": "}}", "{%": "%}", "<!--": "-->"}
# What holds elements only; of these, in the first Liquid may stand between them.
_ROOMY = frozenset({"mj-body", "mj-wrapper", "mj-section", "mj-group", "mj-column", "mj-hero"})
_NARROW = frozenset(
    {"mjml", "mj-head", "mj-attributes", "mj-navbar", "mj-social", "mj-accordion", "mj-accordion-element"}
)
_ENDS = frozenset(
    {"mj-text", "mj-button", "mj-table", "mj-raw", "mj-title", "mj-preview", "mj-style", "mj-navbar-link"}
    | {"mj-social-element", "mj-accordion-title", "mj-accordion-text"}
)
_EMPTY = frozenset({"mj-image", "mj-divider", "mj-spacer", "mj-font", "mj-breakpoint", "mj-all", "mj-class"})
KNOWN = _ROOMY | _NARROW | _ENDS | _EMPTY


class UnableToPlace(ValueError):
    """Something stands where it cannot; the message says what and where."""


def mapped(text: str, function: Callable[[str], str]) -> str:
    """The text with what is not Liquid changed by a function."""
    parts, end = [], 0
    for found in _LIQUID.finditer(text):
        parts += [function(text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*parts, function(text[end:])])


def escaped(text: str) -> str:
    """Words with Liquid in them, as they may stand in XML."""
    return mapped(text, escape)


def _refuse_unclosed(source: str) -> None:
    """Raise UnableToPlace for what is never closed: to look for its end from each beginning takes minutes."""
    for opens, closes in _CLOSED_BY.items():
        if source.rfind(opens) > source.rfind(closes):
            raise UnableToPlace(f"“{opens}” is opened and never closed by “{closes}”.")


class Hidden:
    """A source with its Liquid hidden: `text`, in which names stand for it."""

    def __init__(self, source: str) -> None:
        _refuse_unclosed(source)
        self._mark = next(f"lq{n}x" for n in range(len(source) + 1) if f"lq{n}x" not in source)
        self._pieces: list[str] = []
        self.name = re.compile(rf"{self._mark}(\d{{5}})")
        self.text = self._between_elements(_LIQUID.sub(self._named, source))

    def _named(self, found: re.Match[str]) -> str:
        self._pieces.append(found[0])
        return f"{self._mark}{len(self._pieces) - 1:05}"

    def shown(self, text: str) -> str:
        """The text with the Liquid in its places again."""
        return self.name.sub(lambda found: self._pieces[int(found[1])], text)

    def _between_elements(self, text: str) -> str:
        """The text with elements around the names that stand between elements. Raises UnableToPlace."""
        parts: list[str] = []
        open_now: list[str] = []
        end = 0
        for tag in _TAG.finditer(text):
            parts += [self._kept(text[end : tag.start()], open_now), tag[0]]
            end = tag.end()
            if tag["name"]:
                self._walked(tag, open_now)
        return "".join([*parts, self._kept(text[end:], open_now)])

    def _walked(self, tag: re.Match[str], open_now: list[str]) -> None:
        name = tag["name"].lower()
        if open_now and open_now[-1] in _ENDS:
            if tag["close"] and name == open_now[-1]:
                open_now.pop()
            return
        is_known_here = "mj-attributes" in open_now or name in KNOWN
        if not is_known_here:
            raise UnableToPlace(f"<{name}> is not an element of MJML that can be used here.")
        if tag["close"]:
            if not open_now:
                raise UnableToPlace(f"</{name}> closes what was not opened.")
            if open_now.pop() != name:
                raise UnableToPlace(f"Something is not closed before </{name}>.")
        elif not tag["alone"]:
            open_now.append(name)

    def _kept(self, between: str, open_now: list[str]) -> str:
        inside = open_now[-1] if open_now else ""
        if inside in _ENDS:
            return between
        if not between.strip():
            return between
        left = self.name.sub("", between).strip()
        if left:
            raise UnableToPlace(f"“{self.shown(left)[:60]}” stands between elements: text needs <mj-text> around it.")
        if inside not in _ROOMY:
            raise UnableToPlace(f"“{self.shown(between).strip()[:60]}” stands where no Liquid can: in <{inside}>.")
        return self.name.sub(r"<mj-raw>\g<0></mj-raw>", between)
