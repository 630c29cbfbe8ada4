"""Steps of orders as tests put them there, in any state."""

from typing import Any

from commerce.rules.order_steps.outcomes import NewStep, Outcome
from commerce.tables.order_steps import steps
from tests.stored import rows
from tests.webapp.stock import NOW, Stock


def step(shop: Stock, kind: str, state: str, *, order: str = "21", outcome: str = "", **values: Any) -> int:
    """A step of an order in that state."""
    with shop.here.database.write() as db:
        told = NewStep(order_id=order, kind=kind, occasion=values.pop("occasion", "created"))
        steps.add(db, shop_id=shop.id, wanted=[told], now=NOW)
        number = max(row.id for row in steps.of_orders(db, shop_id=shop.id, order_ids=[order]) if row.kind == kind)
        if state != "waiting":
            outcome_ = Outcome(state=state, words=outcome, detail=values.pop("detail", None))
            steps.decide(db, {number: outcome_}, now=NOW)
        if values:
            db.execute(steps.steps.update().where(steps.steps.c.id == number).values(values))
    return number


def state_of(shop: Stock, number: int) -> str:
    (row,) = rows(shop.here.database, steps.steps, id=number)
    return str(row.state)
