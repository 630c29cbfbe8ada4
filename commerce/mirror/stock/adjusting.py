"""Stock changed by hand: pieces that were counted, came in, or are gone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.mirror.stock.settling import keeping_of
from commerce.rules.products import VariantFacts
from commerce.tables import variants
from commerce.tables.order_steps import settings as chosen
from commerce.tables.shops import Shop
from commerce.tables.stock import items, movements

MOST = 10**9  # pieces of one item


class UnableToAdjust(ValueError):
    """The stock cannot be changed so; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """By how many pieces the stock changes (`by`), or what was counted (`to`): one of both."""

    by: int | None = None
    to: int | None = None
    reason: str = ""
    made_by: str = ""


def adjust(db: Connection, shop: Shop, variant_id: str, change: Change, *, now: datetime) -> int:
    """Change what is on the shelf; gives how much it is now. The caller wakes jobs.queues.STOCK after the commit.

    Raises UnableToAdjust, and KeyError where the shop has no such variant.
    """
    variant = variants.by_ids(db, shop_id=shop.id, ids=[variant_id])[variant_id]
    keeping = keeping_of(shop, chosen.of_shop(db, shop_id=shop.id, platform=shop.platform))
    if not keeping.here:
        raise UnableToAdjust("The platform keeps this shop's stock. Change it there, or have it kept here.")
    item = _held(db, shop, variant, now)
    waiting = item.reserved + item.allocated
    before = item.on_hand if item.on_hand is not None else (variant.stock or 0) + (waiting if keeping.is_net else 0)
    after = change.to if change.to is not None else before + (change.by or 0)
    if change.to is not None and change.to < 0:
        raise UnableToAdjust("A count cannot be less than 0. To take pieces off, change it by so many.")
    if abs(after) > MOST:
        raise UnableToAdjust(f"The stock of one item is {MOST:,} pieces at most.")
    items.count(db, shop_id=shop.id, item_id=variant_id, on_hand=after, now=now)
    moved = {
        "item_id": variant_id,
        "why": movements.ADJUSTED if change.to is None else movements.COUNTED,
        "on_hand": after - before,
        "reason": change.reason,
        "made_by": change.made_by,
    }
    movements.add(db, shop_id=shop.id, rows=[moved], now=now)
    return after


def warn_at(db: Connection, shop: Shop, variant_id: str, low_at: int | None, *, now: datetime) -> None:
    """Warn when so many are left, None: at the shop's own number. Raises KeyError for an unknown variant."""
    variant = variants.by_ids(db, shop_id=shop.id, ids=[variant_id])[variant_id]
    _held(db, shop, variant, now)
    items.set_low(db, shop_id=shop.id, item_id=variant_id, low_at=low_at, now=now)


def _held(db: Connection, shop: Shop, variant: VariantFacts, now: datetime) -> Any:
    """The variant's item, made where there is none, and ours until the transaction ends."""
    empty = {"on_hand": None, "told": variant.stock, "shown": None}
    row = {"id": variant.id, "product_id": variant.product_id, "sku": variant.sku} | empty
    items.add(db, shop_id=shop.id, rows=[row], now=now)
    return items.held(db, shop_id=shop.id, item_id=variant.id)
