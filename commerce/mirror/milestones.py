"""What orders come to, out of all tellings of a batch: each milestone once, and which of them is news."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
from commerce.mirror.tellings import Told
from commerce.rules.events import LIVE, ORDER, Change, Refunded, Saved
from commerce.rules.order_steps import milestones as rules
from commerce.rules.order_steps.milestones import Ground, Milestone, Source
from commerce.rules.order_steps.outcomes import INVENTORY
from commerce.rules.orders import OrderFacts, ShipmentFacts
from commerce.tables import versions
from commerce.tables.order_steps import again as steps_again
from commerce.tables.order_steps import milestones, steps, stocked
from commerce.tables.shops import Shop

Stored = Mapping[str, Sequence[Any]]  # order to its rows of commerce.tables.order_steps.stocked


@dataclass(frozen=True, slots=True)
class _Seen:
    """A milestone and the telling that showed it."""

    milestone: Milestone
    source: Source
    inbox_id: int | None


class Milestones:
    """Those of one batch. Tellings that come too late to be stored count as well, so that their order does not."""

    def __init__(self, db: Connection, shop: Shop, told: Iterable[Told]) -> None:
        self._db, self._shop = db, shop
        self._seen: dict[tuple[str, str, str], _Seen] = {}
        for one in told:
            for change in one.reading.changes:
                source = Source(origin=one.origin, is_birth=isinstance(change, Saved) and change.born)
                self._see(_shown_by(change), source, one.inbox_id)
        # Before anything is written: an order that was there already has no first time any more.
        self._known = set(versions.known(db, shop_id=shop.id, keys={(ORDER, key[0]) for key in self._seen}))
        pictured = {
            order_id for order_id, name, _ in self._seen if name == rules.STOCK and (ORDER, order_id) in self._known
        }
        self._before = _stock_states(stocked.of_orders(db, shop_id=shop.id, ids=pictured))

    def _see(self, shown: Iterable[Milestone], source: Source, inbox_id: int | None) -> None:
        for one in shown:
            key = (one.order_id, one.name, one.key)
            before = self._seen.get(key)
            if before is None or _says_more(source, before.source):
                self._seen[key] = _Seen(one, source, inbox_id)

    def finish(self, now: datetime) -> list[Happened]:
        """Write them once all objects are written; gives the events of those that start something."""
        if not self._seen:
            return []
        stored = stocked.of_orders(self._db, shop_id=self._shop.id, ids={key[0] for key in self._seen})
        grounds = self._grounds(stored, now)
        news = {
            key: rules.is_news(seen.milestone, seen.source, grounds[key[0]], now=now)
            for key, seen in self._seen.items()
        }
        rows = [self._row(seen, news[key], now) for key, seen in self._seen.items()]
        added = milestones.add(self._db, shop_id=self._shop.id, rows=rows)
        late = {
            key
            for key, seen in self._seen.items()
            if key not in added and rules.is_late_news(seen.milestone, seen.source, grounds[key[0]])
        }
        began = {key for key in added if news[key]} | milestones.begin(self._db, shop_id=self._shop.id, keys=late)
        steps.look_again(self._db, shop_id=self._shop.id, order_ids={key[0] for key in added}, now=now)
        began |= self._again(stored, added, news)
        return [self._happened(seen) for key, seen in self._seen.items() if key in began]

    def _again(
        self, stored: Stored, added: Collection[milestones.Key], news: Mapping[milestones.Key, bool]
    ) -> set[milestones.Key]:
        """States of stock that orders came to which were told of them before: what they hold is worked out again. Where
        nothing was done about such a state, as an import told it first, it begins now."""
        now = _stock_states({key: found for key, found in stored.items() if key in self._before})
        moved = {(key, rules.STOCK, state) for key, state in now.items() if state != self._before[key]}
        back = {key: f"{rules.STOCK}:{key[2]}" for key in moved if key not in added and key in self._seen}
        keys = {(key[0], occasion) for key, occasion in back.items()}
        again = steps_again.begin(self._db, shop_id=self._shop.id, kind=INVENTORY, keys=keys)
        begun = {key for key, occasion in back.items() if (key[0], occasion) in again}
        return begun | milestones.begin(
            self._db, shop_id=self._shop.id, keys={key for key in back if key not in begun and news[key]}
        )

    def _grounds(self, stored: Stored, now: datetime) -> dict[str, Ground]:
        ids = {key[0] for key in self._seen}
        placed = {key: found[0].placed_at for key, found in stored.items()}
        since = self._shop.steps_since or now
        return {
            each: Ground(since=since, is_known=(ORDER, each) in self._known, placed_at=placed.get(each)) for each in ids
        }

    def _row(self, seen: _Seen, began: bool, now: datetime) -> dict[str, object]:
        one = seen.milestone
        return {
            "order_id": one.order_id,
            "name": one.name,
            "key": one.key,
            "at": one.at,
            "seen_at": now,
            "inbox_id": seen.inbox_id,
            "origin": seen.source.origin,
            "began": began,
        }

    def _happened(self, seen: _Seen) -> Happened:
        """The event. One that an import told first and this telling began is this telling's."""
        one = seen.milestone
        return Happened(
            name=one.event,
            kind=ORDER,
            object_id=one.order_id,
            inbox_id=seen.inbox_id,
            origin=LIVE,
            milestone=one,
        )


def _stock_states(stored: Stored) -> dict[str, str]:
    return {
        key: rules.stock_state(found[0], [line for line in found if line.position is not None])
        for key, found in stored.items()
    }


def _says_more(source: Source, before: Source) -> bool:
    """Live tellings go before others, a birth before any."""
    return (source.is_birth, source.origin == LIVE) > (before.is_birth, before.origin == LIVE)


def _shown_by(change: Change) -> list[Milestone]:
    if isinstance(change, Refunded):
        return [rules.of_refund(change.order_id, change.refund)]
    if isinstance(change, Saved) and isinstance(change.facts, OrderFacts):
        return rules.of_order(change.facts)
    if isinstance(change, Saved) and isinstance(change.facts, ShipmentFacts):
        return rules.of_shipment(change.facts)
    return []
