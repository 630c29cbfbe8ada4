"""What a shop's own API told reaches the tables as deliveries do: facts and effects in one transaction."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from commerce.database import Connection
from commerce.mirror import apply as mirror
from commerce.mirror.outcomes import Happened
from commerce.mirror.tellings import Told, Ways
from commerce.rules.events import LIVE, Reading, Saved
from commerce.tables import effects, versions
from commerce.tables.shops import Shop
from integrations import registry
from integrations.platforms.phones import numbered
from jobs import consequences, reactions
from jobs.job import Lease, is_ours, utc_now
from jobs.process import Process

CHUNK = 30  # objects per transaction: some tens of milliseconds, so that live deliveries never wait long
_UNDER_WAY = timedelta(minutes=2)  # a change that is younger than this may still come as a delivery
_AGAIN = timedelta(minutes=1)  # until an object that was unclear even so is read again

# What is found of an object, by the event that its telling led to.
MISSING, STALE, SURPLUS = "missing", "stale", "surplus"
_FOUND = {"created": MISSING, "changed": STALE, "deleted": SURPLUS}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was read, when the shop was asked (our clock), and whose doing it was (commerce.rules.events origins).

    `asked`: objects (kind, id) that are read again because they were unclear. Those that still are get no further
    re-read of their own, which would go on for ever: `Outcome.unclear` names them, and whoever asked decides.
    """

    readings: Sequence[Reading]
    read_at: datetime
    origin: str
    asked: Collection[versions.Key] = ()


@dataclass(slots=True)
class Outcome:
    """What telling it changed here, by "kind.what", and which of the objects asked for are unclear even so, and why."""

    found: "Counter[str]" = field(default_factory=Counter)
    unclear: dict[versions.Key, str] = field(default_factory=dict)


class _CannotBeStored(Exception):
    """Something of these readings is more than the tables hold; its cause says what."""


Along = Callable[[Connection, Outcome], None]


def tell(
    process: Process, held: Lease, shop: Shop, answer: Answer, *, along: Along, meanwhile: Along | None = None
) -> Outcome:
    """Apply an answer in transactions of some objects each; `along` is written with the last of them, `meanwhile` with
    each one before it. Both are given all that was changed so far.

    An object that cannot be stored is left out and named in the log: it must not hold up all others for ever.
    Raises LeaseLost, and whatever those two raise; the transaction at hand is then not written.
    """
    telling = _Telling(process, held, shop, answer)
    readings = [numbered(reading) for reading in answer.readings]
    chunks = [readings[start : start + CHUNK] for start in range(0, len(readings), CHUNK)] or [[]]
    for chunk in chunks[:-1]:
        telling.write(chunk, meanwhile)
    telling.write(chunks[-1], along)
    return telling.whole


class _Telling:
    """An answer on its way into the tables, and what it changed so far."""

    def __init__(self, process: Process, held: Lease, shop: Shop, answer: Answer) -> None:
        self._process, self._held, self._shop, self._answer = process, held, shop, answer
        self.whole = Outcome()

    def write(self, chunk: Sequence[Reading], along: Along | None) -> None:
        """Write these readings in one transaction, or one by one where they cannot all be stored."""
        try:
            self._write(chunk, along)
        except _CannotBeStored as error:
            for reading in chunk if len(chunk) > 1 else ():
                self.write([reading], None)
            if len(chunk) == 1:
                _log.error("object.cannot_be_stored", kind=chunk[0].kind, id=chunk[0].object_id, error=repr(error))
                # Told without anything to store: a comparison takes it for come across.
                chunk = [Reading(kind=chunk[0].kind, object_id=chunk[0].object_id)]
            self._write(chunk if len(chunk) == 1 else [], along)

    def _write(self, chunk: Sequence[Reading], along: Along | None) -> None:
        with self._process.database.write() as db:
            self._held.keep(db)
            planned = self._apply(db, chunk)
            if along is not None:
                along(db, self.whole)
        consequences.begin(self._process, planned)
        if self._answer.origin != LIVE:
            self._process.database.give_way()

    def _apply(self, db: Connection, readings: Sequence[Reading]) -> consequences.Planned:
        try:
            return _apply(db, self._process, self._shop, readings, self._answer, self.whole)
        except Exception as error:
            if not is_ours(error):
                raise
            raise _CannotBeStored(f"{type(error).__name__}: {str(error)[:200]}") from error


def _apply(
    db: Connection, process: Process, shop: Shop, readings: Sequence[Reading], answer: Answer, whole: Outcome
) -> consequences.Planned:
    now, platform = utc_now(), registry.platform(shop.platform)
    ways = Ways(says_when_deleted=platform.tells_when_deleted, variants_as_products=platform.variants_as_products)
    keys = {(reading.kind, reading.object_id) for reading in readings if reading.object_id}
    later = versions.checked_after(db, shop_id=shop.id, keys=keys, at=answer.read_at)
    told = [
        Told(received_at=answer.read_at, read_at=answer.read_at, origin=answer.origin, reading=reading)
        for reading in readings
        if (reading.kind, reading.object_id) not in later
    ]
    _, happened = mirror.apply(db, shop, told, ways=ways, now=now)
    versions.mark_checked(db, shop_id=shop.id, keys=keys - later, at=answer.read_at)
    # Hosts' clocks differ: whoever asked for just this object asks once more.
    whole.unclear.update(dict.fromkeys(later & {*answer.asked}, "It was read later already, by another host's clock."))
    wanted = []
    for effect in reactions.wanted(happened, reread_at=now + _AGAIN):
        if effect.kind == effects.REREAD and (effect.object_kind, effect.object_id) in answer.asked:
            whole.unclear[effect.object_kind, effect.object_id] = effect.reason
        else:
            wanted.append(effect)
    wanted = reactions.not_waiting_yet(db, shop.id, wanted)
    planned = consequences.plan(db, process, shop, happened, wanted, now=now)
    whole.found.update(_found(happened, readings, answer.read_at))
    return planned


def _found(happened: Sequence[Happened], readings: Sequence[Reading], read_at: datetime) -> "Counter[str]":
    """What differed here from the shop, by kind; changes of a moment ago may be on their way and do not count."""
    fresh = {
        (change.kind, change.facts.id)
        for reading in readings
        for change in reading.changes
        if isinstance(change, Saved) and change.facts.updated_at and change.facts.updated_at > read_at - _UNDER_WAY
    }
    found: Counter[str] = Counter()
    differing: dict[tuple[str, str], str] = {}
    for event in happened:
        what = _FOUND.get(event.name.rpartition(".")[2])
        if what is not None and not event.name.endswith("_changed") and (event.kind, event.object_id) not in fresh:
            differing.setdefault((event.kind, event.object_id), what)
    for (kind, _), what in differing.items():
        found[f"{kind}.{what}"] += 1
    return found
