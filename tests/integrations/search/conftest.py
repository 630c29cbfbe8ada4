"""Both engines: the embedded one always, the other where there is a server to run against."""

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

NO_SERVER = "no Meilisearch: set MEILISEARCH_BINARY to its executable, or SEARCH_URL (and SEARCH_KEY) to a server"


@pytest.fixture(scope="session")
def search_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server, started here or elsewhere; skips without one."""
    if os.environ.get("SEARCH_URL"):
        yield os.environ["SEARCH_URL"]
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
        [binary, "--http-addr", url.removeprefix("http://"), "--db-path", str(files / "db"), "--no-analytics"],
        cwd=files,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(url)
        yield url
    finally:
        process.kill()
        process.wait()


def _await(url: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{url}/health", timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.05)
    pytest.fail(f"the server at {url} did not start")


@pytest.fixture(params=["embedded", "meilisearch"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> SearchEngine:
    """Each engine in turn."""
    if request.param == "embedded":
        return embedded.open_engine(url="", key="", folder=tmp_path)
    url = request.getfixturevalue("search_server")
    return meilisearch.open_engine(url=url, key=os.environ.get("SEARCH_KEY", ""), folder=tmp_path)


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
