"""What shoppers are offered while they type, and beside a product."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.rules.products import DRAFT, CategoryFacts, CategoryRef
from commerce.tables import categories, recommendations, searches
from commerce.tables.searches import Tally
from tests.conftest import Backroom
from webapp.parts import Parts
from webapp.reading import allowances
from webapp.shoppers import suggesting


@pytest.fixture(autouse=True)
def _forget() -> None:
    suggesting._known.clear()
    suggesting._found.clear()


@pytest.fixture
def ask(app: Any, shop: Any) -> Callable[..., Any]:
    client = app.test_client()

    def asked(path: str, query: str = "", **options: Any) -> Any:
        return client.get(f"/storefront/v1/{shop.key}/{path}?key={shop.publishable_key}&{query}", **options)

    return asked


def shelve(here: Parts, shop: Any, *names: str) -> tuple[CategoryRef, ...]:
    """Categories that shoppers see."""
    refs = tuple(CategoryRef(id=name, name=name, handle=name.lower()) for name in names)
    facts = [CategoryFacts(id=ref.id, handle=ref.handle, title=ref.name, published=True) for ref in refs]
    with here.database.write() as db:
        categories.save(db, shop_id=shop.id, facts=facts)
    return refs


def asked_before(here: Parts, shop: Any, **times: int) -> None:
    with here.database.write() as db:
        today = datetime.now(UTC).date()
        counted = {(shop.id, today, query.replace("_", " ")): Tally(asked=number) for query, number in times.items()}
        searches.add(db, counted)


class TestSuggest:
    def test_offers_queries_categories_and_products_in_one_answer(self, here: Parts, shop: Any, ask: Any) -> None:
        tents, tarps = shelve(here, shop, "Tents", "Tarps")
        shop.product("11", categories=(tents,))
        shop.product("12", categories=(tarps,), title="Osprey Tarp with poles for a tent")
        shop.index()
        asked_before(here, shop, tent_poles=5, tent=9, tarp=4, tent_of_one=1)
        shape = ask("suggest", "q=te").json
        told = {"queries", "categories", "products", "total", "corrected", "redirect", "took_ms", "search_id"}
        assert set(shape) == told
        assert [one["text"] for one in shape["queries"]][:2] == ["tent", "tent poles"]
        assert "tent of one" not in [one["text"] for one in shape["queries"]]
        assert shape["queries"][1]["html"] == "<mark>te</mark>nt poles"
        (shelf,) = shape["categories"]
        assert shelf == {"id": "Tents", "handle": "tents", "title": "Tents", "html": "<mark>Te</mark>nts", "count": 1}
        hit = shape["products"][0]
        assert set(hit) >= {"id", "handle", "title", "title_html", "price", "available", "image", "url"}

    def test_never_offers_what_products_do_not_have(self, here: Parts, shop: Any, ask: Any) -> None:
        shop.product()
        shop.index()
        asked_before(here, shop, kestrel=9, kestrel_is_worse_than_evilshop=99, kestral=50)
        offered = [one["text"] for one in ask("suggest", "q=kest").json["queries"]]
        assert "kestrel" in offered
        assert not {"kestral", "kestrel is worse than evilshop"} & {*offered}
        assert [one["text"] for one in ask("suggest").json["queries"]] == ["kestrel"]

    def test_bears_a_slip_of_the_finger(self, here: Parts, shop: Any, ask: Any) -> None:
        (tents,) = shelve(here, shop, "Tents")
        shop.product(categories=(tents,))
        shop.index()
        asked_before(here, shop, kestrel_tent=5)
        shape = ask("suggest", "q=kestral te").json
        assert shape["queries"][0]["text"] == "kestrel tent"
        assert ask("suggest", "q=tentt").json["categories"][0]["title"] == "Tents"

    def test_without_words_offers_what_is_asked_most(self, here: Parts, shop: Any, ask: Any) -> None:
        (tents,) = shelve(here, shop, "Tents")
        shop.product(categories=(tents,))
        shop.product("12", title="Stove")
        shop.index()
        asked_before(here, shop, stove=4, tent=9)
        shape = ask("suggest").json
        assert [one["text"] for one in shape["queries"]] == ["tent", "stove"]
        assert ([one["title"] for one in shape["categories"]], shape["products"]) == (["Tents"], [])

    def test_of_an_empty_shop_is_empty(self, ask: Any) -> None:
        shape = ask("suggest", "q=tent").json
        assert (shape["queries"], shape["categories"], shape["products"]) == ([], [], [])

    def test_never_counts_as_a_search(self, app: Any, shop: Any, ask: Any) -> None:
        ask("suggest", "q=tent")
        assert "search_log" not in app.extensions

    def test_escapes_what_others_asked(self, here: Parts, shop: Any, ask: Any) -> None:
        shop.product(title="Tent img src x onerror alert 1")
        shop.index()
        asked_before(here, shop, **{"tent<img src=x onerror=alert(1)>": 9})
        (one,) = ask("suggest", "q=tent").json["queries"]
        assert one["html"] == "<mark>tent</mark>&lt;img src=x onerror=alert(1)&gt;"

    def test_refuses_too_much(self, ask: Any) -> None:
        answer = ask("suggest", f"q={'x' * 501}")
        assert (answer.status_code, answer.json["field"]) == (400, "q")

    def test_is_not_sent_again_to_who_has_it(self, here: Parts, shop: Any, ask: Any) -> None:
        first = ask("suggest", "q=tent")
        assert ask("suggest", "q=tent", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


class TestRecommendations:
    def test_are_like_the_product_and_never_itself(self, shop: Any, ask: Any) -> None:
        for key in ("11", "12", "13"):
            shop.product(key)
        shop.product("14", status=DRAFT)
        shop.index()
        for path in ("products/11/similar", "products/kestrel-tent-11/similar"):
            shape = ask(path).json
            assert {hit["id"] for hit in shape["products"]} == {"12", "13"}
        assert len(ask("products/11/similar", "limit=1").json["products"]) == 1

    def test_that_are_bought_together_come_first(self, here: Parts, shop: Any, ask: Any) -> None:
        for key in ("11", "12", "13"):
            shop.product(key)
        shop.product("14", status=DRAFT)
        shop.index()
        with here.database.write() as db:
            found = {"11": [("14", 9), ("13", 5)]}
            recommendations.save(db, shop_id=shop.id, found=found, now=datetime.now(UTC))
        shape = ask("products/11/bought-together").json
        assert [hit["id"] for hit in shape["products"]] == ["13", "12"]
        assert shape["source"] == "bought-together"
        assert ask("products/12/bought-together").json["source"] != "bought-together"

    def test_of_what_shoppers_may_not_see_are_none(self, shop: Any, other: Any, stranger: Any, ask: Any) -> None:
        shop.product("14", status=DRAFT)
        assert ask("products/14/similar").status_code == 404
        assert ask("products/99/bought-together").status_code == 404
        shop.product("11")
        address = f"/storefront/v1/{other.key}/products/11/similar?key={other.publishable_key}"
        assert stranger.get(address).status_code == 404


class TestDoors:
    def test_want_the_shops_own_key_and_let_every_site_ask(self, stranger: Any, shop: Any, other: Any) -> None:
        for path in ("suggest", "products/11/similar", "products/11/bought-together"):
            address = f"/storefront/v1/{shop.key}/{path}"
            assert stranger.get(address).status_code == 401
            assert stranger.get(f"{address}?key={other.publishable_key}").status_code == 401
            assert stranger.get(address).headers["Access-Control-Allow-Origin"] == "*"
            assert stranger.options(address).headers["Access-Control-Allow-Headers"]

    def test_of_one_address_are_limited(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(allowances, "SAVED_UP", 3 * allowances.SEARCH)
        monkeypatch.setattr(allowances, "PER_SECOND", 1)
        shop = backroom.shops.shopify()
        for path in ("suggest", "search"):
            address = f"/storefront/v1/{shop.key}/{path}?key={shop.publishable_key}"
            client = {"environ_base": {"REMOTE_ADDR": f"192.0.2.{len(path)}"}}
            answers = [backroom.client.get(address, **client) for _ in range(5)]
            assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 2
            assert answers[-1].headers["Retry-After"]
            server = {"Authorization": f"Bearer {shop.api_key}"}
            assert backroom.client.get(address.partition("?")[0], headers=server, **client).status_code == 200
