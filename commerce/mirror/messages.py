"""What people do with messages, in the dashboard as by the API: send one again, say what they want no more of.

Whoever calls `resend` wakes queues.NOTIFY after the commit.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.mirror import changes
from commerce.rules.notifications.states import SENDING, WAITING, deadline
from commerce.tables import orders
from commerce.tables.notifications import log, subscriptions
from commerce.tables.people import members
from commerce.tables.shops import Shop

EMAIL, UNSUBSCRIBED, SUBSCRIBED = "email", "unsubscribed", "subscribed"
ONE_CLICK, PREFERENCES = "one_click", "preference_page"  # methods of consents


class UnableToResend(ValueError):
    """It cannot be sent again as things are; the text says why."""


def resend(db: Connection, row: Any, *, now: datetime) -> int:
    """Send a message once more, written anew; gives the new one's id. Raises UnableToResend."""
    if row.state in WAITING or row.state == SENDING:
        raise UnableToResend("It is on its way already.")
    if log.is_under_way_again(db, row):
        raise UnableToResend("It is being sent again already: a button that is pressed twice sends once.")
    if row.order_id and not orders.there(db, shop_id=row.shop_id, order_id=row.order_id):
        raise UnableToResend("Its order is not there any more.")
    if not row.order_id and row.detail is None:
        raise UnableToResend("What it was about is not kept any more.")
    return log.again(db, row, expires_at=now + deadline(row.kind), now=now)


def unsubscribe(db: Connection, shop: Shop, row: Any, *, method: str, now: datetime) -> None:
    """Whoever got this message wants no more news: their wishes end, and their consent is withdrawn where they are a
    customer of the shop."""
    subscriptions.end(db, shop_id=shop.id, recipient=row.recipient)
    withdraw(db, shop, row, method=method, now=now)


def withdraw(db: Connection, shop: Shop, row: Any, *, method: str, now: datetime) -> None:
    """Whoever got this message allows no news any more; what they asked for by name they are still told."""
    root = person_of(db, shop, row)
    if root:
        _consent(db, shop, root, UNSUBSCRIBED, method, now)


def subscribe(db: Connection, shop: Shop, row: Any, *, method: str, now: datetime) -> None:
    """Whoever got this message wants news after all. Nobody is subscribed who is no customer."""
    root = person_of(db, shop, row)
    if root:
        _consent(db, shop, root, SUBSCRIBED, method, now)


def person_of(db: Connection, shop: Shop, row: Any) -> str:
    """The root of the person to whom a message went; empty for nobody known."""
    return (row.member_id and members.root_of(db, shop_id=shop.id, member_id=row.member_id)) or ""


def _consent(db: Connection, shop: Shop, root: str, state: str, method: str, now: datetime) -> None:
    said = {"channel": EMAIL, "state": state, "method": method, "source": "message"}
    changes.consent(db, shop, root, **said, at=now, now=now)
