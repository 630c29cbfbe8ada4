"""Transactions on both databases, and writers of one SQLite file that queue for their turn."""

import threading
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import pytest
from sqlalchemy import text

from commerce.database import UNREACHABLE, Database


@pytest.fixture
def database(database_url: str) -> Database:
    return Database(database_url)


def number(database: Database) -> int:
    with database.read() as db:
        return int(db.execute(text("SELECT count(*) FROM sign_ins")).scalar_one())


def insert(database: Database, key: str) -> None:
    with database.write() as db:
        db.execute(
            text("INSERT INTO sign_ins (token_hash, created_at, expires_at) VALUES (:key, :now, :now)"),
            {"key": key, "now": "2026-01-01 00:00:00"},
        )


class TestWrite:
    def test_commits_at_the_end_of_the_block(self, database: Database) -> None:
        insert(database, "a")
        assert number(database) == 1
        database.dispose()

    def test_rolls_back_when_the_block_raises(self, database: Database) -> None:
        def break_off() -> None:
            with database.write() as db:
                db.execute(text("DELETE FROM sign_ins"))
                raise KeyError("no")

        insert(database, "a")
        with pytest.raises(KeyError):
            break_off()
        assert number(database) == 1
        insert(database, "b")
        database.dispose()

    def test_lets_many_threads_and_connections_write(self, database: Database) -> None:
        other = Database(str(database.url))
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda key: insert((database, other)[key % 2], str(key)), range(40)))
        assert number(database) == 40
        database.dispose()
        other.dispose()

    def test_lets_others_read_meanwhile(self, database: Database) -> None:
        with database.write() as db:
            db.execute(text("DELETE FROM sign_ins"))
            assert number(database) == 0
        database.dispose()


class TestWritersOfOneSqliteFile:
    def test_give_up_after_some_seconds_and_go_on_when_it_is_free(self, database: Database) -> None:
        if not database.is_sqlite:
            pytest.skip("PostgreSQL has no such queue")
        other = Database(str(database.url))
        with other.write():
            began = perf_counter()
            with pytest.raises(UNREACHABLE):
                insert(database, "a")
            assert 2.5 < perf_counter() - began < 4.5
        for key in ("b", "c"):
            insert(database, key)
            insert(other, f"other {key}")
        assert number(database) == 4
        database.dispose()
        other.dispose()

    def test_take_over_at_once_when_it_is_free(self, database: Database) -> None:
        if not database.is_sqlite:
            pytest.skip("PostgreSQL has no such queue")
        other, done = Database(str(database.url)), threading.Event()
        with other.write():
            waiting = threading.Thread(target=lambda: (insert(database, "a"), done.set()))
            waiting.start()
            assert not done.wait(0.3)
        began = perf_counter()
        assert done.wait(3)
        assert perf_counter() - began < 0.5
        waiting.join()
        database.dispose()
        other.dispose()
