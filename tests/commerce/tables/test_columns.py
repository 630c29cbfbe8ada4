"""Column types and statements that both databases understand."""

from datetime import UTC, datetime, timedelta, timezone

from commerce.tables.columns import upsert
from commerce.tables.sign_ins import sign_ins
from tests.conftest import Backroom
from tests.stored import rows

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def sign_in(key: str, created_at: datetime = NOON) -> dict[str, object]:
    return {"token_hash": key, "created_at": created_at, "expires_at": NOON, "used_at": None}


class TestUpsert:
    def test_inserts_and_replaces(self, backroom: Backroom) -> None:
        database = backroom.parts.database
        with database.write() as db:
            upsert(db, sign_ins, [sign_in("b"), sign_in("a")])
            upsert(db, sign_ins, [sign_in("a", NOON + timedelta(days=1))])
            upsert(db, sign_ins, [])
        assert [(row.token_hash, row.created_at.day) for row in rows(database, sign_ins)] == [("a", 2), ("b", 1)]

    def test_leaves_columns_alone_that_are_to_be_kept(self, backroom: Backroom) -> None:
        database = backroom.parts.database
        with database.write() as db:
            upsert(db, sign_ins, [sign_in("a")])
            upsert(db, sign_ins, [sign_in("a", NOON + timedelta(days=1))], keep=["created_at"])
        assert rows(database, sign_ins)[0].created_at == NOON


class TestMoment:
    def test_is_utc_on_both_sides_whatever_zone_was_given(self, backroom: Backroom) -> None:
        zone = timezone(timedelta(hours=5, minutes=30))
        database = backroom.parts.database
        with database.write() as db:
            upsert(db, sign_ins, [sign_in("a", NOON.astimezone(zone))])
        (row,) = rows(database, sign_ins)
        assert row.created_at == NOON
        assert row.created_at.utcoffset() == timedelta(0)
        assert row.used_at is None
