"""How often carriers may be asked, by account, for windows longer than a minute: buckets of calls that fill steadily.

They are in the database, in the transaction that takes the parcels to ask for: whatever dies, no call is made that was
not taken from its bucket first.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, Float, Integer, Table, Text, select

from commerce.tables.columns import insert, metadata, upsert

# `full_at` is the time, in seconds since 1970, at which the bucket would be full again were nobody to take anything.
quotas = Table(
    "carrier_quotas",
    metadata,
    Column("key", Text, primary_key=True),
    Column("seconds", Integer, primary_key=True),
    Column("full_at", Float, nullable=False),
)

Limits = Sequence[tuple[int, int]]  # (calls, seconds)


def take(db: Connection, *, key: str, limits: Limits, wanted: int, now: datetime) -> int:
    """Take calls from an account's buckets; gives how many of the wanted ones there are.

    In no window of that many seconds are more taken than it allows: a fifth may go at once, the rest comes steadily.
    """
    levels = _levels(db, key, limits, now)
    there = [_left(level, *limit) for limit, level in zip(limits, levels, strict=True)]
    granted = max(0, min([wanted, *there]))
    if granted:
        _set(db, key, limits, levels, granted, now)
    return granted


def give_back(db: Connection, *, key: str, limits: Limits, unused: int, now: datetime) -> None:
    """Calls that were taken and not made; a negative number: more were made than taken."""
    if unused and limits:
        _set(db, key, limits, _levels(db, key, limits, now), -unused, now)


def fullness(db: Connection, *, key: str, limits: Limits, now: datetime) -> float:
    """How full the emptiest of an account's buckets is, from 0 to 1."""
    known = _known(db, key) if limits else {}
    shares = [_share(known.get(limit[1], 0.0), limit, now) for limit in limits]
    return max(0.0, min([1.0, *shares]))


def _share(full_at: float, limit: tuple[int, int], now: datetime) -> float:
    return _left(max(0.0, full_at - now.timestamp()), *limit) / burst(limit[0])


def burst(calls: int) -> int:
    """How many of a window's calls may be made at once."""
    return max(1, calls // 5)


def interval(calls: int, seconds: int) -> float:
    """Seconds in which one call comes back."""
    return seconds / (calls - burst(calls) + 1)


def _known(db: Connection, key: str) -> dict[int, float]:
    return dict(db.execute(select(quotas.c.seconds, quotas.c.full_at).where(quotas.c.key == key)).all())


def _levels(db: Connection, key: str, limits: Limits, now: datetime) -> list[float]:
    """Seconds until each bucket is full; nobody else takes from them until the transaction ends."""
    if not limits:
        return []
    rows = [{"key": key, "seconds": seconds, "full_at": 0.0} for _, seconds in sorted(limits, key=lambda one: one[1])]
    db.execute(insert(db, quotas).on_conflict_do_nothing(index_elements=["key", "seconds"]), rows)
    query = select(quotas.c.seconds, quotas.c.full_at).where(quotas.c.key == key).order_by(quotas.c.seconds)
    known = dict(db.execute(query.with_for_update()).all())
    return [max(0.0, known[seconds] - now.timestamp()) for _, seconds in limits]


def _left(level: float, calls: int, seconds: int) -> int:
    step = interval(calls, seconds)
    return int((burst(calls) * step - level) / step + 1e-9)


def _set(db: Connection, key: str, limits: Limits, levels: Sequence[float], taken: int, now: datetime) -> None:
    full = [
        (seconds, now.timestamp() + max(0.0, level + taken * interval(calls, seconds)))
        for (calls, seconds), level in zip(limits, levels, strict=True)
    ]
    upsert(db, quotas, [{"key": key, "seconds": seconds, "full_at": at} for seconds, at in full])


def fullnesses(db: Connection, accounts: Mapping[str, Limits], *, now: datetime) -> dict[str, float]:
    """The same for several accounts' limits by key, in one statement; those without limits are left out."""
    wanted = [key for key, limits in accounts.items() if limits]
    if not wanted:
        return {}
    rows = db.execute(select(quotas.c.key, quotas.c.seconds, quotas.c.full_at).where(quotas.c.key.in_(wanted)))
    known = {(key, seconds): full_at for key, seconds, full_at in rows}
    return {
        key: max(0.0, min(_share(known.get((key, limit[1]), 0.0), limit, now) for limit in accounts[key]))
        for key in wanted
    }
