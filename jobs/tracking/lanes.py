"""A shop's parcels with one carrier within a round: how many may be asked for now, and what its answers say of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from commerce.database import Connection
from commerce.mirror.parcels import Heard, known_of
from commerce.rules import polling
from commerce.rules.tracking import NOT_FOUND, Told
from commerce.tables import carrier_quotas, carriers, order_tracking
from integrations import carrier_api
from integrations.carrier_api import Answer, Problem
from jobs.tracking.accounts import Way
from jobs.tracking.asking import Answered

CLAIM = timedelta(minutes=5)  # for which parcels that were taken are nobody else's; then they are due again
_AT_ONCE = 64  # parcels that are taken in one go, where a carrier answers for one at a time
_CHOICE = 8  # times as many due ones are looked at where a quota leaves room for a part of them
BREAKS_AFTER = 5  # failures in a row
_LONGEST_BREAK = timedelta(minutes=15)
_REFUSED_FOR = timedelta(minutes=30)
_BACKOFF = (timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))
_LONGEST_WAIT = timedelta(hours=6)  # of one parcel whose carrier answers for all but it
_FAILURES = frozenset({carrier_api.AWAY, carrier_api.GARBLED})


@dataclass(slots=True)
class Lane:
    """One shop's parcels with one carrier. `failures`: in a row; `closed_until`: it is not asked before."""

    shop_id: int
    carrier: str
    way: Way
    failures: int = 0
    closed_until: datetime | None = None
    error: str = ""
    is_dry: bool = False
    waiting: list[Any] = field(default_factory=list)
    calls: int = 0
    taken: int = 0
    told: dict[str, Any] = field(default_factory=dict)

    def is_open(self, now: datetime) -> bool:
        """Whether it may be asked at all."""
        return self.closed_until is None or self.closed_until <= now

    @property
    def at_once(self) -> int:
        """Calls that may be under way: one only where the last ones all failed."""
        return 1 if self.failures >= BREAKS_AFTER else self.way.about.at_once

    def take(self, db: Connection, *, now: datetime) -> datetime:
        """Take parcels that are due, with calls from the account's quota; gives until when they are ours."""
        until = now + CLAIM
        size, limits = max(1, self.way.about.batch), self.way.long_limits
        room = size if self.failures >= BREAKS_AFTER else max(size * self.at_once, _AT_ONCE)
        rows = order_tracking.due(db, shop_id=self.shop_id, carrier=self.carrier, now=now, limit=room * _CHOICE)
        wanted = -(-min(room, len(rows)) // size)
        granted = carrier_quotas.take(db, key=self.way.account.key, limits=limits, wanted=wanted, now=now)
        chosen = _worthiest(rows, min(room, granted * size), now)
        taken = order_tracking.claim(db, [row.id for row in chosen], now=now, until=until)
        self.waiting = [row for row in chosen if row.id in taken]
        self.taken += granted
        self.is_dry = not self.waiting
        return until

    def price(self, db: Connection, *, now: datetime) -> float:
        """Of a call: higher the emptier the account's buckets are."""
        return _price(carrier_quotas.fullness(db, key=self.way.account.key, limits=self.way.long_limits, now=now))

    def heard(self, answered: Answered, *, now: datetime) -> list[Heard]:
        """What an answered portion says of each of its parcels; the lane closes where the carrier is in trouble."""
        self.calls += answered.answers.calls + self._token_calls(answered)
        rows, found = answered.portion.rows, {answer.number: answer for answer in answered.answers.answers}
        silent = Problem(kind=carrier_api.GARBLED, message="The answer leaves this number out.")
        answers = {number: found.get(number) or Answer(number=number, problem=silent) for number in rows}
        sent = [answer for answer in answers.values() if not _is_held_back(answer)]
        problems = [answer.problem for answer in sent if answer.problem and not _is_told(answer)]
        if len(problems) < len(sent):
            self.failures, self.closed_until, self.error = 0, None, ""
            self.told |= {"answered_at": now}
        elif problems:
            self._fails(problems[0], now)
        return [replace(self._one(rows[number], one, now), carrier=self.carrier) for number, one in answers.items()]

    def _token_calls(self, answered: Answered) -> int:
        return answered.answers.token_calls if self.way.about.token_calls_count else 0

    def _one(self, row: Any, answer: Answer, now: datetime) -> Heard:
        problem = answer.problem
        if problem is None or _is_told(answer):
            told = answer.told or Told(number=row.number, carrier=row.carrier, status=NOT_FOUND)
            return Heard(tracking_id=row.id, told=told)
        if _is_held_back(answer):
            return Heard(tracking_id=row.id, again_at=now + timedelta(seconds=problem.retry_after or 60), asked=False)
        if problem.kind == carrier_api.REFUSED:
            wait = _REFUSED_FOR
        elif problem.retry_after:
            wait = timedelta(seconds=problem.retry_after)
        elif self.failures <= 1 and row.problem in _FAILURES:
            # Others are answered, this one failed before: the longer ago it was answered, the longer it waits.
            wait = max(_BACKOFF[-1], min(now - (row.checked_at or row.created_at), _LONGEST_WAIT))
        else:
            wait = _BACKOFF[max(0, min(self.failures, len(_BACKOFF)) - 1)]
        again = max(now + wait, self.closed_until or now)
        return Heard(tracking_id=row.id, problem=problem.kind, error=problem.message, again_at=again)

    def _fails(self, problem: Problem, now: datetime) -> None:
        self.error = problem.message
        self.told |= {"failed_at": now}
        if problem.kind == carrier_api.TOO_OFTEN:
            self._close(now + timedelta(seconds=problem.retry_after or 60))
        elif problem.kind == carrier_api.REFUSED:
            self._close(now + _REFUSED_FOR)
        elif problem.kind in _FAILURES:
            self.failures += 1
            if self.failures >= BREAKS_AFTER:
                pause = timedelta(minutes=1) * 2 ** min(self.failures - BREAKS_AFTER, 6)
                self._close(now + min(pause, _LONGEST_BREAK))

    def _close(self, until: datetime) -> None:
        self.closed_until = max(until, self.closed_until or until)

    def release(self, db: Connection, *, claimed_until: datetime, now: datetime) -> None:
        """Give back what was taken and not asked for."""
        ids = [row.id for row in self.waiting]
        at = max(now, self.closed_until or now)
        order_tracking.release(db, ids, at=at, claimed_until=claimed_until)
        self.waiting = []

    def settle(self, db: Connection, *, now: datetime) -> None:
        """Write how the carrier is doing, and what of the quota was used. `settled` follows once that is committed."""
        limits, unused = self.way.long_limits, self.taken - self.calls
        carrier_quotas.give_back(db, key=self.way.account.key, limits=limits, unused=unused, now=now)
        if self.told:
            state = {"failures": self.failures, "closed_until": self.closed_until, "error": self.error[:500]}
            carriers.note_health(db, shop_id=self.shop_id, carrier=self.carrier, values=state | self.told)

    def settled(self) -> None:
        """What was to be written is."""
        self.taken = self.calls = 0
        self.told = {}


def _is_held_back(answer: Answer) -> bool:
    """Whether nobody was asked."""
    return answer.problem is not None and answer.problem.kind == carrier_api.HELD_BACK


def _is_told(answer: Answer) -> bool:
    """Whether the carrier answered, if only that it does not know the number."""
    return answer.problem is None or answer.problem.kind in (carrier_api.NOT_FOUND, carrier_api.INVALID)


def _worthiest(rows: Sequence[Any], number: int, now: datetime) -> list[Any]:
    """The rows whose checks are worth most now; those that somebody looks at come first."""
    if number >= len(rows):
        return list(rows)

    def value(row: Any) -> tuple[bool, float]:
        is_watched = row.opened_at is not None and (row.checked_at is None or row.opened_at > row.checked_at)
        return is_watched, polling.worth(known_of(row, row._mapping, now=now), now)  # noqa: SLF001 - SQLAlchemy gives a row as a mapping by this name

    return sorted(rows, key=value, reverse=True)[:number]


def _price(fullness: float) -> float:
    """1 while an account's buckets are at least half full, up to 16 where they are empty."""
    return 1.0 if fullness >= 0.5 else float(2 ** (8 * (0.5 - fullness)))
