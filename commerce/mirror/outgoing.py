"""What merchants do with their endpoints and dispatches, in the dashboard as by the API. Whoever calls this wakes
queues.DISPATCH after the commit, and queues.RESEND where a replay is left to the job.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.rules.outgoing.health import ACTIVE, DISABLED, KEEPS, PAUSED
from commerce.rules.outgoing.names import TEST, Announced
from commerce.tables import alerts
from commerce.tables.outgoing import announcements, dispatches, endpoints, replays
from commerce.tables.outgoing.replays import Which
from commerce.tables.shops import Shop

ALERT = "webhooks"  # the kind of alerts about endpoints
AT_ONCE = 500  # dispatches that are wanted again in one transaction; more are left to the job
SWITCHES = (ACTIVE, PAUSED, DISABLED)  # that a merchant can choose


class UnableToReplay(ValueError):
    """It cannot be sent again as things are; the text says why."""


class AnotherNumber(ValueError):
    """There are more or fewer by now than the merchant was told."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There are {number:,} by now.")
        self.number = number


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How many are sent again. `replay_id`: of the job's run, where there are many."""

    number: int
    replay_id: int | None = None


def switch(db: Connection, row: Any, state: str, *, now: datetime) -> int:
    """Let an endpoint be told, paused (what is for it is kept) or disabled (nothing is kept). Gives how many dispatches
    go out now, are kept or dropped."""
    endpoints.switch(db, shop_id=row.shop_id, endpoint_id=row.id, state=state, now=now)
    alerts.end(db, shop_id=row.shop_id, kind=ALERT, about=str(row.id))
    if state == ACTIVE:
        return dispatches.release(db, endpoint_id=row.id, now=now)
    if state == PAUSED:
        return dispatches.hold(db, endpoint_id=row.id)
    return dispatches.drop(db, endpoint_id=row.id, now=now)


def remove(db: Connection, row: Any) -> None:
    """Delete an endpoint with its log."""
    endpoints.remove(db, shop_id=row.shop_id, endpoint_id=row.id)
    alerts.end(db, shop_id=row.shop_id, kind=ALERT, about=str(row.id))


def send_test(db: Connection, shop: Shop, row: Any, *, now: datetime) -> int:
    """Send an event to one endpoint, whatever it wants and whatever its state, once; gives the dispatch's id."""
    body = {"message": "This is a test of your webhook endpoint.", "endpoint_id": str(row.id)}
    event = Announced(name=TEST, occasion=secrets.token_hex(8), body=body, told_at=now)
    (made,) = announcements.add(db, shop_id=shop.id, shop_key=shop.key, events=[event], now=now)
    wanted = [(made.id, row.id, TEST, False)]
    return dispatches.add(db, shop_id=shop.id, wanted=wanted, now=now)[0]


def replay_one(db: Connection, row: Any, *, now: datetime) -> None:
    """Send one dispatch (commerce.tables.outgoing.log) again, under the same id. Raises UnableToReplay."""
    if row.endpoint_state == DISABLED and row.name != TEST:
        raise UnableToReplay("Its endpoint is disabled. Let it be active again first.")
    keeps = row.endpoint_state in KEEPS and row.name != TEST
    if not replays.one_again(db, shop_id=row.shop_id, dispatch_id=row.id, keeps=keeps, now=now):
        raise UnableToReplay("It is kept until its endpoint is active again.")


def replay(db: Connection, row: Any, which: Which, *, expected: int | None, now: datetime) -> Replayed:
    """Send an endpoint's dispatches again, exactly as many as were `expected`. Raises AnotherNumber, UnableToReplay."""
    if row.state == DISABLED:
        raise UnableToReplay("The endpoint is disabled. Let it be active again first.")
    number = replays.count(db, shop_id=row.shop_id, which=which)
    if expected is not None and number != expected:
        raise AnotherNumber(number)
    if number > AT_ONCE:
        replay_id = replays.begin(db, shop_id=row.shop_id, which=which, total=number)
        return Replayed(number=number, replay_id=replay_id)
    replays.again(db, shop_id=row.shop_id, which=which, keeps=row.state in KEEPS, now=now, limit=AT_ONCE)
    return Replayed(number=number)
