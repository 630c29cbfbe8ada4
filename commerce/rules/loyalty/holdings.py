"""What a person holds, and how points come and go: each move has its posting on the other side, or is none."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from commerce.rules.loyalty.entries import (
    AVAILABLE,
    AVAILABLE_POINTS,
    EXPIRED,
    ISSUED,
    PENDING,
    PENDING_POINTS,
    REVERSE,
    Batch,
    Entry,
    Sums,
)


class Holdings:
    """A person's batches and what members hold. What changed is in `entries` and `changed`."""

    def __init__(self, sums: Mapping[str, Sums], batches: Iterable[Batch]) -> None:
        self.sums = dict(sums)
        self.batches = {batch.source: batch for batch in batches}
        self.entries: list[Entry] = []
        self.changed: dict[str, Batch] = {}

    @property
    def available(self) -> int:
        """What can be spent, less what is owed."""
        return sum(each.points for each in self.sums.values())

    @property
    def held(self) -> int:
        """What is available, and what waits."""
        return sum(each.points + each.pending for each in self.sums.values())

    def _new(self, source: str, member_id: str, matures_at: datetime) -> Batch:
        batch = Batch(source=source, member_id=member_id, state=PENDING, points=0, left=0, matures_at=matures_at)
        self.batches[source] = self.changed[source] = batch
        return batch

    def _in(self, state: str) -> list[Batch]:
        return [batch for batch in self.batches.values() if batch.state == state]

    def _end(self, batch: Batch, expires_at: datetime | None) -> None:
        """Another end, of which was not warned yet."""
        if batch.expires_at != expires_at:
            batch.expires_at, batch.warned_at = expires_at, None
            self.changed[batch.source] = batch

    def _give(self, batch: Batch, points: int, entry: Entry, now: datetime, account: str = ISSUED) -> None:
        """More points of a source; at once where its waiting is over."""
        self._entry(entry)
        self._post(entry, account, batch.member_id, -points)
        if batch.state == PENDING and batch.points == 0 and batch.matures_at <= now:
            batch.state = AVAILABLE
        batch.points += points
        if batch.state == PENDING:
            self._post(entry, PENDING_POINTS, batch.member_id, points)
            batch.left = batch.points
            self.changed[batch.source] = batch
        else:
            batch.state = AVAILABLE  # one that ended ends again, with what it has now
            self._credit(entry, batch, points)

    def _take_back(self, batch: Batch, points: int, expired: int) -> None:
        if not points:
            return
        entry = self._entry(Entry(kind=REVERSE, about=batch.source))
        batch.points -= points
        self.changed[batch.source] = batch
        self._post(entry, ISSUED, batch.member_id, points)
        if batch.state == PENDING:
            self._post(entry, PENDING_POINTS, batch.member_id, -points)
            batch.left = batch.points
            return
        ended = min(points, expired)
        self._post(entry, EXPIRED, batch.member_id, -ended)
        others = [other for other in self._in(AVAILABLE) if other.member_id == batch.member_id and other is not batch]
        self._debit(entry, batch.member_id, points - ended, [batch, *sorted(others, key=lambda each: each.turn)])

    def _credit(self, entry: Entry, batch: Batch, points: int) -> None:
        """Available points come in: a debt is filled first, and only the rest can be spent."""
        debt = max(0, -self.sums[batch.member_id].points)
        batch.left += points - min(debt, points)
        self.changed[batch.source] = batch
        self._post(entry, AVAILABLE_POINTS, batch.member_id, points)

    def _debit(self, entry: Entry, member_id: str, points: int, batches: Iterable[Batch]) -> None:
        """Available points go: out of these batches, one after the other, and what they lack is owed."""
        self._post(entry, AVAILABLE_POINTS, member_id, -points)
        for batch in batches:
            part = min(batch.left, points)
            if part:
                batch.left, points = batch.left - part, points - part
                self.changed[batch.source] = batch

    def _entry(self, entry: Entry) -> Entry:
        self.entries.append(entry)
        return entry

    def _post(self, entry: Entry, account: str, member_id: str, points: int) -> None:
        if not points:
            return
        entry.postings.append((account, member_id, points))
        sums = self.sums[member_id]
        if account == AVAILABLE_POINTS:
            sums.points += points
        elif account == PENDING_POINTS:
            sums.pending += points
        elif account == ISSUED:
            sums.earned -= points
