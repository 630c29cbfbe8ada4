"""The web application on a fresh database with two shops; the queue is a port on which nobody listens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import get_ident
from typing import Any

import pytest
from sqlalchemy import Engine, event

from commerce.settings import Settings
from commerce.tables import shops, sign_ins
from tests.webapp import stock
from tests.webapp.stock import Stock
from webapp.app import create_app
from webapp.parts import Parts, assemble
from webapp.shoppers import search_log


@pytest.fixture(autouse=True)
def _present(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tests store is of now, however long ago this run began."""
    monkeypatch.setattr(stock, "NOW", datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def here(tmp_path: Path, database_url: str) -> Iterator[Parts]:
    settings = Settings(var_dir=tmp_path, database_url=database_url, redis_url="redis://127.0.0.1:1/0", demo=False)
    parts = assemble(settings.completed())
    yield parts
    parts.counting.end()
    parts.sightings.end()
    parts.keys.end()
    parts.database.dispose()


@pytest.fixture
def app(here: Parts) -> Iterator[Any]:
    app = create_app(here.settings, here)
    app.testing = False
    yield app
    search_log.end(app)


@pytest.fixture
def add_shop(here: Parts) -> Callable[[str], Stock]:
    def add(domain: str) -> Stock:
        with here.database.write() as db:
            new = shops.add(db, here.vault, platform="shopify", domain=domain, now=stock.NOW, currency="EUR")
        return Stock(here, new.id, new.shop_key, new.api_key, new.publishable_key)

    return add


@pytest.fixture
def shop(add_shop: Callable[[str], Stock]) -> Stock:
    return add_shop("first.example")


@pytest.fixture
def other(shop: Stock, add_shop: Callable[[str], Stock]) -> Stock:
    return add_shop("second.example")


@pytest.fixture
def link(here: Parts) -> str:
    with here.database.write() as db:
        return f"/sign-in/{sign_ins.create(db, now=stock.NOW)}"


@pytest.fixture
def stranger(app: Any) -> Any:
    return app.test_client()


@pytest.fixture
def merchant(app: Any, link: str) -> Any:
    client = app.test_client()
    assert client.post(link).status_code == 302
    return client


@pytest.fixture
def api(app: Any, shop: Stock) -> Any:
    return _with_key(app, shop.api_key)


@pytest.fixture
def foreign_api(app: Any, other: Stock) -> Any:
    return _with_key(app, other.api_key)


@pytest.fixture
def with_key(app: Any) -> Callable[[str], Any]:
    """A client that calls with this key."""
    return lambda key: _with_key(app, key)


def _with_key(app: Any, key: str) -> Any:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


@pytest.fixture
def search(app: Any, shop: Stock) -> Callable[..., Any]:
    """Ask the storefront's search with these parameters."""
    client = app.test_client()

    def ask(query: str = "", **options: Any) -> Any:
        address = f"/storefront/v1/{shop.key}/search?key={shop.publishable_key}&{query}"
        return client.get(address, **options)

    return ask


@pytest.fixture
def statements() -> Any:
    """Count the statements that run within a block, without those of threads that write down what they gathered."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []
        here = get_ident()

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if get_ident() == here:
                seen.append(statement)

        event.listen(Engine, "before_cursor_execute", note)  # of all, as glances have one of their own
        try:
            yield seen
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return counting
