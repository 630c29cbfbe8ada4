"""Alerts: what a merchant has to know of. They stand on the home page until they are over."""

from datetime import datetime

import structlog

from commerce.database import Connection
from commerce.mirror.outgoing import ALERT
from commerce.tables import alerts
from commerce.tables.shops import Shop
from jobs.messages import merchants

WEBHOOKS = ALERT
TEMPLATE = "template"  # of messages: went wrong while one was written
_log = structlog.get_logger(__name__)


def alert(db: Connection, shop: Shop, kind: str, words: str, now: datetime, *, about: str = "") -> None:
    """Tell the merchant, in the caller's transaction: on the home page, and by a message that tells of all such.

    What was told before of the same thing is replaced, and no second message is sent of it.
    """
    is_new = not alerts.stands(db, shop_id=shop.id, kind=kind, about=about)
    alerts.raise_one(db, shop_id=shop.id, kind=kind, about=about, words=words, now=now)
    if is_new:
        merchants.tell(db, shop, kind, now=now)
    _log.warning("alert.raised", kind=kind, about=about)


def over(db: Connection, shop: Shop, kind: str, *, about: str = "") -> None:
    """There is nothing to be told of it any more."""
    alerts.end(db, shop_id=shop.id, kind=kind, about=about)
