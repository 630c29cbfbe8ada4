"""What a shop chooses of its messages: which kinds, how, from whom, when; and what is usual on its platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from commerce.rules.notifications.kinds import BACK_IN_STOCK, KINDS, MERCHANT
from commerce.rules.notifications.windows import ALWAYS, Windows

MAIL, SMS, SLACK = "mail", "sms", "slack"
FOR_SHOPPERS, FOR_MERCHANTS = (MAIL, SMS), (MAIL, SLACK)
# Under which name consents and suppressions know a channel's addresses.
ADDRESSED = {MAIL: "email", SMS: "sms"}

_USUAL_DIGEST = 7 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class OfKind:
    """Whether messages of one kind are sent, and over which channels."""

    is_on: bool
    channels: tuple[str, ...] = (MAIL,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What is sent how. `windows`: when shoppers are written to, by their clock; critical kinds are not held.

    `throttle`: so many messages within `throttle_hours` to one recipient, the others wait; 0: as many as there are.
    `addresses`: the merchant's own, for what tells them something. `digest_at`: minutes of the shop's day.
    `keeps_days`: for which what was written is kept. `country`, `address`: stand below mails.
    """

    kinds: Mapping[str, OfKind] = field(default_factory=dict)
    sender: str = ""
    sender_name: str = ""
    reply_to: str = ""
    addresses: tuple[str, ...] = ()
    windows: Windows = field(default_factory=lambda: dict(ALWAYS))
    throttle: int = 0
    throttle_hours: int = 24
    digest_at: int = _USUAL_DIGEST
    keeps_days: int = 90
    sms_sender: str = ""
    brand: Mapping[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> OfKind:
        """What is chosen for one kind."""
        return self.kinds[kind]

    def as_chosen(self) -> dict[str, Any]:
        """As plain JSON."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        kinds = {name: {"is_on": one.is_on, "channels": list(one.channels)} for name, one in self.kinds.items()}
        windows = {str(day): list(span) for day, span in self.windows.items()}
        more = {"kinds": kinds, "windows": windows, "addresses": list(self.addresses), "brand": dict(self.brand)}
        return told | more


def usual(platform: str) -> Choices:
    """What holds for a shop that chose nothing: nobody gets a mail twice that the platform sends by itself."""
    return Choices(kinds={name: OfKind(is_on=kind.starts(platform)) for name, kind in KINDS.items()})


def choices_of(chosen: Mapping[str, Any], *, platform: str) -> Choices:
    """What a shop chose, as it was stored; what is missing, or of an earlier version, is as usual."""
    plain = usual(platform)
    known = {each.name for each in fields(Choices)}
    values = {name: value for name, value in chosen.items() if name in known}
    told = values.get("kinds", {})
    values["kinds"] = {name: _of_kind(name, told.get(name), one) for name, one in plain.kinds.items()}
    if "windows" in values:
        values["windows"] = {int(day): (span[0], span[1]) for day, span in values["windows"].items()}
    if "addresses" in values:
        values["addresses"] = tuple(values["addresses"])
    return replace(plain, **values)


def _of_kind(name: str, told: Mapping[str, Any] | None, plain: OfKind) -> OfKind:
    if told is None:
        return plain
    possible = possible_channels(name)
    channels = tuple(one for one in told.get("channels", ()) if one in possible)
    return OfKind(is_on=bool(told.get("is_on", plain.is_on)), channels=channels or plain.channels)


def possible_channels(kind: str) -> tuple[str, ...]:
    """The channels over which a kind may be sent: who waits for a product left a mail address."""
    if kind == BACK_IN_STOCK:
        return (MAIL,)
    return FOR_MERCHANTS if KINDS[kind].audience == MERCHANT else FOR_SHOPPERS
