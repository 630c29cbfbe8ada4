"""Shopify's "Events" (since 2026-10): bodies {topic, action, handle, fields_changed, query_variables, data}.

`data` is what the subscription's own GraphQL query asked for, so that it may have any shape, or be left out where it
is too large (shopify.dev, events/delivery-structure).
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from commerce.rules.events import Deleted, Reading, UnableToRead, Unclear, ignored
from integrations.platforms.body import Body, identifier, is_gid_of
from integrations.protocols import Delivered

Reader = Callable[[Delivered], Reading]


def event_reader(gid_type: str, kind: str, read: Reader, shape: tuple[str, ...]) -> Reader:
    """A reader of saved objects: `data` where it has the fields of the classic payload, else the object is unclear."""

    def read_event(delivered: Delivered) -> Reading:
        told = Body.of(delivered.topic, delivered.payload)
        for found in _objects(told.told.get("data")):
            # A query may name fields as the classic payload does and still give them other types.
            with suppress(UnableToRead):
                if all(name in found for name in shape):
                    return read(replace(delivered, payload=found))
        id_ = _subject(told, gid_type)
        if id_ is None:
            return ignored(f"The event names no {gid_type}.")
        return Reading(kind=kind, object_id=id_, changes=(Unclear(kind=kind, id=id_, reason=_reason(told)),))

    return read_event


def deletion_reader(gid_type: str, kind: str) -> Reader:
    """A reader of deletions."""

    def read_deletion(delivered: Delivered) -> Reading:
        id_ = _subject(Body.of(delivered.topic, delivered.payload), gid_type)
        if id_ is None:
            return ignored(f"The event names no {gid_type}.")
        return Reading(kind=kind, object_id=id_, changes=(Deleted(kind=kind, id=id_, at=delivered.triggered_at),))

    return read_deletion


def _reason(body: Body) -> str:
    changed = body.told.get("fields_changed")
    paths = changed.get("updated") if isinstance(changed, dict) else None
    count = len(paths) if isinstance(paths, list) else 0
    return (
        f"The event names {count} changed fields, not the object." if count else "The event does not tell the object."
    )


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """The object itself and those directly under it."""
    if isinstance(value, dict):
        yield value
        yield from (inner for inner in value.values() if isinstance(inner, dict))


def _subject(body: Body, gid_type: str) -> str | None:
    """The id of the object that the event is about, from `data`, else from the query's variables."""
    variables = body.told.get("query_variables")
    told = [found.get("id") for found in _objects(body.told.get("data"))]
    named = told + (list(variables.values()) if isinstance(variables, dict) else [])
    gids = [candidate for candidate in named if is_gid_of(candidate, gid_type)]
    plain = [candidate for candidate in told if not str(candidate).startswith("gid:")]
    return next((id_ for id_ in map(identifier, [*gids, *plain]) if id_), None)
