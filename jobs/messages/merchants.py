"""What merchants are told of their own shop: alerts, gathered so that one broken thing is one message.

An alert stands on the home page at once. Its message waits for a while and tells of all of its kind that stand by then;
where they are over by then it is not sent. Of one kind there is at most one message in an hour.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from commerce.database import Connection
from commerce.rules.notifications.choices import MAIL, SLACK, Choices
from commerce.rules.notifications.kinds import ALERT, KINDS, LOW_STOCK
from commerce.rules.notifications.states import WAITING, deadline
from commerce.tables import alerts
from commerce.tables.notifications import choices, notifications
from commerce.tables.shops import Shop
from commerce.tables.stock import items

GATHERED = "gathered"  # in a message's detail: alerts of this kind, all that stand when it is written
_TITLES = {
    "webhooks": "One of your webhook endpoints fails",
    "template": "A template of your messages went wrong",
    "oversold": "More was sold than there is",
}
_TITLE = "Something needs you"
_LOW = "low_stock"  # alerts of items of which few are left have a kind of message of their own
_PATIENCE = {ALERT: timedelta(minutes=1), LOW_STOCK: timedelta(minutes=10)}
_PAUSE = timedelta(hours=1)
_MOST = 50  # alerts that one message tells of


def tell(db: Connection, shop: Shop, about: str, *, now: datetime) -> None:
    """Write a message about alerts of that kind, unless one waits to tell of them already."""
    kind = LOW_STOCK if about == _LOW else ALERT
    chosen = choices.of_shop(db, shop_id=shop.id, platform=shop.platform)
    if not chosen.of(kind).is_on:
        return
    last = notifications.newest_about(db, shop_id=shop.id, kind=kind, start=f"{about}/")
    if last is not None and last.state in WAITING:
        return
    due_at = now + _PATIENCE[kind]
    if last is not None:
        due_at = max(due_at, last.created_at + _PAUSE)
    occasion = f"{about}/{now.isoformat()}"
    write(db, shop, kind, chosen, occasion=occasion, now=now, due_at=due_at, detail={GATHERED: about})


def write(
    db: Connection,
    shop: Shop,
    kind: str,
    chosen: Choices,
    *,
    occasion: str,
    now: datetime,
    due_at: datetime,
    detail: Mapping[str, Any],
) -> int:
    """Write a message to each of the merchant's addresses, over the channels that they chose; gives how many."""
    addresses = chosen.addresses or ((shop.email.lower(),) if shop.email else ())
    to = {MAIL: addresses, SLACK: (SLACK,)}
    rows = [
        {
            "kind": kind,
            "channel": channel,
            "occasion": occasion,
            "recipient": address,
            "category": KINDS[kind].category,
            "language": shop.locale,
            "detail": dict(detail),
            "due_at": due_at,
            "expires_at": due_at + deadline(kind),
        }
        for channel in chosen.of(kind).channels
        for address in to[channel]
    ]
    notifications.add(db, shop_id=shop.id, rows=rows, now=now)
    return len(rows)


def gathered(db: Connection, shop: Shop, about: str) -> list[tuple[str, str]]:
    """What stands of alerts of that kind: which one, and its words."""
    return [(row.about, row.words) for row in alerts.of_kind(db, shop_id=shop.id, kind=about, limit=_MOST)]


def title(about: str) -> str:
    """What alerts of a kind are called."""
    return _TITLES.get(about, _TITLE)


def low_items(db: Connection, shop: Shop, ids: list[str]) -> list[dict[str, Any]]:
    """Items of which few are left, as a template lists them."""
    known = items.by_ids(db, shop_id=shop.id, ids=ids)
    return [
        {"title": row.sku or row.id, "sku": row.sku, "left": max(0, row.shown or 0)}
        for row in (known[one] for one in ids if one in known)
    ]
