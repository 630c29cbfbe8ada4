"""Who looked at whom is written in batches, in time, and nobody waits for it."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest

from commerce.database import Database
from commerce.tables import shops
from commerce.tables.people import accesses
from commerce.vault import Vault
from jobs.job import utc_now
from tests.stored import rows
from webapp import sightings
from webapp.sightings import Sightings


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture
def shop_id(database: Database) -> int:
    with database.write() as db:
        vault = Vault("a key of the tests")
        return shops.add(db, vault, platform="shopify", domain="one.example", now=utc_now()).id


@pytest.fixture
def noted(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sightings]:
    monkeypatch.setattr(sightings, "PAUSE", 3600)
    noted = Sightings(database)
    yield noted
    noted.end()


class TestSightings:
    def test_of_a_list_are_a_row_each(self, database: Database, shop_id: int, noted: Sightings) -> None:
        noted.saw(shop_id, ["1", "2", "1"], "key 12 (Till)", "listed")
        noted.saw(shop_id, [], "merchant", "listed")
        assert rows(database, accesses.accesses) == []
        noted.write()
        found = rows(database, accesses.accesses, shop_id=shop_id)
        assert [(row.profile_id, row.actor, row.what) for row in found] == [
            ("1", "key 12 (Till)", "listed"),
            ("2", "key 12 (Till)", "listed"),
        ]
        noted.write()
        assert len(rows(database, accesses.accesses)) == 2

    def test_of_a_list_that_stays_open_are_noted_once_in_a_while(self, database: Database, shop_id: int) -> None:
        now = [0.0]
        noted = Sightings(database, clock=lambda: now[0])
        for at in (0, 4, sightings.LISTED_EVERY - 1, sightings.LISTED_EVERY):
            now[0] = at
            noted.saw(shop_id, ["1"], "merchant", "listed")
        noted.saw(shop_id, ["1"], "operator", "listed")
        for _ in range(2):
            noted.saw(shop_id, ["1"], "merchant", "read")
        noted.end()
        found = [(row.actor, row.what) for row in rows(database, accesses.accesses)]
        assert found == [("merchant", "listed")] * 2 + [("operator", "listed")] + [("merchant", "read")] * 2

    def test_are_written_when_the_process_ends(self, database: Database, shop_id: int, noted: Sightings) -> None:
        noted.saw(shop_id, ["1"], "merchant", "read")
        noted.end()
        assert len(rows(database, accesses.accesses)) == 1

    def test_that_are_many_are_written_at_once(
        self, database: Database, shop_id: int, noted: Sightings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written, add = Event(), accesses.add

        def adding(db: object, portion: object) -> None:
            add(db, portion)  # type: ignore[arg-type]  # handed through
            written.set()

        monkeypatch.setattr(accesses, "add", adding)
        noted.saw(shop_id, map(str, range(sightings.AT_ONCE)), "merchant", "exported")
        assert written.wait(60)

    def test_are_kept_while_the_database_is_away(
        self, database: Database, shop_id: int, noted: Sightings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sightings, "MOST", 3)
        noted.saw(shop_id, ["1", "2"], "merchant", "read")
        with database.write() as db:
            db.execute(shops.shops.update().values(name="busy"))
            monkeypatch.setattr(sightings, "_PATIENCE", 0.05)
            if database.is_sqlite:  # the other one has no turns
                noted.write()
        noted.saw(shop_id, ["3", "4"], "merchant", "read")
        noted.write()
        assert [row.profile_id for row in rows(database, accesses.accesses)] == ["2", "3", "4"]


class TestPages:
    def test_go_on_newest_first(self, database: Database, shop_id: int) -> None:
        now = utc_now()
        told = [("1", "a", 3), ("2", "b", 2), ("1", "b", 2), ("1", "a", 1)]
        with database.write() as db:
            same = {"shop_id": shop_id, "what": "read"}
            ats = [now - timedelta(days=ago) for _, _, ago in told]
            noted = [{"profile_id": one, "actor": who, "at": at} for (one, who, _), at in zip(told, ats, strict=True)]
            accesses.add(db, [same | one for one in noted])
            found, before = [], None
            while page := accesses.page(db, shop_id=shop_id, limit=1, before=before):
                found.append((page[0].profile_id, page[0].actor))
                before = (page[0].at, page[0].id)
            assert found == [("1", "a"), ("1", "b"), ("2", "b"), ("1", "a")]
            assert len(accesses.page(db, shop_id=shop_id, profile_ids=["1", "9"], limit=9)) == 3
            assert len(accesses.page(db, shop_id=shop_id, actor="b", limit=9)) == 2
            assert accesses.page(db, shop_id=shop_id + 1, limit=9) == []
            assert accesses.count(db, shop_id=shop_id, profile_ids=["1"]) == 3
            assert accesses.forget(db, shop_id=shop_id, before=now - timedelta(days=1.5), limit=9) == 3
