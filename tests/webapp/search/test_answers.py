"""What shoppers' pages are answered, with a shop's settings and rules: through the storefront's own door."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from commerce.rules.documents import index_of
from commerce.rules.merchandising import (
    EVERY,
    EXACT,
    ID,
    Add,
    AnyAction,
    Hide,
    Lift,
    Pin,
    Redirect,
    Replace,
    Rule,
    Target,
)
from commerce.rules.search_settings import USUAL
from commerce.tables import reindexes, search_rules, search_settings
from tests.webapp import stock


@pytest.fixture
def tents(shop: Any) -> Any:
    """Three tents and a lamp, all indexed."""
    for key, title, colour in (("1", "Red Tent", "Red"), ("2", "Blue Tent", "Blue"), ("3", "Green Tent", "Green")):
        shop.product(key, title=title, handle=f"tent-{key}", attributes=(("Shade", (colour,)),), price=int(key) * 1000)
    shop.product("4", title="Lamp", handle="lamp", product_type="Lamps", tags=(), categories=(), price=4000)
    shop.index()
    return shop


@pytest.fixture
def ruled(tents: Any) -> Callable[..., None]:
    """Add a rule to the shop."""

    def add(*actions: AnyAction, words: str = "tent", **changes: Any) -> None:
        rule = Rule(id="", name="Rule", applies_to=EXACT, words=(words,), actions=actions)
        with tents.here.database.write() as db:
            search_rules.add(db, shop_id=tents.id, rule=replace(rule, **changes), now=stock.NOW)
        tents.here.storefronts.forget()

    return add


@pytest.fixture
def settled(tents: Any) -> Callable[..., None]:
    """Change the shop's settings."""

    def save(labels: dict[str, str] | None = None, **changes: Any) -> None:
        with tents.here.database.write() as db:
            told = replace(USUAL, **changes)
            search_settings.save(db, shop_id=tents.id, settings=told, labels=labels, now=stock.NOW)
        tents.here.storefronts.forget()

    return save


def ids(answer: Any) -> list[str]:
    return [hit["id"] for hit in answer.json["hits"]]


class TestRules:
    def test_pin_add_and_hide(self, search: Any, ruled: Any) -> None:
        ruled(Pin(product="3", position=1), Add(product="4"), Hide(target=Target(facet=ID, value="2")))
        answer = search("q=Tent&facets=type")
        assert (ids(answer), answer.json["total"]) == (["3", "1", "4"], 3)
        assert answer.json["facets"]["type"] == [{"value": "Tents", "count": 2}, {"value": "Lamps", "count": 1}]
        assert ids(search("q=blue")) == ["2"], "it is for other searches"

    def test_boost_and_bury(self, search: Any, ruled: Any) -> None:
        ruled(Lift(target=Target(facet="shade", value="Green"), strength=3))
        ruled(Lift(target=Target(facet="shade", value="Red"), strength=-3))
        assert ids(search("q=tent")) == ["3", "2", "1"]

    def test_lead_to_a_page(self, search: Any, ruled: Any) -> None:
        ruled(Redirect(url="/pages/tents"))
        assert search("q=tent").json["redirect"] == "/pages/tents"
        assert search("q=lamp").json["redirect"] is None

    def test_search_for_something_else(self, search: Any, ruled: Any) -> None:
        ruled(Replace(query="lamp"), words="light")
        assert ids(search("q=light")) == ["4"]

    def test_count_only_in_their_time(self, search: Any, ruled: Any) -> None:
        ruled(Pin(product="3", position=1), ends_at=stock.NOW - timedelta(days=1))
        ruled(Hide(target=Target(facet=ID, value="1")), starts_at=stock.NOW + timedelta(days=1))
        ruled(Hide(target=Target(facet=ID, value="2")), enabled=False)
        assert search("q=tent").json["total"] == 3

    def test_for_every_search_count_where_nothing_is_typed(self, search: Any, ruled: Any) -> None:
        ruled(Pin(product="4", position=1), applies_to=EVERY)
        assert ids(search(""))[0] == "4"

    def test_never_show_what_is_hidden_or_gone(self, search: Any, ruled: Any, tents: Any) -> None:
        ruled(Pin(product="3", position=1), Add(product="4"), Pin(product="gone", position=2))
        tents.product("3", published=False)
        tents.product("4", status="archived")
        assert sorted(ids(search("q=tent"))) == ["1", "2"]

    def test_of_another_shop_do_not_count(self, search: Any, tents: Any, other: Any) -> None:
        rule = Rule(id="", name="Foreign", applies_to=EVERY, actions=(Redirect(url="/elsewhere"),))
        with other.here.database.write() as db:
            search_rules.add(db, shop_id=other.id, rule=rule, now=stock.NOW)
        assert search("q=tent").json["redirect"] is None


