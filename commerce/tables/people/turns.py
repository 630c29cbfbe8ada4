"""Persons of a shop are changed by one transaction at a time: who is one person, and what a profile says, is worked
out from rows of others, which no lock of single rows keeps still. SQLite has one writer at a time anyway.
"""

from sqlalchemy import Connection, func, select

_LOCK = 0x70656F70 << 31  # "peop": where the shops' numbers begin among PostgreSQL's advisory locks


def take(db: Connection, shop_id: int) -> None:
    """Wait until nobody else changes the shop's persons; it is ours until the transaction ends.

    To be taken before anything is read that the change is worked out from, and before other locks: who takes it later
    may be waited for by whom they wait for. Taken twice, it is ours all the same.
    """
    if db.dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(_LOCK + shop_id)))
