"""What a shop's own API told reaches the tables as deliveries do: facts and effects in one transaction."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from commerce.database import Connection
from commerce.mirror import apply as mirror
from commerce.mirror.apply import Happened, Told, Ways
from commerce.rules.events import LIVE, Reading, Saved
from commerce.tables import effects, versions
from commerce.tables.shops import Shop
from integrations import registry
from jobs import reactions
from jobs.job import Lease, utc_now
from jobs.process import Process

CHUNK = 30  # objects per transaction: some tens of milliseconds, so that live deliveries never wait long
_UNDER_WAY = timedelta(minutes=2)  # a change that is younger than this may still come as a delivery
_AGAIN = timedelta(minutes=1)  # until an object that was unclear even so is read again

# What is found of an object, by the event that its telling led to.
MISSING, STALE, SURPLUS = "missing", "stale", "surplus"
_FOUND = {"created": MISSING, "changed": STALE, "deleted": SURPLUS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was read, when the shop was asked (our clock), and whose doing it was (commerce.rules.events origins)."""

    readings: Sequence[Reading]
    read_at: datetime
    origin: str


@dataclass(slots=True)
class Outcome:
    """What telling it changed here: by "kind.what"; what wakes up follows from the effects that were written."""

    found: "Counter[str]" = field(default_factory=Counter)


def tell(
    process: Process, held: Lease, shop: Shop, answer: Answer, *, along: Callable[[Connection, Outcome], None]
) -> Outcome:
    """Apply an answer in transactions of some objects each; `along` is written with the last of them.

    Raises LeaseLost, and whatever `along` raises; the transaction at hand is then not written.
    """
    whole, readings = Outcome(), list(answer.readings)
    chunks = [readings[start : start + CHUNK] for start in range(0, len(readings), CHUNK)] or [[]]
    for number, chunk in enumerate(chunks, start=1):
        last = number == len(chunks)
        with process.database.write() as db:
            held.keep(db)
            wanted = _apply(db, shop, chunk, answer, whole)
            if last:
                along(db, whole)
        if answer.origin != LIVE:
            process.database.give_way()
        for kind in {reactions.WAKES[effect.kind] for effect in wanted if effect.kind in reactions.WAKES}:
            process.queues.wake(kind, [shop.id])
    return whole


def _apply(
    db: Connection, shop: Shop, readings: Sequence[Reading], answer: Answer, whole: Outcome
) -> list[effects.NewEffect]:
    now, platform = utc_now(), registry.platform(shop.platform)
    ways = Ways(says_when_deleted=platform.tells_when_deleted, variants_as_products=platform.variants_as_products)
    told = [
        Told(received_at=answer.read_at, read_at=answer.read_at, origin=answer.origin, reading=reading)
        for reading in readings
    ]
    _, happened = mirror.apply(db, shop, told, ways=ways, now=now)
    versions.mark_checked(
        db,
        shop_id=shop.id,
        keys={(reading.kind, reading.object_id) for reading in readings if reading.object_id},
        at=answer.read_at,
    )
    wanted = reactions.wanted(happened, reread_at=now + _AGAIN)
    effects.plan(db, shop_id=shop.id, wanted=wanted, now=now)
    whole.found.update(_found(happened, readings, answer.read_at))
    return wanted


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
        if what is not None and event.name != "product.document_changed" and (event.kind, event.object_id) not in fresh:
            differing.setdefault((event.kind, event.object_id), what)
    for (kind, _), what in differing.items():
        found[f"{kind}.{what}"] += 1
    return found
