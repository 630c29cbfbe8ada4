"""Products and categories as stores read them: from the cache, and never older than the tables."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from commerce.rules.merchandising import CATEGORY, Hide, Pin, Rule, Target
from commerce.tables import effects, inbox, page_templates, search_rules, shops
from commerce.tables.page_templates import Cdn
from integrations.cache.client import Client
from integrations.cache.pages import Allowance, Entry, Pages, Space
from integrations.errors import Transient
from jobs import events
from jobs.job import utc_now
from tests.conftest import Backroom
from tests.shops import Shop
from tests.stored import rows
from webapp.reading import allowances, store_pages

Get = Callable[..., Any]
Tell = Callable[..., None]
LAMPS = {"id": "7", "title": "Lamps", "handle": "lamps"}


def lamp(number: int, *, price: int = 1000, **changes: Any) -> dict[str, Any]:
    """A lamp of some other back end; `price` in cents."""
    told = {"id": str(number), "title": f"Lamp {number}", "handle": f"lamp-{number}", "brand": "Lux"}
    told |= {"price": f"{price / 100:.2f}"}
    return told | {"categories": [LAMPS], "created_at": f"2026-01-{number:02}T00:00:00Z", "stock": 5, **changes}


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    """A shop on any other back end: it tells its categories with its products."""
    return backroom.shops.custom(currency="EUR")


@pytest.fixture
def get(backroom: Backroom, shop: Shop) -> Get:
    """Asks the shop's storefront, as it is known now."""

    def ask(path: str, **options: Any) -> Any:
        backroom.parts.storefronts.forget()
        mark = "&" if "?" in path else "?"
        return backroom.client.get(f"/storefront/v1/{shop.key}/{path}{mark}key={shop.publishable_key}", **options)

    return ask


@pytest.fixture
def tell(backroom: Backroom, shop: Shop) -> Tell:
    """Has products delivered and applied."""

    def deliver(*products: dict[str, Any]) -> None:
        for product in products:
            assert shop.send("product.saved", product).status_code == 200
        backroom.work()

    return deliver


def how(answer: Any) -> str:
    """How the cache came by an answer."""
    return str(answer.headers["Cache-Status"]).removeprefix("Backroom; ")


class TestProduct:
    def test_is_made_once_and_then_kept(self, get: Get, tell: Tell) -> None:
        tell(lamp(1))
        assert [how(get("products/1")) for _ in range(3)] == ["fwd=miss; stored", "hit", "hit"]
        assert [how(get("products/lamp-1")) for _ in range(2)] == ["fwd=miss; stored", "hit"]
        assert get("products/1").json["title"] == "Lamp 1"

    def test_is_another_one_at_once_when_something_on_it_changed(self, get: Get, tell: Tell) -> None:
        tell(lamp(1), lamp(2))
        for change in ({"price": 900}, {"stock": 4}, {"description": "Bright"}, {"brand": "Zenit"}, {"handle": "new"}):
            for key in ("products/1", "products/2"):
                get(key)
            tell(lamp(1, **change))
            assert (how(get("products/1")), how(get("products/2"))) == ("fwd=miss; stored", "hit"), change
        assert get("products/lamp-1").status_code == 404
        assert get("products/new").json["id"] == "1"

    def test_is_gone_at_once_when_hidden_and_back_when_shown(self, get: Get, tell: Tell, shop: Shop) -> None:
        tell(lamp(1))
        assert get("products/1").status_code == 200
        tell(lamp(1, status="draft"))
        assert [get(f"products/{key}").status_code for key in ("1", "lamp-1")] == [404, 404]
        tell(lamp(1))
        assert [get(f"products/{key}").status_code for key in ("1", "lamp-1")] == [200, 200]

    def test_that_there_is_not_is_remembered_until_there_is(self, get: Get, tell: Tell, backroom: Backroom) -> None:
        assert get("products/lamp-1").status_code == 404
        space, names = Space(shop_id=1, version=0), ("product:lamp-1", "handle:lamp-1")
        assert backroom.parts.pages.read(space, names).entry is not None
        tell(lamp(1))
        assert get("products/lamp-1").status_code == 200

    def test_asks_of_caches_to_ask_each_time(self, get: Get, tell: Tell) -> None:
        tell(lamp(1, description="long " * 500))
        for _ in range(2):  # made, and kept
            answer = get("products/1", headers={"Accept-Encoding": "gzip"})
            assert answer.headers["Cache-Control"] == "public, no-cache"
            assert answer.headers["Content-Encoding"] == "gzip"
            again = get("products/1", headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b"")
            assert len(answer.headers.getlist("Content-Length")) == 1
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert get("products/1").json["description"].startswith("long long")

    def test_many_come_in_one_answer(self, get: Get, tell: Tell) -> None:
        tell(lamp(1), lamp(2))
        get("products/2")
        answer = get("products?ids=2,9,1").json
        assert ([one["id"] for one in answer["products"]], answer["missing"]) == (["2", "1"], ["9"])
        assert get("products?ids=").status_code == 400


