"""A label that is wanted, read from JSON or a form: what is to be sent, or what is wrong with each field."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from commerce.rules.orders import Address
from commerce.rules.zones import zone_of
from integrations.label_api import FORMATS, PDF, Box, Sending

FIELDS = ("key", "order_id", "carrier", "service", "format", "from", "to", "boxes", "reference", "signature", "ship_on")
ADDRESS: Mapping[str, int] = {  # fields by how long they may be
    **dict.fromkeys(("first_name", "last_name", "company", "address1", "address2", "city", "province", "country"), 100),
    "postcode": 20,
    "phone": 40,
    "email": 200,
}
SIDES = ("length", "width", "height")
MOST_BOXES, HEAVIEST, LONGEST = 20, 1_000_000, 10_000  # boxes, grams, millimetres
_LONGEST_WORD = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A label that is wanted; its `sending` has no key yet."""

    carrier: str
    sending: Sending


@dataclass(slots=True)
class Fields:
    """The fields of an object, and what is wrong with any, by its whole name."""

    told: Mapping[str, Any]
    wrong: dict[str, str]
    before: str = ""

    def complain(self, name: str, text: str) -> None:
        """`text` stands behind the field's name; of several complaints the first one stays."""
        self.wrong.setdefault(f"{self.before}{name}"[:_LONGEST_WORD], text)

    def only(self, names: Collection[str]) -> None:
        """Complain of fields that nobody knows."""
        for name in self.told:
            if name not in names:
                self.complain(str(name), "is not known: there are " + ", ".join(names))

    def text(self, name: str, longest: int = _LONGEST_WORD) -> str:
        """Words on one line; empty where there are none."""
        value = self.told.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > longest or not _is_writable(value):
            self.complain(name, f"is text of at most {longest} characters")
            return ""
        return " ".join("".join(max(letter, " ") for letter in value).split())

    def whole(self, name: str, *, low: int, high: int, default: int | None = None) -> int:
        """A whole number; a default of None has to be told."""
        value = self.told.get(name)
        if value is None and default is not None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.complain(name, f"is a whole number from {low} to {high}")
            return low
        return value

    def part(self, name: str) -> "Fields":
        """The fields of an object within."""
        value = self.told.get(name)
        if value is not None and not isinstance(value, dict):
            self.complain(name, "is an object")
        return Fields(value if isinstance(value, dict) else {}, self.wrong, f"{self.before}{name}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is meant where nothing is said: addresses with `email`, a reference; `makers`: carriers that can be used."""

    makers: Collection[str]
    sender: Mapping[str, str] = field(default_factory=dict)
    receiver: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""


def read(told: Mapping[str, Any], usual: Usual) -> tuple[Wanted, dict[str, str]]:
    """The label, which counts only where nothing is wrong, and what is wrong by field."""
    wrong: dict[str, str] = {}
    fields = Fields(told, wrong)
    fields.only(FIELDS)
    carrier = fields.text("carrier") or "house"
    if carrier not in usual.makers:
        fields.complain(
            "carrier", "is one of " + ", ".join(usual.makers) + ": others need an account that is switched on"
        )
    wanted_format = fields.text("format").lower() or PDF
    if wanted_format not in FORMATS:
        fields.complain("format", "is one of " + ", ".join(FORMATS))
    sender, sender_email = _address(fields, "from", usual.sender)
    receiver, receiver_email = _address(fields, "to", usual.receiver)
    sending = Sending(
        key="",
        sender=sender,
        receiver=receiver,
        boxes=_boxes(fields),
        service=fields.text("service"),
        format=wanted_format,
        reference=fields.text("reference", 50) or usual.reference[:50],
        sender_email=sender_email,
        receiver_email=receiver_email,
        ship_on=_day(fields),
        signature=_flag(fields, "signature"),
    )
    return Wanted(carrier=carrier, sending=sending), wrong


def _address(fields: Fields, name: str, usual: Mapping[str, str]) -> tuple[Address, str]:
    """An address, told whole or not at all, and the mail address beside it."""
    part = fields.part(name) if fields.told.get(name) is not None else Fields(usual, fields.wrong, f"{name}.")
    if name in fields.wrong:
        return Address(), ""
    part.only(ADDRESS)
    found = {each: part.text(each, longest) for each, longest in ADDRESS.items()}
    found["country"] = found["country"].upper()
    email = found.pop("email")
    if not (found["first_name"] or found["last_name"] or found["company"]):
        part.complain("last_name", "or a company is needed")
    for each in ("address1", "city"):
        if not found[each]:
            part.complain(each, "is needed")
    if not zone_of(found["country"]):
        part.complain("country", "is a country's code of two letters, such as US")
    return Address(**found), email


def _boxes(fields: Fields) -> tuple[Box, ...]:
    told = fields.told.get("boxes")
    if not isinstance(told, list) or not 1 <= len(told) <= MOST_BOXES or not all(isinstance(box, dict) for box in told):
        fields.complain("boxes", f"is a list of 1 to {MOST_BOXES} objects, each with `grams`")
        return ()
    return tuple(_box(Fields(box, fields.wrong, f"boxes.{place}.")) for place, box in enumerate(told))


def _box(part: Fields) -> Box:
    part.only(("grams", *SIDES))
    grams = part.whole("grams", low=1, high=HEAVIEST)
    sides = {side: part.whole(side, low=0, high=LONGEST, default=0) for side in SIDES}
    missing = next((side for side in SIDES if not sides[side]), None)
    if missing and any(sides.values()):
        part.complain(missing, "is needed too: a size has three sides, in millimetres")
    return Box(grams=grams, length=sides["length"], width=sides["width"], height=sides["height"])


def _day(fields: Fields) -> date | None:
    value = fields.text("ship_on", 10)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        fields.complain("ship_on", "is a day such as 2026-05-01")
        return None


def _flag(fields: Fields, name: str) -> bool:
    value = fields.told.get(name, False)
    if not isinstance(value, bool):
        fields.complain(name, "is true or false")
    return value is True


def _is_writable(text: str) -> bool:
    """Whether it can be stored: halves of characters cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
