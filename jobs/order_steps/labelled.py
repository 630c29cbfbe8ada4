"""What follows for an order's steps from what became of its label, in the transaction that writes that."""

from datetime import datetime
from typing import Any

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
from commerce.rules.events import LIVE, ORDER
from commerce.rules.order_steps.milestones import SHIPPED, Milestone
from commerce.rules.order_steps.outcomes import DONE, FAILED, LABEL, UNDERWAY, UNSURE
from commerce.tables import labels
from commerce.tables.order_steps import milestones, steps

WANTED_BY_STEP = "order:"  # so begin keys of labels that steps want
_STATES = {labels.BOUGHT: DONE, labels.FAILED: FAILED, labels.UNSURE: UNSURE}


def ended(db: Connection, label: Any, *, state: str, words: str, now: datetime) -> list[Happened]:
    """End the step that wanted this label; gives the event that the order was shipped, once for each label.

    A label that is taken back later changes nothing: the step did what it was to do.
    """
    if not label.order_id or state not in _STATES:
        return []
    found = steps.of_orders(db, shop_id=label.shop_id, order_ids=[label.order_id])
    waiting = [row.id for row in found if row.kind == LABEL and row.state == UNDERWAY and _is_its(row, label)]
    steps.end(db, waiting, state=_STATES[state], outcome=words, now=now)
    return _shipped(db, label, now) if state == labels.BOUGHT else []


def _is_its(row: Any, label: Any) -> bool:
    return isinstance(row.detail, dict) and row.detail.get("label_id") == label.id


def _shipped(db: Connection, label: Any, now: datetime) -> list[Happened]:
    milestone = Milestone(order_id=label.order_id, name=SHIPPED, key=f"label-{label.id}", at=now)
    row = {"order_id": milestone.order_id, "name": SHIPPED, "key": milestone.key, "at": now, "seen_at": now}
    added = milestones.add(db, shop_id=label.shop_id, rows=[row | {"inbox_id": None, "origin": LIVE, "began": True}])
    if not added:
        return []
    told = {"name": milestone.event, "kind": ORDER, "object_id": label.order_id, "origin": LIVE}
    return [Happened(**told, inbox_id=None, milestone=milestone)]
