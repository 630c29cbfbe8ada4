"""Alerts: what a merchant has to know of. They stand on the home page until they are over."""

from datetime import datetime

import structlog

from commerce.database import Connection
from commerce.mirror.outgoing import ALERT
from commerce.tables import alerts
from commerce.tables.shops import Shop

WEBHOOKS = ALERT
TEMPLATE = "template"  # of messages: went wrong while one was written
_log = structlog.get_logger(__name__)


def alert(db: Connection, shop: Shop, kind: str, words: str, now: datetime, *, about: str = "") -> None:
    """Tell the merchant, in the caller's transaction; what was told before of the same thing is replaced."""
    alerts.raise_one(db, shop_id=shop.id, kind=kind, about=about, words=words, now=now)
    _log.warning("alert.raised", kind=kind, about=about)


def over(db: Connection, shop: Shop, kind: str, *, about: str = "") -> None:
    """There is nothing to be told of it any more."""
    alerts.end(db, shop_id=shop.id, kind=kind, about=about)
