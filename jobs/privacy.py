"""Requests under privacy law are carried out here: a customer, or the whole shop, is erased step by step.

How far a request is stands in its row and is written with each step, so that one that is interrupted goes on. What
is left in the end is the proof: when it was asked and done, and how much was erased.
"""

import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import structlog

from commerce.database import Connection
from commerce.mirror import erasing
from commerce.rules.documents import index_of
from commerce.tables import effects, erasure, events, person_erasure, privacy, shops
from commerce.tables.privacy import Subject
from integrations.errors import OutsideError, Transient
from jobs import products, queues
from jobs.job import Lease, job, lease, utc_now
from jobs.messages import keeping
from jobs.process import Process
from jobs.slices import Work, work_off

LEASE = "erase"
ORDERS = 50  # orders that are emptied in one transaction
ROWS = 500  # rows of a shop that are deleted in one transaction
_LATER = timedelta(seconds=30)
# Shopify asks 48 hours after the app was removed. Whoever let us in since then has it again.
_SINCE_REMOVED = timedelta(hours=47)

_log = structlog.get_logger(__name__)


@job(queue=queues.BULK, timeout=300)
def erase(*, shop_id: int) -> None:
    """Erase what the shop was asked to erase."""
    work_off(Work(wake=queues.ERASE, lease=LEASE, batch=erase_step, waits=_has_due), shop_id=shop_id)


def _has_due(db: Connection, shop_id: int) -> bool:
    return bool(effects.batch(db, shop_id=shop_id, kind=effects.ERASE, now=utc_now(), limit=1))


def erase_step(process: Process, held: Lease) -> int:
    """One step of the oldest request; gives 0 where nothing can be done now. Raises LeaseLost."""
    with process.database.read() as db:
        due = effects.batch(db, shop_id=held.shop_id, kind=effects.ERASE, now=utc_now(), limit=ROWS)
        request = privacy.next_erasure(db, shop_id=held.shop_id)
    if not due:
        return 0
    if request is None:
        with process.database.write() as db:
            held.keep(db)
            effects.done(db, [row.id for row in due], now=utc_now())
        return len(due)
    if request.kind == privacy.ERASE_SHOP:
        return _shop_step(process, held, request)
    return _customer_step(process, held, request)


def _customer_step(process: Process, held: Lease, request: Any) -> int:
    """The person first, then orders, then accounts, then whatever else holds their name."""
    progress = request.summary
    if progress is None or "subject" not in progress:
        return _begin(process, held, request)
    subject = Subject(**{name: tuple(told) for name, told in progress["subject"].items()})
    orders = subject.order_ids[progress["orders"] : progress["orders"] + ORDERS]
    if progress.get("person") and progress["customers"] and not orders and progress.get("answers") is None:
        _look_through(process, held, request, subject)
        return 1
    if not progress.get("person"):
        keeping.drop_files_of(process, subject, shop_id=held.shop_id)
    with process.database.write() as db:
        held.keep(db)
        shop = shops.by_id(db, process.vault, held.shop_id)
        assert shop is not None, "the request is one of its"
        if not progress.get("person"):
            erasing.erase_person(db, shop, subject, now=utc_now())
            _note(db, request, Counter(), person=True)
        elif orders:
            erased = erasing.erase_orders(db, shop, subject, orders, now=utc_now())
            _note(db, request, erased, orders=progress["orders"] + len(orders))
        elif not progress["customers"]:
            _erase_accounts(db, request, subject)
        else:
            after = person_erasure.forget_answers(db, shop_id=shop.id, subject=subject, after=progress["answers"])
            _note(db, request, Counter(), answers=after)
    return 1


def _erase_accounts(db: Connection, request: Any, subject: Subject) -> None:
    final = request.summary.get("block", True)
    ids = subject.customer_ids
    erased = erasure.erase_customers(db, shop_id=request.shop_id, ids=ids, now=utc_now(), final=final)
    _note(db, request, erased, customers=True)


def _begin(process: Process, held: Lease, request: Any) -> int:
    """Find out once whom the request is about, as the rows that tell it are erased on the way; keep them out."""
    with process.database.write() as db:
        held.keep(db)
        if erasure.undecided(db, shop_id=held.shop_id, before=request.inbox_id):
            _later(db, held.shop_id, "What came in before is applied first.")
            return 0
        subject = privacy.subject(db, shop_id=held.shop_id, request=request)
        asked = dict(request.summary or {})
        if asked.get("block", True):
            erasing.keep_out(db, process.vault, shop_id=held.shop_id, subject=subject, now=utc_now())
        progress = asked | _steps(subject) | {"erased": {}}
        privacy.note(db, shop_id=held.shop_id, request_id=request.id, progress=progress)
    return 1


def _steps(subject: Subject) -> dict[str, Any]:
    """Whom to erase, and that none of the steps is done."""
    steps = {"person": False, "orders": 0, "customers": False, "answers": "", "looked_through": 0}
    return {"subject": asdict(subject)} | steps


def _is_over(request: Any, further: int | None) -> bool:
    """Whether nobody can write anything more of whoever is erased."""
    return further is None and bool(request.summary.get("block", True))


