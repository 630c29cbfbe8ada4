"""Asking for labels and taking them back: by claims in their table. Workers buy; nothing is bought from here."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from commerce.database import Connection
from commerce.tables import carriers, labels, orders, tracking_settings
from commerce.tables.shops import Shop
from integrations.carrier_api import About
from integrations.labels import composed
from integrations.labels.composed import Ground
from integrations.labels.written import ADDRESS, Wanted
from jobs.queues import LABEL
from webapp.parts import Parts


def makers(db: Connection, here: Parts, *, shop_id: int) -> dict[str, About]:
    """Carriers of which the shop can have labels."""
    own = carriers.of_shop(db, here.vault, shop_id=shop_id)
    return composed.makers({name for name, one in own.items() if one.is_on})


def ground(db: Connection, here: Parts, shop: Shop, order_id: str) -> Ground | None:
    """What a label for this order stands on, or for none (""); None where the shop has no such order."""
    order, lines = None, []
    if order_id:
        order = orders.by_ids(db, shop_id=shop.id, ids=[order_id]).get(order_id)
        if order is None:
            return None
        lines = orders.lines_of(db, shop_id=shop.id, ids=[order_id]).get(order_id, [])
    chosen = tracking_settings.of_shop(db, shop_id=shop.id)
    return composed.ground(order, lines, shop=shop, chosen=chosen, makers=makers(db, here, shop_id=shop.id))


def want(
    here: Parts, *, shop_id: int, key: str, wanted: Wanted, ground: Ground, now: datetime, only: bool = False
) -> tuple[Any, bool]:
    """Ask for a label; gives its row, and whether it is a new one: what was asked for under that key stays as it is."""
    with here.database.write() as db:
        found, is_new = claim(db, shop_id=shop_id, key=key, wanted=wanted, ground=ground, now=now, only=only)
    if is_new:
        here.queues.wake(LABEL, [shop_id], again=True)
    return found, is_new


def claim(
    db: Connection, *, shop_id: int, key: str, wanted: Wanted, ground: Ground, now: datetime, only: bool = False
) -> tuple[Any, bool]:
    """As `want`, within a transaction; who buys is to be woken where it is a new one.

    `only`: where the order has a label that stands, whoever asked for it, that one is it.
    """
    row = composed.row_of(wanted, ground)
    there = labels.of_orders(db, shop_id=shop_id, order_ids={row["order_id"]} - {""}).get(row["order_id"], [])
    standing = [each for each in there if each.state in labels.STANDING]
    if only and standing:
        return labels.by_id(db, shop_id=shop_id, label_id=standing[-1].id), False
    is_new = labels.claim(db, shop_id=shop_id, key=key, row=row, now=now) is not None
    return labels.by_key(db, shop_id=shop_id, key=key), is_new


def take_back(here: Parts, *, shop_id: int, label_id: int, now: datetime) -> bool:
    """Ask for a label to be taken back; False where it is not one that was bought, or is being taken back."""
    with here.database.write() as db:
        asked = labels.take_back(db, shop_id=shop_id, label_id=label_id, now=now)
    if asked:
        here.queues.wake(LABEL, [shop_id], again=True)
    return asked


def keep_sender(here: Parts, *, shop_id: int, told: Mapping[str, Any], now: datetime) -> None:
    """Remember who sends, for the next label."""
    sender = {name: str(told[name]) for name in ADDRESS if told.get(name)}
    with here.database.write() as db:
        chosen = tracking_settings.of_shop(db, shop_id=shop_id)
        tracking_settings.save(db, shop_id=shop_id, chosen=replace(chosen, sender=sender), now=now)
