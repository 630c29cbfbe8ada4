"""Stock that is kept here is told to the platform: set to a number, so that it may be told twice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.rules.calls import SET_STOCK
from commerce.rules.events import VARIANT
from commerce.rules.products import VariantFacts
from commerce.tables import effects, inventory
from commerce.tables.effects import NewEffect
from commerce.tables.shops import Shop
from commerce.tables.stock import superseded

_WRITING = frozenset({"shopify", "woocommerce"})  # any other back end hears of it by its webhook


def plan(db: Connection, shop: Shop, changed: Sequence[VariantFacts], *, now: datetime) -> None:
    """Have the platform's figures set to what is left of these variants; what still waits to be set is not any more."""
    if shop.platform not in _WRITING or not changed:
        return
    places = inventory.known(db, shop_id=shop.id, item_ids={one.inventory_item_id for one in changed})
    wanted = [
        NewEffect(
            kind=effects.CALL,
            object_kind=VARIANT,
            object_id=variant.id,
            reason="The stock is kept here.",
            detail={"call": SET_STOCK, **detail},
        )
        for variant in changed
        if (detail := _of_shopify(variant, places) if shop.platform == "shopify" else _of_woocommerce(variant))
    ]
    superseded.end_waiting(db, shop_id=shop.id, variant_ids=[one.object_id for one in wanted], now=now)
    effects.plan(db, shop_id=shop.id, wanted=wanted, now=now)


def _of_woocommerce(variant: VariantFacts) -> dict[str, Any]:
    return {"product_id": variant.product_id, "variant_id": variant.id, "stock": variant.stock}


def _of_shopify(variant: VariantFacts, places: Any) -> dict[str, Any]:
    """Shopify keeps stock at places: the one that has most takes the difference. Without any, nothing is set."""
    here = {place: (number or 0) for (item, place), (number, _) in places.items() if item == variant.inventory_item_id}
    if not here or variant.stock is None:
        return {}
    place = max(sorted(here), key=lambda each: here[each])
    left = variant.stock - sum(number for each, number in here.items() if each != place)
    return {"inventory_item_id": variant.inventory_item_id, "location_id": place, "stock": left}
