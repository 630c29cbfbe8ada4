"""Fields of our own JSON. It is ours to define, so what is written wrongly is refused by name and never guessed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from commerce.rules.events import UnableToRead
from commerce.rules.orders import Address
from integrations.platforms.body import Body, moment

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,10})?", re.ASCII)
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_MOST = 2**31 - 1  # what an INTEGER column holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event: its `data`, when it happened, and the shop's currency if known."""

    data: Body
    at: datetime
    currency: str | None

    @property
    def updated_at(self) -> datetime:
        """When the object was changed: what it says itself, else when the event happened."""
        return time(self.data, "updated_at") or self.at


def rfc_3339(value: object) -> datetime | None:
    """A time with its zone, in UTC; None for anything else."""
    return moment(value.upper()) if isinstance(value, str) and _TIME.fullmatch(value) else None


def time(body: Body, name: str) -> datetime | None:
    """A time in UTC; None where there is none."""
    if body.told.get(name) is None:
        return None
    found = rfc_3339(body.told[name])
    if found is None:
        raise body.complaint(name, 'is no time with a zone such as "2026-11-22T10:00:00Z"')
    return found


def title(body: Body, name: str = "title") -> str:
    """Text that has to be there."""
    found = body.text(name)
    if not found.strip():
        raise body.complaint(name, "is missing")
    return found


def price(body: Body, name: str, currency: str | None) -> int | None:
    """An amount in minor units; None where there is none. A number could be meant in cents, so it has to be text."""
    value = body.told.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise body.complaint(name, 'is no amount as text such as "19.99"')
    return body.money(name, currency)


def total(body: Body, name: str, currency: str | None) -> int:
    """An amount in minor units that has to be there."""
    found = price(body, name, currency)
    if found is None:
        raise body.complaint(name, "is missing")
    return found


def whole(body: Body, name: str) -> int | None:
    """A whole number; None where there is none."""
    value = body.told.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MOST:
        raise body.complaint(name, "is not a whole number")
    return value


def flag(body: Body, name: str, otherwise: bool) -> bool:
    """true or false."""
    value = body.told.get(name)
    if value is None:
        return otherwise
    if not isinstance(value, bool):
        raise body.complaint(name, "is neither true nor false")
    return value


def word(body: Body, name: str, words: Sequence[str], otherwise: str) -> str:
    """One of these words."""
    value = body.told.get(name)
    if value is None:
        return otherwise
    if not isinstance(value, str) or value not in words:
        raise body.complaint(name, f"is none of {', '.join(words)}")
    return value


def link(body: Body, name: str) -> str:
    """An address with its scheme; empty where there is none."""
    value = body.text(name)
    if value and not _LINK.fullmatch(value):
        raise body.complaint(name, "is no address such as https://shop.example/lamp")
    return value


def texts_by_name(body: Body, name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """An object of names and texts, or lists of texts: ("Material", ("Wool", "Silk"))."""
    told = body.part(name)
    if told is None:
        return ()
    return tuple(
        (key, told.texts(key) if isinstance(value, list) else (told.text(key),)) for key, value in told.told.items()
    )


def distinct(bodies: Sequence[Body], name: str = "id") -> Sequence[Body]:
    """The same objects, after a look whether two of them have one id."""
    seen: set[str] = set()
    for body in bodies:
        id_ = body.id(name)
        if id_ in seen:
            raise body.complaint(name, "is there twice")
        seen.add(id_)
    return bodies


def address(body: Body | None) -> Address:
    """An address; empty where there is none."""
    if body is None:
        return Address()
    return Address(**{name: body.text(name) for name in Address.__dataclass_fields__})


def of_event(topic: str, payload: object, currency: str | None) -> Told:
    """The event that a body tells. Raises UnableToRead."""
    if not topic:
        raise UnableToRead("The body names no `type`, such as product.saved")
    event = Body.of(topic, payload)
    at, data = time(event, "timestamp"), event.part("data")
    if at is None:
        raise event.complaint("timestamp", "is missing")
    if data is None:
        raise event.complaint("data", "is missing")
    return Told(data=data, at=at, currency=currency)
