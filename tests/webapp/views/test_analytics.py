"""What merchants see of their shoppers' searches."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

from commerce.tables import clicks, searches
from commerce.tables.clicks import Click
from commerce.tables.searches import Place, Tally
from tests.webapp.markup import assert_nothing_is_inline, words
from webapp import openapi
from webapp.parts import Parts


def fill(here: Parts, shop: Any) -> None:
    today = datetime.now(UTC).date()
    with here.database.write() as db:
        searches.add(
            db,
            {
                (shop.id, today, "tent"): Tally(asked=40, clicks=2),
                (shop.id, today - timedelta(days=10), "unicorn & co"): Tally(asked=8, empty=8),
                (shop.id, today, "=1+1"): Tally(asked=1),
            },
        )
        searches.add_places(db, {(shop.id, today, 1): Place(shown=40)})
        click = Click(shop_id=shop.id, token="abcdefgh.1", query="tent", product_id="11", position=1)
        clicks.save(db, [click], day=today)
        clicks.order(db, shop_id=shop.id, orders={"21": "abcdefgh.1"}, day=today)


class TestSearches:
    def test_are_told_with_what_to_do_about_them(self, here: Parts, shop: Any, merchant: Any) -> None:
        fill(here, shop)
        page = merchant.get("/dashboard/searches").text
        assert_nothing_is_inline(page)
        shown = words(page)
        assert "Searches 49" in shown
        assert "Without results 16.3 %" in shown
        assert "Orders 1" in shown
        assert "so this is less than 28 days" in shown
        for link in ("/dashboard/search/words?words=unicorn+%26+co", "/dashboard/search/rules/new?query=tent"):
            assert f'href="{link}"' in page
        assert 'value="unicorn &amp; co"' in merchant.get("/dashboard/search/words?words=unicorn+%26+co").text

    def test_are_those_of_the_period(self, here: Parts, shop: Any, merchant: Any) -> None:
        fill(here, shop)
        assert "unicorn" not in merchant.get("/dashboard/searches?days=7").text
        assert merchant.get("/dashboard/searches?days=8").status_code == 400

    def test_of_a_shop_without_any_say_how_to_begin(self, shop: Any, merchant: Any) -> None:
        assert "No searches yet." in merchant.get("/dashboard/searches").text

    def test_can_be_taken_along(self, here: Parts, shop: Any, merchant: Any) -> None:
        fill(here, shop)
        answer = merchant.get("/dashboard/searches/queries.csv")
        assert answer.mimetype == "text/csv"
        head, first, *others = csv.reader(io.StringIO(answer.text))
        assert head == ["query", "searches", "without_results", "clicks", "carts", "orders"]
        assert first == ["tent", "40", "0", "3", "0", "1"]
        assert "'=1+1" in [row[0] for row in others]

    def test_are_nobody_elses(self, here: Parts, shop: Any, other: Any, merchant: Any, stranger: Any) -> None:
        fill(here, shop)
        assert ">tent<" not in merchant.get(f"/dashboard/searches?shop={other.key}").text
        assert stranger.get("/dashboard/searches/queries.csv").status_code == 302


class TestQuery:
    def test_shows_what_shoppers_choose_of_it(self, here: Parts, shop: Any, merchant: Any) -> None:
        fill(here, shop)
        shop.product("11")
        page = merchant.get("/dashboard/searches/query?q=Tent")
        assert_nothing_is_inline(page.text)
        assert "Kestrel Tent 11" in words(page.text)
        assert "Searches 40" in words(page.text)

    def test_that_nobody_asked_is_none(self, shop: Any, merchant: Any) -> None:
        for path in ("query?q=tent", "query", "query?q=!!!"):
            assert merchant.get(f"/dashboard/searches/{path}").status_code == 404


class TestApi:
    def test_tells_the_same_as_described(self, here: Parts, shop: Any, api: Any, foreign_api: Any) -> None:
        fill(here, shop)
        told = api.get("/api/v1/search/analytics?days=28").json
        assert set(told) == set(openapi.SHAPES["search_analytics"])
        assert (told["searches"], told["clicks"], told["orders"], len(told["by_day"])) == (49, 3, 1, 28)
        assert told["top"][0] == {"query": "tent", "searches": 40, "without_results": 0, "clicks": 3, "orders": 1}
        assert foreign_api.get("/api/v1/search/analytics").json["searches"] == 0
        assert api.get("/api/v1/search/analytics?days=5").status_code == 400
