"""Segments in the dashboard: the list, ready-made ones, and the form in which rules are put together."""

import re
from typing import Any

import pytest

from commerce.tables import segments
from tests.webapp import persons
from tests.webapp.markup import assert_nothing_is_inline, token, words
from tests.webapp.stock import Stock

LIST = "/dashboard/segments"
RICH = {"name": "Rich", "match_0": "all", "in_0": "0", "field_0": "total_spent", "operator_0": "at_least"}


@pytest.fixture
def post(merchant: Any, shop: Stock) -> Any:
    shop.customer()
    sent = token(merchant, f"{LIST}/new")
    return lambda path, **form: merchant.post(f"{LIST}{path}", data={"csrf_token": sent, **form})


def stored(shop: Stock) -> list[segments.Segment]:
    with shop.here.database.read() as db:
        return segments.all_of(db, shop_id=shop.id)


class TestList:
    def test_tells_how_many_are_in_and_how_far_the_others_are(self, merchant: Any, shop: Stock) -> None:
        persons.fill(shop)
        html = merchant.get(LIST).text
        assert_nothing_is_inline(html)
        assert re.search(r"Best customers \d+ .* and kept up to date", words(html))
        assert "0 of 42 looked at" in words(html)

    def test_takes_a_ready_made_one(self, merchant: Any, post: Any, shop: Stock) -> None:
        assert post("/ready/refunded").status_code == 302
        assert [one.name for one in stored(shop)] == ["Got money back"]
        assert "Add the segment Got money back" not in merchant.get(LIST).text
        assert post("/ready/unknown").status_code == 404


