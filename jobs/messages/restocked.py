"""Who waits for a product is told once that it can be bought again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
from commerce.rules.cards import CardChange
from commerce.rules.documents import Product
from commerce.rules.notifications.choices import MAIL
from commerce.rules.notifications.kinds import BACK_IN_STOCK, KINDS
from commerce.rules.notifications.states import deadline
from commerce.tables import products
from commerce.tables.notifications import choices, notifications, subscriptions
from commerce.tables.shops import Shop
from integrations.channels import context
from jobs import queues


def plan(db: Connection, shop: Shop, happened: Sequence[Happened], *, now: datetime) -> set[str]:
    """Write the messages of products that look different now and can be bought, in the caller's transaction; gives what
    to wake."""
    shown = {
        event.change.product_id
        for event in happened
        if isinstance(event.change, CardChange) and event.change.after is not None and event.change.after.available
    }
    waiting = subscriptions.waiting(db, shop_id=shop.id, product_ids=shown)
    if not waiting or not choices.of_shop(db, shop_id=shop.id, platform=shop.platform).of(BACK_IN_STOCK).is_on:
        return set()
    ids = {row.product_id for row in waiting}
    known = products.by_ids(db, shop_id=shop.id, ids=ids, currency=shop.currency)
    there = [row for row in waiting if _is_there(known.get(row.product_id), row.variant_id)]
    rows = [_message(shop, row, known[row.product_id], now) for row in there]
    notifications.add(db, shop_id=shop.id, rows=rows, now=now)
    subscriptions.told(db, [row.id for row in there], now=now)
    return {queues.NOTIFY} if rows else set()


def _is_there(product: Product | None, variant_id: str) -> bool:
    """Whether it can be bought: the product, or the variant that is waited for."""
    if product is None or not product.available:
        return False
    return not variant_id or any(one.id == variant_id and one.available for one in product.variants)


def _message(shop: Shop, row: Any, product: Product, now: datetime) -> dict[str, Any]:
    variant = next((one for one in product.variants if one.id == row.variant_id), None)
    price = variant.price if variant is not None and variant.price is not None else product.price
    before = variant.compare_at_price if variant is not None else product.compare_at_price
    told = context.of_product(
        title=product.title,
        variant=variant.title if variant is not None else "",
        url=product.url or f"https://{shop.domain}",
        price=price or 0,
        currency=product.currency or "",
        compare_at_price=before,
        image_url=product.images[0].url if product.images else "",
    )
    return {
        "kind": BACK_IN_STOCK,
        "channel": MAIL,
        "occasion": f"wish/{row.id}/{row.round}",
        "recipient": row.recipient,
        "category": KINDS[BACK_IN_STOCK].category,
        "member_id": row.member_id,
        "language": row.language or shop.locale,
        "detail": told | {"asked_at": row.asked_at.isoformat()},
        "expires_at": now + deadline(BACK_IN_STOCK),
    }
