"""What follows from what happened: one line per event. An effect's row is written in the event's own transaction."""

from collections.abc import Sequence

from commerce.mirror.apply import Happened
from commerce.tables import effects
from commerce.tables.effects import NewEffect
from jobs import queues

# Event to kinds of effects.
REACTIONS: dict[str, tuple[str, ...]] = {
    "product.document_changed": (effects.INDEX,),
    "product.deleted": (effects.INDEX,),
    "object.unclear": (effects.REREAD,),
}

# Kind of effect to what has to be woken for it. A re-read waits for the platform's connection.
WAKES = {effects.INDEX: queues.INDEX}


def wanted(happened: Sequence[Happened]) -> list[NewEffect]:
    """The effects that these events ask for."""
    return [
        NewEffect(
            kind=kind,
            object_kind=event.kind,
            object_id=event.object_id,
            inbox_id=event.inbox_id,
            origin=event.origin,
            reason=event.reason,
        )
        for event in happened
        for kind in REACTIONS.get(event.name, ())
    ]
