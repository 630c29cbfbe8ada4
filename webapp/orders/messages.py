"""An order's messages, each under the step that it belongs to."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import current_app, url_for

from commerce.database import Connection
from commerce.rules.notifications.states import TITLES
from commerce.tables.notifications import notifications
from webapp.languages import lazy_gettext as _
from webapp.languages import translated

_PAGE = "notifications_log.one"
# How TITLES are called within a sentence, and by which channel a message goes.
_WITHIN = (
    _("bounced"),
    _("cancelled"),
    _("delivered"),
    _("failed"),
    _("held"),
    _("not sent"),
    _("queued"),
    _("sending"),
    _("sent"),
    _("uncertain"),
    _("email"),
)


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
            channel=translated(row.channel),
            state=translated(TITLES.get(row.state, row.state).lower()),
            reason=row.reason,
            link=link,
        )
        found.setdefault(row.step_id, []).append(shown)
    return found
