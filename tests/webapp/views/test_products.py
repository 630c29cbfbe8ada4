"""Products in the dashboard."""

from typing import Any

from commerce.tables import effects
from tests.webapp import lists
from tests.webapp.markup import words

_LINK = r'href="/dashboard/products/([0-9]+)"'


class TestProducts:
    def test_lists_hidden_ones_too_until_something_is_searched(self, merchant: Any, shop: Any) -> None:
        shop.product("1", title="Hidden Tent", published=False)
        shop.product("2", title="Open Tent")
        shop.index()
        assert "Hidden Tent" in merchant.get("/dashboard/products").text
        found = merchant.get("/dashboard/products?q=tent").text
        assert "Hidden Tent" not in found
        assert "1 product found" in words(found)

    def test_filters_by_facets(self, merchant: Any, shop: Any) -> None:
        shop.product("1", title="Red Tent", brand="Nordvik")
        shop.product("2", title="Blue Tent", brand="Halden")
        shop.index()
        text = merchant.get("/dashboard/products?filter[brand]=Halden").text
        assert ("Red Tent" in text, "Blue Tent" in text) == (False, True)
        assert 'value="Halden" checked' in text

    def test_pages_through_all(self, merchant: Any, shop: Any) -> None:
        shop.products(120)
        seen = lists.walk(merchant, "/dashboard/products", _LINK)
        assert len(seen) == len(set(seen)) == 120

    def test_pages_through_what_is_found(self, merchant: Any, shop: Any) -> None:
        shop.products(120)
        shop.index()
        seen = lists.walk(merchant, "/dashboard/products", _LINK, sort="created:desc")
        assert len(seen) == len(set(seen)) == 120

    def test_are_taken_along_with_their_variants(self, merchant: Any, shop: Any) -> None:
        shop.product("11", title="=1+1")
        shop.products(3)
        rows = lists.rows_of(merchant.get("/dashboard/products/products.csv"))
        assert {row["variant_id"] for row in rows if row["id"] == "11"} == {"110", "111"}
        assert {row["title"] for row in rows if row["id"] == "11"} == {"'=1+1"}
        assert len({row["id"] for row in rows}) == 4

    def test_a_variant_leads_to_its_product(self, merchant: Any, shop: Any) -> None:
        shop.product()
        assert merchant.get("/dashboard/products/110").headers["Location"] == "/dashboard/products/11"

    def test_says_that_a_reread_waits(self, merchant: Any, shop: Any) -> None:
        shop.product()
        shop.effect()
        assert "waits to be read again" in merchant.get("/dashboard/products/11").text

    def test_shows_the_document_that_is_searched_and_compares_it(self, merchant: Any, shop: Any) -> None:
        shop.product()
        page = "/dashboard/products/11"
        assert "KX-11-0, KX-11-1" in words(merchant.get(page).text)
        assert "Not in the index" in words(merchant.get(f"{page}?look=1").text)
        shop.index()
        assert "The index holds exactly this." in merchant.get(f"{page}?look=1").text
        shop.product(title="Renamed")
        assert "Index differs" in words(merchant.get(f"{page}?look=1").text)
        shop.effect(kind=effects.INDEX)
        assert "On its way" in words(merchant.get(f"{page}?look=1").text)

    def test_shows_no_document_of_what_is_hidden(self, merchant: Any, shop: Any) -> None:
        shop.product(published=False)
        assert "What is searched of it" not in merchant.get("/dashboard/products/11").text

    def test_descriptions_are_text(self, merchant: Any, shop: Any) -> None:
        shop.product(description="<p>Made for <b>long</b> weekends.</p><script>x()</script>")
        assert "Made for long weekends." in merchant.get("/dashboard/products/11").text
