"""Everything that the home page shows, read in one go."""

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from commerce.database import REFUSED, UNREACHABLE
from commerce.rules import attention
from commerce.rules.attention import Dismissed
from commerce.tables import dismissals, pauses
from commerce.tables.notifications import log
from commerce.tables.order_steps import settings
from commerce.tables.shops import Shop
from webapp import formats
from webapp.figures import QueueState, queue_state
from webapp.home import guide as steps
from webapp.home import kept, needs
from webapp.home.recent import recent
from webapp.home.today import Today, today
from webapp.languages import gettext as _
from webapp.languages import ngettext
from webapp.parts import Parts
from webapp.stores import connected

_MESSAGES = 20
_PATIENCE = 0.2  # seconds of waiting for a turn to write down that something got better


def home(here: Parts, shop: Shop, *, is_operator: bool, now: datetime) -> dict[str, Any]:
    """Everything on the page, as it stands in the tables and the queue."""
    link, runs = connected.briefly(here, shop, now)
    queue = queue_state(here.queues)
    around = needs.Around(link=link, runs=runs, queue=queue, is_operator=is_operator)
    with here.database.read() as db:
        dismissed = dismissals.of_shop(db, shop_id=shop.id)
        there = attention.sort(needs.needs(db, shop, around, now), dismissed)
        figures = today(here.database, db, shop, now)
        messages = log.page(db, shop_id=shop.id, filters=log.Filters(), before=None, limit=_MESSAGES)
        counts = kept.counts(here.database, db, shop_id=shop.id, now=now)
        found = _found(here, figures, messages, counts, has_chosen=settings.is_chosen(db, shop_id=shop.id))
        happened, pause = recent(db, shop, messages), pauses.about(db, shop_id=shop.id)
    _learn(here, shop, there.fewer)
    return {
        "link": link,
        "runs": runs,
        "needs": there,
        "banner": banner(there, queue),
        "today": figures,
        "counts": counts,
        "recent": happened,
        "pause": pause,
        "guide": steps.guide(shop, link, runs, found, folded=_folded(dismissed)),
    }


def banner(there: attention.Sorted, queue: QueueState) -> dict[str, str]:
    """How it is on the whole, in one line: the worst of what needs somebody, or that all is well."""
    tone = attention.standing(there.open)
    if there.open:
        first, others = there.open[0], len(there.open) - 1
        more = ngettext("%(num)s more thing needs attention.", "%(num)s more things need attention.", others)
        return {
            "tone": tone,
            "title": _("Something is wrong") if tone == attention.BAD else _("Something waits for you"),
            "words": first.words,
            "more": more if others else "",
        }
    workers = ngettext("%(num)s worker is running", "%(num)s workers are running", queue.workers or 0)
    words = (
        _("%(number)s in the queue, %(workers)s.", number=formats.number(queue.depth), workers=workers)
        if queue.depth
        else _("Nothing waits in the queue, %(workers)s.", workers=workers)
    )
    aside = _("%(number)s put aside.", number=len(there.aside)) if there.aside else ""
    return {"tone": tone, "title": _("All is well"), "words": words, "more": aside}


def _found(here: Parts, figures: Today, messages: Any, counts: Mapping[str, int], *, has_chosen: bool) -> steps.Found:
    searches = next(one.month for one in figures.savings.saved if one.name == "searches")
    return steps.Found(
        products=counts["products"],
        orders=counts["orders"],
        searches=searches,
        messages=messages,
        deliveries=figures.month,
        has_chosen=has_chosen,
        has_mail_server=bool(here.settings.smtp_url),
    )


def _folded(dismissed: Mapping[str, Dismissed]) -> bool | None:
    row = dismissed.get(dismissals.GUIDE)
    return None if row is None else row.number > 0


def _learn(here: Parts, shop: Shop, fewer: dict[str, int]) -> None:
    """Of what was put aside fewer are left: written down, so that more than that is worse. It can wait."""
    if fewer:
        with contextlib.suppress(*UNREACHABLE, REFUSED), here.database.write(patience=_PATIENCE) as db:
            dismissals.lower(db, shop_id=shop.id, numbers=fewer)
