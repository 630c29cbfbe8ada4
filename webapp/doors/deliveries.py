"""A delivery as the merchant sees it: its way through the house, its payload and headers, in plain words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commerce.rules.events import REPLAY
from commerce.tables import effects, inbox
from webapp import formats
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext, ngettext, translated

SHOWN_BYTES = 64 * 1024
_HIDDEN = ("authorization", "cookie", "token", "secret", "password")
_SHORTENED = ("hmac", "signature")

OUTCOMES = {
    inbox.WAITING: lazy_gettext("Waits to be applied"),
    inbox.APPLIED: lazy_gettext("Applied"),
    inbox.SKIPPED: lazy_gettext("Read; nothing had to be done"),
    inbox.FAILED: lazy_gettext("Set aside after its last attempt"),
    inbox.REJECTED: lazy_gettext("Turned away"),
    inbox.ERASED: lazy_gettext("Erased"),
}
EFFECTS = {
    effects.INDEX: lazy_gettext("Search index"),
    effects.REREAD: lazy_gettext("Read again from the platform"),
    effects.CALL: lazy_gettext("Change at the shop"),
    effects.ERASE: lazy_gettext("Erasure"),
}
_WORDS = {
    effects.WAITING: lazy_gettext("waits"),
    effects.STARTED: lazy_gettext("under way"),
    effects.DONE: lazy_gettext("done"),
    effects.FAILED: lazy_gettext("failed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a timeline; `at` None has not happened yet. `state` colours it."""

    title: str
    at: datetime | None = None
    detail: str = ""
    state: str = ""


def lag_of(row: Any) -> float | None:
    """Seconds from receiving a delivery to its end; None while it waits, and where it was replayed later."""
    if row.applied_at is None or row.origin == REPLAY or row.state == inbox.WAITING:
        return None
    return float((row.applied_at - row.received_at).total_seconds())


def timeline(row: Any, planned: Sequence[Any]) -> list[Step]:
    """What happened to a delivery, in order, and what still has to."""
    steps = []
    if row.triggered_at:
        steps.append(Step(title=_("Happened in the shop"), at=row.triggered_at))
    told = [_("Its signature was right.")] if row.state != inbox.REJECTED else []
    if row.repeats:
        told.append(
            ngettext(
                "It came %(num)s more time, which changed nothing.",
                "It came %(num)s more times, which changed nothing.",
                row.repeats,
            )
        )
    steps.append(Step(title=_("Received and stored"), at=row.received_at, detail=" ".join(told)))
    if row.taken_at:
        attempt = _attempt(row.attempts) if row.attempts else _("Before it was replayed.")
        steps.append(Step(title=_("Taken by a worker"), at=row.taken_at, detail=attempt))
    steps.append(_outcome(row))
    return steps + [_effect(effect) for effect in planned]


def _attempt(number: int) -> str:
    return _("Attempt %(number)s.", number=formats.number(number))


def _outcome(row: Any) -> Step:
    title, at = str(OUTCOMES.get(row.state, row.state.capitalize())), row.applied_at
    detail = translated(row.note)
    if row.state == inbox.WAITING:
        title = _("Waits to be tried again") if row.attempts else title
        at, detail = None, ""
    elif row.state == inbox.FAILED:
        at, detail = row.taken_at, ""
    elif row.state == inbox.REJECTED:
        at, detail = row.received_at, reason_words(row.error)
    return Step(title=title, at=at, detail=detail, state=row.state)


def _effect(row: Any) -> Step:
    title = f"{EFFECTS.get(row.kind, row.kind)}: {_WORDS.get(row.state, row.state)}"
    tried = _attempt(row.attempts) if row.attempts > 1 else ""
    detail = " ".join(part for part in (translated(row.reason), translated(row.error), tried) if part)
    return Step(title=title, at=row.finished_at, detail=detail, state=row.state)


def payload_text(body: bytes) -> tuple[str, bool]:
    """The payload, laid out where it is JSON, and whether the text was cut because it is long."""
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace")
    return text[:SHOWN_BYTES], len(text) > SHOWN_BYTES


def shown_headers(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """Headers by name: signatures shortened, what could sign somebody in left out."""
    shown = []
    for name, value in sorted(headers.items()):
        lower = name.lower()
        if any(word in lower for word in _HIDDEN):
            continue
        is_signature = any(word in lower for word in _SHORTENED)
        shown.append((name, f"{value[:6]}…" if is_signature else value))
    return shown


# The door's reasons.
REASONS = {
    "no_signature": lazy_gettext("It was not signed."),
    "wrong_signature": lazy_gettext("Its signature does not fit: signed with another secret, or changed on its way."),
    "other_shop": lazy_gettext("Its body belongs to another shop than its header says."),
    "not_json": lazy_gettext("Its body is not JSON."),
    "too_old": lazy_gettext("It was signed more than 5 minutes before it came."),
    "too_early": lazy_gettext("It was signed for a time more than 5 minutes ahead: the sender's clock is wrong."),
    "too_large": lazy_gettext("Its body is larger than what is accepted."),
    "no_account": lazy_gettext("There is no account with this carrier that says how its calls are signed."),
}


def reason_words(reason: str) -> str:
    """Why a delivery was turned away, in plain words."""
    return str(REASONS.get(reason, reason.replace("_", " ").capitalize()))
