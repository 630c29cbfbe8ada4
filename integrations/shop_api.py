"""What Backroom asks of a shop's own API, whatever the platform."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from commerce.rules.events import Reading, ShopFacts


class Pace(Protocol):
    """How fast a shop's API may be asked; shared by all processes that ask it."""

    def wait(self, cost: float) -> None:
        """Wait until a call of that cost (in the platform's points, or 1) may be made. Raises RateLimited where that
        would take longer than a job may."""

    def told(self, *, available: float, restored_per_second: float, capacity: float) -> None:
        """What the API said after a call: points left, points that come back each second, and the most there can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What is needed to ask a shop's own API.

    `domain`: the shop's, as it is stored. `credentials`: names and secrets as the platform calls them. `currency`: the
    shop's, where known. `folder`: this machine's, for what is too large for memory; emptied at any time. `origin`:
    stand-in for the platform's own address. `counted` is called with the call's name each time the API is asked.
    """

    domain: str
    credentials: Mapping[str, str]
    currency: str | None
    folder: Path
    pace: Pace
    counted: Callable[[str], None]
    origin: str = ""
    ca_bundle: str = ""
    allow_private_hosts: bool = False

    def __repr__(self) -> str:
        return f"Access(domain={self.domain!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Access that a platform gave: what lets us in, by the platform's names, until when, and what it allows.

    `at` is when it was given, by the platform's clock. Times are None where the access does not end.
    """

    secrets: Mapping[str, str]
    at: datetime
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Grant(at={self.at}, expires_at={self.expires_at}, scopes={self.scopes})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A walk through a shop's objects: its name, and the kind of the objects (commerce.rules.events)."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An object that the shop listed without telling the whole of it, and when it changed last."""

    kind: str
    id: str
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a shop's API gave.

    `readings`: objects, each with its kind and id. `seen`: objects that were listed only. `read_at`: our time before
    the shop was asked: what it told is at least as new. `place`: where to go on, as the API wrote it for itself;
    empty where nothing is left. `total`: how many objects the listing has, None where that is not known (yet).
    `wait`: seconds after which asking for the next page makes sense.
    """

    read_at: datetime
    readings: tuple[Reading, ...] = ()
    seen: tuple[Seen, ...] = ()
    place: str = ""
    total: int | None = None
    wait: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """The webhooks that we made at a shop: how many there should be, how many deliver, what was wrong in plain words.

    `wanted` 0: the platform's own configuration of the app makes them, and the shop has no list of them.
    """

    wanted: int
    active: int
    notes: tuple[str, ...] = ()


class ShopApi(Protocol):
    """A connected shop's own API.

    All methods may raise Transient, Permanent, Refused (the credentials) and RateLimited; messages name no secret.
    """

    def about(self) -> ShopFacts:
        """The shop about itself."""

    def counts(self) -> Mapping[str, int | None]:
        """How many objects each listing of everything has, by its name; None where the shop does not tell."""

    def listings(self, *, changes: bool) -> tuple[Listing, ...]:
        """What to walk through, in this order: for all objects, or (`changes`) for those changed since a time."""

    def page(self, listing: str, place: str, *, since: datetime | None) -> Page:
        """The next page of a walk; `place` is empty at the beginning. `since` (for `changes`): our time.

        A walk goes on from any place that it gave, also in another process, and may then tell objects again.
        """

    def portions(self, kind: str, ids: Sequence[str]) -> Sequence[Sequence[str]]:
        """These objects in portions that are worth one `read` each: it takes some seconds, whatever they hold."""

    def read(self, kind: str, ids: Sequence[str]) -> Page:
        """These objects as they are now: one Reading for each id, with a Deleted for those that are not there."""

    def carry_out(self, call: str, detail: Mapping[str, Any], *, key: str) -> str:
        """Change something at the shop; gives what happened, in plain words. `key` is the same for each try."""

    def keep_hooks(self, address: str, secret: str) -> Hooks:
        """See to it that the shop's webhooks are there, deliver to that address and are signed with the secret."""
