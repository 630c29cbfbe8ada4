"""What merchants do with parcels: settle them, end them, begin anew, name another carrier."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, update

from commerce.mirror.following import DONE, UNKNOWN_CARRIER, cannot_ask
from commerce.rules import tracking
from commerce.tables import order_tracking, tracking_scans

_table = order_tracking.order_tracking
_WAITED = timedelta(minutes=5)  # due for so long that nobody waits for others to fill a call


def settle(db: Connection, *, shop_id: int, tracking_id: int, now: datetime) -> bool:
    """Somebody took care of what is wrong with a parcel: it is nothing to look at until something new happens."""
    mine = update(_table).where(_table.c.shop_id == shop_id, _table.c.id == tracking_id)
    return db.execute(mine.values(settled_at=now)).rowcount > 0


def complete(db: Connection, row: Any, *, now: datetime) -> None:
    """A parcel is at an end, whatever its carrier says: nobody asks for it any more."""
    values = {"id": row.id, "stopped": DONE, "next_check_at": None, "ended_at": row.ended_at or now}
    order_tracking.change(db, [values | {"settled_at": now, "saved_at": now}])


def retrack(db: Connection, row: Any, *, known: Collection[str], now: datetime, carrier: str | None = None) -> None:
    """Forget what was told of a parcel and begin anew, with another carrier where one is named. What happened to it
    before is told to nobody a second time.

    `known`: the carriers that the shop can ask.
    """
    tracking_scans.forget_of(db, row.id)
    name = row.carrier if carrier is None else carrier
    others = [other for other in (*row.candidates.split(","), row.carrier) if other and other != name]
    stopped = cannot_ask(name, known=known)
    values = {
        "id": row.id,
        "carrier": name,
        "candidates": ",".join(dict.fromkeys(others)),
        "status": tracking.LABEL_CREATED,
        "created_at": now,
        "stopped": stopped,
        "next_check_at": None if stopped else now - _WAITED,
        "saved_at": now,
    }
    order_tracking.change(db, [values | _UNKNOWN])


_UNKNOWN: dict[str, Any] = {
    **dict.fromkeys(("sub_status", "city", "province", "postcode", "country", "scanned_local", "scanned_zone"), ""),
    **dict.fromkeys(("service", "signed_by", "problem", "error"), ""),
    **dict.fromkeys(("scanned_at", "expected_first", "expected_last", "first_scan_at", "ended_at", "settled_at")),
    **dict.fromkeys(("checked_at", "pushed_at")),
    "moved": False,
    "at_destination": False,
    "trusted": True,
    "silent": 0,
}


def can_be_asked(row: Any) -> bool:
    """Whether asking a parcel's carrier could tell anything."""
    return not row.stopped and row.status not in tracking.ENDED


def all_due(db: Connection, *, shop_id: int, now: datetime) -> int:
    """Ask for all of the shop's parcels that are on their way now; gives how many."""
    mine = (
        _table.c.shop_id == shop_id,
        _table.c.stopped == "",
        _table.c.status.not_in(tracking.FINAL),
    )
    return db.execute(update(_table).where(*mine).values(next_check_at=now - _WAITED)).rowcount


def ask_those_who_can(db: Connection, *, shop_id: int, known: Collection[str], now: datetime) -> int:
    """The shop can ask these carriers (`known`): parcels that waited for that are due; gives how many."""
    number = order_tracking.ask_soon(db, shop_id=shop_id, carriers=set(known) - {""}, now=now)
    if "" in known:
        mine = (_table.c.shop_id == shop_id, _table.c.carrier == "", _table.c.stopped == UNKNOWN_CARRIER)
        number += db.execute(update(_table).where(*mine).values(next_check_at=now, stopped="")).rowcount
    return number
