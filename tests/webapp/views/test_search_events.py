"""What storefronts tell of searches: counted once, within bounds, and never in a search's way."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from time import sleep
from typing import Any

import pytest

from commerce.tables import clicks, searches
from commerce.tables.searches import Tally
from tests.conftest import Backroom
from webapp.parts import Parts
from webapp.shoppers import search_log
from webapp.shoppers.search_log import SearchLog
from webapp.views import search_events

CLICK = {"type": "click", "token": "abcdefgh.2", "query": "Tent ", "product_id": "11", "position": 2}


@pytest.fixture(autouse=True)
def _slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written before a test says so."""
    monkeypatch.setattr(search_log, "PAUSE", 3600.0)


@pytest.fixture
def tell(app: Any, shop: Any) -> Callable[..., Any]:
    client = app.test_client()

    def told(event: Any, **options: Any) -> Any:
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        options = {"content_type": "text/plain;charset=UTF-8"} | options
        return client.post(f"/storefront/v1/{shop.key}/events?key={shop.publishable_key}", data=body, **options)

    return told


@pytest.fixture
def log(app: Any, here: Parts) -> Iterator[SearchLog]:
    app.extensions["search_log"] = SearchLog(here.database)
    yield app.extensions["search_log"]
    app.extensions["search_log"].end()


def totals(here: Parts, shop: Any) -> Tally:
    with here.database.read() as db:
        return searches.totals(db, shop_id=shop.id, since=datetime.now(UTC).date())


class TestSearch:
    def test_is_counted_with_what_it_showed(self, here: Parts, shop: Any, search: Any, log: SearchLog) -> None:
        shop.product("11")
        shop.product("12")
        shop.index()
        for query in ("q=Kestrel", "q=kestrel+", "q=kestrel&page=2&per_page=1", "q=zzzzzz", "q=kestrel&log=0", "q="):
            assert search(query).status_code == 200
        assert log.write()
        assert totals(here, shop) == Tally(asked=3, empty=1)
        with here.database.read() as db:
            today = datetime.now(UTC).date()
            rows = {row.query: row.asked for row in searches.top(db, shop_id=shop.id, since=today, limit=9)}
            shown = [row.shown for row in searches.by_position(db, shop_id=shop.id, since=today, last=9)]
        assert (rows, shown) == ({"kestrel": 2, "zzzzzz": 1}, [2, 3])

    def test_has_an_id_that_is_another_one_each_time(self, search: Any, log: SearchLog) -> None:
        first, second = search("q=tent"), search("q=tent")
        assert first.json["search_id"] != second.json["search_id"]
        assert first.headers["ETag"] == second.headers["ETag"]

    def test_keeps_nothing_personal(self, here: Parts, shop: Any, search: Any, log: SearchLog) -> None:
        search("q=ada@example.org")
        log.write()
        assert totals(here, shop).asked == 1
        with here.database.read() as db:
            assert searches.top(db, shop_id=shop.id, since=datetime.now(UTC).date(), limit=9) == []

    def test_refuses_another_word(self, search: Any) -> None:
        assert search("q=tent&log=maybe").json["field"] == "log"


