"""Leases: who works on a shop's rows of one kind, for some seconds. Anyone takes over when a lease lapses."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, ForeignKey, Table, Text, bindparam, or_, select, update

from commerce.tables.columns import BigId, Moment, insert, metadata

leases = Table(
    "leases",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Moment, nullable=False),
)


# Kept with each write of whoever holds it: put together once, since that takes longer than to run it.
_KEEP = (
    update(leases)
    .where(
        leases.c.shop_id == bindparam("of_shop"),
        leases.c.kind == bindparam("of_kind"),
        leases.c.holder == bindparam("of_holder"),
    )
    .values(until=bindparam("new_until"))
)


def take(db: Connection, *, shop_id: int, kind: str, holder: str, now: datetime, seconds: float) -> bool:
    """Take or renew the lease; False while someone else holds it."""
    until = now + timedelta(seconds=seconds)
    statement = insert(db, leases).values(shop_id=shop_id, kind=kind, holder=holder, until=until)
    statement = statement.on_conflict_do_update(
        index_elements=["shop_id", "kind"],
        set_={"holder": holder, "until": until},
        where=or_(leases.c.until <= now, leases.c.holder == holder),
    )
    return db.execute(statement.returning(leases.c.shop_id)).first() is not None


def holder(db: Connection, *, shop_id: int, kind: str) -> str | None:
    """Who holds the lease, or held it last."""
    query = select(leases.c.holder).where(leases.c.shop_id == shop_id, leases.c.kind == kind)
    return db.execute(query).scalar_one_or_none()


def keep(db: Connection, *, shop_id: int, kind: str, holder: str, now: datetime, seconds: float) -> bool:
    """Renew a lease that is still ours; False once someone else took it over, and then nothing may be written."""
    mine = {"of_shop": shop_id, "of_kind": kind, "of_holder": holder}
    return db.execute(_KEEP, mine | {"new_until": now + timedelta(seconds=seconds)}).rowcount == 1


def release(db: Connection, *, shop_id: int, kind: str, holder: str, now: datetime) -> None:
    """Give the lease back, if it is still ours."""
    statement = update(leases).where(leases.c.shop_id == shop_id, leases.c.kind == kind, leases.c.holder == holder)
    db.execute(statement.values(until=now))


def held(db: Connection, *, kind: str, now: datetime) -> dict[int, str]:
    """Shops on whose rows of this kind somebody works, and who."""
    query = select(leases.c.shop_id, leases.c.holder).where(leases.c.kind == kind, leases.c.until > now)
    return dict(db.execute(query).all())
