"""What happened last, in plain words: changes that deliveries brought, news of parcels, messages, runs of the shop."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from commerce.database import Connection
from commerce.rules.events import CATEGORY, CUSTOMER, ORDER, PRODUCT
from commerce.tables import events, figure_lists, inbox, tracking_lists
from commerce.tables.shops import Shop
from integrations.registry import carrier_title
from webapp.languages import gettext as _
from webapp.languages import lazy_gettext, mid_sentence, ngettext
from webapp.notifications import words
from webapp.tracking.words import STATUSES

_READ, _SHOWN, _EACH = 40, 10, 5
_NOUNS = {
    PRODUCT: lazy_gettext("Product"),
    ORDER: lazy_gettext("Order"),
    CUSTOMER: lazy_gettext("Customer"),
    CATEGORY: lazy_gettext("Category"),
}
_GONE = ("delete", "deleted")
_NEW = ("create", "created")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line: when, what about (with where that leads, where it does), and what happened to it."""

    at: datetime
    about: str
    what: str
    address: str = ""


def recent(db: Connection, shop: Shop, messages: Sequence[Any]) -> list[Happening]:
    """The newest of all, at most ten. `messages`: the newest of them."""
    found = [*_changes(db, shop), *_parcels(db, shop), *_messages(messages)]
    return sorted(found, key=lambda one: one.at, reverse=True)[:_SHOWN]


def _changes(db: Connection, shop: Shop) -> Iterator[Happening]:
    """What deliveries changed; several of the same object in a row are one."""
    rows = events.page(db, shop_id=shop.id, filters=events.Filters(states=(inbox.APPLIED,)), before=None, limit=_READ)
    newest: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        if row.kind in _NOUNS and row.object_id:
            newest.setdefault((row.kind, row.object_id), []).append(row)
    chosen = list(newest.items())[:_SHOWN]
    titles = figure_lists.titles(db, shop_id=shop.id, ids=[key for (kind, key), _ in chosen if kind == PRODUCT])
    numbers = figure_lists.order_numbers(db, shop_id=shop.id, ids=[key for (kind, key), _ in chosen if kind == ORDER])
    named = {(PRODUCT, key): title for key, title in titles.items()} | {(ORDER, key): no for key, no in numbers.items()}
    for (kind, key), same in chosen:
        yield Happening(
            at=same[0].applied_at or same[0].received_at,
            about=f"{_NOUNS[kind]} {named.get((kind, key)) or key}",
            what=_what(same),
            address=_address(kind, key, is_there=(kind, key) in named),
        )


def _what(rows: Sequence[Any]) -> str:
    verbs = [row.topic.replace(".", "/").rpartition("/")[2] for row in rows]
    if verbs[0] in _GONE:
        return _("was deleted")
    told = _("came in") if set(verbs) & set(_NEW) else _("changed")
    if len(rows) == 1:
        return told
    return ngettext("%(told)s, %(num)s delivery", "%(told)s, %(num)s deliveries", len(rows), told=told)


def _address(kind: str, key: str, *, is_there: bool) -> str:
    if is_there:
        return url_for(f"{kind}s.one", key=key)
    return url_for("events.index", kind=kind, object_id=key)


def _parcels(db: Connection, shop: Shop) -> Iterator[Happening]:
    for row in tracking_lists.newest(db, shop_id=shop.id, filters=tracking_lists.Filters(), limit=_EACH):
        yield Happening(
            at=row.saved_at,
            about=_parcel(row),
            what=mid_sentence(STATUSES.get(row.status) or _("was told of")),
            address=url_for("shipments.one", key=row.id),
        )


def _parcel(row: Any) -> str:
    carrier, number = carrier_title(row.carrier) if row.carrier else "", row.order_number
    if carrier and number:
        return _("%(carrier)s parcel of order %(number)s", carrier=carrier, number=number)
    if carrier:
        return _("%(carrier)s parcel", carrier=carrier)
    return _("A parcel of order %(number)s", number=number) if number else _("A parcel")


def _messages(rows: Sequence[Any]) -> Iterator[Happening]:
    for row in rows[:_EACH]:
        yield Happening(
            at=row.sent_at or row.created_at,
            about=_("Message “%(title)s”", title=words.title(row.kind)),
            what=mid_sentence(words.STATES[row.state]),
            address=url_for("notifications_log.one", key=row.id),
        )
