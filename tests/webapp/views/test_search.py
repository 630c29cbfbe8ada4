"""The search's pages in the dashboard: the state of the index, trying a search."""

from typing import Any

import pytest

from commerce.rules.documents import index_of
from commerce.rules.merchandising import EXACT, ID, Hide, Lift, Pin, Redirect, Rule, Target
from commerce.rules.search_settings import SearchSettings
from commerce.tables import drift, effect_lists, effects, reindexes, search_rules, search_settings
from tests.webapp import stock, tools_of_search
from tests.webapp.markup import assert_nothing_is_inline, token, words


def add_rule(shop: Any, *actions: Any, words: str = "tent", name: str = "Tents") -> None:
    rule = Rule(id="", name=name, applies_to=EXACT, words=(words,), actions=actions)
    with shop.here.database.write() as db:
        search_rules.add(db, shop_id=shop.id, rule=rule, now=stock.NOW)


@pytest.fixture
def tents(shop: Any) -> Any:
    for key, title in (("1", "Red Tent"), ("2", "Blue Tent"), ("3", "Green Tent"), ("4", "Lamp")):
        kind = title.rpartition(" ")[2]
        shop.product(key, title=title, handle=title.lower().replace(" ", "-"), product_type=f"{kind}s")
    shop.index()
    return shop


class TestOverview:
    def test_compares_the_index_with_the_products(self, merchant: Any, tents: Any) -> None:
        text = words(merchant.get("/dashboard/search").text)
        assert "Products shoppers may find 4" in text
        assert "In the index 4 nothing waits" in text
        tents.here.engine.remove(index_of(tents.id), ["1"])
        assert "In the index 3 1 missing" in words(merchant.get("/dashboard/search").text)

    def test_of_a_shop_without_products_says_so(self, merchant: Any, shop: Any) -> None:
        assert "No product can be found yet" in merchant.get("/dashboard/search").text

    def test_asks_for_a_check_and_shows_what_it_found(self, merchant: Any, tents: Any) -> None:
        form = {"csrf_token": token(merchant, "/dashboard/search")}
        assert merchant.post("/dashboard/search/check", data=form).status_code == 302
        assert "is being compared with the index" in merchant.get("/dashboard/search").text
        found = drift.Found(documents=4, indexed=3, missing=1, healed=1, examples={"missing": ["1"]})
        with tents.here.database.write() as db:
            drift.finish(db, shop_id=tents.id, now=stock.NOW, found=found)
        text = words(merchant.get("/dashboard/search").text)
        assert "The last check found 1 difference and had it put right." in text
        assert "Not in the index 1: product 1" in text

    def test_builds_the_index_anew_and_shows_how_far_it_is(self, merchant: Any, tents: Any) -> None:
        form = {"csrf_token": token(merchant, "/dashboard/search")}
        assert merchant.post("/dashboard/search/rebuild", data=form).status_code == 302
        with tents.here.database.write() as db:
            run = reindexes.one(db, shop_id=tents.id)
            assert run is not None
            reindexes.progress(db, shop_id=tents.id, token=run.token, last_id="2", added=2)
        assert "Done 2 of 4 products" in words(merchant.get("/dashboard/search").text)

    def test_raises_the_alarm_over_an_empty_index(self, merchant: Any, tents: Any) -> None:
        with tents.here.database.write() as db:
            drift.begin(db, shop_id=tents.id, kind=drift.EMPTY, now=stock.NOW, error="It was empty.")
        assert "The index was found empty" in merchant.get("/dashboard/search").text
        assert "index was found empty" in merchant.get("/dashboard/").text

    def test_says_that_settings_are_being_applied(self, merchant: Any, tents: Any) -> None:
        with tents.here.database.write() as db:
            german = SearchSettings(languages=("german",))
            search_settings.save(db, shop_id=tents.id, settings=german, now=stock.NOW)
        assert "being applied" in merchant.get("/dashboard/search").text
        with tents.here.database.write() as db:
            row = effect_lists.page(db, shop_id=tents.id, kind=effects.CONFIGURE, limit=1)[0]
            effects.failed(db, [row.id], now=stock.NOW, error="No such language.")
        assert "No such language." in merchant.get("/dashboard/search/settings").text


