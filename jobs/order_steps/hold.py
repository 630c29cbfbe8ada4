"""Holds orders that a merchant's rules single out, until a person has looked at them."""

from collections.abc import Mapping, Sequence
from typing import Any

from commerce.rules.order_steps.holds import Beside, reasons
from commerce.rules.order_steps.outcomes import HELD, Outcome, done, skipped
from commerce.rules.orders import CANCELLED
from commerce.tables import orders
from commerce.tables.people import profile_lists
from jobs.order_steps.work import Work


def run(work: Work, steps: Sequence[Any]) -> Mapping[int, Outcome]:
    """Look at each order once, with two queries for all of them."""
    shop, rules = work.shop, work.settings.holds
    found = {row.id: work.orders[row.order_id] for row in steps}
    lines = orders.lines_of(work.db, shop_id=shop.id, ids={order.id for order in found.values()})
    counts: Mapping[str, int] = {}
    if rules.first_order_over is not None:
        members = {order.member_id for order in found.values()} - {""}
        counts = profile_lists.orders_counts(work.db, shop_id=shop.id, member_ids=members)

    def outcome(order: Any) -> Outcome:
        if order.status == CANCELLED:
            return skipped("The order was cancelled.")
        beside = Beside(
            pieces=sum(line.quantity for line in lines.get(order.id, ())),
            orders_count=counts.get(order.member_id, 0),
            currency=shop.currency,
        )
        why = reasons(order, rules, beside)
        return Outcome(state=HELD, words=" ".join(why)) if why else done("Nothing speaks against it.")

    return {step: outcome(order) for step, order in found.items()}
