"""What became of one mail to one address: it came back, or it arrived."""

from dataclasses import dataclass, field
from typing import Any


class UnableToReadBounce(ValueError):
    """The bytes are not what their sender promises; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A mail that came back, that somebody called spam, or that arrived.

    `permanent`: the address takes no mail, now or later. `complaint`: it was taken, and called spam. `delivered`: the
    recipient's own server has it. `message_id` is
    the mail's own, without brackets, where it is told. `words` is what was said, without addresses.
    """

    address: str = field(repr=False)
    permanent: bool = False
    complaint: bool = False
    delivered: bool = False
    message_id: str = ""
    words: str = ""


def bare(message_id: object) -> str:
    """A Message-ID without brackets and blanks."""
    return str(message_id or "").strip().strip("<>").strip()[:255]


def part(node: Any, *names: str) -> Any:
    """What stands in JSON under these names; None where it does not."""
    for name in names:
        node = node.get(name) if isinstance(node, dict) else None
    return node
