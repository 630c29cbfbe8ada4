"""Messages: a row for each before it goes anywhere, with what it said and what became of it.

One message of a kind for one occasion, channel and recipient: whoever asks for it again gets the one that is there.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    Update,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    update,
)

from commerce.rules.notifications.states import CANCELLED, GONE_OUT, QUEUED, SENDING, UNCERTAIN, WAITING
from commerce.tables.columns import AT_ONCE, BigId, Json, Moment, insert, later, metadata

# `occasion`: what it is about, and behind "#" which one of several that a person asked for. `detail`: what its text
# needs that no other table has. `due_at` is empty once it came to an end; of one that is being sent it is when that
# began. `reason`: why it is as it is, in plain words. `template_version` 0: the default template.
notifications = Table(
    "notifications",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("member_id", Text, nullable=False, default=""),
    Column("order_id", Text, nullable=False, default=""),
    Column("tracking_id", BigId),
    Column("step_id", BigId),
    Column("resend_of", BigId),
    Column("detail", Json),
    Column("language", Text, nullable=False, default=""),
    Column("template_version", Integer, nullable=False, default=0),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("reference", Text, nullable=False, default=""),
    Column("subject", Text, nullable=False, default=""),
    Column("html", Text, nullable=False, default=""),
    Column("text", Text, nullable=False, default=""),
    Column("message_id", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Moment),
    Column("expires_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("began_at", Moment),
    Column("sent_at", Moment),
    Column("delivered_at", Moment),
    Column("bounced_at", Moment),
    Column("finished_at", Moment),
    Index("uq_notifications_occasion", "shop_id", "kind", "channel", "occasion", "recipient", unique=True),
    Index(
        "ix_notifications_due",
        "shop_id",
        "channel",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    Index("ix_notifications_newest", "shop_id", "id"),
    Index("ix_notifications_state", "shop_id", "state", "id"),
    Index("ix_notifications_recipient", "shop_id", "recipient", "id"),
    Index("ix_notifications_order", "shop_id", "order_id"),
    Index("ix_notifications_member", "shop_id", "member_id"),
    Index("ix_notifications_step", "step_id"),
    Index("ix_notifications_created", "created_at"),
    Index(
        "ix_notifications_texts",
        "shop_id",
        "created_at",
        sqlite_where=text("text <> ''"),
        postgresql_where=text("text <> ''"),
    ),
)

_UNIQUE = ["shop_id", "kind", "channel", "occasion", "recipient"]


def add(db: Connection, *, shop_id: int, rows: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, int]:
    """Write messages that are to go out, all with the same columns; gives occasion and channel, with a space between,
    to the id of those that were not there before."""
    if not rows:
        return {}
    plain = {"shop_id": shop_id, "state": QUEUED, "due_at": AT_ONCE, "created_at": now}
    statement = insert(db, notifications).on_conflict_do_nothing(index_elements=_UNIQUE)
    given = statement.returning(notifications.c.id, notifications.c.occasion, notifications.c.channel)
    found = db.execute(given, [plain | dict(row) for row in rows])
    return {f"{row.occasion} {row.channel}": row.id for row in found}


def of_occasions(db: Connection, *, shop_id: int, kind: str, occasions: Collection[str]) -> Sequence[Row[Any]]:
    """The shop's messages of that kind about these, oldest first, without what they said."""
    if not occasions:
        return []
    mine = and_(notifications.c.shop_id == shop_id, notifications.c.kind == kind)
    query = select(*_WITHOUT_TEXT).where(mine, notifications.c.occasion.in_(occasions))
    return db.execute(query.order_by(notifications.c.id)).all()


def newest_about(db: Connection, *, shop_id: int, kind: str, start: str) -> Row[Any] | None:
    """The newest message of that kind whose occasion begins so, but for those that nobody was to get any more."""
    mine = and_(notifications.c.shop_id == shop_id, notifications.c.kind == kind, notifications.c.state != CANCELLED)
    query = select(*_WITHOUT_TEXT).where(mine, notifications.c.occasion.startswith(start, autoescape=True))
    return db.execute(query.order_by(notifications.c.id.desc()).limit(1)).one_or_none()


_WITHOUT_TEXT = [column for column in notifications.c if column.name not in ("html", "text")]


def due_channels(db: Connection, *, shop_id: int, now: datetime) -> list[str]:
    """The channels over which the shop has messages to send now."""
    due = and_(notifications.c.shop_id == shop_id, notifications.c.due_at <= now)
    return sorted(db.execute(select(notifications.c.channel).where(due).distinct()).scalars())


