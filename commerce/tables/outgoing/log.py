"""The log of dispatches as it is looked at: lists, counts, how endpoints do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, select

from commerce.tables.outgoing.announcements import announcements
from commerce.tables.outgoing.dispatches import FAILED, SENT, dispatches
from commerce.tables.outgoing.endpoints import endpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of dispatches is narrowed to; empty fields let all through."""

    endpoint_id: int | None = None
    state: str = ""
    name: str = ""
    object_id: str = ""
    since: datetime | None = None


def page(db: Connection, *, shop_id: int, filters: Filters, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Dispatches of the shop, newest first, behind that id."""
    chosen = [dispatches.c.shop_id == shop_id, *_conditions(filters)]
    if before is not None:
        chosen.append(dispatches.c.id < before)
    return db.execute(_shown().where(*chosen).order_by(dispatches.c.id.desc()).limit(limit)).all()


def one(db: Connection, *, shop_id: int, dispatch_id: int) -> Row[Any] | None:
    """One dispatch with the text that is sent."""
    query = _shown(announcements.c.body).where(dispatches.c.shop_id == shop_id, dispatches.c.id == dispatch_id)
    return db.execute(query).one_or_none()


def _shown(*more: Any) -> Any:
    told = (announcements.c.key, announcements.c.object_kind, announcements.c.object_id, announcements.c.inbox_id)
    query = select(dispatches, *told, endpoints.c.url, endpoints.c.state.label("endpoint_state"), *more)
    return query.join(announcements, announcements.c.id == dispatches.c.announcement_id).join(
        endpoints, endpoints.c.id == dispatches.c.endpoint_id
    )


def _conditions(filters: Filters) -> list[Any]:
    chosen = []
    if filters.endpoint_id is not None:
        chosen.append(dispatches.c.endpoint_id == filters.endpoint_id)
    if filters.state:
        chosen.append(dispatches.c.state == filters.state)
    if filters.name:
        chosen.append(dispatches.c.name == filters.name)
    if filters.object_id:
        chosen.append(announcements.c.object_id == filters.object_id)
    if filters.since is not None:
        chosen.append(dispatches.c.created_at >= filters.since)
    return chosen


def counted(db: Connection, *, shop_id: int, since: datetime) -> dict[int, dict[str, int]]:
    """How many dispatches each endpoint has in each state: of all that wait or are kept, of the others since then."""
    ended = dispatches.c.finished_at
    query = select(dispatches.c.endpoint_id, dispatches.c.state, func.count())
    query = query.where(dispatches.c.shop_id == shop_id, ended.is_(None) | (ended >= since))
    found: dict[int, dict[str, int]] = {}
    for endpoint_id, state, number in db.execute(query.group_by(dispatches.c.endpoint_id, dispatches.c.state)):
        found.setdefault(endpoint_id, {})[state] = number
    return found


def at_first(db: Connection, *, shop_id: int, since: datetime) -> dict[int, tuple[int, int]]:
    """Of what was sent or failed since then, by endpoint: how many there were, and how many were taken at once."""
    of_shop = and_(dispatches.c.shop_id == shop_id, dispatches.c.finished_at >= since)
    ended = and_(of_shop, dispatches.c.state.in_((SENT, FAILED)))
    well = func.sum(case((and_(dispatches.c.state == SENT, dispatches.c.attempts <= 1), 1), else_=0))
    query = select(dispatches.c.endpoint_id, func.count(), well).where(ended).group_by(dispatches.c.endpoint_id)
    return {endpoint_id: (number, int(first)) for endpoint_id, number, first in db.execute(query)}
