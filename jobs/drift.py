"""Whether the search index tells the truth: it is compared with the tables, and what differs is put right.

What is missing, stale or too much is indexed anew by the same effects as any change, in small batches among live ones;
where much is, the whole index is rebuilt. Products that change while the check runs are left to their own effects.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import structlog

from commerce.rules.documents import document, index_of, is_searchable
from commerce.rules.events import PRODUCT
from commerce.tables import documents, drift, effects, products, reindexes, shops
from commerce.tables.drift import EXAMPLES, Found
from commerce.tables.effects import NewEffect
from commerce.tables.shops import Shop
from integrations.errors import OutsideError
from jobs import queues
from jobs.job import Lease, LeaseLost, job, lease, utc_now
from jobs.process import Process, current

LEASE = "drift"
PART = 200_000  # documents whose digests are held at a time
MOST, SHARE = 1000, 0.2  # differences from which on a rebuild is less work: so many, and that part of all
_CHUNK = 2000  # rows and effects at a time
_SAMPLE = 100  # products whose documents are built, to see whether the stored digests are of documents as of today
_REASONS = {
    "missing": "The index did not have it.",
    "stale": "The index had another state of it.",
    "surplus": "The index still had it.",
}

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Check:
    """A check under way and what it found so far. `before`: the newest change when it began."""

    process: Process
    held: Lease
    shop: Shop
    before: int
    numbers: "Counter[str]" = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    sample: dict[str, str] = field(default_factory=dict)

    @property
    def differing(self) -> int:
        return sum(self.numbers[kind] for kind in _REASONS)

    @property
    def is_much(self) -> bool:
        return self.differing > MOST and self.differing > SHARE * self.numbers["documents"]


@job(queue=queues.BULK, timeout=600)
def check_index(*, shop_id: int) -> None:
    """Compare the shop's index with its tables, heal what differs, and keep what was found."""
    process = current()
    process.queues.taken(queues.CHECK, shop_id)
    with lease(shop_id=shop_id, kind=LEASE) as held:
        if held is None:
            return
        with process.database.read() as db:
            shop, asked = shops.by_id(db, process.vault, shop_id), drift.waiting(db, shop_id=shop_id)
            before = documents.newest_change(db, shop_id=shop_id)
        if shop is None or asked is None:
            return
        try:
            _compare(_Check(process, held, shop, before))
        except LeaseLost:
            _log.warning("lease.lost", kind=LEASE)
        except OutsideError as error:
            _log.warning("drift.failed", error=str(error))
            with process.database.write() as db:
                drift.finish(db, shop_id=shop_id, now=utc_now(), error=str(error))


def _compare(check: _Check) -> None:
    process, shop_id = check.process, check.shop.id
    with process.database.read() as db:
        parts = documents.count(db, shop_id=shop_id) // PART + 1
    for part in range(parts):
        _compare_part(check, part, parts)
    rebuild = check.is_much or _is_of_another_make(check)
    with process.database.write() as db:
        check.held.keep(db)
        if rebuild:
            reindexes.start(db, shop_id=shop_id, total=products.count(db, shop_id=shop_id), now=utc_now())
        drift.finish(db, shop_id=shop_id, now=utc_now(), found=Found(examples=check.examples, **dict(check.numbers)))
    if rebuild or check.numbers["healed"]:
        process.queues.wake(queues.REINDEX if rebuild else queues.INDEX, [shop_id], again=True)
    _log.info("drift.checked", rebuild=rebuild, **check.numbers)


def _compare_part(check: _Check, part: int, parts: int) -> None:
    """Compare those products whose ids fall into this part, so that however many there are, memory holds them."""
    theirs = {
        key: digest
        for key, digest in check.process.engine.digests(index_of(check.shop.id))
        if crc32(key.encode()) % parts == part
    }
    check.numbers["indexed"] += len(theirs)
    for chunk in _own(check):
        ours = [(key, digest) for key, digest in chunk if crc32(key.encode()) % parts == part]
        check.numbers["documents"] += len(ours)
        there = {key: theirs.pop(key) for key, _ in ours if key in theirs}
        differing = {key: "stale" if key in there else "missing" for key, digest in ours if there.get(key) != digest}
        _heal(check, differing)
        check.sample.update([(key, one) for key, one in there.items() if key not in differing][: _SAMPLE // 10])
    surplus = sorted(theirs)
    for at in range(0, len(surplus), _CHUNK):
        _heal(check, dict.fromkeys(surplus[at : at + _CHUNK], "surplus"))


def _own(check: _Check) -> Iterator[Sequence[tuple[str, str]]]:
    """All products that shoppers may find, with the digests of their documents."""
    last_id = ""
    while True:
        with check.process.database.read() as db:
            chunk = documents.digests(db, shop_id=check.shop.id, last_id=last_id, limit=_CHUNK)
        if not chunk:
            return
        unknown = [key for key, digest in chunk if not digest]
        built = _built(check, unknown) if unknown else {}
        yield [(key, digest or built.get(key, "")) for key, digest in chunk]
        last_id = chunk[-1][0]


def _built(check: _Check, ids: Sequence[str]) -> dict[str, str]:
    """Digests of documents that are built now."""
    with check.process.database.read() as db:
        found = products.by_ids(db, shop_id=check.shop.id, ids=ids, currency=check.shop.currency)
    return {key: document(product).digest for key, product in found.items() if is_searchable(product)}


def _heal(check: _Check, differing: Mapping[str, str]) -> None:
    """Have these products indexed anew, but for those that change at this moment; count them."""
    if not differing:
        return
    shop_id = check.shop.id
    with check.process.database.write() as db:
        check.held.keep(db)
        moving = documents.moving(db, shop_id=shop_id, ids=differing, after=check.before)
        wrong = {key: kind for key, kind in differing.items() if key not in moving}
        check.numbers.update(wrong.values())
        for key, kind in wrong.items():
            if len(known := check.examples.setdefault(kind, [])) < EXAMPLES:
                known.append(key)
        if not wrong or check.is_much:
            return
        wanted = [
            NewEffect(kind=effects.INDEX, object_kind=PRODUCT, object_id=key, reason=_REASONS[kind])
            for key, kind in wrong.items()
        ]
        effects.plan(db, shop_id=shop_id, wanted=wanted, now=utc_now())
        check.numbers["healed"] += len(wrong)
    check.process.queues.wake(queues.INDEX, [shop_id])


def _is_of_another_make(check: _Check) -> bool:
    """Whether documents that agree with their stored digests would be built in another way today."""
    chosen = dict(sorted(check.sample.items())[:_SAMPLE])
    built = _built(check, list(chosen))
    differing = [key for key, digest in chosen.items() if built.get(key) != digest]
    with check.process.database.read() as db:
        moving = documents.moving(db, shop_id=check.shop.id, ids=differing, after=check.before)
    if not set(differing) - moving:
        return False
    _log.warning("drift.digests", differing=len(differing), looked_at=len(chosen))
    return True
