"""Which steps an event starts: read from jobs.reactions.STEPS, as far as the shop has them switched on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
from commerce.rules.events import LIVE, ORDER
from commerce.rules.order_steps.milestones import PAID
from commerce.rules.order_steps.outcomes import CUSTOM, DESK, NOTIFY, OUTSIDE, PAYMENT, NewStep
from commerce.rules.order_steps.settings import OrderSettings
from commerce.tables.order_steps import settings as chosen
from commerce.tables.order_steps import steps
from commerce.tables.shops import Shop
from jobs import queues, reactions

# Which lane is woken for which steps.
LANES = {DESK: queues.STEPS, OUTSIDE: queues.CALL_OUT}
_SAVED = ("order.created", "order.changed")


def plan(db: Connection, shop: Shop, happened: Sequence[Happened], *, now: datetime) -> set[str]:
    """Write the steps that these events start, in the caller's transaction; gives what to wake. What waits for news of
    an order is due with any, also with what starts nothing, such as money that is reserved."""
    changed = {event.object_id for event in happened if event.kind == ORDER and event.name in _SAVED}
    looked = {queues.STEPS} if steps.look_again(db, shop_id=shop.id, order_ids=changed, now=now) else set()
    telling = [event for event in happened if _order_of(event)]
    if not telling:
        return looked
    settings = chosen.of_shop(db, shop_id=shop.id, platform=shop.platform)
    wanted = [step for event in telling for step in _of_event(event, settings)]
    steps.add(db, shop_id=shop.id, wanted=wanted, now=now)
    # A payment that comes after it was given up on is one all the same.
    paid = {_order_of(event) for event in telling if event.milestone is not None and event.milestone.name == PAID}
    steps.reopen(db, shop_id=shop.id, order_ids=paid, kind=PAYMENT)
    # What waited for news of these orders is due as well.
    return {queues.STEPS} | {LANES[step.lane] for step in wanted}


def _order_of(event: Happened) -> str:
    """The order whose steps the event starts; empty where it starts none."""
    if event.milestone is not None:
        return event.milestone.order_id
    return event.parcel.order_id if event.parcel is not None and event.origin == LIVE else ""


def _of_event(event: Happened, settings: OrderSettings) -> list[NewStep]:
    kinds = [kind for kind in reactions.STEPS.get(event.name, ()) if kind.startswith(NOTIFY) or settings.runs(kind)]
    found = [_step(event, kind, settings) for kind in kinds]
    if event.milestone is not None:
        for call in settings.call_outs:
            if event.milestone.name in call.on:
                detail = {"name": call.name, "blocks": call.blocks}
                found.append(_step(event, f"{CUSTOM}{call.name}", settings, lane=OUTSIDE, detail=detail))
    return found


def _step(
    event: Happened, kind: str, settings: OrderSettings, *, lane: str = DESK, detail: dict[str, Any] | None = None
) -> NewStep:
    if kind == PAYMENT and settings.payment_url:
        lane = OUTSIDE
    return NewStep(
        order_id=_order_of(event),
        kind=kind,
        occasion=_occasion(event),
        lane=lane,
        inbox_id=event.inbox_id,
        detail=detail if event.parcel is None else {**(detail or {}), "tracking_id": event.parcel.tracking_id},
    )


def _occasion(event: Happened) -> str:
    """What the step is for, so that no other telling of the same starts a second one."""
    if event.milestone is not None:
        return event.milestone.occasion
    assert event.parcel is not None, "nothing else starts steps"
    return f"parcel:{event.parcel.number}:{event.parcel.status}"
