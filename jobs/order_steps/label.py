"""Wants labels for paid orders, where the merchant's rule says so; who buys them is jobs.labels.

Never a second one for an order: whoever wanted a label before, by whatever way, has the only one, until that is known
not to have been bought.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from commerce.rules.order_steps.decisions import was_looked_at
from commerce.rules.order_steps.outcomes import Outcome, failed, skipped, underway
from commerce.rules.order_steps.settings import LabelRule
from commerce.rules.orders import CANCELLED, COMPLETED
from commerce.tables import carriers, labels, orders, tracking_settings
from integrations.labels import composed, written
from jobs import queues
from jobs.order_steps.labelled import WANTED_BY_STEP
from jobs.order_steps.work import Work

_ASKED = "The label is being bought."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What all labels of a batch stand on."""

    lines: Mapping[str, Sequence[Any]]
    labels: Mapping[str, Sequence[Any]]
    makers: Sequence[str]
    chosen: Any


def run(work: Work, steps: Sequence[Any]) -> Mapping[int, Outcome]:
    """Claim a label for each order that is to have one."""
    ids = {row.order_id for row in steps}
    own = carriers.of_shop(work.db, work.process.vault, shop_id=work.shop.id)
    ground = _Ground(
        labels=labels.of_orders(work.db, shop_id=work.shop.id, order_ids=ids),
        lines=orders.lines_of(work.db, shop_id=work.shop.id, ids=ids),
        makers=tuple(composed.makers({name for name, one in own.items() if one.is_on})),
        chosen=tracking_settings.of_shop(work.db, shop_id=work.shop.id),
    )
    return {row.id: _outcome(work, row, ground) for row in steps}


def _outcome(work: Work, step: Any, ground: _Ground) -> Outcome:
    order, rule = work.orders[step.order_id], work.settings.label
    there = ground.labels.get(order.id, ())
    unneeded = _unneeded(order, rule) or _standing(step, there)
    return skipped(unneeded) if unneeded else _claimed(work, step, ground, there)


def _unneeded(order: Any, rule: LabelRule) -> str:
    """Why the order needs no label of the rule's; "" where it does."""
    country = str(order.delivery.get("country") or "").upper()
    if order.status in (CANCELLED, COMPLETED) or order.fulfillment_status == "fulfilled":
        return "The order was cancelled." if order.status == CANCELLED else "Everything was sent already."
    if order.financial_status == "refunded":
        return "The money was given back."
    if not order.delivery.get("address1"):
        return "It has no delivery address, so nothing is sent."
    if rule.countries and country not in rule.countries:
        return f"Labels to {country or 'no country'} are not made by themselves."
    return ""


def _standing(step: Any, there: Sequence[Any]) -> str:
    """Whether the order has a label, or may have one. Of its own step's nobody may know; a person who ran the step
    again has looked, and wants another one."""
    detail = step.detail if isinstance(step.detail, dict) else {}
    own = detail.get("labels", ()) if was_looked_at(detail) else ()
    standing = [row for row in there if row.state in labels.STANDING]
    others = [row for row in standing if not (row.id in own and row.state == labels.UNSURE)]
    if others and all(row.state == labels.UNSURE for row in others):
        return "There may be a label already. Look at the carrier's account; if there is none, make one by hand."
    return "There is a label already." if others else ""


def _claimed(work: Work, step: Any, ground: _Ground, there: Sequence[Any]) -> Outcome:
    order, rule = work.orders[step.order_id], work.settings.label
    lines = ground.lines.get(order.id, ())
    stands_on = composed.ground(order, lines, shop=work.shop, chosen=ground.chosen, makers=ground.makers)
    if not stands_on.has_sender:
        return failed("Nobody knows who sends: make one label by hand, or enter the sender at the orders' settings.")
    box: dict[str, Any] = {"grams": rule.weight}
    if rule.length and rule.width and rule.height:
        box |= {"length": rule.length, "width": rule.width, "height": rule.height}
    wanted, wrong = written.read({"carrier": rule.carrier, "service": rule.service, "boxes": [box]}, stands_on.usual)
    if wrong:
        return failed(f"No label can be made: {composed.in_words(wrong)}.")
    key = f"{WANTED_BY_STEP}{order.id}" + (f":after:{there[-1].id}" if there else "")
    row = composed.row_of(wanted, stands_on)
    claimed = labels.claim(work.db, shop_id=work.shop.id, key=key, row=row, now=work.now)
    if claimed is None:
        return skipped("There is a label already.")
    work.wakes.add(queues.LABEL)
    detail = step.detail if isinstance(step.detail, dict) else {}
    return underway(_ASKED, {**detail, "label_id": claimed, "labels": [*detail.get("labels", ()), claimed]})
