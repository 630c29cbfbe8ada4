"""A delivery's JSON, taken apart so that every complaint names its field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from commerce.rules.events import UnableToRead
from commerce.rules.money import minor_units
from commerce.rules.searches import is_token

_GID = re.compile(r"gid://shopify/(?P<type>\w+)/(?P<id>[A-Za-z0-9_-]{1,64})(?:\?.*)?")
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LARGEST = 2**63 - 1  # what a BIGINT column holds; Shopify's ids stay below it


# Under this name the search's widget leaves the token of the last click with a cart, and platforms with its order.
SEARCH_ID = "_backroom_search"


def told_search_id(value: object) -> str:
    """The token as an order tells it; empty where that is no token, which is no reason to refuse the order."""
    return value if isinstance(value, str) and is_token(value) else ""


def search_id_among(details: object, name: str) -> str:
    """The same where it stands in a list of an order's details, which say under `name` what they are."""
    listed = details if isinstance(details, list) else []
    values = [one.get("value") for one in listed if isinstance(one, dict) and one.get(name) == SEARCH_ID]
    return next((token for value in values if (token := told_search_id(value))), "")


def moment(value: object) -> datetime | None:
    """A time as Shopify writes it (with any zone, up to nanoseconds) in UTC; None where it cannot be read."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value.strip())
        return read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def identifier(value: object) -> str | None:
    """An id as text, of a number, a text or a GID ("gid://shopify/Customer/1" is "1"); None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value) if 0 <= value <= _LARGEST else None
    if not isinstance(value, str):
        return None
    gid = _GID.fullmatch(value)
    if gid:
        return gid["id"]
    return value if _PLAIN_ID.fullmatch(value) else None


def is_gid_of(value: object, gid_type: str) -> bool:
    """Whether the value is a GID of that GraphQL type."""
    gid = _GID.fullmatch(value) if isinstance(value, str) else None
    return gid is not None and gid["type"] == gid_type


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object of a delivery: `path` is where it stands in the body. All methods raise UnableToRead."""

    topic: str
    told: Mapping[str, Any]
    path: str = ""

    @classmethod
    def of(cls, topic: str, payload: object) -> "Body":
        """The whole body."""
        if not isinstance(payload, dict):
            raise UnableToRead(f"{topic}: the body is not an object")
        return cls(topic, payload)

    def tells(self, *names: str) -> bool:
        """Whether all these fields are there; null counts, as fields that an app may not see are null."""
        return all(name in self.told for name in names)

    def complaint(self, name: str, what: str) -> UnableToRead:
        """An exception that names the field and shows what was there."""
        value = self.told.get(name)
        shown = "" if value is None else f": {repr(value)[:60]}"
        return UnableToRead(f"{self.topic}: `{self.path}{name}` {what}{shown}")

    def id(self, name: str = "id") -> str:
        """An id that has to be there."""
        found = self.id_or_empty(name)
        if not found:
            raise (
                self.complaint(name, "is missing") if self.told.get(name) is None else self.complaint(name, "is no id")
            )
        return found

    def id_or_empty(self, name: str) -> str:
        """An id, empty where there is none."""
        value = self.told.get(name)
        if value is None or value == "":
            return ""
        found = identifier(value)
        if found is None:
            raise self.complaint(name, "is no id")
        return found

    def text(self, name: str) -> str:
        """Text as it is; empty where there is none."""
        value = self.told.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, float) or (
            isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST
        ):
            return str(value)
        raise self.complaint(name, "is not text")

    def number(self, name: str) -> int | None:
        """A whole number, also when written as text or as 3.0; None where there is none."""
        value = self.told.get(name)
        if value is None or value == "":
            return None
        try:
            whole = int(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
        except (ValueError, OverflowError):
            whole = None
        if whole is None or abs(whole) > _LARGEST or (isinstance(value, float) and value != whole):
            raise self.complaint(name, "is not a whole number")
        return whole

    def quantity(self, name: str) -> int:
        """How many: shops that sell by weight write decimals, which are rounded, up where it would be nothing."""
        value = self.told.get(name)
        try:
            exact = Decimal(str(value)) if value not in (None, "") and not isinstance(value, bool) else Decimal(0)
            if not exact.is_finite() or abs(exact) > _LARGEST:
                raise self.complaint(name, "is no quantity")
        except InvalidOperation:
            raise self.complaint(name, "is no quantity") from None
        whole = int(exact.to_integral_value())
        return 1 if whole == 0 and exact > 0 else whole

    def money(self, name: str, currency: str | None) -> int | None:
        """An amount in minor units; None where there is none."""
        try:
            return minor_units(self.told.get(name), currency)
        except ValueError as error:
            raise self.complaint(name, "is not an amount of money") from error

    def amount(self, name: str, currency: str | None) -> int:
        """An amount in minor units that has to be there."""
        amount = self.money(name, currency)
        if amount is None:
            raise self.complaint(name, "is missing")
        return amount

    def time(self, name: str) -> datetime | None:
        """A time in UTC; None where there is none or it cannot be read."""
        return moment(self.told.get(name))

    def tags(self, name: str = "tags") -> tuple[str, ...]:
        """Tags, written as one text with commas or as a list."""
        value = self.told.get(name)
        listed = value.split(",") if isinstance(value, str) else value or []
        if not isinstance(listed, list) or not all(isinstance(tag, str) for tag in listed):
            raise self.complaint(name, "is not a list of tags")
        return tuple(dict.fromkeys(tag.strip() for tag in listed if tag.strip()))

    def part(self, name: str) -> "Body | None":
        """An object inside this one; None where there is none."""
        value = self.told.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.complaint(name, "is not an object")
        return Body(self.topic, value, f"{self.path}{name}.")

    def parts(self, name: str) -> list["Body"]:
        """The objects of a list; none where there is no list."""
        value = self.told.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise self.complaint(name, "is not a list of objects")
        return [Body(self.topic, entry, f"{self.path}{name}[{place}].") for place, entry in enumerate(value)]

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of a list; none where there is no list."""
        value = self.told.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise self.complaint(name, "is not a list of texts")
        return tuple(value)

    def ids(self, name: str) -> tuple[str, ...]:
        """The ids of a list; none where there is no list."""
        value = self.told.get(name)
        if value is None:
            return ()
        found = [identifier(entry) for entry in value] if isinstance(value, list) else [None]
        if None in found:
            raise self.complaint(name, "is not a list of ids")
        return tuple(entry for entry in found if entry)
