"""Applies a batch of read deliveries to a shop's tables: decides what is newer, collects, writes at the end."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection

from commerce.mirror.details import DETAILS
from commerce.mirror.digests import digest
from commerce.mirror.gate import Gate
from commerce.mirror.milestones import Milestones
from commerce.mirror.outcomes import Happened, Result
from commerce.mirror.patches import PATCHES, Moments, Patched, hold_parcels, variant
from commerce.mirror.pending import Origin, Pending
from commerce.mirror.tellings import Told, Ways, keys_of, silent_on_published, told_currency
from commerce.rules import freshness
from commerce.rules.cards import CardChange
from commerce.rules.categories import CategoryChange
from commerce.rules.events import (
    CATEGORY,
    CUSTOMER,
    LIVE,
    PRODUCT,
    SHOP,
    VARIANT,
    Change,
    Deleted,
    Facts,
    Saved,
    StockLevel,
    Unclear,
)
from commerce.rules.freshness import Act, Version
from commerce.rules.products import CategoryFacts, VariantFacts
from commerce.tables import categories, inbox, shops, versions
from commerce.tables.people import turns
from commerce.tables.shops import Shop


def apply(
    db: Connection, shop: Shop, told: Sequence[Told], *, ways: Ways, now: datetime
) -> tuple[list[Result], list[Happened]]:
    """Apply deliveries in the order given and write all tables they touch; the caller's transaction commits it."""
    if any(_is_of_people(change) for one in told for change in one.reading.changes):
        turns.take(db, shop.id)
    shop = shops.learn_currency(db, shop, told_currency([one.reading for one in told]))
    hold_parcels(db, shop, [change for one in told for change in one.reading.changes])
    gate = Gate(db, shop, [one.reading for one in told])
    told = [replace(one, reading=gate.through(one.reading, one.inbox_id)) for one in told]
    reached = Milestones(db, shop, told)
    batch = _Batch(db, shop, told, ways, now, gate)
    results = [batch.apply(delivery) for delivery in told]
    happened = [*batch.finish(), *reached.finish(now)]
    gate.finish(now)
    return [gate.outcome(one) for one in results], happened


