"""An order's messages, each under the step that it belongs to."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import current_app, url_for

from commerce.database import Connection
from commerce.rules.notifications.states import TITLES
from commerce.tables.notifications import notifications

_PAGE = "notifications_log.one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the order's page shows of a message."""

    channel: str
    state: str
    reason: str
    link: str


def of_steps(db: Connection, ids: Collection[int]) -> dict[int, list[Message]]:
    """Messages of these steps, by the step's number."""
    found: dict[int, list[Message]] = {}
    for row in notifications.of_steps(db, ids):
        link = url_for(_PAGE, key=row.id) if _PAGE in current_app.view_functions else ""
        shown = Message(
            channel=row.channel,
            state=TITLES.get(row.state, row.state).lower(),
            reason=row.reason,
            link=link,
        )
        found.setdefault(row.step_id, []).append(shown)
    return found
