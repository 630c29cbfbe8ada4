"""One person out of their members: whose word counts for which field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# Fields that every source may tell and a merchant may set.
PLAIN = ("email", "phone", "first_name", "last_name", "locale", "note")
_MOST_ADDRESSES, _MOST_TAGS = 20, 250
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_SUBSCRIBED = "subscribed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a source tells of a member: the platform of its account, or the member's newest order."""

    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    locale: str = ""
    note: str = ""
    tags: Sequence[str] = ()
    addresses: Sequence[Mapping[str, str]] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A consent as it was given or withdrawn."""

    channel: str
    state: str
    at: datetime | None = None
    method: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member with all that is known of it.

    `own`: what was set here: field to {"value", "over"} (what the source said when it was set: it stands until the
    source says something else), and "tags": {"added", "removed"}. `attributes`: name to {"value", "source", "at"}.
    """

    id: str
    has_account: bool
    told: Told
    own: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    consents: Sequence[Said] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A person: the plain fields, and what is gathered from all members."""

    plain: dict[str, str]
    tags: list[str]
    addresses: list[dict[str, str]]
    attributes: dict[str, Any]
    consents: dict[str, dict[str, Any]]

    @property
    def country(self) -> str:
        """The country of the first address that has one, as ISO 3166 code where the platform gives codes."""
        return next((one["country"] for one in self.addresses if one.get("country")), "")


def compose(root: str, members: Sequence[Member]) -> Composed:
    """A person out of the members: the root's word first, then accounts', then who was told of last."""
    ranked = sorted(members, key=lambda one: (one.id != root, not one.has_account, -_stamp(one.told.at), one.id))
    return Composed(
        plain={name: _plain(ranked, name) for name in PLAIN},
        tags=_tags(ranked),
        addresses=_addresses(ranked),
        attributes=_attributes(ranked),
        consents=_consents(said for one in ranked for said in one.consents),
    )


def overlaid(told: str, own: Mapping[str, Any] | None) -> tuple[str, bool]:
    """A field of one member, and whether it is settled (set or cleared here, so nobody else's word counts)."""
    if own is not None and own.get("over", "") == told:
        return own["value"] or "", True
    return told, False


def _stamp(at: datetime | None) -> float:
    return (at or _NEVER).timestamp()


def _plain(ranked: Sequence[Member], name: str) -> str:
    for one in ranked:
        value, is_settled = overlaid(getattr(one.told, name), one.own.get(name))
        if value or is_settled:
            return value
    return ""


def _tags(ranked: Sequence[Member]) -> list[str]:
    found: dict[str, str] = {}
    for one in ranked:
        own = one.own.get("tags", {})
        removed = {tag.lower() for tag in own.get("removed", ())}
        for tag in (*one.told.tags, *own.get("added", ())):
            if tag.lower() not in removed:
                found.setdefault(tag.lower(), tag)
    return list(found.values())[:_MOST_TAGS]


def _addresses(ranked: Sequence[Member]) -> list[dict[str, str]]:
    found: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    for one in ranked:
        own = one.own.get("addresses")
        for address in own["value"] or () if own is not None else one.told.addresses:
            plain = {name: value for name, value in address.items() if value}
            compared = tuple(sorted((name, value.lower()) for name, value in plain.items() if name != "type"))
            if compared:
                found.setdefault(compared, dict(address))
    return list(found.values())[:_MOST_ADDRESSES]


def _attributes(ranked: Sequence[Member]) -> dict[str, Any]:
    """Each attribute as it was told last; one that was cleared is gone."""
    found: dict[str, Any] = {}
    for one in ranked:
        for name, told in one.attributes.items():
            if name not in found or told["at"] > found[name]["at"]:
                found[name] = told
    return {name: told for name, told in sorted(found.items()) if told["value"] is not None}


def _consents(said: Iterable[Said]) -> dict[str, dict[str, Any]]:
    """The last word on each channel; where two are of one time, the one that forbids."""
    last: dict[str, Said] = {}
    for one in said:
        known = last.get(one.channel)
        if known is None or _weight(one) > _weight(known):
            last[one.channel] = one
    return {
        channel: {
            "state": one.state,
            "at": one.at.isoformat() if one.at else None,
            "method": one.method,
            "source": one.source,
        }
        for channel, one in sorted(last.items())
    }


def _weight(one: Said) -> tuple[float, bool, str]:
    return _stamp(one.at), one.state != _SUBSCRIBED, one.state