def _look_through(process: Process, held: Lease, request: Any, subject: Subject) -> None:
    """Some of the deliveries that led to no object; behind the last of them the request is fulfilled."""
    after = request.summary["looked_through"]
    with process.database.read() as db:
        found, further = erasure.mentions(db, shop_id=held.shop_id, subject=subject, after=after)
    with process.database.write() as db:
        held.keep(db)
        last = [request.inbox_id] if further is None and request.inbox_id is not None else []
        emptied = erasure.empty_deliveries(db, shop_id=held.shop_id, ids=[*found, *last])
        erased = Counter(deliveries=emptied)
        late = privacy.left_over(db, shop_id=held.shop_id, subject=subject) if _is_over(request, further) else None
        if late is not None:
            _note(db, request, erased, **_steps(late))
        elif further is None:
            summary = Counter(request.summary["erased"]) + erased
            told = {name: summary[name] for name in ("customers", "orders", "deliveries")}
            asked = {name: request.summary[name] for name in ("asked_by",) if name in request.summary}
            privacy.fulfil(db, shop_id=held.shop_id, request_id=request.id, summary=told | asked, now=utc_now())
            _log.info("privacy.customer_erased", request_id=request.id, **told)
        else:
            _note(db, request, erased, looked_through=further)


def _shop_step(process: Process, held: Lease, request: Any) -> int:
    """Delete some rows of the shop; once none is left, its index, its files, and what the shop's own row tells."""
    progress = request.summary or {"erased": {}, "index": False}
    with process.database.write() as db:
        held.keep(db)
        if erasure.is_back(db, shop_id=held.shop_id, since=_removed_before(db, request)):
            _ignore(db, request)
            return 1
        erased = erasure.erase_shop(db, shop_id=held.shop_id, limit=ROWS)
        if erased or progress["index"]:
            _note(db, request, erased, index=progress["index"] and not erased)
        if progress["index"] and not erased:
            _close(db, request, progress["erased"])
            return 1
    return 1 if erased else _drop_index(process, held, request)


def _removed_before(db: Connection, request: Any) -> datetime:
    """The time since which whoever let us in has the app again."""
    row = events.one(db, shop_id=request.shop_id, row_id=request.inbox_id)
    told: datetime | None = row.triggered_at if row is not None else None
    asked_at: datetime = request.received_at
    return min(asked_at, told or asked_at) - _SINCE_REMOVED


def _ignore(db: Connection, request: Any) -> None:
    summary = {"ignored": "reinstalled"} | (request.summary or {})
    privacy.fulfil(db, shop_id=request.shop_id, request_id=request.id, summary=summary, now=utc_now())
    _log.info("privacy.erasure_ignored", request_id=request.id, reason="the app is installed again")


def _drop_index(process: Process, held: Lease, request: Any) -> int:
    """Drop the search index while nobody writes to it, and files of runs that were under way."""
    with process.database.read() as db:
        shop = shops.by_id(db, process.vault, held.shop_id)
    assert shop is not None
    with (
        lease(shop_id=held.shop_id, kind=products.REINDEX_LEASE) as rebuilding,
        lease(shop_id=held.shop_id, kind=products.LEASE) as indexing,
    ):
        try:
            if rebuilding is None or indexing is None:
                raise Transient("Somebody writes to the search index.")
            process.engine.drop(index_of(held.shop_id))
        except OutsideError as error:
            with process.database.write() as db:
                held.keep(db)
                _later(db, held.shop_id, str(error))
            return 0
    shutil.rmtree(process.settings.var_dir / "syncs" / shop.key, ignore_errors=True)
    keeping.drop_files_of_shop(process, shop_id=held.shop_id)
    with process.database.write() as db:
        held.keep(db)
        _note(db, request, Counter(), index=True)
    return 1


def _close(db: Connection, request: Any, erased: Mapping[str, int]) -> None:
    """The end: the shell of the shop and the proof stay."""
    now = utc_now()
    erasure.close_shop(db, shop_id=request.shop_id)
    erasure.empty_shop(db, shop_id=request.shop_id)
    privacy.fulfil(db, shop_id=request.shop_id, request_id=request.id, summary=dict(erased), now=now)
    privacy.fulfil_all(db, shop_id=request.shop_id, summary={"erased": "with the shop"}, now=now)
    _log.info("privacy.shop_erased", request_id=request.id, **erased)


def _note(db: Connection, request: Any, erased: "Counter[str]", **progress: Any) -> None:
    """Store how far the request is, with what was erased on the way."""
    before = request.summary or {"erased": {}, "index": False}
    summary = before | progress | {"erased": Counter(before["erased"]) + erased}
    privacy.note(db, shop_id=request.shop_id, request_id=request.id, progress=summary)


def _later(db: Connection, shop_id: int, why: str) -> None:
    due = effects.batch(db, shop_id=shop_id, kind=effects.ERASE, now=utc_now(), limit=ROWS)
    effects.retry(db, [row.id for row in due], due_at=utc_now() + _LATER, error=why)
