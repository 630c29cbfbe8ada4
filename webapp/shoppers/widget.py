"""The storefront's script, put together from its pieces and made small."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "static" / "widget"
# In the order in which they use each other.
PIECES = ("words", "settings", "pieces", "asking", "cards", "styles", "box", "results", "start")
_COMMENT = re.compile(r"^\s*//.*\n|(?<=[;{},(\[])\s+// .*$", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+|\n(?=\n)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Script:
    """The script as it is sent: plain and gzipped, and what changes whenever it does."""

    plain: bytes
    zipped: bytes
    digest: str


@cache
def script() -> Script:
    """The script, read once."""
    pieces = "".join((_FOLDER / f"{name}.js").read_text() for name in PIECES)
    small = _INDENT.sub("", _COMMENT.sub("", pieces))
    plain = f'/* Backroom search */(() => {{\n"use strict";\n{small}}})();\n'.encode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:12])
