"""What follows from what happened: one line per event. An effect's row is written in the event's own transaction."""

from collections.abc import Sequence
from datetime import datetime

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
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
    effects.CONFIGURE: queues.CONFIGURE,
    effects.PAGES: queues.PAGES,
    effects.PURGE: queues.PURGE,
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


def not_waiting_yet(db: Connection, shop_id: int, wanted: Sequence[NewEffect]) -> list[NewEffect]:
    """The effects but for re-reads that wait already: one is enough, however many tellings ask for it."""
    asked: dict[str, set[str]] = {}
    for effect in wanted:
        if effect.kind == effects.REREAD:
            asked.setdefault(effect.object_kind, set()).add(effect.object_id)
    waiting = {
        (kind, object_id)
        for kind, ids in asked.items()
        for object_id in effects.waiting_objects(db, shop_id=shop_id, kind=effects.REREAD, object_kind=kind, ids=ids)
    }
    return [
        effect
        for effect in wanted
        if effect.kind != effects.REREAD or (effect.object_kind, effect.object_id) not in waiting
    ]
