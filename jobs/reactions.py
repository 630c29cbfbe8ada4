"""What follows from what happened: one line per event. An effect's row is written in the event's own transaction."""

from collections.abc import Sequence
from datetime import datetime

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
from commerce.rules.order_steps import outcomes as steps
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

# Event of an order, or of one of its parcels, to the steps that it starts, each on its own (jobs.order_steps).
STEPS: dict[str, tuple[str, ...]] = {
    "order.created": (steps.HOLD, steps.PAYMENT, steps.ANALYTICS, steps.NOTIFY + "order_confirmation"),
    "order.paid": (steps.LABEL, steps.ANALYTICS, steps.NOTIFY + "order_paid"),
    "order.stock": (steps.INVENTORY,),
    "order.fulfilled": (steps.NOTIFY + "order_fulfilled",),
    "order.refunded": (steps.ANALYTICS, steps.NOTIFY + "order_refunded"),
    "order.cancelled": (steps.ANALYTICS, steps.NOTIFY + "order_cancelled"),
    "parcel.picked_up": (steps.NOTIFY + "parcel_in_transit",),
    "parcel.out_for_delivery": (steps.NOTIFY + "parcel_out_for_delivery",),
    "parcel.ready_for_pickup": (steps.NOTIFY + "parcel_ready_for_pickup",),
    "parcel.delivered": (steps.NOTIFY + "parcel_delivered",),
    "parcel.attempt_failed": (steps.NOTIFY + "parcel_problem",),
    "parcel.exception": (steps.NOTIFY + "parcel_problem",),
    "parcel.delayed": (steps.NOTIFY + "parcel_problem",),
    "parcel.returning": (steps.NOTIFY + "parcel_problem",),
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
