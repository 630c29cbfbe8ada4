"""Small tellings: what changes one thing of an object without telling the whole of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.mirror import merges, parcels
from commerce.mirror.outcomes import Happened
from commerce.mirror.stock.settling import last_told
from commerce.rules import tracking
from commerce.rules.customers import Consent, Purchases, TagsChanged
from commerce.rules.events import (
    CUSTOMER,
    ORDER,
    PRODUCT,
    SHOP,
    Merged,
    PrivacyRequest,
    Refunded,
    ShipmentScanned,
    ShopFacts,
    StockLevel,
    Unclear,
    Uninstalled,
)
from commerce.rules.freshness import Version
from commerce.rules.products import VariantFacts
from commerce.tables import (
    carriers,
    customer_details,
    customers,
    installs,
    inventory,
    order_tracking,
    orders,
    parcel_erasure,
    privacy,
    search_settings,
    shipments,
    shops,
    tracking_scans,
    tracking_settings,
    variants,
    versions,
)
from commerce.tables.shops import Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Patched:
    """Whether it was applied, why in plain words, and what follows: products to refresh, an object to read
    again, an event of the shop, what happened to parcels, orders and accounts whose persons have to be worked out,
    and whether these accounts were put together.
    """

    applied: bool
    note: str
    products: tuple[str, ...] = ()
    unclear: Unclear | None = None
    event: str = ""
    shop: Shop | None = None
    parcels: tuple[Happened, ...] = ()
    orders: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    moved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The delivery's row (None: it was asked for), when it came in, and now."""

    inbox_id: int | None
    received_at: datetime
    now: datetime


Patch = Callable[[Connection, Shop, Any, Moments], Patched]


def _stock(db: Connection, shop: Shop, told: StockLevel, _at: Moments) -> Patched:
    """Stock at one place. A variant's stock is the sum of all places, so the difference to what was there counts."""
    item, place = told.inventory_item_id, told.location_id
    before = inventory.known(db, shop_id=shop.id, item_ids=[item]).get((item, place))
    if before is not None and before[1] > told.updated_at:
        return Patched(applied=False, note="Older than what is stored.")
    if before is not None and before[0] == told.available:
        return Patched(applied=False, note="Nothing changed.")
    inventory.save(db, shop_id=shop.id, level=told)
    variant = variants.of_items(db, shop_id=shop.id, item_ids=[item]).get(item)
    if variant is None:
        return Patched(applied=True, note="Saved; no variant with this inventory item is known yet.")
    if variant.updated_at is not None and variant.updated_at >= told.updated_at:
        return Patched(applied=True, note="Saved; the product told this stock already.")
    if before is None or before[0] is None or told.available is None or variant.stock is None:
        reason = "The stock of one place alone does not tell the product's."
        return Patched(applied=True, note="Saved.", unclear=Unclear(kind=PRODUCT, id=variant.product_id, reason=reason))
    stock = last_told(db, shop, variant) + told.available - before[0]
    variants.set_stock(
        db, shop_id=shop.id, variant_id=variant.id, stock=stock, available=stock > 0 or variant.sells_without_stock
    )
    return Patched(applied=True, note="Saved.", products=(variant.product_id,))


def variant(db: Connection, shop: Shop, told: VariantFacts) -> Patched:
    """A variant told apart from its product, by a platform that otherwise tells both together."""
    known = variants.by_ids(db, shop_id=shop.id, ids=[told.id]).get(told.id)
    if known is None:
        reason = "A variant of a product that is not known."
        return Patched(applied=True, note=reason, unclear=Unclear(kind=PRODUCT, id=told.product_id, reason=reason))
    if known.updated_at is not None and told.updated_at is not None and told.updated_at <= known.updated_at:
        return Patched(applied=False, note="Older than what is stored.")
    variants.save(db, shop_id=shop.id, facts=[told])
    return Patched(applied=True, note="Saved.", products=(told.product_id,))


def _refund(db: Connection, shop: Shop, told: Refunded, at: Moments) -> Patched:
    if not orders.there(db, shop_id=shop.id, order_id=told.order_id):
        reason = "A refund of an order that is not known."
        return Patched(applied=True, note=reason, unclear=Unclear(kind=ORDER, id=told.order_id, reason=reason))
    if not orders.add_refund(db, shop_id=shop.id, order_id=told.order_id, refund=told.refund, now=at.now):
        return Patched(applied=False, note="The order has this refund already.")
    return Patched(applied=True, note="Saved.", orders=(told.order_id,))


def _scan(db: Connection, shop: Shop, told: ShipmentScanned, at: Moments) -> Patched:
    scanned = shipments.scanned(
        db,
        shop_id=shop.id,
        shipment_id=told.shipment_id,
        status=told.status,
        word=told.platform_status,
        at=told.happened_at,
    )
    if scanned:
        orders.mark_saved(db, shop_id=shop.id, ids=[told.order_id], now=at.now)
        return Patched(applied=True, note="Saved.")
    if orders.there(db, shop_id=shop.id, order_id=told.order_id):
        return Patched(applied=False, note="Older than what is stored of this parcel, or the parcel is not known yet.")
    reason = "A parcel of an order that is not known."
    return Patched(applied=True, note=reason, unclear=Unclear(kind=ORDER, id=told.order_id, reason=reason))