class TestForm:
    def test_stores_amounts_as_they_are_written(self, merchant: Any, post: Any, shop: Stock) -> None:
        assert post("/new", act="save", value_0="19.90", **RICH).status_code == 302
        (one,) = stored(shop)
        assert one.rules is not None
        assert [each.value for each in one.rules.conditions] == [1990]
        assert 'value="19.90"' in merchant.get(f"{LIST}/{one.id}").text

    def test_counts_and_shows_some(self, post: Any, shop: Stock) -> None:
        text = words(post("/new", act="count", value_0="0", **RICH).text)
        assert "1 of 1 customers fit now. Ada Byron" in text

    @pytest.mark.parametrize(
        ("form", "told"),
        [
            ({"value_0": "much"}, "must be an amount"),
            ({"field_0": "nothing", "value_0": "1"}, "must be one of"),
            ({"field_0": "product", "operator_0": "bought", "value_0": "No such tent"}, "Choose one of the products"),
            ({"field_0": "rfm_group", "operator_0": "any_of", "value_0": ""}, "Give at least one"),
            ({"field_0": "segment", "operator_0": "in", "value_0": "s_0"}, "There is no such segment."),
            ({"name": ""}, "Give it a name."),
        ],
    )
    def test_tells_beside_the_place_what_is_wrong(
        self, post: Any, shop: Stock, form: dict[str, str], told: str
    ) -> None:
        answer = post("/new", act="save", **{**RICH, "value_0": "1", **form})
        place = "name" if "name" in form else "row-0"
        wrong = re.search(rf'id="wrong-{place}">([^<]+)', answer.text)
        assert answer.status_code == 422
        assert wrong
        assert told in wrong[1]
        assert stored(shop) == []

    def test_is_put_together_with_buttons_alone(self, merchant: Any, post: Any, shop: Stock) -> None:
        html = post("/new", act="group:0", value_0="5", **RICH).text
        assert 'name="match_1"' in html
        assert 'name="field_1"' in html
        inner = {"match_1": "any", "under_1": "0", "in_1": "1", "field_1": "tags", "operator_1": "has_any"}
        inner |= {"value_1": "vip\nopera, ballet"}
        assert post("/new", act="save", value_0="5", **RICH, **inner).status_code == 302
        (one,) = stored(shop)
        assert one.rules is not None
        assert [each.value for each in one.rules.conditions] == [500, ("vip", "opera, ballet")]
        assert "vip\nopera, ballet</textarea>" in merchant.get(f"{LIST}/{one.id}").text
        html = post("/new", act="drop:1", value_0="5", **RICH, **inner).text
        assert 'name="match_1"' not in html

    def test_of_a_group_of_choices_takes_those_that_are_ticked(self, post: Any, shop: Stock) -> None:
        form = {**RICH, "field_0": "rfm_group", "operator_0": "any_of", "value_0": ["new", "loyal"]}
        assert post("/new", act="save", **form).status_code == 302
        (one,) = stored(shop)
        assert one.rules is not None
        assert one.rules.conditions[0].value == ("new", "loyal")

    def test_offers_products_for_their_name(self, post: Any, shop: Stock) -> None:
        shop.product()
        shop.index()
        form = {**RICH, "field_0": "product", "operator_0": "bought"}
        assert 'value="pick:0:11"' in post("/new", act="count", value_0="kestrel", **form).text
        assert 'value="11"' in post("/new", act="pick:0:11", value_0="kestrel", **form).text
        assert post("/new", act="save", value_0="11", **form).status_code == 302

    def test_says_where_time_matters(self, post: Any) -> None:
        form = {**RICH, "field_0": "last_order", "operator_0": "within_last", "value_0": "30"}
        assert "Some conditions depend on the day" in words(post("/new", act="count", **form).text)

    def test_changes_and_deletes_what_is_there(self, post: Any, shop: Stock) -> None:
        post("/new", act="save", value_0="5", **RICH)
        (one,) = stored(shop)
        assert post(f"/{one.id}", act="save", value_0="6", **{**RICH, "name": "Richer"}).status_code == 302
        assert [each.name for each in stored(shop)] == ["Richer"]
        assert post(f"/{one.id}/remove").status_code == 302
        assert stored(shop) == []

    def test_of_another_shop_is_not_there(self, merchant: Any, post: Any, shop: Stock, other: Stock) -> None:
        post("/new", act="save", value_0="5", **RICH)
        key = stored(shop)[0].id
        assert merchant.get(f"{LIST}/{key}?shop={other.key}").status_code == 404
        assert post(f"/{key}?shop={other.key}", act="save", value_0="9", **RICH).status_code == 404
        assert post(f"/{key}/remove?shop={other.key}").status_code == 302
        assert len(stored(shop)) == 1


class TestFile:
    def test_has_who_is_in(self, merchant: Any, shop: Stock) -> None:
        persons.fill(shop)
        best = next(one for one in stored(shop) if one.built_at)
        lines = merchant.get(f"/dashboard/customers/customers.csv?segment={best.id}").text.splitlines()
        assert lines[0].startswith("\ufeffid,first_name")
        assert len(lines) == best.members_count + 1

    def test_has_nothing_that_spreadsheets_carry_out(self, merchant: Any, shop: Stock) -> None:
        shop.customer(first_name="=1+1", phone="+49301234567", phone_e164="+49301234567")
        text = merchant.get("/dashboard/customers/customers.csv").text
        assert ("31,'=1+1," in text, ",+49301234567," in text) == (True, True)


class TestGroups:
    def test_lead_to_who_is_in_them(self, merchant: Any, shop: Stock) -> None:
        persons.fill(shop)
        html = merchant.get("/dashboard/customers/groups").text
        cell = re.search(r'href="(/dashboard/customers\?cell=\d-\d)">(\d+)<', html)
        assert cell
        number = cell[2]
        assert f"{number} customer" in words(merchant.get(cell[1]).text)

    def test_say_that_they_are_not_worked_out_where_there_are_customers(self, merchant: Any, shop: Stock) -> None:
        page = "/dashboard/customers/groups"
        assert "No customers yet." in words(merchant.get(page).text)
        shop.customer()
        assert "Not worked out yet." in words(merchant.get(page).text)
