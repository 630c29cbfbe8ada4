"""A person's timeline: everything that is known to have happened, newest first, page by page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from commerce.database import Connection
from commerce.tables.people import timelines
from commerce.tables.shops import Shop
from webapp import sentences
from webapp.languages import gettext, translated
from webapp.languages import lazy_gettext as _

PER_PAGE = 30
_SPARE = 20  # rows of a source beyond a page, for those of the very moment where the page before ended
_MOST_REFUNDED = 500  # orders whose refunds are looked through

OURS = ("backroom", "dashboard")  # whose words nobody else has

Place = tuple[datetime, str, str]  # behind which a page begins: the last entry's time, kind and object


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened: `kind` is noun.past, `ref` the id of what it is about (an order's, a parcel's, …).

    `detail` has plain values for whoever shows it: amounts in minor units with their `currency`, `number`, `points`.
    `is_told`: another system says so, and kind and detail are whatever it likes.
    """

    at: datetime
    kind: str
    ref: str
    title: str
    source: str = "backroom"
    detail: dict[str, Any] = field(default_factory=dict)
    is_told: bool = False

    @property
    def place(self) -> Place:
        """Where a page that ends with it goes on."""
        return self.at, self.kind, self.ref


def page(
    db: Connection, shop: Shop, profile: Any, *, limit: int = PER_PAGE, before: Place | None = None
) -> tuple[list[Entry], Place | None]:
    """A page of a profile's timeline, and where the next one begins (None: this was the last).

    Entries of one moment are in the order of their kind and id. Eight queries, however long the timeline is.
    """
    until = before[0] if before else None
    every = _entries(db, shop, list(profile.member_ids), until, limit + 1 + _SPARE)
    found = sorted(every, key=_order)
    if before is not None:
        mark = (-_stamp(before[0]), before[1], before[2])
        found = [entry for entry in found if _order(entry) > mark]
    more = len(found) > limit
    shown = found[:limit]
    return shown, shown[-1].place if more else None


def _order(entry: Entry) -> tuple[float, str, str]:
    return -_stamp(entry.at), entry.kind, entry.ref


def _stamp(at: datetime) -> float:
    return at.timestamp()


def _entries(db: Connection, shop: Shop, members: Sequence[str], until: datetime | None, limit: int) -> Iterator[Entry]:
    asked: dict[str, Any] = {"shop_id": shop.id, "member_ids": members, "limit": limit}
    for row in timelines.placed(db, until=until, **asked):
        detail = {"number": row.number, "amount": row.total, "currency": row.currency, "status": row.status}
        yield Entry(
            at=row.placed_at,
            kind="order.placed",
            ref=row.id,
            title=gettext("Order %(number)s", number=row.number),
            detail=detail,
        )
    for row in timelines.refunded(db, **asked | {"limit": _MOST_REFUNDED}):
        yield from _refunds(row, until)
    for row in timelines.carried(db, until=until, **asked):
        title = gettext(
            "Parcel %(number)s: %(status)s", number=row.number, status=translated(row.status.replace("_", " "))
        )
        detail = {"number": row.number, "order_id": row.order_id, "status": row.status}
        yield Entry(at=row.at, kind="parcel.scanned", ref=f"{row.id}:{row.status}", title=title, detail=detail)
    for row in timelines.points(db, until=until, **asked):
        detail = {"points": int(row.points), "pending": int(row.pending), "reason": row.reason, "about": row.about}
        yield Entry(at=row.at, kind=f"points.{row.kind}", ref=str(row.id), title=_points(row), detail=detail)
    for row in timelines.consented(db, until=until, **asked):
        title = f"{row.channel}: {row.state.replace('_', ' ')}"
        detail = {"channel": row.channel, "state": row.state, "method": row.method}
        yield Entry(at=row.at, kind="consent.noted", ref=str(row.id), title=title, source=row.source, detail=detail)
    for row in timelines.happened(db, until=until, **asked):
        yield Entry(
            at=row.happened_at,
            kind=row.kind,
            ref=str(row.id),
            title=row.title if row.source not in OURS else sentences.told(row.title),
            source=row.source,
            detail=dict(row.detail) | ({"by": row.made_by} if row.made_by else {}),
            is_told=row.source not in OURS,
        )
    yield from _merges(db, asked, until)


def _refunds(row: Any, until: datetime | None) -> Iterator[Entry]:
    for number, refund in enumerate(row.refunds):
        if not refund["created_at"]:
            continue  # WooCommerce tells no time of a refund
        at = datetime.fromisoformat(refund["created_at"]).astimezone(UTC)
        if until is None or at <= until:
            detail = {"number": row.number, "amount": refund["amount"], "currency": row.currency}
            detail["reason"] = refund["reason"]
            yield Entry(
                at=at,
                kind="order.refunded",
                ref=f"{row.id}:{number}",
                title=gettext("Refund of order %(number)s", number=row.number),
                detail=detail,
            )


_POINTS = {
    "earn": _("Points earned"),
    "mature": _("Points count from now on"),
    "reverse": _("Points taken back"),
    "spend": _("Points spent"),
    "return": _("Points given back"),
    "expire": _("Points expired"),
    "adjust": _("Points adjusted"),
}


def _points(row: Any) -> str:
    return str(_POINTS.get(row.kind) or gettext("Points: %(kind)s", kind=row.kind))


def _merges(db: Connection, asked: dict[str, Any], until: datetime | None) -> Iterator[Entry]:
    for row in timelines.merged(db, **asked | {"limit": _MOST_REFUNDED}):
        told = [("customer.merged", row.made_at, row.made_by, gettext("Merged"))]
        if row.undone_at is not None:
            told.append(("customer.unmerged", row.undone_at, row.undone_by, gettext("Merge undone")))
        for kind, at, by, title in told:
            if until is None or at <= until:
                detail = {
                    "primary_id": row.primary_id,
                    "secondary_id": row.secondary_id,
                    "reason": row.reason,
                    "by": by,
                }
                yield Entry(at=at, kind=kind, ref=row.id, title=title, detail=detail)
