"""Parameters of the lists that are described by a table: what each may be, and what it does."""

from typing import Any

from commerce.tables import effects, inbox
from webapp import inputs
from webapp.api.models import DEFAULT_LIMIT, MOST

Schema = dict[str, Any]

EFFECT_STATES = [effects.WAITING, effects.DONE, effects.FAILED]
# A text in an address: without NUL, which no database takes.
_WORD: Schema = {"type": "string", "maxLength": inputs.LONGEST, "pattern": r"^[^\x00]*$"}
_TIME: Schema = {"type": "string", "format": "date-time"}

PARAMETERS: dict[str, tuple[Schema, str]] = {
    "limit": ({"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}, "How many at most."),
    "cursor": ({"type": "string"}, "The `next_cursor` of the page before."),
    "updated_since": (_TIME, "Only what changed since, there or here."),
    "since": (_TIME, "Only what came in since."),
    "topic": (_WORD, "Only this topic, as the platform names it."),
    "kind": (_WORD, "Only this kind."),
    "object_id": (_WORD, "Only about this object, by the platform's id."),
    "state": ({"type": "string", "enum": list(inbox.STATES)}, "Only in this state."),
    "effect_kind": ({"type": "string", "enum": list(effects.KINDS)}, "Only this kind."),
    "effect_state": ({"type": "string", "enum": EFFECT_STATES}, "Only in this state."),
    "days": ({"type": "integer", "enum": [7, 28, 90], "default": 28}, "How many days, today included."),
}
