"""Writes to come: objects saved and deleted in a batch, each written once however often it was told."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection

from commerce.mirror import counting
from commerce.mirror.details import DETAILS
from commerce.mirror.gate import Gate
from commerce.mirror.outcomes import Happened
from commerce.mirror.people import People
from commerce.mirror.refresh import refresh
from commerce.mirror.stock import booking
from commerce.rules.cards import CardChange
from commerce.rules.categories import CategoryChange, CategoryShown
from commerce.rules.customers import CustomerFacts
from commerce.rules.events import CATEGORY, CUSTOMER, LIVE, ORDER, PRODUCT, RECONCILE, SHIPMENT, VARIANT, Facts, Named
from commerce.rules.freshness import Version
from commerce.rules.orders import OrderFacts, ShipmentFacts
from commerce.rules.products import CategoryFacts, ProductFacts, VariantFacts
from commerce.tables import categories, clicks, customers, orders, placements, products, shipments, variants, versions
from commerce.tables.shops import Shop

Origin = tuple[int | None, str]  # inbox row if any, origin


class Pending:
    """Collects and writes. `shop` may be replaced when the shop learns its currency on the way."""

    def __init__(
        self, db: Connection, shop: Shop, *, variants_as_products: bool, now: datetime, gate: Gate | None = None
    ) -> None:
        self.shop = shop
        self._db, self._now, self._variants_as_products = db, now, variants_as_products
        self._saves: dict[tuple[str, str], Facts] = {}
        self._deletes: dict[tuple[str, str], Origin] = {}
        self._products: dict[str, Origin] = {}
        self.people = People(db, shop, now, gate)
        self._late: list[CustomerFacts] = []
        self._details: dict[type, list[Any]] = {}
        self._gone: set[str] = set()
        self._categories: dict[str, CategoryShown | None] = {}  # as they were before
        self._sources: dict[str, Origin] = {}  # of what categories tell
        self.changes: list[tuple[CardChange | CategoryChange, Origin]] = []
        self.stock: tuple[Happened, ...] = ()
        self.profiles: list[str] = []

    def save(self, kind: str, facts: Facts, inbox_id: int | None, origin: str) -> None:
        """Write these facts; they replace what was to be written or deleted of the object."""
        self._deletes.pop((kind, facts.id), None)
        self._replace(kind, facts.id)
        self._saves[kind, facts.id] = facts
        if isinstance(facts, ProductFacts):
            self.touch(facts.id, inbox_id, origin)
        elif isinstance(facts, VariantFacts):
            self.touch(facts.product_id, inbox_id, origin)
        elif isinstance(facts, CategoryFacts):
            self._sources[facts.id] = (inbox_id, origin)

    def delete(self, kind: str, object_id: str, inbox_id: int | None, origin: str) -> None:
        """Delete the object."""
        self._replace(kind, object_id)
        self._deletes[kind, object_id] = (inbox_id, origin)
        if kind == CATEGORY:
            self._sources[object_id] = (inbox_id, origin)

    def _replace(self, kind: str, object_id: str) -> None:
        """What was to be written of the object is not written any more, and was told all the same."""
        before = self._saves.pop((kind, object_id), None)
        if before is not None:
            self.told_late(before)

    def told_late(self, facts: Facts) -> None:
        """These facts came too late to be written; an account's tell by what it was known."""
        if isinstance(facts, CustomerFacts):
            self._late.append(facts)

    def touch(self, product_id: str, inbox_id: int | None, origin: str) -> None:
        """Something of this product changed: work out its price, stock and search document again."""
        self._products.setdefault(product_id, (inbox_id, origin))

    def detail(self, told: Any) -> None:
        """Write this detail of an object, once the object itself is written."""
        self._details.setdefault(type(told), []).append(told)

    def write_details(self, origin: str) -> list[tuple[str, str]]:
        """Write the details that were collected; gives the objects (kind, id) that differ now."""
        self.write_objects()
        changed = []
        for told_type, told in self._details.items():
            detail = DETAILS[told_type]
            self._watch([one.category.id for one in told if isinstance(one, Named)])
            for object_id in sorted(detail.write(self._db, self.shop.id, told, self._now)):
                changed.append((detail.kind, object_id))
                if detail.kind == PRODUCT:
                    self.touch(object_id, None, origin)
            self.people.details(object_id for kind, object_id in changed if kind == CUSTOMER)
        self._details.clear()
        return changed

    def write(self) -> list[tuple[str, int | None, str]]:
        """Write all; gives the products whose search document changed, with inbox row and origin.

        `changes` has from then on what looks different to shoppers, with the same; `stock` what happened to stock.
        """
        self.write_objects()
        self.people.was_known_by(self._late)
        self.profiles = self.people.finish(self.shop)
        refreshed = refresh(self._db, self.shop, list(self._products), gone=self._gone, now=self._now)
        self.stock = refreshed.stock
        self.changes = [(change, self._products[change.product_id]) for change in refreshed.cards]
        self.changes += [
            (change, self._sources.get(change.category_id, (None, LIVE))) for change in self._category_changes()
        ]
        changed = [(product_id, *self._products[product_id]) for product_id in refreshed.documents]
        self._products.clear()
        return changed

    def _watch(self, ids: Collection[str]) -> None:
        """These categories are about to be written: remember how they look."""
        new = [each for each in ids if each not in self._categories]
        self._categories |= dict.fromkeys(new) | categories.shown(self._db, shop_id=self.shop.id, ids=new)

    def _category_changes(self) -> list[CategoryChange]:
        after = categories.shown(self._db, shop_id=self.shop.id, ids=list(self._categories))
        return [
            CategoryChange(category_id=key, before=before, after=after.get(key))
            for key, before in self._categories.items()
            if before != after.get(key)
        ]

    def write_objects(self) -> None:
        """Write what was saved and deleted so far."""
        deletes: dict[str, list[str]] = {}
        for kind, object_id in self._deletes:
            deletes.setdefault(kind, []).append(object_id)
        for kind, ids in deletes.items():
            _DELETERS[kind](self, ids)
        saves: dict[str, list[Facts]] = {}
        for (kind, _), facts in self._saves.items():
            name = VARIANT if isinstance(facts, VariantFacts) else kind
            saves.setdefault(name, []).append(facts)
        for name, writer in _WRITERS.items():
            if name in saves:
                writer(self, saves[name])
        self._saves.clear()
        self._deletes.clear()

    def write_products(self, facts: list[Facts]) -> None:
        """Products with the variants they tell; categories that they name and nobody told of are added."""
        told = cast(list[ProductFacts], facts)
        products.save(self._db, shop_id=self.shop.id, facts=told, now=self._now)
        refs = {ref.id: ref for product in told for ref in product.categories or ()}
        known = versions.known(self._db, shop_id=self.shop.id, keys=_keys(refs))
        new = [ref for ref in refs.values() if (CATEGORY, ref.id) not in known]
        self._watch([ref.id for ref in new])
        added, _ = categories.name(self._db, shop_id=self.shop.id, refs=new)
        versions.save(self._db, shop_id=self.shop.id, changed=dict.fromkeys(_keys(added), Version()), now=self._now)

    def write_variants(self, facts: list[Facts]) -> None:
        """Variants that come on their own."""
        variants.save(self._db, shop_id=self.shop.id, facts=cast(list[VariantFacts], facts))

    def write_categories(self, facts: list[Facts]) -> None:
        """Categories; products that name one of them by another name get the new one."""
        told = cast(list[CategoryFacts], facts)
        self._watch([category.id for category in told])
        renamed = categories.renamed(self._db, shop_id=self.shop.id, facts=told)
        categories.save(self._db, shop_id=self.shop.id, facts=told)
        self._touch_all(placements.rename_categories(self._db, shop_id=self.shop.id, names=renamed, now=self._now))

    def write_customers(self, facts: list[Facts]) -> None:
        """Customers; the persons they are part of are worked out at the end."""
        told = cast(list[CustomerFacts], facts)
        customers.save(self._db, shop_id=self.shop.id, facts=told, now=self._now)
        self.people.accounts(told)

    def write_orders(self, facts: list[Facts]) -> None:
        """Orders with lines and the parcels they tell."""
        told = cast(list[OrderFacts], facts)
        members = self.people.of_orders(told)
        orders.save(self._db, shop_id=self.shop.id, facts=told, now=self._now, members=members)
        led_to = {order.id: order.search_id for order in told if order.search_id}
        clicks.order(self._db, shop_id=self.shop.id, orders=led_to, day=self._now.date())
        parcels = {order.id: order.shipments for order in told if order.shipments is not None}
        shipments.replace(self._db, shop_id=self.shop.id, of_orders=parcels, now=self._now)

    def write_shipments(self, facts: list[Facts]) -> None:
        """Parcels that come on their own, and change what is told of their orders."""
        parcels = cast(list[ShipmentFacts], facts)
        shipments.save(self._db, shop_id=self.shop.id, facts=parcels, now=self._now)
        orders.mark_saved(self._db, shop_id=self.shop.id, ids={one.order_id for one in parcels}, now=self._now)

    def delete_products(self, ids: Collection[str]) -> None:
        """Products with their variants, or single variants where both are numbered in one row."""
        if self._variants_as_products:
            gone = variants.products_of(self._db, shop_id=self.shop.id, ids=ids)
            for variant_id, product_id in gone.items():
                self.touch(product_id, *self._deletes[PRODUCT, variant_id])
            products.drop_variant_ids(self._db, shop_id=self.shop.id, gone=gone)
            variants.remove(self._db, shop_id=self.shop.id, ids=ids)
        products.remove(self._db, shop_id=self.shop.id, ids=ids)
        for product_id in ids:
            self._gone.add(product_id)
            self.touch(product_id, *self._deletes[PRODUCT, product_id])

    def delete_orders(self, ids: Collection[str]) -> None:
        """Orders with lines and parcels."""
        self.people.orders_changed(ids)
        self._touch_all(booking.release(self._db, self.shop, ids, now=self._now))
        counting.forget(self._db, self.shop, ids, now=self._now)
        orders.remove(self._db, shop_id=self.shop.id, ids=ids)
        shipments.remove_of(self._db, shop_id=self.shop.id, order_ids=ids)

    def delete_customers(self, ids: Collection[str]) -> None:
        """Customers; their orders stay, as the shop's books do."""
        customers.remove(self._db, shop_id=self.shop.id, ids=ids)

    def delete_categories(self, ids: Collection[str]) -> None:
        """Categories; products do not stand in them any more."""
        self._watch(ids)
        categories.remove(self._db, shop_id=self.shop.id, ids=ids)
        gone = dict.fromkeys(ids)
        self._touch_all(placements.rename_categories(self._db, shop_id=self.shop.id, names=gone, now=self._now))

    def _touch_all(self, product_ids: Collection[str]) -> None:
        for product_id in product_ids:
            self.touch(product_id, None, RECONCILE)


def _keys(category_ids: Collection[str]) -> list[versions.Key]:
    return [(CATEGORY, key) for key in category_ids]


_WRITERS: dict[str, Callable[[Pending, list[Facts]], None]] = {
    CATEGORY: Pending.write_categories,
    PRODUCT: Pending.write_products,
    VARIANT: Pending.write_variants,
    CUSTOMER: Pending.write_customers,
    ORDER: Pending.write_orders,
    SHIPMENT: Pending.write_shipments,
}
_DELETERS: dict[str, Callable[[Pending, Collection[Any]], None]] = {
    PRODUCT: Pending.delete_products,
    ORDER: Pending.delete_orders,
    CUSTOMER: Pending.delete_customers,
    CATEGORY: Pending.delete_categories,
}