class TestSettings:
    def test_say_which_facets_are_shown_and_what_they_are_called(self, search: Any, settled: Any) -> None:
        settled(facets=("shade", "brand"), labels={"shade": "Farbton", "tag": "Unused"}, price_bands=(1500, 3500))
        told = search("q=tent&facets=*").json
        assert list(told["facets"]) == ["shade", "brand", "price"]
        assert told["labels"] == {"shade": "Farbton"}
        assert [(band["value"], band["count"]) for band in told["bands"]] == [
            ("-1499", 1),
            ("1500-3499", 2),
            ("3500-", 0),
        ]
        assert told["facets"]["price"][1] == {"value": "1500-3499", "count": 2}

    def test_keep_bands_as_they_are_while_one_is_chosen(self, search: Any, settled: Any) -> None:
        settled(price_bands=(1500,))
        told = search("q=tent&facets=price&filter[price]=1500-").json
        assert (told["total"], [band["count"] for band in told["bands"]]) == (2, [1, 2])

    def test_refuse_what_may_not_be_filtered_or_sorted_by(self, search: Any, settled: Any) -> None:
        settled(facets=("brand",), sorts=("price:asc", "relevance"))
        assert search("filter[shade]=Red").json["field"] == "filter[shade]"
        assert search("sort=created:desc").json["field"] == "sort"
        assert ids(search("q=tent&sort=price:asc")) == ["1", "2", "3"]

    def test_without_any_show_the_usual_facets(self, search: Any, tents: Any) -> None:
        assert list(search("q=tent&facets=*").json["facets"]) == ["category", "brand", "type"]


class TestReason:
    """Every empty answer has one."""

    def test_of_an_answer_with_hits_is_none(self, search: Any, tents: Any) -> None:
        assert search("q=tent").json["reason"] is None

    def test_tells_of_words_that_no_product_has(self, search: Any, tents: Any) -> None:
        told = search("q=xyzzyq").json["reason"]
        assert (told["code"], told["words"]) == ("words_unknown", ["xyzzyq"])

    def test_tells_which_filter_is_too_narrow(self, search: Any, tents: Any) -> None:
        told = search("q=tent&filter[shade]=Pink&filter[brand]=Nordvik").json["reason"]
        assert (told["code"], told["filter"], told["total"]) == ("filters_too_narrow", "shade", 3)
        told = search("q=tent&filter[shade]=Pink&filter[price]=1-2").json["reason"]
        assert (told["filter"], told["total"]) == ("all", 3)

    def test_tells_that_a_rule_hides_it(self, search: Any, ruled: Any) -> None:
        ruled(Hide(target=Target(facet="type", value="Lamps")), words="lamp")
        assert search("q=lamp").json["reason"]["code"] == "hidden_by_rule"

    def test_tells_of_a_query_without_a_letter(self, search: Any, tents: Any) -> None:
        answer = search("q=!!&filter[brand]=Nobody").json
        assert answer["reason"]["code"] == "query_too_short"

    def test_tells_of_an_index_that_is_being_built(self, search: Any, tents: Any) -> None:
        tents.here.engine.drop(index_of(tents.id))
        assert search("q=tent").json["reason"]["code"] == "index_being_built"
        with tents.here.database.write() as db:
            token = reindexes.start(db, shop_id=tents.id, total=4, now=stock.NOW)
            reindexes.progress(db, shop_id=tents.id, token=token, last_id="1", added=1)
        told = search("q=tent").json["reason"]
        assert (told["done"], told["total"]) == (1, 4)

    def test_tells_that_there_are_no_products(self, search: Any, shop: Any) -> None:
        assert search("q=tent").json["reason"]["code"] == "no_products"

    def test_tells_that_what_was_found_is_just_gone(self, search: Any, tents: Any) -> None:
        tents.product("4", published=False)
        told = search("q=lamp").json
        assert (told["hits"], told["reason"]["code"]) == ([], "no_match")

    def test_tells_of_a_page_behind_the_last(self, search: Any, tents: Any) -> None:
        told = search("q=tent&page=9").json["reason"]
        assert (told["code"], told["total"]) == ("past_the_last_page", 3)