class TestCategory:
    def test_shows_cards_facets_and_prices(self, get: Get, tell: Tell) -> None:
        tell(lamp(1, price=500), lamp(2, brand="Zenit"), lamp(3, categories=[]))
        page = get("categories/lamps").json
        assert (page["category"]["title"], page["ids"], page["total"]) == ("Lamps", ["2", "1"], 2)
        assert page["facets"]["brand"] == [{"value": "Lux", "count": 1}, {"value": "Zenit", "count": 1}]
        assert page["stats"]["price"] == {"min": 500, "max": 1000}
        assert page["products"][1]["price"]["amount"] == 500
        narrowed = get("categories/7?filter[brand]=Zenit&sort=price:asc&facets=brand").json
        assert (narrowed["ids"], list(narrowed["facets"])) == (["2"], ["brand"])
        assert get("categories").json["categories"] == [{**LAMPS, "products": 2}]

    @pytest.mark.parametrize(
        ("change", "dropped"),
        [
            ({"price": 900}, {"categories/lamps", "categories/lamps?sort=price:asc"}),
            ({"stock": 4}, set()),
            ({"stock": 0}, {"categories/lamps", "categories/lamps?sort=price:asc"}),
            ({"description": "Bright"}, set()),
            ({"tags": ["new"]}, {"categories/lamps", "categories/lamps?sort=price:asc"}),
            ({"categories": []}, {"categories/lamps", "categories/lamps?sort=price:asc", "categories"}),
        ],
    )
    def test_is_dropped_only_if_it_shows_what_changed(
        self, get: Get, tell: Tell, change: dict[str, Any], dropped: set[str]
    ) -> None:
        asked = ("categories/lamps", "categories/lamps?sort=price:asc", "categories/shelves", "categories")
        shelf = {"id": "8", "title": "Shelves", "handle": "shelves"}
        tell(lamp(1), lamp(2, price=2000), lamp(3, price=500), lamp(4, categories=[shelf]))
        for path in asked:
            get(path)
        tell(lamp(1, **change))
        assert {path for path in asked if how(get(path)) != "hit"} == dropped

    def test_follows_its_own_changes(self, get: Get, tell: Tell, shop: Shop, backroom: Backroom) -> None:
        assert get("categories/lamps").status_code == 404
        tell(lamp(1))
        assert get("categories/lamps").json["category"]["title"] == "Lamps"
        shop.send("category.saved", LAMPS | {"title": "Lights", "handle": "lights"})
        backroom.work()
        assert get("categories/lamps").status_code == 404
        assert get("categories/lights").json["category"]["title"] == "Lights"
        assert get("categories").json["categories"][0]["title"] == "Lights"

    def test_is_anothers_where_a_newcomer_has_the_same_handle(self, get: Get, tell: Tell, shop: Shop) -> None:
        tell(lamp(1))
        assert get("categories/lamps").json["category"]["id"] == "7"
        tell(lamp(2, categories=[{"id": "3", "title": "Old lamps", "handle": "lamps"}]))
        assert get("categories/lamps").json["category"]["id"] == "3", "the first one by its id"

    def test_a_new_description_leaves_the_list_of_categories(
        self, get: Get, tell: Tell, shop: Shop, backroom: Backroom
    ) -> None:
        tell(lamp(1))
        for path in ("categories", "categories/lamps"):
            get(path)
        shop.send("category.saved", LAMPS | {"description": "All that shines"})
        backroom.work()
        assert [how(get(path)) for path in ("categories", "categories/lamps")] == ["hit", "fwd=miss; stored"]

    def test_follows_the_merchants_rules(self, get: Get, tell: Tell, backroom: Backroom, shop: Shop) -> None:
        tell(lamp(1), lamp(2), lamp(3), lamp(4, categories=[]))
        assert get("categories/lamps").json["ids"] == ["3", "2", "1"]
        actions = (
            Pin(product="1", position=1),
            Pin(product="4", position=2),
            Hide(target=Target(facet="id", value="3")),
        )
        rule = Rule(id="", name="Lamps", applies_to=CATEGORY, words=("lamps",), actions=actions)
        with backroom.parts.database.write() as db:
            search_rules.add(db, shop_id=shop.id, rule=rule, now=utc_now())
        assert get("categories/lamps").json["ids"] == ["1", "4", "2"]
        tell(lamp(4, categories=[], price=1))
        assert get("categories/lamps").json["products"][1]["price"]["amount"] == 1, "though it is of no category"

    def test_bad_parameters_are_named(self, get: Get, tell: Tell) -> None:
        tell(lamp(1))
        for query, name in (("sort=best", "sort"), ("page=0", "page"), ("filter[price]=x", "filter[price]")):
            answer = get(f"categories/lamps?{query}")
            assert (answer.status_code, answer.json["field"]) == (400, name)


