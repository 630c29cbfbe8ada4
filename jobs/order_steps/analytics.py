"""Daily figures: what an order counts is replaced by what it counts now."""

from collections.abc import Mapping, Sequence
from typing import Any

from commerce.mirror import counting
from commerce.rules.order_steps.outcomes import Outcome, done
from jobs.order_steps.work import Work


def run(work: Work, steps: Sequence[Any]) -> Mapping[int, Outcome]:
    """Count the orders of these steps as they are now."""
    ids = {row.order_id for row in steps}
    stored = {key: order for key, order in work.orders.items() if key in ids}
    changed = counting.count(work.db, work.shop, stored, now=work.now)
    told: set[str] = set()
    outcomes: dict[int, Outcome] = {}
    for row in steps:
        is_news = row.order_id in changed and row.order_id not in told
        told.add(row.order_id)
        outcomes[row.id] = done("Counted in the figures." if is_news else "Nothing changed in the figures.")
    return outcomes
