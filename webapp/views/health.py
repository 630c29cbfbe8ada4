"""Alive, ready, and what Prometheus scrapes."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from redis.exceptions import RedisError

from commerce.database import UNREACHABLE
from commerce.tables import effect_lists, effects, inbox
from webapp import guards
from webapp.metrics import exposition
from webapp.parts import parts

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@guards.public
def healthz() -> Response:
    """This process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@guards.public
def readyz() -> tuple[Response, int]:
    """Ready as long as deliveries can be stored; `oldest_unfinished_s` is 0 when no delivery and no effect waits."""
    here, state = parts(), {"database": "ok", "redis": "ok"}
    answer: dict[str, Any] = {"ready": True, "oldest_unfinished_s": 0}
    try:
        with here.database.read() as db:
            # Re-reads wait for the shop's own API; everything else is done at once.
            waiting = (inbox.oldest_unfinished(db), effect_lists.oldest_waiting(db, but=effects.REREAD))
        oldest = min((since for since in waiting if since), default=None)
        if oldest is not None:
            answer["oldest_unfinished_s"] = round(max(0.0, (datetime.now(UTC) - oldest).total_seconds()), 3)
    except UNREACHABLE:
        state["database"], answer["ready"], answer["oldest_unfinished_s"] = "unreachable", False, None
    try:
        answer["queues"] = here.queues.depths()
    except (RedisError, OSError):
        state["redis"] = "unreachable"  # deliveries are stored all the same, and swept up later
    return jsonify(answer | state), 200 if answer["ready"] else 503


@blueprint.get("/metrics")
@guards.public
def metrics() -> Response:
    """All shops together: no names, no personal data."""
    return Response(exposition(parts()), content_type="text/plain; version=0.0.4; charset=utf-8")
