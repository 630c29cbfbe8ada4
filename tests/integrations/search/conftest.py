"""Both engines: the embedded one, and the other on a real server where there is one, else on a stand-in."""

import os
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from commerce.rules.documents import Document
from integrations.search.embedded import engine as embedded
from integrations.search.meilisearch import engine as meilisearch
from integrations.search_api import SearchEngine
from tests.peers.meilisearch.peer import Peer

NO_SERVER = "no Meilisearch: set MEILISEARCH_BINARY to its executable, or SEARCH_URL (and SEARCH_KEY) to a server"
MASTER_KEY = "a master key of the tests"


@pytest.fixture(scope="session")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and key of a real server, started here or elsewhere; skips without one."""
    if os.environ.get("SEARCH_URL"):
        yield os.environ["SEARCH_URL"], os.environ.get("SEARCH_KEY", "")
        return
    binary = shutil.which(os.environ.get("MEILISEARCH_BINARY", "")) or ""
    if not binary:
        pytest.skip(NO_SERVER)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    files = tmp_path_factory.mktemp("server")
    process = subprocess.Popen(
        [
            *(binary, "--http-addr", url.removeprefix("http://"), "--db-path", str(files / "db")),
            *("--master-key", MASTER_KEY, "--no-analytics"),
        ],
        cwd=files,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(url)
        yield url, MASTER_KEY
    finally:
        process.kill()
        process.wait()


def _await(url: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{url}/health", timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.05)
    pytest.fail(f"the server at {url} did not start")


@pytest.fixture(scope="session")
def stand_in() -> Iterator[tuple[str, str]]:
    """Address and key of a stand-in for the server."""
    with Peer(master_key=MASTER_KEY) as peer:
        yield peer.url, MASTER_KEY


@pytest.fixture(scope="session")
def search_server(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Address and key of a real server where there is one, else of a stand-in."""
    is_there = bool(os.environ.get("SEARCH_URL") or shutil.which(os.environ.get("MEILISEARCH_BINARY", "")))
    found: tuple[str, str] = request.getfixturevalue("real_server" if is_there else "stand_in")
    return found


@pytest.fixture(params=["embedded", "meilisearch"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> SearchEngine:
    """Each engine in turn."""
    if request.param == "embedded":
        return embedded.open_engine(url="", key="", folder=tmp_path)
    url, key = request.getfixturevalue("search_server")
    return meilisearch.open_engine(url=url, key=key, folder=tmp_path)


@pytest.fixture
def index(engine: SearchEngine) -> Iterator[str]:
    """The name of an index of this test's own."""
    name = f"shop-{uuid.uuid4().hex}"
    yield name
    engine.drop(name)


@pytest.fixture
def local(tmp_path: Path) -> embedded.EmbeddedEngine:
    """The embedded engine."""
    return embedded.EmbeddedEngine(tmp_path)


@pytest.fixture
def shoe() -> Callable[..., Document]:
    """A document with defaults."""

    def build(id: str = "1", title: str = "Red running shoe", **more: object) -> Document:  # noqa: A002
        return Document(**{"id": id, "title": title, **more})  # type: ignore[arg-type]

    return build
