"""Orders' steps in plain words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from commerce.rules.notifications.kinds import KINDS
from commerce.rules.order_steps import decisions, names
from commerce.rules.order_steps import outcomes as steps
from commerce.tables.order_steps.step_lists import LATE, LATE_AFTER
from webapp.languages import gettext, ngettext, translated
from webapp.languages import lazy_gettext as _

STATES: Mapping[str, str] = MappingProxyType(
    {
        steps.WAITING: _("Waiting"),
        steps.BLOCKED: _("Waiting for something"),
        steps.HELD: _("Held for you"),
        steps.UNDERWAY: _("On its way"),
        steps.DONE: _("Done"),
        steps.SKIPPED: _("Skipped"),
        steps.FAILED: _("Failed"),
        steps.UNSURE: _("Nobody knows"),
    }
)
_TONES = {steps.DONE: "good", steps.FAILED: "bad", steps.UNSURE: "bad", steps.HELD: "wait", steps.SKIPPED: ""}
EXPLAINED: Mapping[str, str] = MappingProxyType(
    {
        steps.HELD: _("Your rules single these orders out. Their labels wait until you release or reject them."),
        steps.UNSURE: _("It may have happened or not. None of these is repeated by itself."),
        steps.FAILED: _("These did not happen. What waits for them stays where it is."),
        LATE: _("Nothing is wrong with them yet: they wait for a payment, or are tried again."),
    }
)
BUTTONS: Mapping[str, str] = MappingProxyType(
    {
        decisions.RUN: _("Run again"),
        decisions.SKIP: _("Skip"),
        decisions.RELEASE: _("Release"),
        decisions.REJECT: _("Reject"),
    }
)
DID: Mapping[str, str] = MappingProxyType(
    {
        decisions.RUN: _("It is run again."),
        decisions.SKIP: _("It is skipped."),
        decisions.RELEASE: _("It is released."),
        decisions.REJECT: _("It is rejected."),
    }
)
_OCCASIONS = {
    "created": _("the order came in"),
    "paid": _("it was paid"),
    "fulfilled": _("it was fulfilled"),
    "shipped": _("something was sent"),
    "refunded": _("money was given back"),
    "cancelled": _("it was cancelled"),
    "stock": _("its goods changed"),
    "parcel": _("its parcel moved"),
}


def title(kind: str) -> str:
    """What people call a step of that kind."""
    message = KINDS.get(kind.removeprefix(steps.NOTIFY)) if kind.startswith(steps.NOTIFY) else None
    if message is not None:
        return gettext("Message: %(what)s", what=translated(message.title))
    told = names.title(kind)
    return translated(told) if kind in names.NAMES else told


def troubles() -> dict[str, str]:
    """What steps in trouble are called, by what is wrong with them."""
    hours = round(LATE_AFTER.total_seconds() / 3600)
    return {
        steps.HELD: str(STATES[steps.HELD]),
        steps.UNSURE: str(STATES[steps.UNSURE]),
        steps.FAILED: str(STATES[steps.FAILED]),
        LATE: ngettext("Waiting for more than %(num)s hour", "Waiting for more than %(num)s hours", hours),
    }


def tone(state: str) -> str:
    """The colour of a state's badge."""
    return _TONES.get(state, "wait")


def occasion(row: Any) -> str:
    """What started the step."""
    told = str(row.occasion)
    return _OCCASIONS.get(told.partition(":")[0], told)


def possible(row: Any) -> list[tuple[str, str, str]]:
    """What can be decided about a step: the decision, its button, and what may happen twice."""
    return [
        (one, BUTTONS[one], translated(decisions.warning(one, row.kind, row.state, row.detail)))
        for one in decisions.possible(row.state)
    ]


def decided(row: Any) -> list[dict[str, str]]:
    """Who decided what about the step, oldest first."""
    return list(row.detail.get("decisions", [])) if isinstance(row.detail, dict) else []


def decided_by(told: Mapping[str, str]) -> str:
    """One decision with whose it was."""
    who = translated(told["by"])
    known = {
        decisions.RUN: gettext("Run again by %(who)s", who=who),
        decisions.SKIP: gettext("Skipped by %(who)s", who=who),
        decisions.RELEASE: gettext("Released by %(who)s", who=who),
        decisions.REJECT: gettext("Rejected by %(who)s", who=who),
    }
    return known.get(told["decision"], who)


def label_id(row: Any) -> int | None:
    """The label that the step wanted."""
    found = row.detail.get("label_id") if isinstance(row.detail, dict) else None
    return found if isinstance(found, int) else None
