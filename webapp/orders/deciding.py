"""Decisions about steps, written and their jobs woken."""

from collections.abc import Collection
from datetime import datetime

from commerce.database import Connection
from commerce.tables.order_steps import deciding
from jobs.queues import CALL_OUT, STEPS
from webapp.parts import Parts


def decide(here: Parts, *, shop_id: int, ids: Collection[int], decision: str, by: str, now: datetime) -> list[int]:
    """Decide about these steps; gives those of which it could be decided."""
    with here.database.write() as db:
        done = within(db, shop_id=shop_id, ids=ids, decision=decision, by=by, now=now)
    if done:
        wake(here, shop_id)
    return done


def within(db: Connection, *, shop_id: int, ids: Collection[int], decision: str, by: str, now: datetime) -> list[int]:
    """As `decide`, within a transaction; `wake` once it is committed."""
    return deciding.decide(db, shop_id=shop_id, ids=ids, decision=decision, by=by, now=now)


def wake(here: Parts, shop_id: int) -> None:
    """Wake who does the steps, in both lanes."""
    for kind in (STEPS, CALL_OUT):
        here.queues.wake(kind, [shop_id], again=True)