class TestTry:
    def test_says_why_each_hit_stands_where_it_does(self, merchant: Any, tents: Any) -> None:
        page = merchant.get("/dashboard/search/test?q=red+tent").text
        assert "products found" in words(page)
        assert page.count("<details id=") >= 3

    def test_compares_with_and_without_rules(self, merchant: Any, tents: Any) -> None:
        add_rule(tents, Pin(product="4", position=1), Hide(target=Target(facet=ID, value="2")))
        text = words(merchant.get("/dashboard/search/test?q=tent").text)
        assert "3 products found" in text
        assert "1 was not here Lamp Tents pins it at position 1." in text
        assert "Only without rules" in text
        assert "Blue Tent" in text.partition("Only without rules")[2]

    def test_names_a_redirect(self, merchant: Any, tents: Any) -> None:
        add_rule(tents, Redirect(url="/pages/tents"))
        assert "/pages/tents" in merchant.get("/dashboard/search/test?q=tent").text

    def test_says_why_a_product_is_not_found(self, merchant: Any, tents: Any) -> None:
        add_rule(tents, Hide(target=Target(facet=ID, value="1")), words="red tent")
        tents.product("5", title="Old Tent", published=False)
        tents.product("6", title="New Tent")

        def asked(product: str, query: str) -> str:
            return words(merchant.get(f"/dashboard/search/test?{query}&product={product}").text)

        assert "Lamp is not found The words of the search do not fit it." in asked("4", "q=tent")
        assert "Red Tent is not found The rule “Tents” hides it (this product)." in asked("1", "q=red+tent")
        assert "Red Tent is not found It does not meet the filters." in asked("1", "q=tent&filter[brand]=Other")
        assert "Old Tent is not found It is not published" in asked("5", "q=tent")
        assert "New Tent is not found It is not in the index yet." in asked("6", "q=tent")
        assert "There is no such product here." in asked("999", "q=tent")
        for name in ("2", "blue-tent", "blue TENT"):
            assert "Blue Tent is found" in asked(name, "q=tent")

    def test_gives_the_reason_of_an_empty_answer(self, merchant: Any, tents: Any) -> None:
        assert "No product has “xyzzyq”" in words(merchant.get("/dashboard/search/test?q=xyzzyq").text)

    def test_names_boosts_that_touch_a_hit(self, merchant: Any, tents: Any) -> None:
        add_rule(tents, Lift(target=Target(facet="brand", value="Nordvik"), strength=2))
        assert "boosts it (brand: Nordvik, strength 2)" in merchant.get("/dashboard/search/test?q=tent").text


class TestEveryPage:
    EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>' + "W" * 30

    @pytest.mark.parametrize("page", ["", "/settings", "/words", "/rules", "/rules/1", "/test?q=kestrel&product=11"])
    def test_is_safe_with_hostile_words(self, merchant: Any, shop: Any, page: str) -> None:
        shop.product(brand=self.EVIL, attributes=((self.EVIL, (self.EVIL,)),))
        shop.index()
        tools_of_search.fill(shop, self.EVIL)
        answer = merchant.get(f"/dashboard/search{page}")
        assert answer.status_code == 200
        assert_nothing_is_inline(answer.text)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "None" not in words(answer.text)

    @pytest.mark.parametrize("page", ["", "/settings", "/words", "/rules", "/rules/1", "/test?q=kestrel"])
    def test_is_not_for_strangers(self, stranger: Any, shop: Any, page: str) -> None:
        tools_of_search.fill(shop)
        answer = stranger.get(f"/dashboard/search{page}")
        assert (answer.status_code, "/sign-in" in answer.headers["Location"]) == (302, True)
