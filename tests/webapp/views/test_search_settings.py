"""What is searched: the form and what comes of it."""

from typing import Any

from commerce.rules.search_settings import ATTRIBUTES, SORTS, USUAL, SearchSettings
from commerce.tables import effects, search_settings
from tests.stored import rows
from tests.webapp.markup import token, words

PAGE = "/dashboard/search/settings"


def filled_in(merchant: Any, **changes: Any) -> dict[str, Any]:
    """The form as it stands in the page of a shop that chose nothing."""
    form: dict[str, Any] = {"csrf_token": token(merchant, PAGE), "language": "english", "typos": "1", "vectors": "1"}
    form |= {f"place-{name}": str(place) for place, name in enumerate(ATTRIBUTES, 1)}
    form |= {"all_facets": "1", "sorts": list(SORTS), "price_bands": ""}
    return {name: value for name, value in (form | changes).items() if value is not None}


def chosen(shop: Any) -> search_settings.Chosen:
    with shop.here.database.read() as db:
        return search_settings.chosen(db, shop_id=shop.id)


class TestIndex:
    def test_shows_what_is_usual(self, merchant: Any, shop: Any) -> None:
        shop.product()
        page = merchant.get(PAGE).text
        assert 'name="place-codes" value="1"' in page
        assert '<option value="english" selected>' in page
        assert 'name="facet" value="colour"' in page, "facets are those of the products"


class TestSave:
    def test_changes_nothing_where_nothing_was_changed(self, merchant: Any, shop: Any) -> None:
        assert merchant.post(PAGE, data=filled_in(merchant)).status_code == 302
        assert chosen(shop).settings == USUAL
        assert rows(shop.here.database, effects.effects) == []

    def test_stores_what_was_chosen_and_plans_that_the_index_follows(self, merchant: Any, shop: Any) -> None:
        changes = {"language": "german", "others": ["english"], "typos": None, "sorts": ["relevance", "price:asc"]}
        changes |= {"place-description": "", "place-title": "0", "price_bands": "50; 10,25", "all_facets": None}
        changes |= {"facet": ["brand", "Colour", ""], "facet_label": ["Marke", "", ""], "facet_place": ["2", "1", ""]}
        assert merchant.post(PAGE, data=filled_in(merchant, **changes)).status_code == 302
        told = chosen(shop)
        assert told.settings == SearchSettings(
            languages=("german", "english"),
            searched=("title", "codes", "brand", "product_type", "categories", "tags", "attributes"),
            typos=False,
            facets=("colour", "brand"),
            sorts=("relevance", "price:asc"),
            price_bands=(1000, 2500, 5000),
        )
        assert told.labels == {"brand": "Marke"}
        (effect,) = rows(shop.here.database, effects.effects)
        assert effect.kind == effects.CONFIGURE
        page = merchant.get(PAGE).text
        assert "being applied" in page
        assert 'value="10.00, 25.00, 50.00"' in page

    def test_says_beside_the_field_what_is_wrong_and_keeps_the_rest(self, merchant: Any, shop: Any) -> None:
        changes = {"price_bands": "cheap", "place-title": "first", "sorts": [], "language": "klingon"}
        answer = merchant.post(PAGE, data=filled_in(merchant, **changes))
        assert answer.status_code == 400
        text = words(answer.text)
        assert "Nothing was saved: 4 things have to be put right." in text
        for field in ("price_bands", "searched", "sorts", "languages"):
            assert f'id="wrong-{field}"' in answer.text
        assert 'value="cheap" placeholder' in answer.text
        assert chosen(shop).saved_at is None

    def test_is_seen_by_the_next_search(self, merchant: Any, shop: Any, search: Any) -> None:
        shop.product(title="Red Tent")
        shop.index()
        changes = {"all_facets": None, "facet": ["brand"], "facet_label": ["Marke"], "facet_place": ["1"]}
        merchant.post(PAGE, data=filled_in(merchant, **changes, price_bands="15"))
        shop.here.storefronts.forget()
        told = search("q=tent&facets=*").json
        assert list(told["facets"]) == ["brand", "price"]
        assert told["labels"] == {"brand": "Marke"}
        assert told["bands"] == [
            {"value": "-1499", "min": None, "max": 1499, "count": 0},
            {"value": "1500-", "min": 1500, "max": None, "count": 1},
        ]
        assert search("filter[colour]=Navy").status_code == 400
