"""Users: people who sign in to the dashboard under an address of their own."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, Row, Table, Text, or_, select, update

from commerce.tables.columns import BigId, Json, Moment, insert, metadata

users = Table(
    "users",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("mail", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, default=""),
    Column("language", Text, nullable=False, default=""),
    Column("is_operator", Boolean, nullable=False, default=False),
    Column("password_hash", Text, nullable=False, default=""),
    Column("totp_sealed", Text, nullable=False, default=""),
    # The time step of the newest code that was used: none is taken twice (RFC 6238, section 5.2).
    Column("totp_step", BigInteger, nullable=False, default=0),
    Column("recovery_hashes", Json, nullable=False, default=list),
    Column("created_at", Moment, nullable=False),
    Column("signed_in_at", Moment),
)


def ensure(db: Connection, *, mail: str, name: str = "", now: datetime) -> int:
    """The id of the user with this address, who is made where there is none. `mail` is as `address` gives it."""
    row = {"mail": mail, "name": name, "created_at": now, "is_operator": False, "recovery_hashes": []}
    db.execute(insert(db, users).values(row).on_conflict_do_nothing(index_elements=["mail"]))
    return int(db.execute(select(users.c.id).where(users.c.mail == mail)).scalar_one())


def by_id(db: Connection, user_id: int) -> Row[Any] | None:
    """One user."""
    return db.execute(select(users).where(users.c.id == user_id)).one_or_none()


def by_mail(db: Connection, mail: str) -> Row[Any] | None:
    """The user with this address."""
    return db.execute(select(users).where(users.c.mail == mail)).one_or_none()


def by_ids(db: Connection, ids: Iterable[int]) -> dict[int, Row[Any]]:
    """Users by their ids."""
    return {row.id: row for row in db.execute(select(users).where(users.c.id.in_(sorted(set(ids)))))}


def operators(db: Connection) -> list[Row[Any]]:
    """Users who see all shops and the operator's pages."""
    return list(db.execute(select(users).where(users.c.is_operator.is_(True)).order_by(users.c.mail)))


def change(db: Connection, user_id: int, **values: Any) -> None:
    """Write columns of a user."""
    db.execute(update(users).where(users.c.id == user_id).values(values))


def use_step(db: Connection, user_id: int, step: int) -> bool:
    """Take the code of that time step; False where it or a later one was taken before, also by another process."""
    newer = (users.c.id == user_id, or_(users.c.totp_step.is_(None), users.c.totp_step < step))
    return db.execute(update(users).where(*newer).values(totp_step=step)).rowcount == 1


def use_recovery(db: Connection, user_id: int, code_hash: str) -> bool:
    """Take a recovery code; False where it is none of the user's, or was taken before."""
    row = db.execute(select(users.c.recovery_hashes).where(users.c.id == user_id).with_for_update()).one_or_none()
    if row is None or code_hash not in row.recovery_hashes:
        return False
    change(db, user_id, recovery_hashes=[each for each in row.recovery_hashes if each != code_hash])
    return True
