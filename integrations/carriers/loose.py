"""Parts of a JSON that others wrote: what is missing or of another kind than promised reads as nothing.

Unlike a shop's delivery, of which a field that cannot be read is a complaint, a carrier's answer is read as far as it
goes: one odd line must not cost the others.
"""

from typing import Any

_LONGEST = 500  # of a text that is kept; what carriers write is far shorter


def dig(node: Any, *path: str | int) -> Any:
    """What stands at the path; None where a step is missing."""
    for step in path:
        if isinstance(step, str):
            node = node.get(step) if isinstance(node, dict) else None
        else:
            node = node[step] if isinstance(node, list) and -len(node) <= step < len(node) else None
    return node


def text(node: Any, *path: str | int) -> str:
    """Text without spaces at its ends, also of a whole number; empty where there is none."""
    found = dig(node, *path)
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 2**63:
        return str(found)
    if not isinstance(found, str):
        return ""
    return found.replace("\x00", "").encode("utf-8", "replace").decode()[:_LONGEST].strip()


def first(node: Any, *names: str) -> str:
    """The first of these fields that holds text."""
    return next((found for name in names if (found := text(node, name))), "")


def objects(node: Any, *path: str | int) -> list[dict[str, Any]]:
    """The objects of a list; none where there is no list. A single object counts as a list of one."""
    found = dig(node, *path)
    if isinstance(found, dict):
        return [found]
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def country(node: Any, *path: str | int) -> str:
    """A country's ISO alpha-2 code; empty for anything longer, such as its name."""
    found = text(node, *path).upper()
    return found if len(found) == 2 and found.isascii() and found.isalpha() else ""


def tidy(number: str) -> str:
    """A tracking number as it is compared: without spaces and dashes, in capitals."""
    return "".join(sign for sign in number if sign.isalnum()).upper()