class _Batch:
    """The state of one batch: known versions, writes to come, events that happened."""

    def __init__(self, db: Connection, shop: Shop, told: Sequence[Told], ways: Ways, now: datetime, gate: Gate) -> None:
        self._db, self._shop, self._ways, self._now = db, shop, ways, now
        self._clock = shop.clock
        self._versions = versions.known(db, shop_id=shop.id, keys={key for one in told for key in keys_of(one.reading)})
        self._changed: dict[versions.Key, Version] = {}
        self._published = categories.published(db, shop_id=shop.id, ids=silent_on_published(told))
        self._pending = Pending(db, shop, variants_as_products=ways.variants_as_products, now=now, gate=gate)
        self._happened: dict[tuple[str, str, str], Happened] = {}
        self._detail_origin = LIVE
        self._handlers: dict[type, Callable[[Any, Told], tuple[bool, str]]] = {
            Saved: self._saved,
            Deleted: self._deleted,
            Unclear: self._unclear,
        }

    def apply(self, told: Told) -> Result:
        """Apply one delivery; its main object's note becomes the row's."""
        self._pending.people.is_live |= told.origin == LIVE
        outcomes = [self._change(change, told) for change in told.reading.changes]
        state = inbox.APPLIED if any(applied for applied, _ in outcomes) else inbox.SKIPPED
        note = outcomes[0][1] if outcomes else told.reading.note
        return Result(inbox_id=told.inbox_id, state=state, note=note)

    def finish(self) -> list[Happened]:
        """Write everything; gives the events of the batch, each object's once."""
        for kind, object_id in self._pending.write_details(self._detail_origin):
            self._note("detail.changed", kind, object_id, (None, self._detail_origin))
        origins = self._pending.write()
        versions.save(self._db, shop_id=self._shop.id, changed=self._changed, now=self._now)
        if self._clock != self._shop.clock:
            shops.save_clock(self._db, self._shop.id, self._clock)
        for product_id, inbox_id, origin in origins:
            self._note("product.document_changed", PRODUCT, product_id, (inbox_id, origin))
        for change, source in self._pending.changes:
            self._look(change, source)
        return [*self._happened.values(), *self._pending.stock]

    def _change(self, change: Change, told: Told) -> tuple[bool, str]:
        if type(change) in DETAILS:
            self._detail_origin = told.origin
            self._pending.detail(change)
            return True, "Saved."
        handler = self._handlers.get(type(change))
        if handler is not None and getattr(change, "kind", "") != VARIANT:
            return handler(change, told)
        self._pending.write_objects()  # patches look at rows, so what is waiting to be written goes first
        if isinstance(change, Saved):
            return self._patched(variant(self._db, self._shop, cast(VariantFacts, change.facts)), told)
        patch = PATCHES[type(change)]
        at = Moments(inbox_id=told.inbox_id, received_at=told.received_at, now=self._now)
        return self._patched(patch(self._db, self._shop, change, at), told)

    def _patched(self, patched: Patched, told: Told) -> tuple[bool, str]:
        for product_id in patched.products:
            self._pending.touch(product_id, told.inbox_id, told.origin)
        self._pending.people.orders_changed(patched.orders)
        self._pending.people.details(patched.accounts, moved=patched.moved)
        if patched.unclear is not None:
            self._unclear(patched.unclear, told)
        if patched.event:
            self._note(patched.event, SHOP, "", _from(told))
        for event in patched.parcels:
            origin = told.origin if event.origin == LIVE else event.origin
            happened = replace(event, inbox_id=told.inbox_id, origin=origin)
            self._happened[event.name, event.kind, event.object_id] = happened
        if patched.shop is not None:
            self._shop = patched.shop
            self._pending.shop = patched.shop
        return patched.applied, patched.note

    def _saved(self, change: Saved, told: Told) -> tuple[bool, str]:
        facts, key = self._completed(change.facts), (change.kind, change.facts.id)
        # A time in the future orders nothing: WooCommerce dates a scheduled product with the day it will go live.
        dated = (
            change.dated
            and facts.updated_at is not None
            and facts.updated_at <= told.received_at + freshness.CLOCKS_APART
        )
        version = Version(
            updated_at=facts.updated_at if dated else None,
            triggered_at=told.triggered_at or told.read_at,
            tiebreak=change.tiebreak,
            digest=digest(facts),
        )
        if not self._ways.says_when_deleted and told.read_at is None:  # the order of a list is no order of events
            self._clock = self._clock.after(version.updated_at, now=self._now)
        known = self._versions.get(key)
        decision = freshness.on_saved(known, version, restored=change.restored, read_at=told.read_at)
        self._remember(key, decision.version)
        if decision.reread:
            self._unclear(Unclear(kind=change.kind, id=facts.id, reason=decision.reread), told)
        if decision.act is not Act.SAVE:
            self._pending.told_late(facts)
            return False, decision.note
        new = known is None or known.deleted_at is not None
        self._pending.save(change.kind, facts, told.inbox_id, told.origin)
        self._note(f"{change.kind}.{'created' if new else 'changed'}", change.kind, facts.id, _from(told))
        return True, decision.note

    def _completed(self, facts: Facts) -> Facts:
        """The facts with what their telling leaves as it was."""
        if isinstance(facts, CategoryFacts) and facts.published is None:
            return replace(facts, published=self._published.get(facts.id, True))
        return facts

    def _deleted(self, change: Deleted, told: Told) -> tuple[bool, str]:
        key = (change.kind, change.id)
        when = replace(change, at=change.at or told.triggered_at)
        clock = None if self._ways.says_when_deleted else self._clock
        decision = freshness.on_deleted(
            self._versions.get(key), when, received_at=told.received_at, clock=clock, read_at=told.read_at
        )
        self._remember(key, decision.version)
        if decision.reread:
            self._unclear(Unclear(kind=change.kind, id=change.id, reason=decision.reread), told)
        if decision.act is not Act.DELETE:
            return False, decision.note
        self._pending.delete(change.kind, change.id, told.inbox_id, told.origin)
        self._note(f"{change.kind}.deleted", change.kind, change.id, _from(told))
        return True, decision.note

    def _unclear(self, change: Unclear, told: Told) -> tuple[bool, str]:
        self._note("object.unclear", change.kind, change.id, _from(told), reason=change.reason)
        return True, f"{change.reason} Marked to be read again from the store."

    def _remember(self, key: versions.Key, version: Version) -> None:
        if self._versions.get(key) != version:
            self._versions[key] = self._changed[key] = version
        kind, object_id = key
        if kind == CUSTOMER:
            self._pending.people.lives(object_id, alive=version.deleted_at is None)

    def _note(self, name: str, kind: str, object_id: str, source: Origin, *, reason: str = "") -> None:
        """Note an event; of several of one name for one object the first one's delivery stands."""
        inbox_id, origin = source
        happened = Happened(name=name, kind=kind, object_id=object_id, inbox_id=inbox_id, origin=origin, reason=reason)
        self._happened.setdefault((name, kind, object_id), happened)

    def _look(self, change: CardChange | CategoryChange, source: Origin) -> None:
        """Note that something looks different to shoppers."""
        kind, object_id = (
            (PRODUCT, change.product_id) if isinstance(change, CardChange) else (CATEGORY, change.category_id)
        )
        name = f"{kind}.looks_changed"
        inbox_id, origin = source
        self._happened[name, kind, object_id] = Happened(
            name=name, kind=kind, object_id=object_id, inbox_id=inbox_id, origin=origin, change=change
        )


def _is_of_people(change: Change) -> bool:
    """Whether persons may follow from it: from anything but what a shop has to sell."""
    return getattr(change, "kind", "") not in (PRODUCT, VARIANT, CATEGORY) and not isinstance(change, StockLevel)


def _from(told: Told) -> Origin:
    return told.inbox_id, told.origin
