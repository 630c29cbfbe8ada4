"""What went wrong or waits in the work itself: deliveries, orders' steps, messages, what followed, parcels."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from commerce.database import Connection
from commerce.rules.attention import BAD, WAIT, Need
from commerce.rules.order_steps.outcomes import FAILED, HELD, UNSURE
from commerce.tables import (
    effect_lists,
    effects,
    events,
    inbox,
    rejections,
    tracking_lists,
    tracking_settings,
)
from commerce.tables.notifications import notifications
from commerce.tables.order_steps import step_lists
from commerce.tables.shops import Shop
from webapp.stores.connected import Link
from webapp.tracking.words import REASONS

_LATELY = timedelta(hours=24)  # for which rejections are told: nothing can be done about older ones
_SOME = 200  # rows that are looked at for a number that hardly ever is so high
_EXAMPLES = 5
_STEPS = {
    UNSURE: ("of which nobody knows whether it happened", "of which nobody knows whether they happened"),
    FAILED: ("that failed",) * 2,
    HELD: ("held for you",) * 2,
    step_lists.LATE: ("waiting for more than a day",) * 2,
}


def troubles(db: Connection, shop: Shop, link: Link, now: datetime) -> list[Need]:
    """All of these, in no order."""
    return [
        *_of_deliveries(db, shop),
        *_of_steps(db, shop, now),
        *_of_messages(db, shop),
        *_of_effects(db, shop, link),
        *_of_parcels(db, shop, now),
        *_of_rejections(db, shop, now),
    ]


def _of_deliveries(db: Connection, shop: Shop) -> Iterator[Need]:
    number = events.count(db, shop_id=shop.id, states=(inbox.FAILED,))
    if number:
        (newest,) = events.page(
            db, shop_id=shop.id, filters=events.Filters(states=(inbox.FAILED,)), before=None, limit=1
        )
        yield Need(
            kind="deliveries",
            number=number,
            tone=BAD,
            words=f"{number:,} failed {'delivery' if number == 1 else 'deliveries'} could not be applied.",
            more=f"The newest is {newest.topic[:60]}: {newest.error[:140]}",
            newest=newest.taken_at,
            action=f"Look at {number:,} failed",
            address=url_for("events.index", state="failed"),
        )


def _of_steps(db: Connection, shop: Shop, now: datetime) -> Iterator[Need]:
    for name, number in step_lists.troubles(db, shop_id=shop.id, now=now).items():
        several = f"{number:,}{'+' if number >= 10_000 else ''}"
        words = f"{several} {'step of an order' if number == 1 else 'steps of orders'} {_STEPS[name][number != 1]}."
        yield Need(
            kind=f"steps.{name}",
            number=number,
            tone=WAIT if name in ("held", "late") else BAD,
            words=words,
            action="Decide" if name in ("held", "unsure") else "Look at them",
            address=url_for("order_steps.index", trouble=name),
        )


def _of_messages(db: Connection, shop: Shop) -> Iterator[Need]:
    rows = notifications.in_doubt(db, shop_id=shop.id, limit=_SOME)
    if rows:
        words = f"Of {_several(rows)} {'message' if len(rows) == 1 else 'messages'} nobody knows whether it was sent."
        yield Need(
            kind="messages",
            number=len(rows),
            tone=WAIT,
            words=words,
            action="Decide",
            address=url_for("notifications_log.index", state="uncertain"),
        )


def _of_effects(db: Connection, shop: Shop, link: Link) -> Iterator[Need]:
    number = effect_lists.count_failed(db, shop_id=shop.id)
    if number:
        (row,) = effect_lists.failed(db, shop_id=shop.id, limit=1)
        what = _EFFECTS.get(row.kind, row.kind)
        words = f"{number:,} {'thing' if number == 1 else 'things'} that followed from deliveries failed."
        address = url_for("events.one", key=row.inbox_id) if row.inbox_id else url_for("events.index")
        yield Need(
            kind="effects",
            number=number,
            tone=BAD,
            words=words,
            newest=row.finished_at,
            more=f"The newest: {what} of {row.object_kind} {row.object_id}. {row.error[:140]}",
            action="Look at the newest",
            address=address,
        )
    waiting = effect_lists.waiting(db, shop_id=shop.id).get(effects.REREAD, 0)
    if waiting:
        rows = effect_lists.page(db, shop_id=shop.id, kind=effects.REREAD, state=effects.WAITING, limit=_EXAMPLES)
        yield _rereads(waiting, rows, link)


_EFFECTS = {
    effects.INDEX: "the search index",
    effects.CONFIGURE: "settings of the search",
    effects.PAGES: "cached pages",
    effects.PURGE: "the CDN",
    effects.REREAD: "reading again",
    effects.CALL: "a change at the shop",
    effects.ERASE: "the erasure",
}


def _rereads(number: int, rows: Sequence[Any], link: Link) -> Need:
    why = {
        "connected": "",
        "lost": ", until the shop is connected",
        "removed": ", until the shop is connected",
        "none": ", until the shop is connected",
    }.get(link.state, ", which this shop does not offer")
    named = ", ".join(f"{row.object_kind} {row.object_id}" for row in rows)
    words = f"{number:,} {'object waits' if number == 1 else 'objects wait'} to be read again from the platform{why}"
    return Need(
        kind="rereads",
        number=number,
        tone=WAIT,
        words=f"{words}: {named}{' …' if number > len(rows) else ''}",
        action="" if link.state in ("demo", "no_api") else "Look at the connection",
        address=url_for("connection.index"),
    )


def _of_parcels(db: Connection, shop: Shop, now: datetime) -> Iterator[Need]:
    chosen = tracking_settings.of_shop(db, shop_id=shop.id)
    found = tracking_lists.troubles(db, shop_id=shop.id, chosen=chosen, now=now)
    number = sum(found.values())
    if number:
        yield Need(
            kind="parcels",
            number=number,
            tone=WAIT,
            words=f"{number:,} {'parcel needs' if number == 1 else 'parcels need'} you.",
            more=", ".join(f"{count:,} {REASONS[reason].lower()}" for reason, count in found.items()),
            action="Look at them",
            address=url_for("shipments.index"),
        )


def _of_rejections(db: Connection, shop: Shop, now: datetime) -> Iterator[Need]:
    rows = [row for row in rejections.newest(db, shop_id=shop.id, limit=_SOME) if row.last_at >= now - _LATELY]
    if rows:
        number = sum(row.number for row in rows)
        words = f"{number:,} {'delivery was' if number == 1 else 'deliveries were'} turned away in 24 hours."
        more = f"The newest: {rows[0].number:,} ×, {rows[0].reason.replace('_', ' ')}"
        yield Need(
            kind="rejections",
            number=number,
            tone=WAIT,
            words=words,
            more=more,
            newest=rows[0].last_at,
            action="See why",
            address=url_for("events.rejected"),
        )


def _several(rows: Sequence[Any]) -> str:
    return f"{len(rows):,}{'+' if len(rows) == _SOME else ''}"
