"""REST for the merchant's own systems: what was written to customers and merchants, and once more."""

from typing import Any

from flask import Blueprint, g

from commerce.mirror import messages
from commerce.tables.notifications import log, notifications
from commerce.tables.notifications.log import Filters
from jobs.queues import NOTIFY
from webapp import inputs
from webapp.api import cursors
from webapp.api.changing import Change
from webapp.api.endpoints import endpoint
from webapp.notifications import models
from webapp.notifications.models import Notification, NotificationInFull, Notifications, WhichNotifications
from webapp.parts import parts
from webapp.people import finding

blueprint = Blueprint("notifications_api", __name__, url_prefix="/api/v1/notifications")

_NOT_AGAIN = {409: "It is on its way, or what it was about is not there any more."}


@blueprint.get("")
@endpoint("notifications:read", asks=WhichNotifications, gives=Notifications)
def list_notifications(*, asked: WhichNotifications) -> Notifications:
    """Messages, newest first, without what they said."""
    narrowed = {name: getattr(asked, name) for name in ("state", "kind", "recipient", "order_id", "since")}
    with parts().database.read() as db:
        before = cursors.cursor_in_rows()
        rows = log.page(db, shop_id=g.shop.id, filters=Filters(**narrowed), before=before, limit=asked.limit + 1)
    shown = rows[: asked.limit]
    last = cursors.cursor_of(shown[-1].id) if len(rows) > asked.limit else None
    return Notifications(data=[models.notification(row) for row in shown], next_cursor=last)


@blueprint.get("/<id:key>")
@endpoint("notifications:read", gives=NotificationInFull)
def one_notification(key: str) -> Notification:
    """One message with what it said, as long as that is kept."""
    with parts().database.read() as db:
        return models.notification(_found(db, key), in_full=True)


@blueprint.post("/<id:key>/resend")
@endpoint("notifications:write", gives=Notification, code=202, changes=True, refuses=_NOT_AGAIN)
def resend_notification(key: str, *, change: Change) -> Notification:
    """Send it once more, written anew: a new message, whatever came of the first one."""
    row = _found(change.db, key)
    try:
        new = messages.resend(change.db, row, now=change.now)
    except messages.UnableToResend as error:
        raise finding.refused("notification", f"cannot be sent again: {error}") from None
    here, shop_id = parts(), g.shop.id
    change.then(lambda: here.queues.wake(NOTIFY, [shop_id]))
    return models.notification(_found(change.db, str(new)))


def _found(db: Any, key: str) -> Any:
    number = inputs.row_id(key)
    row = None if number is None else notifications.by_id(db, shop_id=g.shop.id, notification_id=number)
    if row is None:
        raise finding.missing()
    return row
