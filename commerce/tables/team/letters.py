"""Letters to who works with the dashboard: links to sign in with, and invitations.

A row says whom to write to and why. The link itself is made when the letter is sent, so that it stands in the mail and
nowhere else. A letter that was being sent when its worker died is not sent again: whoever waits for it asks again.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, Connection, ForeignKey, Index, Row, Table, Text, delete, select, update

from commerce.tables.columns import BigId, Moment, metadata
from commerce.tables.team.memberships import invitations
from commerce.tables.team.users import users

WAITING, SENDING, SENT, FAILED = "waiting", "sending", "sent", "failed"
GIVEN_UP_AFTER: Final = timedelta(minutes=15)  # somebody sits before the screen and waits

letters = Table(
    "letters",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey(users.c.id, ondelete="CASCADE")),
    Column("invitation_id", BigId, ForeignKey(invitations.c.id, ondelete="CASCADE")),
    Column("language", Text, nullable=False, default=""),  # of the page on which it was asked for
    Column("state", Text, nullable=False),
    Column("words", Text, nullable=False, default=""),  # what came of it
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("ix_letters_waiting", "state", "id"),
)


def write(
    db: Connection, *, user_id: int | None = None, invitation_id: int | None = None, language: str = "", now: datetime
) -> None:
    """Ask for a letter; `language` is that of who asks. One that waits already is enough."""
    whose = (
        letters.c.user_id.is_not_distinct_from(user_id),
        letters.c.invitation_id.is_not_distinct_from(invitation_id),
    )
    if db.execute(select(letters.c.id).where(letters.c.state == WAITING, *whose).limit(1)).first() is None:
        whom = {"user_id": user_id, "invitation_id": invitation_id, "language": language}
        db.execute(letters.insert().values(**whom, state=WAITING, created_at=now))


def waiting(db: Connection, *, limit: int) -> list[Row[Any]]:
    """Letters that are to be sent, oldest first."""
    return list(db.execute(select(letters).where(letters.c.state == WAITING).order_by(letters.c.id).limit(limit)))


def oldest_waiting(db: Connection) -> datetime | None:
    """Since when a letter waits; None where none does."""
    query = select(letters.c.created_at).where(letters.c.state == WAITING).order_by(letters.c.id).limit(1)
    return db.execute(query).scalar_one_or_none()


def begin(db: Connection, letter_id: int) -> bool:
    """Send it from here; False where somebody else does, or did."""
    mine = (letters.c.id == letter_id, letters.c.state == WAITING)
    return db.execute(update(letters).where(*mine).values(state=SENDING)).rowcount == 1


def end(db: Connection, letter_id: int, *, state: str, words: str, now: datetime) -> None:
    """What came of it."""
    db.execute(update(letters).where(letters.c.id == letter_id).values(state=state, words=words, ended_at=now))


def of_invitations(db: Connection, ids: list[int]) -> dict[int, Row[Any]]:
    """The newest letter of each invitation."""
    query = select(letters).where(letters.c.invitation_id.in_(ids)).order_by(letters.c.id)
    return {row.invitation_id: row for row in db.execute(query)}


def forget(db: Connection, *, before: datetime) -> int:
    """Delete letters of before that time."""
    return db.execute(delete(letters).where(letters.c.created_at < before)).rowcount
