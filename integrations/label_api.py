"""What Backroom asks of who makes shipping labels: what sending costs, a label, a label taken back.

Labels cost money. So nothing that buys is repeated by itself, and errors say what is known: `Unsure` where a label may
have been bought; anything else where certainly none was. The carrier's reply goes to `on_reply` before anybody tries to
understand it, and can be read again later with `read`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Protocol

from commerce.rules.orders import Address
from integrations.errors import OutsideError, Permanent

PDF, ZPL = "pdf", "zpl"
FORMATS = (PDF, ZPL)


class Unsure(OutsideError):
    """It was asked, and no answer came that says whether it was done: look at the carrier's account before asking
    again."""


class UnableToReadReply(Permanent):
    """It was done, and the carrier's reply was given to `on_reply`, but it cannot be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A parcel as it is sent: grams, and millimetres where they are known. `packaging` in karrio's words."""

    grams: int
    length: int = 0
    width: int = 0
    height: int = 0
    packaging: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Goods within, for customs: `grams` and `price` (minor units) are those of one piece; `origin` is ISO alpha-2."""

    title: str
    quantity: int = 1
    sku: str = ""
    grams: int = 0
    price: int = 0
    currency: str = ""
    origin: str = ""
    hs_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What is to be sent. `key` is the same for the same label, however often it is asked for; `service` as a Rate
    calls it, empty where rates are asked for; `reference` is printed. `options` are the carrier's own, by karrio's
    names."""

    key: str
    sender: Address
    receiver: Address
    boxes: tuple[Box, ...]
    service: str = ""
    format: str = PDF
    reference: str = ""
    sender_email: str = ""
    receiver_email: str = ""
    to_a_home: bool = True
    ship_on: date | None = None
    signature: bool = False
    contents: tuple[Content, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


def asked_of(sending: Sending) -> dict[str, Any]:
    """What is asked for, as a label's row keeps it."""
    plain = {each.name: getattr(sending, each.name) for each in fields(sending) if each.name != "key"}
    return plain | {
        "sender": _plain(sending.sender),
        "receiver": _plain(sending.receiver),
        "boxes": [_plain(box) for box in sending.boxes],
        "contents": [_plain(content) for content in sending.contents],
        "ship_on": sending.ship_on.isoformat() if sending.ship_on else None,
        "options": dict(sending.options),
    }


def _plain(fact: Any) -> dict[str, Any]:
    return {each.name: getattr(fact, each.name) for each in fields(fact)}


def sending_of(asked: Mapping[str, Any], *, key: str) -> Sending:
    """The other way round."""
    told = dict(asked) | {
        "sender": Address(**asked["sender"]),
        "receiver": Address(**asked["receiver"]),
        "boxes": tuple(Box(**box) for box in asked["boxes"]),
        "contents": tuple(Content(**content) for content in asked["contents"]),
        "ship_on": date.fromisoformat(asked["ship_on"]) if asked["ship_on"] else None,
    }
    return Sending(key=key, **told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a service costs: `amount` in minor units. `days` on the way, where they are told."""

    service: str
    title: str
    amount: int
    currency: str
    days: int | None = None
    arrives_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label that was bought. `number` of the whole, `numbers` of its boxes; `reference` is what takes it back; `file`
    holds all boxes, in `format`. `amount` None where the carrier does not say what it cost."""

    number: str
    numbers: tuple[str, ...]
    reference: str
    format: str
    file: bytes = field(repr=False)
    amount: int | None = None
    currency: str = ""


OnReply = Callable[[bytes], None]


class LabelMaker(Protocol):
    """Who makes labels. Safe to use from several threads."""

    def rates(self, sending: Sending) -> tuple[Rate, ...]:
        """The services that would take it, the cheapest first. Raises Transient, RateLimited, Refused, Permanent."""

    def buy(self, sending: Sending, *, on_reply: OnReply | None = None) -> Label:
        """Buy a label. Raises Unsure where one may have been bought, UnableToReadReply where one was; Transient,
        RateLimited, Refused and Permanent where certainly none was; what `on_reply` raises, after a purchase."""

    def read(self, sending: Sending, reply: bytes) -> Label:
        """What `buy` makes of a reply that was kept. Raises UnableToReadReply, Permanent for a refusal."""

    def void(self, reference: str, *, on_reply: OnReply | None = None) -> None:
        """Take a label back. Raises Unsure, and as `buy` where it certainly was not taken back."""
