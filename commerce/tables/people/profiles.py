"""Profiles: one row for each person, worked out from their members. It can always be worked out again."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Row,
    SmallInteger,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    select,
)

from commerce.tables.columns import BigId, Json, Moment, insert, metadata, upsert

profiles = Table(
    "profiles",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False, default=1),
    # Who they are.
    Column("member_ids", Json, nullable=False),
    Column("platform_ids", Json, nullable=False),
    Column("has_account", Boolean, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("emails", Json, nullable=False),
    Column("phones", Json, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("sort_name", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("tags", Json, nullable=False),
    Column("addresses", Json, nullable=False),
    Column("attributes", Json, nullable=False),
    Column("consents", Json, nullable=False),
    Column("email_consent", Text, nullable=False),
    Column("sms_consent", Text, nullable=False),
    # What they bought; money in minor units of the shop's currency, other currencies in `totals`.
    Column("orders_count", Integer, nullable=False),
    Column("total_spent", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("average_order", BigInteger),
    Column("totals", Json, nullable=False),
    Column("first_order_at", Moment),
    Column("last_order_at", Moment),
    Column("days_between_orders", Float),
    Column("next_order_at", Moment),
    Column("lifetime_value", BigInteger),
    # Points and place among the others.
    Column("points", BigInteger, nullable=False),
    Column("points_pending", BigInteger, nullable=False),
    Column("points_earned", BigInteger, nullable=False),
    Column("tier", Text, nullable=False),
    Column("recency", SmallInteger),
    Column("frequency", SmallInteger),
    Column("monetary", SmallInteger),
    Column("rfm_group", Text, nullable=False, default="", server_default=""),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment),
    Column("saved_at", Moment, nullable=False),
    Index("ix_profiles_saved", "shop_id", "saved_at", "id"),
    Index("ix_profiles_created", "shop_id", "created_at", "id"),
    Index("ix_profiles_name", "shop_id", "sort_name", "id"),
    Index("ix_profiles_spent", "shop_id", "total_spent", "id"),
    Index("ix_profiles_orders", "shop_id", "orders_count", "id"),
    Index("ix_profiles_last_order", "shop_id", "last_order_at", "id"),
    Index("ix_profiles_points", "shop_id", "points", "id"),
    Index("ix_profiles_email", "shop_id", "email"),
    # For filters by what few have: without these, a page of them would be looked for among everybody.
    Index("ix_profiles_country", "shop_id", "country", "id"),
    Index("ix_profiles_consent", "shop_id", "email_consent", "id"),
    Index("ix_profiles_group", "shop_id", "rfm_group", "id"),
    # For sums over everybody, which then need no look at the rows themselves.
    Index("ix_profiles_ranks", "shop_id", "rfm_group", "recency", "frequency", "monetary", "total_spent"),
    Index("ix_profiles_tier", "shop_id", "tier", "id"),
)

# What finds a person: words of names and addresses, tags. Kinds are in commerce.rules.people.words.
words = Table(
    "profile_words",
    metadata,
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("word", Text, primary_key=True),
    Column("profile_id", Text, primary_key=True),
    ForeignKeyConstraint(
        ["shop_id", "profile_id"], ["profiles.shop_id", "profiles.id"], ondelete="CASCADE", name="fk_profile_words"
    ),
    Index("ix_profile_words_profile", "shop_id", "profile_id"),
)

# What is worked out beside the members; refreshing a profile leaves it.
PLACED = ("recency", "frequency", "monetary", "rfm_group")


def by_ids(db: Connection, *, shop_id: int, ids: Collection[str]) -> dict[str, Row[Any]]:
    """Profiles by the ids of their roots."""
    if not ids:
        return {}
    chosen = and_(profiles.c.shop_id == shop_id, profiles.c.id.in_(ids))
    return {row.id: row for row in db.execute(select(profiles).where(chosen))}


def save(db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace profiles, but for their place among the others. All rows have the same columns."""
    upsert(db, profiles, rows, keep=("created_at",))


def remove(db: Connection, *, shop_id: int, ids: Collection[str]) -> None:
    """Delete profiles with their words."""
    if ids:
        db.execute(delete(words).where(words.c.shop_id == shop_id, words.c.profile_id.in_(ids)))
        db.execute(delete(profiles).where(profiles.c.shop_id == shop_id, profiles.c.id.in_(ids)))


def change_words(
    db: Connection,
    *,
    shop_id: int,
    changes: Mapping[str, tuple[Collection[tuple[str, str]], Collection[tuple[str, str]]]],
) -> None:
    """Write by which words profiles are found: profile to (words that it had, words that it has), each (kind, word)."""
    gone, new = [], []
    for profile_id, (before, after) in sorted(changes.items()):
        keys = {"shop_id": shop_id, "profile_id": profile_id}
        gone += [keys | {"a_kind": kind, "a_word": word} for kind, word in sorted(set(before) - set(after))]
        new += [keys | {"kind": kind, "word": word} for kind, word in sorted(set(after) - set(before))]
    if gone:
        one = and_(
            words.c.shop_id == bindparam("shop_id"),
            words.c.profile_id == bindparam("profile_id"),
            words.c.kind == bindparam("a_kind"),
            words.c.word == bindparam("a_word"),
        )
        db.execute(delete(words).where(one), gone)
    if new:
        statement = insert(db, words).on_conflict_do_nothing(index_elements=["shop_id", "kind", "word", "profile_id"])
        db.execute(statement, new)
