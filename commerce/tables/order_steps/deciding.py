"""People's decisions about steps: made only while the step is in a state for them, and remembered with who and when."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, update

from commerce.rules.order_steps.decisions import ALLOWED, LEADS_TO, remembered
from commerce.rules.order_steps.outcomes import ENDED, STATES, WAITING
from commerce.tables.columns import AT_ONCE
from commerce.tables.order_steps import steps as table
from commerce.tables.order_steps.steps import steps


def decide(
    db: Connection,
    *,
    shop_id: int,
    ids: Collection[int],
    decision: str,
    by: str,
    now: datetime,
    among: Collection[str] = STATES,
) -> list[int]:
    """Carry the decision out for those of the shop's steps that it can be made of; gives their ids.

    `among`: the states that whoever decides saw them in; one that is in another by now is left alone. What waited for
    them looks again. Who does the steps is to be woken.
    """
    found = table.by_ids(db, shop_id=shop_id, ids=ids, lock=True)
    chosen = [row for row in found if row.state in ALLOWED[decision] and row.state in among]
    if not chosen:
        return []
    state, words = LEADS_TO[decision]
    rows = [
        {
            "step": row.id,
            "to_detail": remembered(row.detail, decision=decision, by=by, at=now.isoformat(), state=row.state),
        }
        for row in chosen
    ]
    values: dict[str, Any] = {
        "state": state,
        "outcome": words.format(by=by),
        "due_at": AT_ONCE if state == WAITING else None,
        "finished_at": now if state in ENDED else None,
        "detail": bindparam("to_detail"),
    }
    db.execute(update(steps).where(steps.c.id == bindparam("step")).values(values), rows)
    table.look_again(db, shop_id=shop_id, order_ids={row.order_id for row in chosen}, now=now)
    return [row.id for row in chosen]
