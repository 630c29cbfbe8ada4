"""What needs somebody, read from the tables: one line for each kind of thing, with its number and its one action."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from commerce.database import Connection
from commerce.rules.attention import BAD, WAIT, Need
from commerce.tables import alerts, drift, privacy
from commerce.tables.shops import Shop
from webapp.duties import duties
from webapp.figures import QueueState
from webapp.home.troubles import troubles
from webapp.languages import gettext as _
from webapp.languages import ngettext, translated
from webapp.sentences import told
from webapp.stores.connected import Link
from webapp.stores.runs import Runs

_SOME = 200  # rows that are looked at for a number that hardly ever is so high
_ALERTS = {"webhooks": BAD, "template": BAD, "oversold": BAD, "low_stock": WAIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is known already: the connection, its runs, the queue, and whether the operator looks."""

    link: Link
    runs: Runs
    queue: QueueState
    is_operator: bool


def needs(db: Connection, shop: Shop, around: Around, now: datetime) -> list[Need]:
    """Everything that needs somebody, in no order."""
    return [
        *_of_connection(around),
        *_of_runs(around),
        *_of_queue(around),
        *_of_index(db, shop),
        *_of_privacy(db, shop, now),
        *_of_alerts(db, shop),
        *troubles(db, shop, around.link, now),
    ]


def _of_connection(around: Around) -> Iterator[Need]:
    link = around.link
    if link.state in ("lost", "removed"):
        lost = link.state == "lost"
        words = _("The shop does not let Backroom in any more.") if lost else _("The app was removed from the shop.")
        yield Need(
            kind="connection",
            number=1,
            tone=BAD,
            words=words,
            more=translated(link.row.error),
            action=_("Connect again"),
            address=link.connect_at,
            leaves=True,
        )
    if link.hooks and link.hooks["active"] < link.hooks["wanted"]:
        wanted = link.hooks["wanted"]
        missing = wanted - link.hooks["active"]
        yield Need(
            kind="hooks",
            number=missing,
            tone=BAD,
            words=ngettext(
                "%(num)s of %(wanted)s webhooks is not registered.",
                "%(num)s of %(wanted)s webhooks are not registered.",
                missing,
                wanted=wanted,
            ),
            more=_("What they would tell is found later."),
            action=_("Repair the webhooks"),
            address=url_for("connection.index"),
        )


def _of_runs(around: Around) -> Iterator[Need]:
    failed = list(around.runs.failed)
    if failed:
        newest = max(failed, key=lambda run: run.at)
        several = ngettext("%(num)s run through the shop failed.", "%(num)s runs through the shop failed.", len(failed))
        yield Need(
            kind="run",
            number=len(failed),
            tone=WAIT,
            words=_("%(run)s failed.", run=newest.title) if len(failed) == 1 else several,
            more=translated(newest.error),
            newest=newest.at,
            action=_("Look at the connection"),
            address=url_for("connection.index"),
        )


def _of_queue(around: Around) -> Iterator[Need]:
    """Only who runs Backroom can do something about it: others are told what it means."""
    if around.queue.depth is not None and around.queue.workers:
        return
    gone = around.queue.depth is None
    words = (
        _("Queue unreachable: deliveries are still taken in, and worked on once it is back.")
        if gone
        else _("No worker is running: deliveries are taken in, and wait.")
    )
    yield Need(
        kind="queue" if gone else "workers",
        number=1,
        tone=BAD,
        words=words,
        more="" if around.is_operator else _("Whoever runs Backroom here has to look at it."),
        action=_("Look at the workers") if around.is_operator else "",
        address=url_for("operator.index"),
    )


def _of_index(db: Connection, shop: Shop) -> Iterator[Need]:
    since = drift.alarms(db).get(shop.id)
    if since is not None:
        yield Need(
            kind="index",
            number=1,
            tone=BAD,
            words=_(
                "The search index was found empty though products should be found. It is being built anew by itself."
            ),
            newest=since,
            action=_("Look at the search"),
            address=url_for("search.index"),
        )


def _of_privacy(db: Connection, shop: Shop, now: datetime) -> Iterator[Need]:
    found = duties(privacy.open_requests(db, shop_id=shop.id), now)
    if not found:
        return
    first, late = found[0], sum(duty.overdue for duty in found)
    by_hand = sum(duty.by_hand for duty in found)
    several = ngettext(
        "%(num)s request under privacy law is open.", "%(num)s requests under privacy law are open.", len(found)
    )
    date = f"{first.due:%Y-%m-%d}"
    more = [
        _("%(number)s overdue since %(date)s.", number=late, date=date) if late else _("due by %(date)s.", date=date)
    ]
    if not by_hand:
        more.append(ngettext("It is done by itself.", "They are done by themselves.", len(found)))
    yield Need(
        kind="privacy",
        number=len(found),
        tone=BAD if late or by_hand else WAIT,
        words=f"{first.asked}." if len(found) == 1 else several,
        more=" ".join(more),
        action=_("Answer it") if by_hand else _("Look at it"),
        address=url_for("privacy.index"),
    )


def _of_alerts(db: Connection, shop: Shop) -> Iterator[Need]:
    counted = alerts.counted(db, shop_id=shop.id)
    newest = {row.kind: row for row in reversed(alerts.newest(db, shop_id=shop.id, limit=_SOME))} if counted else {}
    for kind, (number, at) in counted.items():
        row = newest.get(kind)
        yield Need(
            kind=kind if kind in _ALERTS else "template",
            number=number,
            tone=_ALERTS.get(kind, WAIT),
            words=told(row.words) if number == 1 and row is not None else _alert_words(kind, number),
            newest=at,
            more="" if number == 1 or row is None else _("The newest: %(words)s", words=told(row.words)),
            action=_("Look at it") if number == 1 else _("Look at them"),
            address=_place(kind, row.about if row is not None and number == 1 else ""),
        )


def _alert_words(kind: str, number: int) -> str:
    words = {
        "webhooks": ngettext("%(num)s webhook endpoint fails.", "%(num)s webhook endpoints fail.", number),
        "template": ngettext("%(num)s message template is broken.", "%(num)s message templates are broken.", number),
        "oversold": ngettext("%(num)s item was sold too often.", "%(num)s items were sold too often.", number),
        "low_stock": ngettext("%(num)s item runs low.", "%(num)s items run low.", number),
    }
    return words.get(kind) or ngettext("%(num)s alert.", "%(num)s alerts.", number)


def _place(kind: str, about: str) -> str:
    if kind == "webhooks":
        return url_for("outgoing.one", key=about) if about else url_for("outgoing.index")
    if kind == "template":
        name, _, language = about.partition("/")
        where = url_for("notification_templates.edit", kind=name, language=language) if language else ""
        return where or url_for("notifications.index")
    return url_for("inventory.index")
