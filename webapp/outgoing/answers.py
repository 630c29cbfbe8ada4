"""Endpoints, dispatches and replays as the API answers with them."""

from typing import Any

import orjson

from webapp.outgoing.models import Dispatch, DispatchInFull, Endpoint, EndpointWithSecret, Replay, Try


def endpoint(row: Any, *, secret: str = "") -> Endpoint:
    """An endpoint as it is stored; with its secret where it was just made."""
    told = {
        "id": str(row.id),
        "url": row.url,
        "description": row.description,
        "events": row.filters,
        "state": row.state,
        "why": row.why,
        "failures": row.failures,
        "failing_since": row.failing_since,
        "rests_until": row.rests_until,
        "succeeded_at": row.succeeded_at,
        "failed_at": row.failed_at,
        "previous_secret_until": row.previous_until,
        "created_at": row.created_at,
        "updated_at": row.saved_at,
    }
    return EndpointWithSecret(**told, secret=secret) if secret else Endpoint(**told)


def dispatch(row: Any, *, tries: Any = None) -> Dispatch:
    """A row of commerce.tables.outgoing.log; in full with its tries."""
    told = {
        "id": str(row.id),
        "endpoint_id": str(row.endpoint_id),
        "event": row.name,
        "message_id": row.key,
        "object_kind": row.object_kind or None,
        "object_id": row.object_id or None,
        "event_id": None if row.inbox_id is None else str(row.inbox_id),
        "state": row.state,
        "attempts": row.attempts,
        "status": row.status,
        "error": row.error or None,
        "due_at": max(row.due_at, row.created_at) if row.due_at else None,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
    }
    if tries is None:
        return Dispatch(**told)
    return DispatchInFull(**told, body=orjson.loads(row.body), tries=[_try(one) for one in tries])


def _try(row: Any) -> Try:
    return Try(
        at=row.at,
        url=row.url,
        milliseconds=row.milliseconds,
        status=row.status,
        error=row.error or None,
        request_headers=row.sent,
        response_headers=row.answered,
        answer=row.answer,
        answer_is_cut=row.is_cut,
    )


def replay(row: Any) -> Replay:
    """A replay that a job does."""
    return Replay(id=str(row.id), total=row.total, done=row.done, state=row.state)
