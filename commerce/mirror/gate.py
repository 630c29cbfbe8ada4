"""Who was erased under privacy law does not come back by a delivery, a walk or a replay.

An account of theirs is not written. An order placed before is written without a name; one placed since keeps what is
needed to fulfil it, and makes no profile. A shop where nobody was erased costs one look-up for a batch.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commerce.mirror.outcomes import Result
from commerce.rules.customers import CustomerFacts
from commerce.rules.events import Change, Reading, Saved
from commerce.rules.orders import OrderFacts
from commerce.rules.people import traces
from commerce.rules.people.keys import of_account
from commerce.tables import erasure, inbox
from commerce.tables.people import erased, members
from commerce.tables.shops import Shop


class Gate:
    """Looks at the tellings of one batch before they are applied."""

    def __init__(self, db: Connection, shop: Shop, readings: Sequence[Reading] = ()) -> None:
        self._db, self._shop_id = db, shop.id
        self._key = erased.key_of(db, shop)
        self._known: dict[str, Any] = {}  # trace to the row of whoever is kept out
        self._here: set[str] = set()  # keys of accounts that somebody has who was not erased
        self._learned: dict[str, Any] = {}
        self._kept_out: Counter[str] = Counter()
        self._nobodys: set[str] = set()  # orders that make no profile
        self._emptied: set[int] = set()  # deliveries that must not go on saying what they say
        if self._key and readings:
            self._look(readings)

    def _look(self, readings: Sequence[Reading]) -> None:
        """Find out at once who of those that are told of was erased."""
        changes = [change for reading in readings for change in reading.changes]
        self._find(traces.every(changes))
        if self._known:
            here = members.by_keys(self._db, shop_id=self._shop_id, keys=traces.accounts_in(changes))
            self._here = here.keys() - self._known.keys()

    def _find(self, wanted: Collection[str]) -> None:
        digests = {traces.digest(self._key, trace): trace for trace in wanted}
        found = erased.find(self._db, shop_id=self._shop_id, digests=digests)
        self._known |= {digests[one]: row for one, row in found.items()}

    def through(self, reading: Reading, inbox_id: int | None) -> Reading:
        """What may be applied of a telling."""
        if not self._known:
            return reading
        seen = [self._seen(change, inbox_id) for change in reading.changes]
        left = tuple(change for change in seen if change is not None)
        if left == reading.changes:
            return reading
        return replace(reading, changes=left, note=reading.note if left else erasure.NOTE)

    def blocked(self, keys: Collection[str]) -> set[str]:
        """Those of these keys of members that nobody may have."""
        if not self._key:
            return set()
        self._find(set(keys) - self._known.keys())
        return {key for key in keys if key in self._known}

    def is_nobodys(self, order_id: str) -> bool:
        """Whether this order makes no profile."""
        return order_id in self._nobodys

    def outcome(self, result: Result) -> Result:
        """What became of a delivery: of one that was emptied nothing but that."""
        if result.inbox_id not in self._emptied:
            return result
        return replace(result, state=inbox.ERASED, note=erasure.NOTE)

    def finish(self, now: datetime) -> None:
        """Write what was kept out, and by what else those people are known now; empty the deliveries."""
        for trace, row in self._learned.items():
            digest = traces.digest(self._key, trace)
            erased.learn(self._db, shop_id=self._shop_id, person=row.person, digests=[digest], erased_at=row.erased_at)
        erased.count(self._db, shop_id=self._shop_id, kept_out=self._kept_out, now=now)
        erasure.empty_deliveries(self._db, shop_id=self._shop_id, ids=self._emptied)

    def _seen(self, change: Change, inbox_id: int | None) -> Change | None:
        """The change as it may be applied, None for none of it."""
        if isinstance(change, Saved) and isinstance(change.facts, CustomerFacts):
            return change if self._lets_account(change.facts, inbox_id) else None
        if isinstance(change, Saved) and isinstance(change.facts, OrderFacts):
            return replace(change, facts=self._order(change.facts, inbox_id))
        if any(of_account(one) in self._known for one in traces.accounts_of(change)):
            self._empty(inbox_id)
            return None
        if traces.of_order(traces.order_of(change)) in self._known:
            self._empty(inbox_id)
            return traces.without_words(change)
        return change

    def _lets_account(self, facts: CustomerFacts, inbox_id: int | None) -> bool:
        """An account that is somebody else's already stays theirs, whatever address it has."""
        key = of_account(facts.id)
        told = [key] if key in self._here else [key, *traces.of_addresses(facts)]
        row = self._match(told)
        if row is None:
            return True
        self._learn(key, row)
        self._keep_out(row)
        self._empty(inbox_id)
        return False

    def _order(self, facts: OrderFacts, inbox_id: int | None) -> OrderFacts:
        key = of_account(facts.customer_id) if facts.customer_id else ""
        row = self._match([traces.of_order(facts.id), key])
        if row is None and key not in self._here:
            row = self._match([traces.of_buyer(facts)])
        if row is None:
            return facts
        self._nobodys.add(facts.id)
        self._keep_out(row)
        if key and key not in self._here:
            self._learn(key, row)
        known = traces.of_order(facts.id) in self._known
        if not known and facts.placed_at is not None and facts.placed_at > row.erased_at:
            return facts
        self._learn(traces.of_order(facts.id), row)
        self._empty(inbox_id)
        refunds = tuple(replace(refund, reason="") for refund in facts.refunds)
        return traces.without_name(replace(facts, refunds=refunds))

    def _match(self, told: Sequence[str]) -> Any:
        return next((self._known[trace] for trace in told if trace in self._known), None)

    def _learn(self, trace: str, row: Any) -> None:
        if trace not in self._known:
            self._known[trace] = self._learned[trace] = row

    def _keep_out(self, row: Any) -> None:
        self._kept_out[row.digest] += 1

    def _empty(self, inbox_id: int | None) -> None:
        if inbox_id is not None:
            self._emptied.add(inbox_id)