class TestFragments:
    def test_are_made_from_the_merchants_template(self, get: Get, tell: Tell, backroom: Backroom, shop: Shop) -> None:
        tell(lamp(1, title="<b>Lamp</b>", description="<p onclick='x()'>Bright<script>x()</script></p>"))
        usual = get("products/1?format=html")
        assert usual.mimetype == "text/html"
        assert "&lt;b&gt;Lamp" in usual.text
        assert "<p>Bright</p>" in usual.text
        with backroom.parts.database.write() as db:
            source = "<i>{{ product.title }}: {{ product.price | money }}</i>"
            page_templates.save(db, shop_id=shop.id, kind="product", source=source, now=utc_now())
            shops.bump_pages(db, shop.id)
        assert get("products/1?format=html").text == "<i>&lt;b&gt;Lamp&lt;/b&gt;: 10.00 EUR</i>"
        assert how(get("products/1?format=html")) == "hit"
        tell(lamp(1, price=900))
        assert "9.00 EUR" in get("products/1?format=html").text
        assert "Lamp" in get("categories/lamps?format=html").text


class TestManyAtOnce:
    def test_make_a_page_once(self, backroom: Backroom, shop: Shop, tell: Tell) -> None:
        tell(lamp(1))
        front = backroom.parts.storefronts.of(shop.key)
        assert front is not None
        asked, made = store_pages.product("1"), []

        def make(db: Any, known: Any, now: Any) -> Any:
            made.append(1)
            time.sleep(0.05)
            return asked.make(db, known, now)

        slow, answers = replace(asked, make=make), []
        clients = [
            threading.Thread(target=lambda: answers.append(backroom.parts.reading.read(front, slow))) for _ in range(50)
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        assert (len(made), len(answers)) == (1, 50)
        assert len({answer.entry.body for answer in answers}) == 1


class TestStale:
    def test_is_served_while_it_is_made_anew_only_after_its_time(
        self, backroom: Backroom, shop: Shop, tell: Tell
    ) -> None:
        tell(lamp(1))
        front = backroom.parts.storefronts.of(shop.key)
        assert front is not None
        asked = store_pages.product("1")

        def make(db: Any, known: Any, now: Any) -> Any:
            return replace(asked.make(db, known, now), fresh=0.0)

        brief, reading = replace(asked, make=make), backroom.parts.reading
        assert [reading.read(front, brief).how for _ in range(2)] == ["miss", "stale"]

        def fail(*_: Any) -> Any:
            raise OSError("the tables are away")

        broken = replace(asked, make=fail)
        assert reading.read(front, broken).how == "stale", "it goes on being served while it cannot be made"
        tell(lamp(1, price=1))
        with pytest.raises(OSError, match="away"):
            reading.read(front, broken)

    def test_few_are_made_anew_at_once(self, backroom: Backroom, shop: Shop, tell: Tell) -> None:
        tell(*(lamp(number) for number in range(1, 31)))
        front = backroom.parts.storefronts.of(shop.key)
        assert front is not None
        reading, ends = backroom.parts.reading, threading.Event()

        def pages(make: Any) -> list[Any]:
            asked = [store_pages.product(str(number)) for number in range(1, 31)]
            return [replace(each, make=make(each)) for each in asked]

        brief = pages(lambda each: lambda db, known, now: replace(each.make(db, known, now), fresh=0.0))
        assert {reading.read(front, each).how for each in brief} == {"miss"}
        slow = pages(lambda each: lambda *about: ends.wait(60) and each.make(*about))
        before = threading.active_count()
        try:
            assert {reading.read(front, each).how for each in slow} == {"stale"}
            assert threading.active_count() - before <= 8
        finally:
            ends.set()
        for _ in range(1200):
            if threading.active_count() <= before:
                break
            time.sleep(0.05)
        assert {reading.read(front, each).how for each in brief} >= {"hit"}, "the others are made as they are asked for"


class TestWhileTheDatabaseIsAway:
    def test_kept_pages_are_served_and_it_is_not_asked_each_time(
        self, backroom: Backroom, shop: Shop, tell: Tell, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tell(lamp(1))
        path, asked = f"/storefront/v1/{shop.key}/products/1?key={shop.publishable_key}", []
        assert backroom.client.get(path).status_code == 200

        def hang() -> Any:
            asked.append(1)
            time.sleep(0.3)
            raise OperationalError("", None, Exception("away"))

        monkeypatch.setattr(backroom.parts.database, "read", hang)
        time.sleep(0.11)
        assert [how(backroom.client.get(path)) for _ in range(5)] == ["hit"] * 5
        time.sleep(0.11)
        assert how(backroom.client.get(path)) == "hit"
        assert len(asked) == 1
        monkeypatch.undo()
        backroom.parts.storefronts.forget()
        assert how(backroom.client.get(path)) == "hit"


class TestNothingOldIsServed:
    def test_while_the_worker_is_gone_between_the_facts_and_the_cache(
        self, get: Get, tell: Tell, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tell(lamp(1))
        asked = ("products/1", "products/lamp-1", "categories/lamps", "categories")
        for path in asked:
            get(path)
        monkeypatch.setattr("jobs.pages.carry_out", lambda *_: None)
        shop.send("product.saved", lamp(1, price=1, categories=[]))
        events.apply_deliveries(shop_id=shop.id)
        assert len(rows(backroom.parts.database, effects.effects, kind=effects.PAGES, state="waiting")) == 1
        assert get("products/1").json["price"]["amount"] == 1
        assert get("products/lamp-1").json["price"]["amount"] == 1
        assert get("categories/lamps").json["total"] == 0
        assert get("categories").json["categories"][0]["products"] == 0
        backroom.process.queues.wake("pages", [shop.id])
        backroom.work()
        assert rows(backroom.parts.database, effects.effects, kind=effects.PAGES, state="waiting") == []
        assert get("products/1").json["price"]["amount"] == 1

    def test_by_a_page_that_was_begun_before_a_change(self, backroom: Backroom, shop: Shop, tell: Tell) -> None:
        tell(lamp(1))
        front = backroom.parts.storefronts.of(shop.key)
        assert front is not None
        asked = store_pages.product("1")

        def make(db: Any, known: Any, now: Any) -> Any:
            made = asked.make(db, known, now)
            tell(lamp(1, price=1))  # is applied while the page of before is on its way into the cache
            return made

        backroom.parts.reading.read(front, replace(asked, make=make))
        assert backroom.parts.reading.read(front, asked).how == "miss"

    def test_by_a_redis_that_was_started_again(self, backroom: Backroom, get: Get, tell: Tell) -> None:
        tell(lamp(1))
        get("products/1")
        backroom.parts.pages.client.run = "another"  # the former run's memory, loaded from its disk
        assert how(get("products/1")) == "fwd=miss; stored"

    def test_when_redis_is_away(self, backroom: Backroom, shop: Shop, get: Get, tell: Tell) -> None:
        tell(lamp(1))
        get("products/1")
        away = Transient("the cache is away")

        def fail(*_: Any, **__: Any) -> Any:
            raise away

        with pytest.MonkeyPatch.context() as patch:
            for name in ("read", "several", "begin", "keep", "mark", "drop", "made_of"):
                patch.setattr(Pages, name, fail)
            tell(lamp(1, price=1))
            answer = get("products/1")
            assert (answer.json["price"]["amount"], how(answer)) == (1, "fwd=bypass")
            assert get("categories/lamps").json["total"] == 1
        assert get("products/1").json["price"]["amount"] == 1, "Redis is back with what it had"


class TestRedis:
    def test_that_forgot_everything_is_told_again(self, backroom: Backroom, get: Get, tell: Tell) -> None:
        tell(lamp(1))
        get("products/1")
        backroom.parts.pages.client.redis.script_flush()
        backroom.parts.pages.client.redis.flushall()
        assert [how(get("products/1")) for _ in range(2)] == ["fwd=miss; stored", "hit"]

    def test_that_refuses_is_as_good_as_away(self, backroom: Backroom, get: Get, tell: Tell) -> None:
        tell(lamp(1))
        backroom.parts.pages.client.redis.rpush("backroom:pages:{1}:used", "no set")
        assert get("products/1").status_code == 200

    def test_by_what_another_version_of_the_code_kept(
        self, get: Get, tell: Tell, backroom: Backroom, shop: Shop
    ) -> None:
        tell(lamp(1))
        get("categories/lamps")
        redis = backroom.parts.pages.client.redis
        (made,) = redis.keys("backroom:pages:*:made:7")
        for name in redis.hkeys(made):
            redis.hset(made, name, b'{"query": {"unheard": 1}}')
        tell(lamp(1, price=1))
        assert get("categories/lamps").json["products"][0]["price"]["amount"] == 1
        assert {row.state for row in rows(backroom.parts.database, inbox.inbox)} == {"applied"}

    def test_when_dropping_breaks(
        self, get: Get, tell: Tell, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tell(lamp(1))
        get("products/1")

        def fail(*_: Any) -> Any:
            raise ValueError("a bug")

        with monkeypatch.context() as patch:
            patch.setattr("jobs.dropping.Dropping.of_changes", fail)
            shop.send("product.saved", lamp(1, price=1))
            events.apply_deliveries(shop_id=shop.id)
        assert {row.state for row in rows(backroom.parts.database, inbox.inbox)} == {"applied"}
        assert get("products/1").json["price"]["amount"] == 1

    def test_when_a_full_redis_forgot_what_pages_show(
        self, get: Get, tell: Tell, backroom: Backroom, shop: Shop
    ) -> None:
        tell(lamp(1))
        pages = backroom.parts.pages
        for price, forgotten in ((2, "made:7"), (3, "sizes")):
            get("categories/lamps")
            redis = pages.client.redis
            (key,) = redis.keys("backroom:pages:*:category:lamps:page:1")
            version, name = key.decode().split(":", 5)[4:]
            space = Space(shop_id=shop.id, version=int(version))
            assert pages.read(space, (name,)).entry is not None
            redis.delete(*redis.keys(f"backroom:pages:*:{forgotten}"))
            assert pages.read(space, (name,)).entry is None, "what is not known cannot be dropped"
            tell(lamp(1, price=price))
            assert get("categories/lamps").json["products"][0]["price"]["amount"] == price, "nor is a copy of it served"

    def test_by_a_page_that_was_begun_in_another_run_of_redis(self, backroom: Backroom) -> None:
        pages, space = backroom.parts.pages, Space(shop_id=1, version=0)
        entry = Entry(body=b"old", etag="e", fresh_until=0, about={})
        begun = pages.begin(space)
        pages.client.redis.flushall()  # with the marks that were made meanwhile
        assert not pages.keep(space, "product:1", entry, begun=begun, marks=(), seconds=60)
        begun = pages.begin(space)
        pages.client.run = "another"  # a replica took over, which may lack the last marks
        assert not pages.keep(space, "product:1", entry, begun=begun, marks=(), seconds=60)

    def test_by_the_first_read_after_redis_was_started_again(
        self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pages, space = backroom.parts.pages, Space(shop_id=1, version=0)
        entry = Entry(body=b"old", etag="e", fresh_until=0, about={})
        assert pages.keep(space, "product:1", entry, begun=pages.begin(space), marks=(), seconds=60)
        assert pages.read(space, ("product:1",)).entry is not None
        known, pages.client.run = pages.client.run, "new"
        monkeypatch.setattr(Client, "connected", lambda *_: known)  # asked before its connection was made again
        assert pages.read(space, ("product:1",)).entry is None
        assert pages.several(space, ("product:1",)) == [None]

    def test_by_a_page_whose_making_outlived_the_marks(
        self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pages, space = backroom.parts.pages, Space(shop_id=1, version=0)
        entry = Entry(body=b"old", etag="e", fresh_until=0, about={})
        begun = pages.begin(space)
        monkeypatch.setattr("integrations.cache.pages.monotonic", lambda: time.monotonic() + 170)
        assert not pages.keep(space, "product:1", entry, begun=begun, marks=(), seconds=60)


class TestMemory:
    def test_is_bounded_by_what_was_not_used_for_longest(self, backroom: Backroom) -> None:
        pages, space = Pages(backroom.parts.pages.client, most_bytes=10_000), Space(shop_id=1, version=0)
        for number in range(100):
            entry = Entry(body=b"x" * 1000, etag="e", fresh_until=0, about={})
            assert pages.keep(space, f"product:{number}", entry, begun=pages.begin(space), marks=(), seconds=60)
        held, largest = pages.sizes(space, most=100)
        assert 5_000 < held <= 10_000
        assert pages.read(space, ("product:99",)).entry is not None
        assert pages.read(space, ("product:0",)).entry is None
        dropped = pages.drop(space, [name for name, _ in largest])
        assert len(dropped) == len(largest)
        assert pages.sizes(space, most=9) == (0, [])


class TestTimeline:
    def test_tells_what_an_event_dropped(self, get: Get, tell: Tell, backroom: Backroom) -> None:
        tell(lamp(1))
        for path in ("products/1", "categories/lamps"):
            get(path)
        tell(lamp(1, price=1))
        told = [row.reason for row in rows(backroom.parts.database, effects.effects, kind=effects.PAGES)]
        assert told[-1] == "Dropped product:1, category:lamps:page:1."
        tell(lamp(1, price=2))
        told = [row.reason for row in rows(backroom.parts.database, effects.effects, kind=effects.PAGES)]
        assert told[-1] == "No page that is kept shows what changed."


class TestKeys:
    def test_the_shops_own_servers_use_their_api_key(self, backroom: Backroom, shop: Shop, tell: Tell) -> None:
        tell(lamp(1))
        path = f"/storefront/v1/{shop.key}/products/1"
        for _ in range(2):
            answer = backroom.client.get(path, headers={"Authorization": f"Bearer {shop.api_key}"})
            assert answer.status_code == 200
        assert backroom.client.get(f"{path}?key={shop.api_key}").status_code == 401
        assert backroom.client.get(path).status_code == 401

    def test_who_asks_too_much_waits(self, backroom: Backroom, shop: Shop) -> None:
        pages, space = backroom.parts.pages, Space(shop_id=shop.id, version=0)
        allowance = Allowance(name="somebody", per_second=10, saved_up=20, units=10)
        waits = [pages.read(space, (), allowance).wait_ms for _ in range(4)]
        assert waits[:2] == [0, 0]
        assert 0 < waits[2] <= 1100
        assert pages.read(space, (), replace(allowance, name="somebody else")).wait_ms == 0
        assert allowances.too_much(waits[2]).extra["retry_after"] >= 1


class TestCdn:
    def test_pages_carry_keys_and_may_be_kept_by_it(self, get: Get, tell: Tell, backroom: Backroom, shop: Shop) -> None:
        tell(lamp(1))
        cdn = Cdn(kind="other", address="http://127.0.0.1:9/purge", token="secret", seconds=300)
        with backroom.parts.database.write() as db:
            page_templates.save_cdn(db, backroom.parts.vault, shop_id=shop.id, chosen=cdn, now=utc_now())
            shops.bump_pages(db, shop.id)
        answer = get("products/1")
        assert "s-maxage=300" in answer.headers["Cache-Control"]
        assert f"{shop.key}-product-1" in answer.headers["Surrogate-Key"].split()
        tell(lamp(1, price=1))
        purges = rows(backroom.parts.database, effects.effects, kind=effects.PURGE)
        assert purges[-1].detail == {"products": ["1"], "categories": ["7"]}


class TestNames:
    def test_no_address_spoils_the_page_of_another(self, get: Get, tell: Tell) -> None:
        tell(*(lamp(number) for number in range(1, 4)))
        for odd, path in (
            ("products/lamp-1%3Ahtml", "products/lamp-1?format=html"),
            ("categories/lamps?page=&page=2&per_page=2", "categories/lamps?page=2&per_page=2"),
            (
                "categories/lamps?filter[brand]=Lux%26sort%3Dprice:asc",
                "categories/lamps?filter[brand]=Lux&sort=price:asc",
            ),
        ):
            spoilt = get(odd)
            answer = get(path)
            assert answer.status_code == 200, path
            assert how(answer) == "fwd=miss; stored"
            assert answer.data != spoilt.data, path

    def test_what_is_asked_for_twice_is_what_was_asked_for_first(self, get: Get, tell: Tell) -> None:
        tell(lamp(1))
        for _ in range(2):  # made, and kept
            answer = get("categories/lamps?format=html&format=json")
            assert (answer.mimetype, answer.data[:8]) == ("text/html", b"<section")
            assert get("products/1?utm_source=mail").status_code == 200
            assert get("products/1?format=xml").status_code == 400
        assert how(get("products/1?utm_source=other")) == "hit"


class TestNewcomers:
    def test_are_found_though_the_worker_died_before_the_cache_was_told(
        self, get: Get, tell: Tell, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tell(lamp(5, handle="6"))
        missing = ("products/1", "products/lamp-1", "categories/8", "categories/new")
        assert [get(path).status_code for path in (*missing, "products/6")] == [404, 404, 404, 404, 200]
        monkeypatch.setattr("jobs.pages.carry_out", lambda *_: None)
        for number in (1, 6):
            shop.send("product.saved", lamp(number, categories=[{"id": "8", "title": "New", "handle": "new"}]))
        events.apply_deliveries(shop_id=shop.id)
        assert [get(path).status_code for path in missing] == [200, 200, 200, 200]
        assert get("products/6").json["title"] == "Lamp 6", "its own id is before another one's handle"
