"""The account of a chaos run: what every order has to have come to, against what is in the tables and at the server."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from commerce.database import Database
from commerce.tables.notifications import notifications
from commerce.tables.order_steps import steps
from commerce.tables.stock import items
from tests.chaos.order_stories import ON_HAND, PRODUCTS, Story
from tests.peers.smtp.server import NEVER, UNKNOWABLE, Account

_AT_REST = {"done", "skipped", "failed", "unsure"}
_ENDED = {"sent", "delivered", "bounced", "suppressed", "failed", "uncertain", "cancelled"}


@dataclass
class Told:
    """What was found wrong (nothing, it is hoped), and figures for whoever reads it."""

    wrong: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def check(self, holds: bool, words: str) -> None:
        """Note what does not hold."""
        if not holds:
            self.wrong.append(words)


def taken(database: Database, stories: Sequence[Story], server: Account, *, kills: int) -> Told:
    """Compare all of it. `kills`: how many processes were killed."""
    told = Told()
    with database.read() as db:
        step_rows = db.execute(select(steps.steps)).all()
        mails = db.execute(select(notifications.notifications)).all()
        stock = db.execute(select(items.items)).all()
    _steps(told, stories, step_rows)
    _mails(told, step_rows, mails, server, kills)
    _stock(told, stories, stock)
    return told


def at_rest(database: Database) -> bool:
    """Whether nothing is due any more, nor will be: no step and no mail is on its way."""
    with database.read() as db:
        open_steps = select(steps.steps.c.id).where(steps.steps.c.state.not_in(_AT_REST)).limit(1)
        table = notifications.notifications
        open_mails = select(table.c.id).where(table.c.state.not_in(_ENDED)).limit(1)
        return db.execute(open_steps).first() is None and db.execute(open_mails).first() is None


def _steps(told: Told, stories: Sequence[Story], rows: Sequence[Any]) -> None:
    """Exactly the steps that each should have; none failed but mails."""
    of_order: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        of_order[row.order_id][row.kind] += 1
        if row.state in ("failed", "unsure"):
            told.check(row.kind.startswith("notify:"), f"order {row.order_id}: {row.kind} {row.state}: {row.outcome}")
    for story in stories:
        wanted, found = story.steps(), of_order.pop(story.id, Counter())
        told.check(found == wanted, f"order {story.id} {story.path}: {dict(found)} instead of {dict(wanted)}")
    told.check(not of_order, f"steps of orders that nobody placed: {sorted(of_order)[:5]}")
    told.figures["orders"] = len(stories)
    told.figures["steps"] = dict(Counter(row.state for row in rows))


def _mails(told: Told, step_rows: Sequence[Any], rows: Sequence[Any], server: Account, kills: int) -> None:
    """At most one of each, and one of each that can be delivered; of the others it is known why not."""
    fates: dict[str, list[str]] = defaultdict(list)
    for recipient, what in server.done:
        fates[recipient].append(what)
    for row in rows:
        times, name = server.taken[row.message_id.strip("<>")], f"mail {row.id} ({row.kind}, {row.recipient})"
        told.check(times <= 1, f"{name} was taken {times} times")
        if row.state in ("sent", "delivered"):
            told.check(times == 1, f"{name} is {row.state} and was taken {times} times")
        elif row.state == "uncertain":
            continue
        else:
            told.check(times == 0, f"{name} is {row.state} and was taken")
            refused = NEVER & set(fates[row.recipient])
            told.check(
                bool(refused) or row.state == "cancelled", f"{name} is {row.state} without a reason: {row.reason}"
            )
    known = {row.message_id.strip("<>") for row in rows}
    told.check(set(server.taken) <= known, f"mails that nobody knows: {sorted(set(server.taken) - known)[:5]}")
    of_steps = Counter(row.step_id for row in rows)
    told.check(max(of_steps.values(), default=0) <= 1, "a step wrote more than one mail")
    for row in step_rows:
        wrote = row.id in of_steps or row.state == "skipped" or not row.kind.startswith("notify:")
        told.check(wrote, f"step {row.id} ({row.kind} of order {row.order_id}) is {row.state} and wrote no mail")
    uncertain = sum(row.state == "uncertain" for row in rows)
    lost = sum(count for what, count in server.counts().items() if what in UNKNOWABLE)
    told.check(uncertain <= kills + lost, f"{uncertain} uncertain mails, with {kills} kills and {lost} lost answers")
    told.figures["mails"] = dict(Counter(row.state for row in rows))
    told.figures["the server"] = dict(server.counts())
    told.figures["uncertain, at most"] = f"{uncertain} of {kills + lost}"


def _stock(told: Told, stories: Sequence[Story], rows: Sequence[Any]) -> None:
    """To the unit."""
    held: dict[int, list[int]] = {number: [0, 0, 0] for number in range(1, PRODUCTS + 1)}
    for story in stories:
        for product, amounts in story.holds().items():
            held[product] = [one + more for one, more in zip(held[product], amounts, strict=True)]
    found = {int(row.product_id): (row.reserved, row.allocated, ON_HAND - row.on_hand) for row in rows}
    for product, amounts in held.items():
        told.check(found.get(product) == tuple(amounts), f"product {product}: {found.get(product)}, not {amounts}")
    told.figures["pieces (reserved, allocated, gone)"] = [sum(column) for column in zip(*held.values(), strict=True)]
