"""Transactions on both databases, and writers of one SQLite file that queue for their turn."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from commerce.database import UNREACHABLE, Database, is_unreachable
from tests.conftest import free_port


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
            assert 2.5 < perf_counter() - began < 15
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
        assert done.wait(60)
        assert perf_counter() - began < 2.5
        waiting.join()
        database.dispose()
        other.dispose()


def error_of(database: Database, statement: str, **values: object) -> SQLAlchemyError:
    """What the database raises when it is asked for that."""
    with pytest.raises(SQLAlchemyError) as caught, database.write() as db:
        db.execute(text(statement), values)
    database.dispose()
    return caught.value


class TestIsUnreachable:
    def test_is_true_where_nothing_answers(self, tmp_path: Path) -> None:
        away = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing"
        for url in (away, f"sqlite:///{tmp_path / 'no such folder' / 'x'}/"):
            with pytest.raises(UNREACHABLE) as caught, Database(url).read() as db:
                db.execute(text("SELECT 1"))
            assert is_unreachable(caught.value)

    def test_is_true_where_another_program_holds_the_file(self, database: Database) -> None:
        if not database.is_sqlite:
            pytest.skip("PostgreSQL locks rows, not the database")
        other = sqlite3.connect(str(database.engine.url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert is_unreachable(error_of(database, "DELETE FROM sign_ins"))
        other.close()

    def test_is_true_where_the_server_ends_the_connection(self, database: Database) -> None:
        if database.is_sqlite:
            pytest.skip("SQLite has no server")
        assert is_unreachable(error_of(database, "SELECT pg_terminate_backend(pg_backend_pid())"))

    @pytest.mark.parametrize(
        ("state", "away"),
        [
            *((state, True) for state in ("08006", "57P01", "53300", "55P03", "40P01", "58030")),
            *((state, False) for state in ("54000", "57014", "54001", "22003")),
        ],
    )
    def test_goes_by_postgresqls_code(self, state: str, away: bool) -> None:
        orig = psycopg.OperationalError("told")
        orig.sqlstate = state
        assert is_unreachable(OperationalError("INSERT", {}, orig)) is away

    def test_is_false_where_what_was_asked_is_refused(self, database: Database) -> None:
        # Each of these is an OperationalError to its driver.
        cancelled = "SET LOCAL statement_timeout = 50; SELECT pg_sleep(5)"
        error = error_of(database, "SELECT no_such_column" if database.is_sqlite else cancelled)
        assert isinstance(error, OperationalError)
        assert not is_unreachable(error)

    @pytest.mark.parametrize("error", [ValueError("no"), KeyError("no")])
    def test_is_false_for_errors_of_ours(self, error: Exception) -> None:
        assert not is_unreachable(error)


class TestAnError:
    def test_does_not_tell_what_was_to_be_stored(self, database: Database) -> None:
        assert "jane@" not in str(error_of(database, "INSERT INTO nowhere VALUES (:mail)", mail="jane@example.com"))