def hold_parcels(db: Connection, shop: Shop, changes: Iterable[Any]) -> None:
    """Hold the parcels that carriers tell of from the start, in the order in which rounds hold them: one after the
    other, in the order of deliveries, a batch and a round would wait for each other."""
    numbers = {_number(change) for change in changes if isinstance(change, tracking.Told)}
    found = order_tracking.by_numbers(db, shop_id=shop.id, numbers=numbers)
    order_tracking.held(db, [row.id for row in found.values()])


def _number(told: tracking.Told) -> str:
    """A number as numbers are kept."""
    return "".join(sign for sign in told.number.upper() if sign.isalnum())


def _parcel(db: Connection, shop: Shop, told: tracking.Told, at: Moments) -> Patched:
    """A carrier told by itself."""
    number = _number(told)
    found = order_tracking.by_numbers(db, shop_id=shop.id, numbers=[number]).get(number)
    if found is None or found.stopped == parcel_erasure.ERASED:
        return Patched(applied=False, note=f"No parcel of the number {told.number} is followed.")
    ways = parcels.Ways(settings=tracking_settings.of_shop(db, shop_id=shop.id))
    heard = [parcels.Heard(tracking_id=found.id, told=told, asked=False)]
    happened = parcels.apply(db, shop_id=shop.id, heard=heard, way=tracking_scans.PUSH, ways=ways, now=at.now)
    carriers.note_health(db, shop_id=shop.id, carrier=told.carrier, values={"pushed_at": at.now})
    return Patched(applied=True, note="Saved.", parcels=tuple(happened))


def _of_customer(
    change: Callable[[Connection, Shop, Any, datetime], bool],
) -> Patch:
    """A patch of a customer who has to be known."""

    def patch(db: Connection, shop: Shop, told: Any, at: Moments) -> Patched:
        if not customers.by_ids(db, shop_id=shop.id, ids=[told.customer_id]):
            reason = "A customer who is not known."
            return Patched(
                applied=True, note=reason, unclear=Unclear(kind=CUSTOMER, id=told.customer_id, reason=reason)
            )
        if not change(db, shop, told, at.now):
            late = None
            if isinstance(told, TagsChanged):
                late = Unclear(kind=CUSTOMER, id=told.customer_id, reason="A change of tags that came late.")
            return Patched(applied=late is not None, note="Older than what is stored.", unclear=late)
        return Patched(applied=True, note="Saved.", accounts=(told.customer_id,))

    return patch


def _merged(db: Connection, shop: Shop, told: Merged, at: Moments) -> Patched:
    merges.follow(db, shop, kept=told.kept, gone=told.gone, now=at.now)
    return Patched(applied=True, note="Saved.", accounts=(told.kept, told.gone), moved=True)


def _shop(db: Connection, shop: Shop, told: ShopFacts, at: Moments) -> Patched:
    key = (SHOP, "")
    known = versions.known(db, shop_id=shop.id, keys=[key]).get(key)
    if known is not None and known.updated_at is not None and known.updated_at > told.told_at:
        return Patched(applied=False, note="Older than what is stored.")
    versions.save(db, shop_id=shop.id, changed={key: Version(updated_at=told.told_at)}, now=at.now)
    values = {name: getattr(told, name) for name in ("name", "timezone", "locale", "email") if getattr(told, name)}
    if values:
        searched = search_settings.of(db, shop_id=shop.id)
        shops.learn(db, shop.id, **values)
        search_settings.follow(db, shop_id=shop.id, before=searched, now=at.now)
    fresh = shops.learn_currency(db, shop, told.currency, corrects=True)
    return Patched(applied=True, note="Saved.", shop=fresh)


def _uninstalled(db: Connection, shop: Shop, told: Uninstalled, at: Moments) -> Patched:
    if not installs.uninstall(db, shop_id=shop.id, at=told.at or at.received_at):
        return Patched(applied=False, note="This was an earlier installation: the app was installed again since.")
    return Patched(applied=True, note="The merchant removed the app. Data stays until the shop's erasure is asked for.")


def _privacy(db: Connection, shop: Shop, told: PrivacyRequest, at: Moments) -> Patched:
    assert at.inbox_id is not None, "requests come as deliveries only"
    privacy.save(db, shop_id=shop.id, inbox_id=at.inbox_id, asked=told, received_at=at.received_at)
    asked = "" if told.kind == privacy.EXPORT else "erasure.asked"
    return Patched(applied=True, note="Noted; it has to be fulfilled within 30 days.", event=asked)


PATCHES: dict[type, Patch] = {
    StockLevel: _stock,
    Refunded: _refund,
    ShipmentScanned: _scan,
    tracking.Told: _parcel,
    Merged: _merged,
    Consent: _of_customer(
        lambda db, shop, told, now: customer_details.set_consent(db, shop_id=shop.id, consent=told, now=now)
    ),
    TagsChanged: _of_customer(
        lambda db, shop, told, now: customer_details.change_tags(db, shop_id=shop.id, change=told, now=now)
    ),
    Purchases: _of_customer(
        lambda db, shop, told, now: customer_details.set_purchases(db, shop_id=shop.id, told=told, now=now)
    ),
    ShopFacts: _shop,
    Uninstalled: _uninstalled,
    PrivacyRequest: _privacy,
}
