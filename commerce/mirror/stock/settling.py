"""What is left of each item, worked out whenever its product is: from counts that were told, and what orders hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.mirror.outcomes import Happened
from commerce.mirror.stock import writing_back
from commerce.rules.documents import Product
from commerce.rules.events import LIVE
from commerce.rules.inventory import Count, Keeping, Level, counted, pieces
from commerce.rules.order_steps.settings import KEEPING_STOCK, OrderSettings
from commerce.rules.products import VariantFacts
from commerce.tables import variants
from commerce.tables.order_steps import settings as chosen
from commerce.tables.shops import Shop
from commerce.tables.stock import items, movements

INVENTORY = "inventory"  # the kind of these events' objects, which are items
CHANGED, LOW, OVERSOLD = "inventory.changed", "inventory.low", "inventory.oversold"
# What is over: enough is there again.
LOW_OVER, OVERSOLD_OVER = "inventory.low_over", "inventory.oversold_over"


@dataclass
class _Settled:
    """What there is to write, and what happened."""

    rows: list[Mapping[str, Any]] = field(default_factory=list)
    stocks: dict[str, tuple[int, bool]] = field(default_factory=dict)
    moved: list[Mapping[str, Any]] = field(default_factory=list)
    written: list[VariantFacts] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)


def keeping_of(shop: Shop, settings: OrderSettings) -> Keeping:
    """Who keeps the shop's stock."""
    return Keeping(here=settings.keeps_stock, is_net=shop.platform in KEEPING_STOCK)


def last_told(db: Connection, shop: Shop, variant: VariantFacts) -> int:
    """The figure that the shop told last: what is left of the variant is another one where stock is kept here."""
    item = items.by_ids(db, shop_id=shop.id, ids=[variant.id]).get(variant.id)
    kept = item is not None and item.on_hand is not None and item.told is not None
    return int(item.told) if item is not None and kept else variant.stock or 0


def settle(
    db: Connection, shop: Shop, stored: Mapping[str, Product], *, gone: Any, now: datetime
) -> tuple[Mapping[str, Product], list[Happened]]:
    """Settle the items of these products, which are ours in this transaction, and of those that are gone.

    Gives the products with what is left of them, and what others have to hear of.
    """
    there = items.of_products(db, shop_id=shop.id, product_ids={*stored, *gone}, lock=True)
    if not there:
        return stored, []
    settings = chosen.of_shop(db, shop_id=shop.id, platform=shop.platform)
    settled = _Settled()
    known = {variant.id: variant for product in stored.values() for variant in product.variants}
    for key, item in there.items():
        _settle(settled, item, known.get(key), keeping_of(shop, settings), settings.low_stock, now)
    items.save(db, shop_id=shop.id, rows=settled.rows, now=now)
    movements.add(db, shop_id=shop.id, rows=settled.moved, now=now)
    variants.set_stocks(db, shop_id=shop.id, stocks=settled.stocks)
    if settings.keeps_stock and settings.writes_stock_back:
        writing_back.plan(db, shop, settled.written, now=now)
    return {key: _with(product, settled.stocks) for key, product in stored.items()}, settled.happened


def _settle(
    settled: _Settled, item: Any, variant: VariantFacts | None, keeping: Keeping, low_stock: int, now: datetime
) -> None:
    before = Count(on_hand=item.on_hand, told=item.told, shown=item.shown)
    waiting = item.reserved + item.allocated
    count = before if variant is None else counted(before, waiting, variant.stock, keeping)
    if before.on_hand is not None and count.on_hand is not None and before.on_hand != count.on_hand:
        change = count.on_hand - before.on_hand
        settled.moved.append({"item_id": item.id, "why": movements.TOLD, "on_hand": change})
    if variant is not None and count.on_hand is not None and count.shown is not None:
        fresh = replace(variant, stock=count.shown, available=_is_there(variant, count.shown))
        if (fresh.stock, fresh.available) != (variant.stock, variant.available):
            settled.stocks[item.id] = (count.shown, fresh.available)
        if count.shown != before.shown:
            settled.written.append(fresh)
            settled.happened.append(_event(CHANGED, item.id))
    level = Level(
        left=None if variant is None else count.shown,
        low_at=low_stock if item.low_at is None else item.low_at,
        sells_without_stock=variant is None or variant.sells_without_stock,
    )
    name = item.id if variant is None else variant.sku or variant.title or item.id
    since = _warned(settled, item, level, name, now)
    fresh_row = {"on_hand": count.on_hand, "told": count.told, "shown": count.shown} | since
    if any(getattr(item, column) != value for column, value in fresh_row.items()):
        settled.rows.append({"id": item.id} | fresh_row)


def _is_there(variant: VariantFacts, left: int) -> bool:
    """Whether it can be bought. One that the shop itself took off sale, though it has some, stays so."""
    is_off = not variant.available and (variant.stock or 0) > 0
    return not is_off and (left > 0 or variant.sells_without_stock)


def _warned(settled: _Settled, item: Any, level: Level, name: str, now: datetime) -> dict[str, datetime | None]:
    """Since when the merchant knows that few are left, or too many were sold: once, until that is over."""
    left = level.left or 0
    told = {
        "low_since": (level.is_low, LOW, LOW_OVER, f"Few are left of {name}: {pieces(max(0, left))}."),
        "oversold_since": (
            level.is_oversold,
            OVERSOLD,
            OVERSOLD_OVER,
            f"More of {name} was sold than there is: {pieces(-left)} too many.",
        ),
    }
    since: dict[str, datetime | None] = {}
    for column, (is_so, name_of_event, over, words) in told.items():
        before = getattr(item, column)
        since[column] = (before or now) if is_so else None
        if is_so != (before is not None):
            settled.happened.append(_event(name_of_event if is_so else over, item.id, words if is_so else ""))
    return since


def _event(name: str, item_id: str, reason: str = "") -> Happened:
    return Happened(name=name, kind=INVENTORY, object_id=item_id, inbox_id=None, origin=LIVE, reason=reason)


def _with(product: Product, stocks: Mapping[str, tuple[int, bool]]) -> Product:
    if not any(variant.id in stocks for variant in product.variants):
        return product
    fresh = tuple(
        replace(variant, stock=stocks[variant.id][0], available=stocks[variant.id][1])
        if variant.id in stocks
        else variant
        for variant in product.variants
    )
    return replace(product, variants=fresh)
