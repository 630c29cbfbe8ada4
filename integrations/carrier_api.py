"""What Backroom asks of a carrier: where parcels are, what sending costs, labels. One thin port for all of them.

Two lines in the registry for each: how it describes itself (light: the web reads it), and its connector (loaded by
workers only).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from commerce.rules.tracking import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most so many calls in any so many seconds. `source` is where the carrier, or who measured it, says so.

    A window of 86,400 seconds that a carrier counts from midnight UTC is kept as a sliding one, which is never more.
    """

    calls: int
    seconds: int
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A thing that a merchant has to tell so that the carrier lets us in."""

    name: str
    title: str
    secret: bool = True
    required: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A carrier in its own words.

    `names`: words by which platforms call it, in lower case. `batch`: numbers in one call. `at_once`: calls that may be
    under way at the same time. `quotas`: what a new account may ask; `token_calls_count` where asking for a token is
    counted among them. `tracking_url` holds `{number}`. `push`: whether it tells by itself, at /webhooks/carriers.
    `trusted` False: its words are put into ours by karrio. `can_stand_in`: it can be asked for other carriers' parcels.
    `labels`: whether it prints them.
    """

    name: str
    title: str
    names: tuple[str, ...] = ()
    tracking_url: str = ""
    batch: int = 1
    at_once: int = 8
    quotas: tuple[Quota, ...] = ()
    token_calls_count: bool = False
    fields: tuple[Field, ...] = ()
    push_fields: tuple[Field, ...] = ()
    tracks: bool = True
    labels: bool = False
    push: bool = False
    trusted: bool = True
    can_stand_in: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How a shop is known to a carrier. `id` is the same for the same credentials; `repr` leaves them out.

    `origin` replaces the carrier's address, for stand-ins in tests. `key` names the account where tokens are kept.
    """

    carrier: str
    key: str
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_test: bool = False
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A parcel that is asked for, with what some carriers want to know besides the number, and what helps to read
    their answer: where it goes and comes from (ISO country, postcode), and the IANA zones of both, if known. `carrier`
    is whose parcel it is, for one that stands in for others."""

    number: str
    carrier: str = ""
    country: str = ""
    postcode: str = ""
    zone: str = ""
    origin_country: str = ""
    origin_zone: str = ""
    shipped_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why one number got no answer, in plain words. `retry_after`: seconds, where the carrier said so.

    `kind` is one of the words below.
    """

    kind: str
    message: str
    retry_after: float | None = None


# The carrier does not know the number (yet); it is away; it was asked too often; it does not let us in; it answers what
# cannot be read; the number is none of its own; it was not asked, as our turn comes later.
NOT_FOUND, AWAY, TOO_OFTEN, REFUSED, GARBLED, INVALID, HELD_BACK = (
    "not_found",
    "away",
    "too_often",
    "refused",
    "garbled",
    "invalid",
    "held_back",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking for one number: `told`, or `problem`."""

    number: str
    told: Told | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """One answer for each number that was asked, in any order, and the requests that went out for them, those for
    tokens apart."""

    answers: tuple[Answer, ...]
    calls: int
    token_calls: int = 0


class Tracker(Protocol):
    """A carrier of which can be asked where parcels are. Safe to use from several threads."""

    def track(self, asked: Sequence[Asked], *, now: datetime) -> Answers:
        """Ask for at most `About.batch` numbers. Never raises for what the carrier does: one number's trouble stays
        with that number, and trouble with the carrier is the problem of each."""


class TokenStore(Protocol):
    """Where access tokens are kept that all workers share."""

    def token(self, key: str, fetch: "Fetch") -> str:
        """The token kept under the key, or what `fetch` gets, asked for once however many want it. Raises what it
        raises."""

    def drop(self, key: str, token: str) -> None:
        """The carrier refused that token before its time."""


class Fetch(Protocol):
    """Gets a new token."""

    def __call__(self) -> tuple[str, float]:
        """The token and the seconds that it lives. Raises OutsideError."""
