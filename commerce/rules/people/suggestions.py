"""Who may be one person with somebody else: reasons that a merchant can judge. Nobody is merged because of them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

MAIL, PHONE, PLACE = "mail", "phone", "place"
# What each reason says; the surest come first.
REASONS = {MAIL: "the same mail address", PHONE: "the same phone", PLACE: "the same name and postcode"}


class Person(Protocol):
    """A profile as far as it is compared."""

    @property
    def emails(self) -> Sequence[str]:
        """All mail addresses."""

    @property
    def phones(self) -> Sequence[str]:
        """All phones."""

    @property
    def first_name(self) -> str:
        """The first name, "" where it is not known."""

    @property
    def last_name(self) -> str:
        """The last name."""

    @property
    def addresses(self) -> Sequence[Mapping[str, str]]:
        """Postal addresses."""


def reasons(one: Person, other: Person) -> tuple[str, ...]:
    """Why the two may be one person, the surest reason first; none where nothing speaks for it."""
    alike = {
        MAIL: _alike(one.emails, other.emails),
        PHONE: _alike(one.phones, other.phones),
        PLACE: _name(one) == _name(other) and all(_name(one)) and _alike(_postcodes(one), _postcodes(other)),
    }
    return tuple(reason for reason in REASONS if alike[reason])


def _alike(some: Sequence[str], others: Sequence[str]) -> bool:
    return bool({one.lower() for one in some if one} & {one.lower() for one in others if one})


def _name(one: Person) -> tuple[str, str]:
    return " ".join(one.first_name.lower().split()), " ".join(one.last_name.lower().split())


def _postcodes(one: Person) -> list[str]:
    """Postcodes as they are compared: "SW1A 1AA" and "sw1a1aa" are one."""
    return ["".join(str(told.get("postcode") or "").split()) for told in one.addresses]
