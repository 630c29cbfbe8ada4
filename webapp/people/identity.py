"""What a person is made of, in words: each member, and why it is part of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from commerce.mirror.merges import PLATFORM
from commerce.rules.people.keys import EMAIL, FORMER, OWN, PHONE
from webapp.languages import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A member. `can_leave`: whether it stands there by rule, so that "somebody else" can be said of it."""

    id: str
    label: str
    why: str
    can_leave: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A merge that holds. `can_undo`: it was made here; what the platform merged is one there too."""

    id: str
    label: str
    reason: str
    made_by: str
    made_at: Any
    can_undo: bool


def pieces(root: str, rows: Sequence[Any], known: Mapping[str, Sequence[Any]]) -> list[Piece]:
    """The members of a person, the one that the others stand under first. `known`: their identities."""
    ranked = sorted(rows, key=lambda row: (row.id != root, row.id))
    return [
        Piece(
            id=row.id,
            label=label(row),
            why=_why(root, row, known),
            can_leave=row.id != root and not row.merged_into and bool(row.joined_into),
        )
        for row in ranked
    ]


def merged(rows: Sequence[Any], pieces_of: Sequence[Any]) -> list[Joined]:
    """The merges that hold."""
    labels = {row.id: label(row) for row in pieces_of}
    return [
        Joined(
            id=row.id,
            label=labels.get(row.secondary_id, row.secondary_id),
            reason=row.reason,
            made_by=row.made_by,
            made_at=row.made_at,
            can_undo=row.made_by != PLATFORM,
        )
        for row in rows
        if row.undone_at is None
    ]


def label(row: Any) -> str:
    """What a member is."""
    kind, _colon, value = row.key.partition(":")
    if row.kind == FORMER:
        return _("Account %(id)s, which the shop deleted", id=value)
    if row.kind == OWN:
        return _("Put in here")
    if kind == "account":
        return _("Account %(id)s", id=value)
    if kind == EMAIL:
        return _("Guest, by the mail address %(address)s", address=value)
    return _("Guest, by the phone %(number)s", number=value)


def _why(root: str, row: Any, known: Mapping[str, Sequence[Any]]) -> str:
    if row.id == root:
        return _("The others stand under this one.")
    if row.merged_into:
        return _("Merged by hand or by the shop; the merge is listed below.")
    mine, theirs = (_addresses(known.get(key, ())) for key in (row.id, row.joined_into))
    shared = [kind for kind, _ in sorted(mine & theirs)]
    if EMAIL in shared:
        return _("Has or had the same mail address.")
    return _("Has the same phone, and no mail address.") if PHONE in shared else _("Joined by rule.")


def _addresses(rows: Sequence[Any]) -> set[tuple[str, str]]:
    return {(row.kind, row.value) for row in rows if row.kind in (EMAIL, PHONE)}
