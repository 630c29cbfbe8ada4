"""Steps that ask the merchant's own systems: whether an order is paid, and steps of the merchant's making.

At least once: a worker that is killed while it asks leaves the step as it was, and the next one asks again, under the
same `webhook-id`, by which the other side knows that it is the same.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog

from commerce.database import Connection
from commerce.mirror.outcomes import Happened
from commerce.rules.events import LIVE, ORDER
from commerce.rules.order_steps.asking import Heard
from commerce.rules.order_steps.milestones import PAID, Milestone
from commerce.rules.order_steps.needs import without_order
from commerce.rules.order_steps.outcomes import BLOCKED, DESK, DONE, OUTSIDE, PAYMENT, WAITING, Outcome, failed, skipped
from commerce.rules.order_steps.settings import OrderSettings
from commerce.tables import orders, shops
from commerce.tables.order_steps import milestones, steps
from commerce.tables.order_steps import settings as chosen
from commerce.tables.shops import Shop
from integrations.receivers import Answer, Message, Receiver
from jobs import consequences, queues
from jobs.dispatching import bodies
from jobs.job import Lease, is_ours, job, utc_now
from jobs.order_steps.registered import asker
from jobs.order_steps.work import Asker
from jobs.process import Process
from jobs.slices import Work, work_off

LEASE = "call-outs"
_SUCCESS = range(200, 300)
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429})

_log = structlog.get_logger(__name__)


@job(queue=queues.OUTSIDE, timeout=300)
def call_out(*, shop_id: int) -> None:
    """Ask the merchant's systems about the shop's orders, whatever waits for longest first."""
    work_off(Work(wake=queues.CALL_OUT, lease=LEASE, batch=ask_one, waits=_has_due), shop_id=shop_id)


def _has_due(db: Connection, shop_id: int) -> bool:
    return bool(steps.batch(db, shop_id=shop_id, lane=OUTSIDE, now=utc_now(), limit=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """A step that asks, and all that is needed for it; `order` None: it is not known (any more)."""

    shop: Shop
    step: Any
    order: Any
    shape: Any
    settings: OrderSettings
    secrets: Sequence[str]


def ask_one(process: Process, held: Lease) -> int:
    """Ask about the step that is due for longest; gives 1 where there was one. Raises LeaseLost."""
    question = _next(process, held)
    if question is None:
        return 0
    now = utc_now()
    try:
        kind = asker(question.step.kind)
        outcome = _unasked(question, kind)
        if outcome is None:
            heard = _heard(process, question, kind.url(question.step, question.settings), now=now)
            outcome = kind.answered(question.step, heard, question.settings, now=utc_now())
    except Exception as error:
        if not is_ours(error):
            raise
        _log.exception("call_out.broke", step=question.step.id)
        outcome = failed(f"Backroom broke ({type(error).__name__}); its log says more.")
    _write(process, held, question, outcome)
    return 1


def _next(process: Process, held: Lease) -> _Question | None:
    with process.database.read() as db:
        waiting = steps.batch(db, shop_id=held.shop_id, lane=OUTSIDE, now=utc_now(), limit=1)
        shop = shops.by_id(db, process.vault, held.shop_id) if waiting else None
        if shop is None:
            return None
        order_id, base_url = waiting[0].order_id, process.settings.base_url
        return _Question(
            shop=shop,
            step=waiting[0],
            order=orders.by_ids(db, shop_id=shop.id, ids=[order_id]).get(order_id),
            shape=bodies.orders_by_ids(db, shop, [order_id], base_url=base_url).get(order_id),
            settings=chosen.of_shop(db, shop_id=shop.id, platform=shop.platform),
            secrets=chosen.secrets(db, process.vault, shop_id=shop.id, now=utc_now()),
        )


def _unasked(question: _Question, kind: Asker) -> Outcome | None:
    """What needs no call."""
    step, settings = question.step, question.settings
    if question.order is None:
        outcome = without_order(since=step.created_at, now=utc_now())
        return replace(outcome, state=WAITING) if outcome.state == BLOCKED else outcome
    if not kind.url(step, settings):
        if step.kind == PAYMENT:
            return Outcome(state=BLOCKED, words="The platform's own word counts again.")
        return skipped("This step was taken out of the settings.")
    if not question.secrets:
        return failed("There is no secret to sign with. Make one at the orders' settings, then run this again.")
    return kind.unasked(question.order, settings)


def _heard(process: Process, question: _Question, url: str, *, now: datetime) -> Heard:
    """Ask, with no transaction open."""
    step = question.step
    name = "payment.check" if step.kind == PAYMENT else f"order.step.{step.kind.partition(':')[2]}"
    message = Message(
        key=key_of(step.id),
        body=body_of(name, question.shape, now=now),
        secrets=question.secrets,
    )
    settings = process.settings
    receiver = Receiver(url, ca_bundle=settings.ca_bundle, allow_private_hosts=settings.allow_private_hosts)
    try:
        return heard_of(receiver.send(message, now=now))
    finally:
        receiver.close()


def key_of(step_id: int) -> str:
    """The `webhook-id` of a step's calls, the same with every try."""
    return f"step_{step_id}"


def body_of(name: str, order: Any, *, now: datetime) -> str:
    """What is sent: the order as the REST API shows it."""
    at = now.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return json.dumps({"type": name, "timestamp": at, "data": order}, ensure_ascii=False)


def heard_of(answer: Answer) -> Heard:
    """What a try brought: a refusal is final but where it says that a later try may be taken."""
    if answer.status is None:
        return Heard(error=answer.error)
    if answer.status in _SUCCESS:
        return Heard(body=answer.body)
    is_final = answer.status < 500 and answer.status not in _WORTH_ANOTHER_TRY
    return Heard(error=answer.error, is_final=is_final, wished=answer.wished)


def _write(process: Process, held: Lease, question: _Question, outcome: Outcome) -> None:
    """The outcome, and what follows from it: what waited for this looks again; a payment that their system vouches for
    is one."""
    now, step, shop = utc_now(), question.step, question.shop
    happened: list[Happened] = []
    with process.database.write() as db:
        held.keep(db)
        if outcome.state == BLOCKED:
            steps.to_lane(db, step.id, lane=DESK)
            outcome = Outcome(state=WAITING, words=outcome.words, due_at=now)
        if not steps.after_call(db, step.id, outcome, tries=0 if question.order is None else 1, now=now):
            return
        if step.kind == PAYMENT and outcome.state == DONE:
            happened = _paid(db, shop, step, now)
        steps.look_again(db, shop_id=shop.id, order_ids=[step.order_id], now=now)
        planned = consequences.plan(db, process, shop, happened, [], now=now)
    consequences.begin(process, planned)
    process.queues.wake(queues.STEPS, [shop.id])


def _paid(db: Connection, shop: Shop, step: Any, now: datetime) -> list[Happened]:
    """The order is paid: news, unless the platform itself said so before."""
    milestone = Milestone(order_id=step.order_id, name=PAID, at=now)
    row = {"order_id": step.order_id, "name": PAID, "key": "", "at": now, "seen_at": now}
    row |= {"inbox_id": step.inbox_id, "origin": LIVE, "began": True}
    if not milestones.add(db, shop_id=shop.id, rows=[row]):
        return []
    told = {"name": milestone.event, "kind": ORDER, "object_id": step.order_id, "origin": LIVE}
    return [Happened(**told, inbox_id=step.inbox_id, milestone=milestone)]
