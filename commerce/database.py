"""The database: SQLite for one machine, PostgreSQL for several. Short transactions, none open across the network."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from commerce.writers import NoTurn, WriterQueue

__all__ = ["REFUSED", "UNREACHABLE", "Busy", "Connection", "Database", "is_unreachable"]

# What a caller may see when the database cannot be reached or does not answer in time. PostgreSQL also refuses single
# rows with an OperationalError; `is_unreachable` tells.
UNREACHABLE = (OperationalError, PoolTimeoutError)
REFUSED = DBAPIError


class Busy(PoolTimeoutError):
    """Other writers kept the database for too long: nothing was written. One of UNREACHABLE."""

    def __init__(self) -> None:
        super().__init__("the database is busy with other writers")


# PostgreSQL's SQLSTATEs by how they begin: connection lost, no room or too many connections, shut down or starting;
# its disk fails; others hold a lock (55P03) or won (40).
_AWAY = ("08", "53", "57P", "58030", "55P03", "40")
# SQLite's result codes: BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN.
_AWAY_CODES = frozenset({5, 6, 8, 10, 13, 14})

_GIVES_WAY, _MOMENT = 0.5, 0.015  # seconds; within a moment, who has just written comes with what follows from it
_WAIT = 3  # seconds for a connection or for a turn to write


def is_unreachable(error: BaseException) -> bool:
    """Whether the database is away or busy, so that the same may succeed later; False where it refused what was asked.

    The exception's class does not say: a value that is too large for an index is an OperationalError as well.
    """
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _AWAY_CODES
    state = getattr(error.orig, "sqlstate", None)
    return state.startswith(_AWAY) if state else isinstance(error, OperationalError)


class Database:
    """Transactions on one database. Safe to share among threads; after a fork each process gets its own connections."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self._engine = _sqlite(url) if self.is_sqlite else _postgresql(url)
        self._writer = self._engine.execution_options(writes=True)
        self._glancing = _sqlite(url, begins=False) if self.is_sqlite else _postgresql(url, **_GLANCES)
        self._queue = WriterQueue(Path(str(self._engine.url.database) + ".writer")) if self.is_sqlite else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """For single statements that read: each is a view of its own, without the ways to the server and back that a
        transaction takes, and that asking takes whether the server is still there. It may have gone away: the first
        glance after that fails with one of UNREACHABLE, and the next one connects anew.
        """
        with self._glancing.connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, patience: float = _WAIT) -> Iterator[Connection]:
        """A transaction that writes: committed durably at the end of the block, rolled back when it raises.

        `patience`: seconds for all waiting until its turn, together; for PostgreSQL's locks, half of it each.
        """
        if self._queue is None:
            with self._engine.begin() as connection:
                if patience != _WAIT:
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, round(patience * 500))}")
                yield connection
            return
        until = monotonic() + patience
        with ExitStack() as turn:
            try:
                turn.enter_context(self._queue.turn(until))
            except NoTurn:
                raise Busy from None
            connection = turn.enter_context(self._writer.connect())
            left = max(0, round((until - monotonic()) * 1000))
            connection.connection.cursor().execute(f"PRAGMA busy_timeout = {left}")
            with connection.begin():
                yield connection

    def give_way(self) -> None:
        """For work that is not urgent, between two transactions: let those write who wait, for half a second at most.

        PostgreSQL's writers do not wait for each other.
        """
        until = monotonic() + _GIVES_WAY
        while self._queue is not None and monotonic() < until and self._queue.is_awaited():
            sleep(_MOMENT)

    def dispose(self) -> None:
        """Close all connections; those that are needed again are opened again."""
        self._engine.dispose()
        self._glancing.dispose()
        if self._queue is not None:
            self._queue.close()

    @property
    def engine(self) -> Engine:
        """For migrations only."""
        return self._engine


def _sqlite(url: str, *, begins: bool = True) -> Engine:
    """`begins` False: no transaction is begun, so that each statement is one of its own."""
    engine = create_engine(
        url,
        hide_parameters=True,  # they are people's data, and errors are logged
        json_serializer=_dump,
        json_deserializer=orjson.loads,
        connect_args={"timeout": _WAIT},
        pool_timeout=_WAIT,
        pool_size=20,
        max_overflow=20,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        cursor = connection.cursor()
        cursor.execute("PRAGMA page_size = 16384")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA temp_store = MEMORY")
        cursor.execute("PRAGMA cache_size = -32000")
        cursor.close()

    if begins:
        event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


# A glance takes a millisecond: few connections are enough.
_GLANCES: dict[str, Any] = {
    "pool_size": 5,
    "max_overflow": 0,
    "pool_pre_ping": False,
    "isolation_level": "AUTOCOMMIT",
}


def _postgresql(url: str, **changes: Any) -> Engine:
    usual: dict[str, Any] = {"pool_size": 10, "max_overflow": 20, "pool_pre_ping": True}
    return create_engine(
        url,
        hide_parameters=True,  # they are people's data, and errors are logged
        json_serializer=_dump,
        json_deserializer=orjson.loads,
        connect_args={
            "connect_timeout": 2,
            "options": "-c lock_timeout=5s -c statement_timeout=60s -c timezone=UTC",
        },
        pool_timeout=_WAIT,
        **usual | changes,
    )


def _dump(value: Any) -> str:
    return orjson.dumps(value).decode()
