"""The storefront: what shoppers' browsers get, and how bad questions are answered."""

from dataclasses import replace
from typing import Any

import pytest

from commerce.rules import written_rules
from commerce.rules.documents import index_of
from commerce.rules.products import DRAFT, CategoryFacts, CategoryRef
from commerce.rules.search_settings import USUAL
from commerce.tables import cards, categories, products, search_rules, search_settings
from integrations.errors import Transient
from tests.webapp.stock import NOW
from webapp.parts import Parts
from webapp.reading import storefronts


class TestSearch:
    def test_has_the_shape_that_shoppers_pages_read(self, search: Any, shop: Any) -> None:
        shop.product()
        shop.index()
        answer = search("q=kestrel&facets=brand,Colour")
        assert answer.status_code == 200
        shape = answer.json
        fixed = {"hits", "total", "page", "per_page", "facets", "stats", "took_ms", "currency", "sorts"}
        assert set(shape) == fixed | {"corrected", "is_partial", "redirect", "reason", "bands", "search_id"}
        (hit,) = shape["hits"]
        assert set(hit) == {"id", "handle", "title", "title_html", "price", "available", "image", "url"}
        assert hit["price"] == {"amount": 1999, "currency": "EUR"}
        assert "<mark>" in hit["title_html"]
        assert shape["facets"]["brand"] == [{"value": "Nordvik", "count": 1}]
        assert {value["value"] for value in shape["facets"]["Colour"]} == {"Navy", "Moss"}
        assert shape["stats"] == {"price": {"min": 1999, "max": 1999}}
        assert shape["took_ms"] > 0

    def test_an_empty_shop_finds_nothing(self, search: Any) -> None:
        shape = search("q=tent&facets=brand").json
        assert (shape["hits"], shape["total"], shape["facets"]) == ([], 0, {"brand": []})
        assert shape["stats"] == {"price": {"min": None, "max": None}}

    def test_of_a_category_has_its_products_and_rules_whatever_may_be_filtered(
        self, here: Parts, search: Any, shop: Any
    ) -> None:
        ref = CategoryRef(id="7", name="Big Tents", handle="big-tents")
        shop.product("1", categories=(ref,), price=1000)
        shop.product("2", categories=(ref,), price=2000)
        shop.product("3", price=3000)
        pin = {"do": "pin", "product": "2", "position": 1}
        rule = {"name": "x", "applies_to": "category", "words": ["big-tents"], "actions": [pin]}
        with here.database.write() as db:
            facts = CategoryFacts(id="7", handle="big-tents", title="Big Tents", published=True)
            categories.save(db, shop_id=shop.id, facts=[facts])
            search_rules.add(db, shop_id=shop.id, rule=written_rules.read(rule), now=NOW)
            settings = replace(USUAL, facets=("brand",))
            search_settings.save(db, shop_id=shop.id, settings=settings, now=NOW)
        here.storefronts.forget()
        shop.index()
        for name in ("Big+Tents", "big-tents", "7"):
            assert [hit["id"] for hit in search(f"category={name}").json["hits"]] == ["2", "1"], name
        assert search("category=nowhere").json["reason"]["code"] == "filters_too_narrow"
        assert search("filter[category]=Big+Tents").status_code == 400

    def test_by_many_filters_costs_few_searches(
        self, here: Parts, search: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop.product()
        shop.index()
        asked: list[Any] = []
        usual = type(here.engine).search
        monkeypatch.setattr(type(here.engine), "search", lambda *told: asked.append(told) or usual(*told))
        shape = search("q=kestrel&" + "&".join(f"filter[f{number}]=x" for number in range(20))).json
        assert (shape["reason"]["filter"], shape["reason"]["total"]) == ("all", 1)
        assert len(asked) <= 3

    def test_filters_narrow(self, search: Any, shop: Any) -> None:
        shop.product("1", brand="Nordvik", price=1000)
        shop.product("2", brand="Halden", price=2000, available=False)
        shop.product("3", brand="Carn", price=3000)
        shop.index()
        for query, ids in (
            ("filter[brand]=Nordvik&filter[brand]=Carn", {"1", "3"}),
            ("filter[price]=1500-", {"2", "3"}),
            ("filter[price]=-2000", {"1", "2"}),
            ("filter[Price]=-2000", {"1", "2"}),
            ("filter[%20price]=-2000", {"1", "2"}),
            ("filter[Available]=false", {"2"}),
            ("filter[price]=2000-2000", {"2"}),
            ("filter[available]=false", {"2"}),
            ("filter[available]=", {"1", "2", "3"}),
        ):
            assert {hit["id"] for hit in search(query).json["hits"]} == ids, query

    def test_keeps_the_engines_order(self, search: Any, shop: Any) -> None:
        for key, price in (("1", 3000), ("2", 1000), ("3", 2000)):
            shop.product(key, price=price)
        shop.index()
        assert [hit["id"] for hit in search("sort=price:asc").json["hits"]] == ["2", "3", "1"]
        assert [hit["id"] for hit in search("sort=price:desc&per_page=2&page=2").json["hits"]] == ["2"]

    def test_leaves_out_what_is_gone_or_hidden_by_now(self, search: Any, shop: Any) -> None:
        for key in ("1", "2", "3"):
            shop.product(key)
        shop.index()
        with shop.here.database.write() as db:
            products.remove(db, shop_id=shop.id, ids=["1"])
            cards.replace(db, shop_id=shop.id, new={"1": None})
        shop.product("2", published=False)
        assert [hit["id"] for hit in search().json["hits"]] == ["3"]

    def test_marks_are_the_only_markup_of_titles(self, search: Any, shop: Any) -> None:
        shop.product(title="<img src=x onerror=alert(1)> Kestrel & Co")
        shop.index()
        (hit,) = search("q=kestrel").json["hits"]
        assert "<img" not in hit["title_html"]
        assert "<mark>Kestrel</mark>" in hit["title_html"]

    def test_queries_do_not_grow_with_hits(
        self, search: Any, shop: Any, statements: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(storefronts, "SEEN_SECONDS", 60.0)  # what is known of the shop is looked up before
        counts = []
        for more in (range(2), range(2, 30)):
            for key in more:
                shop.product(str(key))
            shop.index()
            search("q=nothing")
            with statements() as seen:
                search("per_page=100")
            counts.append(len(seen))
        assert counts[0] == counts[1] <= 6

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("sort=cheap", "sort"),
            ("page=0", "page"),
            ("page=one", "page"),
            ("page=99999999999999999999", "page"),
            ("per_page=101", "per_page"),
            ("filter[price]=cheap", "filter[price]"),
            ("filter[price]=20-10", "filter[price]"),
            ("filter[PRICE]=cheap", "filter[price]"),
            ("filter[price]=1-2&filter[Price]=3-4", "filter[price]"),
            ("filter[price]=1-2&filter[price]=3-4", "filter[price]"),
            ("filter[available]=perhaps", "filter[available]"),
            ("filter[brand=x", "filter[brand"),
            ("filter=x", "filter"),
            ("filter[%00]=x", "filter[\x00]"),
            ("filter[brand]=%00", "filter[brand]"),
            ("facets=,!,", "facets"),
            ("q=%00", "q"),
            (f"q={'x' * 501}", "q"),
        ],
    )
    def test_bad_input_names_its_parameter(self, search: Any, query: str, field: str) -> None:
        answer = search(query)
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
        assert answer.json["field"] == field

    def test_an_engine_that_is_gone_is_503(self, search: Any, here: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
        def gone(*_: Any) -> None:
            raise Transient("search is away")

        monkeypatch.setattr(type(here.engine), "search", gone)
        assert search().status_code == 503

    def test_who_has_the_answer_gets_304(self, search: Any, shop: Any) -> None:
        shop.product()
        shop.index()
        etag = search().headers["ETag"]
        assert search("", headers={"If-None-Match": etag}).status_code == 304
        shop.product("12")
        shop.index()
        assert search("", headers={"If-None-Match": etag}).status_code == 200


class TestProduct:
    def test_is_found_by_id_and_handle(self, stranger: Any, shop: Any) -> None:
        shop.product()
        for key in ("11", "kestrel-tent-11"):
            answer = stranger.get(_address(shop, f"products/{key}"))
            assert answer.json["id"] == "11"
            again = stranger.get(_address(shop, f"products/{key}"), headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b"")

    @pytest.mark.parametrize("change", [{"published": False}, {"status": DRAFT}])
    def test_hidden_ones_are_404(self, stranger: Any, shop: Any, change: Any) -> None:
        shop.product(**change)
        assert stranger.get(_address(shop, "products/11")).status_code == 404
        assert stranger.get(_address(shop, "products/kestrel-tent-11")).status_code == 404

    def test_unknown_ones_are_404(self, stranger: Any, shop: Any) -> None:
        assert stranger.get(_address(shop, "products/%00")).status_code == 404


class TestGuard:
    def test_no_or_a_foreign_key_is_refused(self, stranger: Any, shop: Any, other: Any) -> None:
        shop.everything()
        for path in ("search", "products/11"):
            assert stranger.get(f"/storefront/v1/{shop.key}/{path}").status_code == 401
            assert stranger.get(f"/storefront/v1/{shop.key}/{path}?key={other.publishable_key}").status_code == 401
            assert stranger.get(f"/storefront/v1/{shop.key}/{path}?key={shop.api_key}").status_code == 401
            assert stranger.get(f"/storefront/v1/none/{path}?key={shop.publishable_key}").status_code == 404

    def test_a_shop_sees_nothing_of_others(self, stranger: Any, shop: Any, other: Any) -> None:
        shop.everything()
        assert stranger.get(_address(other, "search")).json["total"] == 0
        assert stranger.get(_address(other, "products/11")).status_code == 404

    def test_the_key_may_be_a_bearer_token(self, stranger: Any, shop: Any) -> None:
        headers = {"Authorization": f"Bearer {shop.publishable_key}"}
        assert stranger.get(f"/storefront/v1/{shop.key}/search", headers=headers).status_code == 200

    def test_every_site_may_ask(self, stranger: Any, shop: Any) -> None:
        for path in ("search", "products/11", "search?sort=x"):
            address = f"/storefront/v1/{shop.key}/{path}"
            asked = stranger.options(address, headers={"Origin": "https://a.example"})
            assert asked.status_code == 200
            assert asked.headers["Access-Control-Allow-Origin"] == "*"
            assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
            assert stranger.get(address).headers["Access-Control-Allow-Origin"] == "*"


def test_indexes_are_named_by_shop() -> None:
    assert index_of(7) == "shop-7"


def _address(shop: Any, path: str) -> str:
    return f"/storefront/v1/{shop.key}/{path}?key={shop.publishable_key}"
