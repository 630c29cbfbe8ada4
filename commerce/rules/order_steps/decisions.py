"""What a person may decide about a step, and what they should know before they do."""

from collections.abc import Mapping
from typing import Any

from commerce.rules.order_steps.outcomes import (
    BLOCKED,
    CUSTOM,
    DONE,
    FAILED,
    HELD,
    LABEL,
    NOTIFY,
    SKIPPED,
    UNSURE,
    WAITING,
)

RUN, SKIP, RELEASE, REJECT = "run", "skip", "release", "reject"
# Decision to the states in which it can be made, in the order of the buttons.
ALLOWED: Mapping[str, tuple[str, ...]] = {
    RELEASE: (HELD,),
    REJECT: (HELD,),
    RUN: (FAILED, UNSURE, SKIPPED),
    SKIP: (WAITING, BLOCKED, HELD, FAILED, UNSURE),
}
# Decision to the state that it leads to, and how that is told, with whose decision it was.
LEADS_TO: Mapping[str, tuple[str, str]] = {
    RUN: (WAITING, "Run again by {by}."),
    SKIP: (SKIPPED, "Skipped by {by}."),
    RELEASE: (DONE, "Released by {by}."),
    REJECT: (FAILED, "Rejected by {by}. What waits for it stays where it is."),
}
_KEPT = 20  # decisions that a step remembers


def possible(state: str) -> list[str]:
    """What can be decided about a step in that state."""
    return [decision for decision, states in ALLOWED.items() if state in states]


def is_unknown(state: str, detail: object) -> bool:
    """Whether nobody knows if it happened: also of a step that somebody skipped in that state."""
    last = (_decisions(detail) or [{}])[-1]
    return state == UNSURE or (state == SKIPPED and last.get("decision") == SKIP and last.get("was") == UNSURE)


def was_looked_at(detail: object) -> bool:
    """Whether a person, the last time that nobody knew if it had happened, wanted it again all the same."""
    unknown = [one for one in _decisions(detail) if one.get("was") == UNSURE]
    return bool(unknown) and unknown[-1].get("decision") == RUN


def warning(decision: str, kind: str, state: str, detail: object = None) -> str:
    """What may happen twice, for whoever is about to run a step again; "" where nothing can."""
    if decision != RUN or not is_unknown(state, detail):
        return ""
    if kind == LABEL:
        return (
            "Nobody knows whether a label was bought. Look at the carrier's account first: if it is there, running "
            "this again buys, and costs, a second one."
        )
    if kind.startswith(NOTIFY):
        return "Nobody knows whether this message arrived. Running this again may send it a second time."
    if kind.startswith(CUSTOM):
        return "Nobody knows whether your system got this. Running this again asks it once more."
    return ""


def remembered(detail: object, *, decision: str, by: str, at: str, state: str) -> dict[str, Any]:
    """The step's detail with one more decision in it; `again_at`: since when it is tried anew."""
    kept = dict(detail) if isinstance(detail, dict) else {}
    told = {"decision": decision, "by": by, "at": at, "was": UNSURE if is_unknown(state, detail) else state}
    kept["decisions"] = [*_decisions(detail), told][-_KEPT:]
    if decision == RUN:
        kept["again_at"] = at
    return kept


def _decisions(detail: object) -> list[dict[str, Any]]:
    found = detail.get("decisions") if isinstance(detail, dict) else None
    return found if isinstance(found, list) else []
