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
from webapp import formats
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext, mid_sentence, ngettext, translated
from webapp.stores.connected import Link
from webapp.tracking.words import REASONS

_LATELY = timedelta(hours=24)  # for which rejections are told: nothing can be done about older ones
_SOME = 200  # rows that are looked at for a number that hardly ever is so high
_EXAMPLES = 5


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
            words=ngettext(
                "%(num)s failed delivery could not be applied.",
                "%(num)s failed deliveries could not be applied.",
                number,
            ),
            more=_("The newest is %(topic)s: %(error)s", topic=newest.topic[:60], error=newest.error[:140]),
            newest=newest.taken_at,
            action=_("Look at %(number)s failed", number=formats.number(number)),
            address=url_for("events.index", state="failed"),
        )


def _of_steps(db: Connection, shop: Shop, now: datetime) -> Iterator[Need]:
    for name, number in step_lists.troubles(db, shop_id=shop.id, now=now).items():
        yield Need(
            kind=f"steps.{name}",
            number=number,
            tone=WAIT if name in ("held", "late") else BAD,
            words=_step_words(name, number),
            action=_("Decide") if name in ("held", "unsure") else _("Look at them"),
            address=url_for("order_steps.index", trouble=name),
        )


def _step_words(trouble: str, number: int) -> str:
    told = {"num": f"{formats.number(number)}{'+' if number >= 10_000 else ''}"}
    words = {
        UNSURE: ngettext(
            "%(num)s step of an order of which nobody knows whether it happened.",
            "%(num)s steps of orders of which nobody knows whether they happened.",
            number,
            **told,
        ),
        FAILED: ngettext(
            "%(num)s step of an order that failed.", "%(num)s steps of orders that failed.", number, **told
        ),
        HELD: ngettext(
            "%(num)s step of an order held for you.", "%(num)s steps of orders held for you.", number, **told
        ),
        step_lists.LATE: ngettext(
            "%(num)s step of an order waiting for more than a day.",
            "%(num)s steps of orders waiting for more than a day.",
            number,
            **told,
        ),
    }
    return words[trouble]


def _of_messages(db: Connection, shop: Shop) -> Iterator[Need]:
    rows = notifications.in_doubt(db, shop_id=shop.id, limit=_SOME)
    if rows:
        words = ngettext(
            "Of %(num)s message nobody knows whether it was sent.",
            "Of %(num)s messages nobody knows whether it was sent.",
            len(rows),
            num=_several(rows),
        )
        yield Need(
            kind="messages",
            number=len(rows),
            tone=WAIT,
            words=words,
            action=_("Decide"),
            address=url_for("notifications_log.index", state="uncertain"),
        )


def _of_effects(db: Connection, shop: Shop, link: Link) -> Iterator[Need]:
    number = effect_lists.count_failed(db, shop_id=shop.id)
    if number:
        (row,) = effect_lists.failed(db, shop_id=shop.id, limit=1)
        what = _("%(what)s of %(object)s", what=_EFFECTS.get(row.kind, row.kind), object=_named(row))
        newest = _("The newest: %(words)s", words=what)
        words = ngettext(
            "%(num)s thing that followed from deliveries failed.",
            "%(num)s things that followed from deliveries failed.",
            number,
        )
        address = url_for("events.one", key=row.inbox_id) if row.inbox_id else url_for("events.index")
        yield Need(
            kind="effects",
            number=number,
            tone=BAD,
            words=words,
            newest=row.finished_at,
            more=f"{newest}. {row.error[:140]}",
            action=_("Look at the newest"),
            address=address,
        )
    waiting = effect_lists.waiting(db, shop_id=shop.id).get(effects.REREAD, 0)
    if waiting:
        rows = effect_lists.page(db, shop_id=shop.id, kind=effects.REREAD, state=effects.WAITING, limit=_EXAMPLES)
        yield _rereads(waiting, rows, link)


_EFFECTS = {
    effects.INDEX: lazy_gettext("the search index"),
    effects.CONFIGURE: lazy_gettext("settings of the search"),
    effects.PAGES: lazy_gettext("cached pages"),
    effects.PURGE: lazy_gettext("the CDN"),
    effects.REREAD: lazy_gettext("reading again"),
    effects.CALL: lazy_gettext("a change at the shop"),
    effects.ERASE: lazy_gettext("the erasure"),
}


def _rereads(number: int, rows: Sequence[Any], link: Link) -> Need:
    named = ", ".join(_named(row) for row in rows)
    return Need(
        kind="rereads",
        number=number,
        tone=WAIT,
        words=f"{_reread_words(number, link)}: {named}{' …' if number > len(rows) else ''}",
        action="" if link.state in ("demo", "no_api") else _("Look at the connection"),
        address=url_for("connection.index"),
    )


def _reread_words(number: int, link: Link) -> str:
    if link.state == "connected":
        return ngettext(
            "%(num)s object waits to be read again from the platform",
            "%(num)s objects wait to be read again from the platform",
            number,
        )
    if link.state in ("lost", "removed", "none"):
        return ngettext(
            "%(num)s object waits to be read again from the platform, until the shop is connected",
            "%(num)s objects wait to be read again from the platform, until the shop is connected",
            number,
        )
    return ngettext(
        "%(num)s object waits to be read again from the platform, which this shop does not offer",
        "%(num)s objects wait to be read again from the platform, which this shop does not offer",
        number,
    )


def _named(row: Any) -> str:
    return f"{translated(row.object_kind)} {row.object_id}"


def _of_parcels(db: Connection, shop: Shop, now: datetime) -> Iterator[Need]:
    chosen = tracking_settings.of_shop(db, shop_id=shop.id)
    found = tracking_lists.troubles(db, shop_id=shop.id, chosen=chosen, now=now)
    number = sum(found.values())
    if number:
        yield Need(
            kind="parcels",
            number=number,
            tone=WAIT,
            words=ngettext("%(num)s parcel needs you.", "%(num)s parcels need you.", number),
            more=", ".join(
                f"{formats.number(count)} {mid_sentence(REASONS[reason])}" for reason, count in found.items()
            ),
            action=_("Look at them"),
            address=url_for("shipments.index"),
        )


def _of_rejections(db: Connection, shop: Shop, now: datetime) -> Iterator[Need]:
    rows = [row for row in rejections.newest(db, shop_id=shop.id, limit=_SOME) if row.last_at >= now - _LATELY]
    if rows:
        number = sum(row.number for row in rows)
        words = ngettext(
            "%(num)s delivery was turned away in 24 hours.", "%(num)s deliveries were turned away in 24 hours.", number
        )
        reason = translated(rows[0].reason.replace("_", " "))
        more = _("The newest: %(words)s", words=f"{formats.number(rows[0].number)} ×, {reason}")
        yield Need(
            kind="rejections",
            number=number,
            tone=WAIT,
            words=words,
            more=more,
            newest=rows[0].last_at,
            action=_("See why"),
            address=url_for("events.rejected"),
        )


def _several(rows: Sequence[Any]) -> str:
    return f"{formats.number(len(rows))}{'+' if len(rows) == _SOME else ''}"
