"""How points move: a person's batches and what members hold, changed by entries that each add up to nothing.

Of every member, what is left of the available batches is what they hold, or nothing where they owe: points whose order
was refunded after they were spent leave a debt, which new points fill first.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from commerce.rules.loyalty.earnings import ORDER, SIGN_UP, Claim
from commerce.rules.loyalty.entries import (
    AVAILABLE,
    EARN,
    ENDED,
    EXPIRE,
    EXPIRED,
    ISSUED,
    MATURE,
    PENDING,
    PENDING_POINTS,
    SPENT,
    Batch,
    Entry,
    NotEnoughPoints,
)
from commerce.rules.loyalty.holdings import Holdings


class Purse(Holdings):
    """All that one person holds, and what may happen to it."""

    def shrinking(self, claims: Mapping[str, Claim]) -> set[str]:
        """Sources of which points that count already are to be taken back."""
        found = set()
        for source in self._derived():
            batch, claim = self.batches[source], claims.get(source)
            kept = claim.points if claim is not None and claim.member_id == batch.member_id else 0
            if batch.state != PENDING and kept < batch.points:
                found.add(source)
        return found

    def drop(self, claims: Mapping[str, Claim], *, expired: Callable[[str, str], int]) -> None:
        """Take back what orders and sign-ups gave that should give nothing. `expired`: how many points of a source
        ended unspent with a member; they are taken back first, as the customer had nothing of them."""
        for source in sorted(self._derived() - set(claims)):
            batch = self.batches[source]
            self._take_back(batch, batch.points, expired(source, batch.member_id))

    def pass_on(self, source: str, purse: "Purse", member_id: str) -> None:
        """A source that was dropped here belongs to somebody else now."""
        batch = self.batches.pop(source)
        self.changed.pop(source, None)
        self._hand_over(batch, member_id)
        purse.batches[source] = purse.changed[source] = batch

    def follow(
        self,
        claims: Mapping[str, Claim],
        *,
        expired: Callable[[str, str], int],
        expires: Callable[[datetime], datetime | None],
        now: datetime,
    ) -> None:
        """Give and take back until each order and sign-up gave what it should have."""
        self.drop(claims, expired=expired)
        for source, claim in sorted(claims.items()):
            batch = self.batches.get(source) or self._new(source, claim.member_id, claim.matures_at)
            if batch.member_id != claim.member_id:
                self._take_back(batch, batch.points, expired(source, batch.member_id))
                self._hand_over(batch, claim.member_id)
            self._wait(batch, claim.matures_at, expires)
            if claim.points > batch.points:
                self._give(batch, claim.points - batch.points, Entry(kind=EARN, about=source), now)
            elif claim.points < batch.points:
                self._take_back(batch, batch.points - claim.points, expired(source, batch.member_id))

    def give(self, batch: Batch, entry: Entry, *, account: str = ISSUED, now: datetime) -> None:
        """Put in a batch that stands by itself: an action, an adjustment."""
        points, batch.points = batch.points, 0
        self.batches[batch.source] = batch
        self._give(batch, points, entry, now, account)

    def mature(self, now: datetime) -> None:
        """Batches whose waiting is over count."""
        for batch in sorted(self._in(PENDING), key=lambda each: (each.matures_at, each.source)):
            if batch.matures_at <= now:
                batch.state, batch.left = AVAILABLE, 0
                self.changed[batch.source] = batch
                if batch.points:
                    entry = self._entry(Entry(kind=MATURE, about=batch.source))
                    self._post(entry, PENDING_POINTS, batch.member_id, -batch.points)
                    self._credit(entry, batch, batch.points)

    def expire(self, now: datetime, *, again: datetime | None) -> None:
        """What is left of batches whose time is over ends, as far as it could have been spent: points that stand
        against what another member of the person owes last once more, until `again`."""
        over = [one for one in self._in(AVAILABLE) if one.expires_at is not None and one.expires_at <= now]
        for batch in sorted(over, key=lambda each: each.turn):
            ends = batch.left if again is None else min(batch.left, max(0, self.available))
            if ends:
                entry = self._entry(Entry(kind=EXPIRE, about=batch.source))
                self._post(entry, EXPIRED, batch.member_id, ends)
                self._debit(entry, batch.member_id, ends, [batch])
            if batch.left:
                self._end(batch, again)
            else:
                batch.state = ENDED
                self.changed[batch.source] = batch

    def ending(self, now: datetime) -> bool:
        """Whether some points would end by now."""
        return any(one.expires_at is not None and one.expires_at <= now for one in self._in(AVAILABLE))

    def put_off(self, until: datetime, *, now: datetime) -> None:
        """Points of somebody who was active lately: batches that would end by now last until then."""
        for batch in self._in(AVAILABLE):
            if batch.expires_at is not None and batch.expires_at <= now and batch.expires_at < until:
                self._end(batch, until)

    def take(self, points: int, entry: Entry, *, account: str) -> None:
        """Take points out of all members' batches, each one paying with their own. Raises NotEnoughPoints."""
        if points > self.available:
            raise NotEnoughPoints(wanted=points, available=self.available)
        self._entry(entry)
        taken: list[list[Any]] = []
        for batch in sorted(self._in(AVAILABLE), key=lambda each: each.turn):
            part = min(batch.left, points)
            if part:
                self._post(entry, account, batch.member_id, part)
                self._debit(entry, batch.member_id, part, [batch])
                taken.append([batch.source, batch.member_id, part])
                points -= part
        entry.detail["taken"] = taken

    def give_back(self, taken: Sequence[Sequence[Any]], entry: Entry, *, now: datetime, until: datetime) -> None:
        """Undo the part of a `take` that this person paid: to where it came from. What ended meanwhile lasts once more,
        until then. The entry may have parts of other persons; whoever made it adds it to `entries`."""
        for source, member_id, points in taken:
            batch = self.batches.get(source)
            if batch is None or batch.member_id != member_id or batch.state == PENDING:  # its order changed hands
                batch = self._rest(source, member_id, now)
            self._post(entry, SPENT, member_id, -points)
            if batch.expires_at is not None and batch.expires_at < until:
                self._end(batch, until)
            batch.state = AVAILABLE
            self._credit(entry, batch, points)

    def _derived(self) -> set[str]:
        return {source for source in self.batches if source.startswith((ORDER, SIGN_UP))}

    def _wait(self, batch: Batch, matures_at: datetime, expires: Callable[[datetime], datetime | None]) -> None:
        """While it does not count yet, a batch waits and ends as its order's present state says."""
        if batch.state == PENDING:
            if batch.matures_at != matures_at:
                batch.matures_at = matures_at
                self.changed[batch.source] = batch
            self._end(batch, expires(matures_at))

    def _hand_over(self, batch: Batch, member_id: str) -> None:
        """The order belongs to another member now: what of its points is left to the former one stays there."""
        if batch.state != PENDING and batch.left:
            rest = self._rest(batch.source, batch.member_id, batch.matures_at)
            rest.state, rest.left, rest.expires_at = AVAILABLE, rest.left + batch.left, batch.expires_at
        batch.member_id, batch.state, batch.left = member_id, PENDING, 0

    def _rest(self, source: str, member_id: str, matures_at: datetime) -> Batch:
        """A member's batch for points of a source that is somebody else's now."""
        name = f"rest:{source}:{member_id}"
        rest = self.batches.get(name) or self._new(name, member_id, matures_at)
        self.changed[name] = rest
        return rest
