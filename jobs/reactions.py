"""What follows from what happened: one line per event. An effect's row is written in the event's own transaction."""

from collections.abc import Sequence
from datetime import datetime

from commerce.mirror.apply import Happened
from commerce.tables import effects
from commerce.tables.columns import AT_ONCE
from commerce.tables.effects import NewEffect
from jobs import queues

# Event to kinds of effects.
REACTIONS: dict[str, tuple[str, ...]] = {
    "product.document_changed": (effects.INDEX,),
    "product.deleted": (effects.INDEX,),
    "object.unclear": (effects.REREAD,),
    "erasure.asked": (effects.ERASE,),
}

# Kind of effect to what has to be woken for it.
WAKES = {
    effects.INDEX: queues.INDEX,
    effects.REREAD: queues.REREAD,
    effects.CALL: queues.CALL,
    effects.ERASE: queues.ERASE,
}


def wanted(happened: Sequence[Happened], *, reread_at: datetime = AT_ONCE) -> list[NewEffect]:
    """The effects that these events ask for; `reread_at` is when to read objects that are unclear."""
    return [
        NewEffect(
            kind=kind,
            object_kind=event.kind,
            object_id=event.object_id,
            inbox_id=event.inbox_id,
            origin=event.origin,
            reason=event.reason,
            due_at=reread_at if kind == effects.REREAD else AT_ONCE,
        )
        for event in happened
        for kind in REACTIONS.get(event.name, ())
    ]