def due(db: Connection, *, shop_id: int, channel: str, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """The shop's messages of a channel whose turn has come, those that wait for longest first."""
    chosen = and_(notifications.c.shop_id == shop_id, notifications.c.channel == channel, notifications.c.due_at <= now)
    query = select(notifications).where(chosen).order_by(notifications.c.due_at, notifications.c.id)
    return db.execute(query.limit(limit)).all()


def begin(db: Connection, notification_id: int, **values: Any) -> bool:
    """Somebody hands the message over now; False where it does not wait any more, or is gone."""
    told = {f"new_{name}": value for name, value in (values | {"state": SENDING}).items()}
    statement = _changing(tuple(sorted(WAITING)), tuple(sorted((*values, "state"))))
    return db.execute(statement, {"row": notification_id} | told).rowcount == 1


def change(db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write columns of messages, each with an `id`, and `of`: states of which it has to be in one."""
    alike: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        alike[tuple(sorted(row["of"])), tuple(sorted(row))].append(row)
    for (states, given), some in alike.items():
        names = tuple(name for name in given if name not in ("id", "of"))
        db.execute(
            _changing(states, names),
            [{"row": row["id"]} | {f"new_{name}": row[name] for name in names} for row in some],
        )


@lru_cache(maxsize=64)
def _changing(states: tuple[str, ...], names: tuple[str, ...]) -> Update:
    """Write these columns of a message in one of these states. Kept, since it is run for each message: to put it
    together takes longer than to run it."""
    is_so = or_(*(notifications.c.state == state for state in states))  # an IN cannot be run for many rows at once
    statement = update(notifications).where(notifications.c.id == bindparam("row"), is_so)
    return statement.values({name: bindparam(f"new_{name}") for name in names})


def postpone(db: Connection, *, shop_id: int, channel: str, until: datetime, reason: str) -> int:
    """Nothing can go out over that channel now: all that waits does so until then; gives how many."""
    waiting = and_(
        notifications.c.shop_id == shop_id,
        notifications.c.channel == channel,
        notifications.c.due_at < until,
        notifications.c.state.in_(WAITING),
    )
    return db.execute(update(notifications).where(waiting).values(due_at=until, reason=reason)).rowcount


def lately(
    db: Connection, *, shop_id: int, channel: str, recipients: Collection[str], since: datetime
) -> list[tuple[str, datetime]]:
    """When messages went out to these recipients, or may have."""
    if not recipients:
        return []
    chosen = and_(
        notifications.c.shop_id == shop_id,
        notifications.c.recipient.in_(recipients),
        notifications.c.channel == channel,
        notifications.c.state.in_(GONE_OUT),
        notifications.c.began_at >= since,
    )
    rows = db.execute(select(notifications.c.recipient, notifications.c.began_at).where(chosen))
    return [(row.recipient, row.began_at) for row in rows]


def of_steps(db: Connection, step_ids: Collection[int]) -> Sequence[Row[Any]]:
    """State, reason and step of the messages of these steps."""
    if not step_ids:
        return []
    return db.execute(_OF_STEPS, {"steps": sorted(step_ids)}).all()


_OF_STEPS = (
    select(*[notifications.c[name] for name in ("id", "step_id", "channel", "state", "reason")])
    .where(notifications.c.step_id.in_(bindparam("steps", expanding=True)))
    .order_by(notifications.c.id)
)


def shops_with_work(db: Connection, *, now: datetime) -> dict[tuple[int, str], datetime]:
    """Shops and channels with messages to send, or that were left half-way, with the time since when."""
    since = func.min(later(notifications.c.due_at, notifications.c.created_at), type_=Moment())
    place = (notifications.c.shop_id, notifications.c.channel)
    query = select(*place, since).where(notifications.c.due_at <= now).group_by(*place)
    return {(shop_id, channel): at for shop_id, channel, at in db.execute(query)}


def by_id(db: Connection, *, shop_id: int, notification_id: int) -> Row[Any] | None:
    """One message of the shop, with what it said."""
    chosen = and_(notifications.c.shop_id == shop_id, notifications.c.id == notification_id)
    return db.execute(select(notifications).where(chosen)).one_or_none()


def in_doubt(db: Connection, *, shop_id: int, limit: int) -> Sequence[Row[Any]]:
    """The newest messages of which nobody knows whether they were sent."""
    chosen = and_(notifications.c.shop_id == shop_id, notifications.c.state == UNCERTAIN)
    return db.execute(select(*_WITHOUT_TEXT).where(chosen).order_by(notifications.c.id.desc()).limit(limit)).all()
