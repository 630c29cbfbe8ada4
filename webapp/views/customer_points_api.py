"""REST for the merchant's own systems: points of customers, read, earned, spent and adjusted."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Blueprint, g, request

from commerce.mirror import people, points_by_hand, points_spending
from commerce.mirror.points_by_hand import UnableToMovePoints, UnknownMember
from commerce.rules.loyalty.entries import NotEnoughPoints
from commerce.tables.loyalty import reading
from commerce.tables.people import profile_pages
from commerce.vault import digest
from jobs.queues import CALL
from webapp import pages
from webapp.api import changing, cursors
from webapp.api.changing import Change
from webapp.api.endpoints import endpoint
from webapp.api.models import Page, Paged
from webapp.parts import parts
from webapp.people import finding, point_models
from webapp.people.point_models import Adjust, Balance, Earn, Expiring, Moved, PointsEntry, Spend

blueprint = Blueprint("customer_points_api", __name__, url_prefix="/api/v1/customers")

_SOON = timedelta(days=365)
_REFUSED = {409: "There are too few points, or the programme does not have it, or the key was used for something else."}


@blueprint.get("/<id:key>/points")
@endpoint("points:read", gives=Balance)
def balance_of(key: str) -> Balance:
    """What a customer holds, what is to come, and what ends."""
    with parts().database.read() as db:
        row = finding.found(db, key)
        found = _balance(db, row)
    finding.saw([row], "read")
    return found


@blueprint.get("/<id:key>/points/entries")
@endpoint("points:read", asks=Paged, gives=Page[PointsEntry])
def entries_of(key: str, *, asked: Paged) -> Page[PointsEntry]:
    """The ledger of a customer, newest first."""
    before = cursors.cursor_in_rows()
    with parts().database.read() as db:
        row = finding.found(db, key)
        rows = reading.entries(db, shop_id=g.shop.id, member_ids=row.member_ids, limit=asked.limit + 1, before=before)
    finding.saw([row], "read")
    shown = rows[: asked.limit]
    last = cursors.cursor_of(shown[-1].id) if len(rows) > asked.limit else None
    return Page.model_construct(data=[point_models.entry(each) for each in shown], next_cursor=last)


@blueprint.post("/<id:key>/points/earn")
@endpoint("points:write", takes=Earn, gives=Moved, changes=True, refuses=_REFUSED)
def earn_points(key: str, *, body: Earn, change: Change) -> Moved:
    """Give the points of an action, such as a review, once for each `key` and as often as its rule allows."""
    row = finding.held(change.db, key)
    with _told():
        moved = points_by_hand.earn(
            change.db,
            g.shop,
            member_id=row.id,
            action=body.action,
            key=_key(body.key),
            now=change.now,
            by=finding.caller(),
        )
    return _moved(change, row, moved)


@blueprint.post("/<id:key>/points/spend")
@endpoint("points:write", takes=Spend, gives=Moved, changes=True, refuses=_REFUSED)
def spend_points(key: str, *, body: Spend, change: Change) -> Moved:
    """Spend points on a reward, whose code the shop makes; or take points as a till does."""
    row, here, shop_id = finding.held(change.db, key), parts(), g.shop.id
    with _told():
        spent = points_spending.spend(
            change.db,
            g.shop,
            member_id=row.id,
            key=_key(body.key),
            now=change.now,
            reward=body.reward or "",
            points=body.points or 0,
            reason=body.reason,
            by=finding.caller(),
        )
    if spent.calls:
        change.then(lambda: here.queues.wake(CALL, [shop_id], again=True))
    return _moved(change, row, spent)


@blueprint.post("/<id:key>/points/adjust")
@endpoint("points:write", takes=Adjust, gives=Moved, changes=True, refuses=_REFUSED)
def adjust_points(key: str, *, body: Adjust, change: Change) -> Moved:
    """Give points with a reason, or with a minus take some away; never more than there are."""
    row = finding.held(change.db, key)
    with _told():
        moved = points_by_hand.adjust(
            change.db,
            g.shop,
            member_id=row.id,
            points=body.points,
            reason=body.reason,
            by=finding.caller(),
            key=_key(body.key),
            now=change.now,
        )
    return _moved(change, row, moved)


@contextmanager
def _told() -> Iterator[None]:
    """What cannot be is 409 with the field; who is not there any more, 404."""
    try:
        yield
    except UnknownMember:
        raise finding.missing() from None
    except NotEnoughPoints as error:
        raise finding.refused("points", "are more than there are", available=max(0, error.available)) from None
    except UnableToMovePoints as error:
        raise finding.refused(error.field, error.text) from None


def _key(told: str | None) -> str:
    """What the movement is known by for ever."""
    if told is not None:
        return told
    sent = request.headers.get(changing.HEADER)
    return digest(f"{g.key.id}:{sent}") if sent else secrets.token_hex(16)


def _moved(change: Change, row: Any, moved: Any) -> Moved:
    people.refresh(change.db, g.shop, list(moved.roots), now=change.now)
    finding.saw([row], "changed")
    now = profile_pages.of_root(change.db, shop_id=g.shop.id, root=row.id)
    return Moved(
        points=moved.points,
        again=moved.again,
        capped=getattr(moved, "capped", False),
        code=getattr(moved, "code", "") or None,
        balance=_balance(change.db, now),
    )


def _balance(db: Any, row: Any) -> Balance:
    until = pages.now() + _SOON
    rows = reading.expiring(db, shop_id=g.shop.id, member_ids=row.member_ids, until=until)
    return Balance(
        customer_id=row.id,
        available=row.points,
        pending=row.points_pending,
        earned=row.points_earned,
        tier=row.tier or None,
        expiring=[Expiring(points=each.points_left, expires_at=each.expires_at) for each in rows],
        is_on=row.has_points,
    )