class TestEvents:
    def test_are_counted_once(self, here: Parts, shop: Any, tell: Any, log: SearchLog) -> None:
        cart = {"type": "cart", "token": "abcdefgh.2"}
        order = {"type": "order", "token": "abcdefgh.2", "order_id": 77}
        for _ in range(2):
            assert tell({"type": "search", "query": "tent", "found": 8, "shown": 6}).status_code == 204
            assert tell([CLICK, cart, order]).status_code == 204
            assert log.write()
        assert totals(here, shop) == Tally(asked=2, clicks=1, carts=1, orders=1)
        with here.database.read() as db:
            assert clicks.products_of(db, shop_id=shop.id, query="tent", limit=9) == [("11", 1)]

    @pytest.mark.parametrize(
        ("event", "field"),
        [
            ({"type": "odd"}, "type"),
            ({}, "type"),
            (CLICK | {"token": "ada@example.org"}, "token"),
            (CLICK | {"token": None}, "token"),
            (CLICK | {"position": 0}, "position"),
            (CLICK | {"position": True}, "position"),
            (CLICK | {"position": "1"}, "position"),
            (CLICK | {"query": ""}, "query"),
            (CLICK | {"query": "x" * 501}, "query"),
            (CLICK | {"product_id": "1\x002"}, "product_id"),
            (CLICK | {"product_id": "\ud800"}, "product_id"),
            ({"type": "search", "query": "tent", "found": -1}, "found"),
            ({"type": "order", "token": "abcdefgh.2"}, "order_id"),
        ],
    )
    def test_that_cannot_be_are_refused_by_name(self, tell: Any, log: SearchLog, event: Any, field: str) -> None:
        answer = tell([CLICK, event])
        assert (answer.status_code, answer.json["field"]) == (400, field)
        assert not log._counted

    @pytest.mark.parametrize("body", [b"", b"tent", b"[]", b"[1]", b"7", b"[" * 3000, b"\xff\xfe"])
    def test_that_are_no_events_are_refused(self, tell: Any, body: bytes) -> None:
        assert tell(body).status_code == 400

    def test_are_bounded(self, tell: Any) -> None:
        assert tell(b'"' + b"x" * 5000 + b'"').status_code == 413
        assert tell([CLICK] * 21).status_code in (400, 413)

    def test_want_the_shops_own_key(self, stranger: Any, shop: Any, other: Any) -> None:
        address = f"/storefront/v1/{shop.key}/events"
        assert stranger.post(address, json=CLICK).status_code == 401
        assert stranger.post(f"{address}?key={other.publishable_key}", json=CLICK).status_code == 401
        assert stranger.get(f"{address}?key={shop.publishable_key}").status_code == 405

    def test_of_every_site_are_taken(self, tell: Any, stranger: Any, shop: Any, log: SearchLog) -> None:
        answer = tell(CLICK, headers={"Origin": "https://a.example"})
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")
        asked = stranger.options(f"/storefront/v1/{shop.key}/events", headers={"Origin": "https://a.example"})
        assert "POST" in asked.headers["Access-Control-Allow-Methods"]

    def test_are_counted_for_the_shop_of_the_address(
        self, here: Parts, shop: Any, other: Any, tell: Any, log: SearchLog
    ) -> None:
        tell([CLICK])
        log.write()
        assert (totals(here, shop).clicks, totals(here, other).clicks) == (1, 0)

    def test_of_one_client_are_limited(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(search_events, "PER_CLIENT", 3)
        shop = backroom.shops.shopify()
        address = f"/storefront/v1/{shop.key}/events?key={shop.publishable_key}"
        event = {"type": "cart", "token": "abcdefgh.2"}
        statuses = [backroom.client.post(address, json=event).status_code for _ in range(5)]
        assert statuses in ([204] * 3 + [429] * 2, [204] * 4 + [429], [204] * 5)  # a minute may begin in between
        assert 429 in [backroom.client.post(address, json=event).status_code for _ in range(5)]


class TestLog:
    def test_waits_for_nobody_and_keeps_what_could_not_be_written(
        self, here: Parts, shop: Any, log: SearchLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(search_log, "_PATIENCE", 0.05)
        if here.database.is_sqlite:
            with here.database.write():
                log.asked(shop.id, "tent", found=1, shown=1)
                assert not log.write()
            log.asked(shop.id, "tent", found=1, shown=1)
        else:
            log.asked(shop.id, "tent", found=1, shown=1)
            log.asked(shop.id, "tent", found=1, shown=1)
        assert log.write()
        assert totals(here, shop).asked == 2

    def test_of_a_shop_that_is_gone_is_dropped(self, here: Parts, shop: Any, log: SearchLog) -> None:
        log.asked(shop.id + 99, "tent", found=1)
        assert not log.write()
        assert not log._counted

    def test_is_bounded(self, here: Parts, shop: Any, log: SearchLog, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(search_log, "MOST_KEYS", 2)
        monkeypatch.setattr(search_log, "MOST_EVENTS", 2)
        for number in range(5):
            log.asked(shop.id, f"query {number}", found=1)
            log.carted(shop.id, f"abcdefg{number}.1")
        assert len(log._counted.queries) == 3
        assert log._counted.events() == 2
        log.write()
        assert totals(here, shop).asked == 5

    def test_writes_by_itself(self, here: Parts, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(search_log, "PAUSE", 0.01)
        own = SearchLog(here.database)
        own.asked(shop.id, "tent", found=1)
        for _ in range(500):
            if totals(here, shop).asked:
                break
            sleep(0.01)
        own.end()
        assert totals(here, shop).asked == 1
