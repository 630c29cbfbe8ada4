"""What every engine promises."""

import pytest

from commerce.rules.documents import Document
from integrations.search_api import SearchQuery

PRODUCTS = [
    Document(
        id="a1", title="Red running shoe", brand="Acme", facets={"brand": ("Acme",), "color": ("Red",)}, price=5000
    ),
    Document(
        id="a2", title="Blue running shoe", brand="Acme", facets={"brand": ("Acme",), "color": ("Blue",)}, price=3000
    ),
    Document(
        id="a3",
        title="Blue rain jacket",
        brand="Zenit",
        facets={"brand": ("Zenit",), "color": ("Blue", "Grey")},
        price=9000,
    ),
    Document(id="a4", title="Wool socks", brand="Zenit", facets={"brand": ("Zenit",), "size": ("M",)}, available=False),
    Document(
        id="gid://shopify/Product/5",
        title="Notebook silver",
        brand="HP",
        skus=("dv7-1211ea",),
        facets={"brand": ("HP",)},
        price=3000,
        created=50,
        description="Runs well",
    ),
    Document(
        id="a6",
        title="Sleeve for the notebook dv7 1211ea",
        brand="HP",
        facets={"brand": ("HP",)},
        price=900,
        created=90,
    ),
]


def ids(engine, index, **query):
    return [hit.id for hit in engine.search(index, SearchQuery(**query)).hits]


@pytest.fixture
def filled(engine, index):
    engine.save(index, PRODUCTS)
    return index


class TestSave:
    def test_is_found_when_it_returns(self, engine, index, shoe):
        engine.save(index, [shoe()])
        assert ids(engine, index, text="shoe") == ["1"]
        assert engine.count(index) == 1

    def test_replaces_a_product_as_a_whole(self, engine, index, shoe):
        engine.save(index, [shoe(facets={"color": ("Red",)}, price=100)])
        engine.save(index, [shoe(title="Green hat")])
        found = engine.search(index, SearchQuery(facets=("color",)))
        assert (found.total, found.facets["color"], found.price) == (1, (), None)
        assert ids(engine, index, text="shoe") == []
        assert ids(engine, index, text="hat") == ["1"]

    def test_of_nothing_changes_nothing(self, engine, index):
        engine.save(index, [])
        assert engine.count(index) == 0

    def test_keeps_the_last_of_two_with_one_id(self, engine, index, shoe):
        engine.save(index, [shoe(title="Old"), shoe(title="Young")])
        assert (ids(engine, index, text="young"), engine.count(index)) == (["1"], 1)

    def test_takes_text_that_is_hardly_text(self, engine, index, shoe):
        engine.save(
            index, [shoe(title="Lamp \x00\ud800\u202e", description="\udfff", facets={"a.b c": ("\x01x",)}, skus=("",))]
        )
        assert ids(engine, index, text="lamp") == ["1"]


class TestRemove:
    def test_is_not_found_when_it_returns(self, engine, filled):
        engine.remove(filled, ["a1", "gid://shopify/Product/5", "unknown"])
        assert engine.count(filled) == len(PRODUCTS) - 2
        assert ids(engine, filled, text="running shoe") == ["a2"]

    def test_from_a_missing_index_is_fine(self, engine, index):
        engine.remove(index, ["1"])
        assert engine.count(index) == 0


class TestSearch:
    def test_of_a_missing_index_is_empty(self, engine, index):
        found = engine.search(index, SearchQuery(text="shoe", facets=("brand",)))
        assert (found.hits, found.total, found.price) == ((), 0, None)

    def test_puts_products_with_every_word_first(self, engine, filled):
        assert ids(engine, filled, text="blue shoe")[0] == "a2"

    def test_corrects_a_typo(self, engine, filled):
        assert set(ids(engine, filled, text="runing")) >= {"a1", "a2"}

    def test_completes_the_last_word(self, engine, filled):
        assert ids(engine, filled, text="jack") == ["a3"]

    @pytest.mark.parametrize("text", ["dv7-1211ea", "DV7 1211EA", "dv71211ea"])
    def test_puts_the_product_with_that_sku_first(self, engine, filled, text):
        assert ids(engine, filled, text=text)[0] == "gid://shopify/Product/5"

    def test_without_words_gives_everything_newest_first(self, engine, filled):
        found = engine.search(filled, SearchQuery())
        assert found.total == len(PRODUCTS)
        assert [hit.id for hit in found.hits[:2]] == ["a6", "gid://shopify/Product/5"]

    @pytest.mark.parametrize("text", ["кроссовки", "КРОССОВКИ", "cafe", "café", "CAFÉ"])
    def test_finds_other_alphabets_and_accents(self, engine, index, shoe, text):
        engine.save(index, [shoe("ru", "Кроссовки беговые"), shoe("fr", "Café moulu")])
        assert len(ids(engine, index, text=text)) == 1

    @pytest.mark.parametrize("text", ['"', "a AND (", "title:x", "-", "\x00", "x" * 10_000, "\ud800", "the", "*?~^"])
    def test_answers_whatever_is_asked(self, engine, filled, text):
        assert engine.search(filled, SearchQuery(text=text)).total >= 0


class TestTitleHtml:
    def test_marks_what_matched_and_escapes_the_rest(self, engine, index, shoe):
        engine.save(index, [shoe(title='<script>alert("x")</script> & shoes')])
        html = engine.search(index, SearchQuery(text="shoes")).hits[0].title_html
        assert html == "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; <mark>shoes</mark>"

    def test_without_words_marks_nothing(self, engine, index, shoe):
        engine.save(index, [shoe(title="A & B")])
        assert engine.search(index, SearchQuery()).hits[0].title_html == "A &amp; B"


class TestFacets:
    def test_count_values_most_first(self, engine, filled):
        found = engine.search(filled, SearchQuery(facets=("brand", "color", "nothing")))
        assert found.facets["brand"] == (("Acme", 2), ("HP", 2), ("Zenit", 2))
        assert found.facets["color"] == (("Blue", 2), ("Grey", 1), ("Red", 1))
        assert found.facets["nothing"] == ()

    def test_are_not_narrowed_by_their_own_filter_but_by_all_others(self, engine, filled):
        query = SearchQuery(facets=("brand", "color"), filters={"brand": ("Zenit",), "color": ("Blue",)})
        found = engine.search(filled, query)
        assert [hit.id for hit in found.hits] == ["a3"]
        assert found.facets["brand"] == (("Acme", 1), ("Zenit", 1))
        assert found.facets["color"] == (("Blue", 1), ("Grey", 1))

    def test_keep_names_and_values_as_they_are(self, engine, index, shoe):
        values = ("2020-01-01T00:00:00Z", "5", 'A "b"', "Größe / 42", "true")
        engine.save(index, [shoe(facets={"größe": values})])
        assert engine.search(index, SearchQuery(facets=("größe",))).facets["größe"] == tuple(
            (v, 1) for v in sorted(values)
        )
        for value in values:
            assert ids(engine, index, filters={"größe": (value,)}) == ["1"]

    def test_are_cut_at_a_hundred_values(self, engine, index, shoe):
        engine.save(index, [shoe(str(i), facets={"n": (f"v{i:03}", "all")}) for i in range(120)])
        counted = engine.search(index, SearchQuery(facets=("n",))).facets["n"]
        assert (len(counted), counted[0], counted[1]) == (100, ("all", 120), ("v000", 1))


class TestFilters:
    def test_accept_any_of_a_facets_values(self, engine, filled):
        assert set(ids(engine, filled, filters={"brand": ("Acme", "HP")})) == {"a1", "a2", "a6", PRODUCTS[4].id}

    def test_of_unknown_facets_find_nothing(self, engine, filled):
        assert ids(engine, filled, filters={"material": ("Wool",)}) == []
        assert ids(engine, filled, filters={"brand": ("'; drop", '" OR "a"="a', "\\")}) == []

    @pytest.mark.parametrize(
        ("price", "expected"),
        [((3000, 5000), {"a1", "a2", PRODUCTS[4].id}), ((None, 900), {"a6"}), ((9000, None), {"a3"}), ((2, 1), set())],
    )
    def test_take_prices_with_both_ends(self, engine, filled, price, expected):
        found = engine.search(filled, SearchQuery(price=price))
        assert {hit.id for hit in found.hits} == expected
        assert found.price == (900, 9000)

    def test_narrow_the_span_of_prices(self, engine, filled):
        assert engine.search(filled, SearchQuery(filters={"brand": ("Acme",)})).price == (3000, 5000)

    def test_tell_what_is_available(self, engine, filled):
        assert ids(engine, filled, available=False) == ["a4"]
        assert "a4" not in ids(engine, filled, available=True)


class TestSort:
    def test_puts_products_without_a_price_last_and_equal_ones_by_id(self, engine, filled):
        assert ids(engine, filled, sort="price:asc") == ["a6", "a2", PRODUCTS[4].id, "a1", "a3", "a4"]
        assert ids(engine, filled, sort="price:desc") == ["a3", "a1", "a2", PRODUCTS[4].id, "a6", "a4"]

    def test_puts_the_newest_first(self, engine, filled):
        assert ids(engine, filled, sort="created:desc") == ["a6", PRODUCTS[4].id, "a1", "a2", "a3", "a4"]

    def test_by_price_leaves_out_what_lacks_a_word(self, engine, index, shoe):
        engine.save(
            index, [*(shoe(f"s{i}", "Blue shoe", price=100 + i) for i in range(6)), shoe("h", "Blue hat", price=1)]
        )
        assert ids(engine, index, text="blue shoe", sort="price:asc") == [f"s{i}" for i in range(6)]


class TestPages:
    @pytest.mark.parametrize("sort", ["relevance", "price:asc", "price:desc", "created:desc"])
    @pytest.mark.parametrize("text", ["", "shoe"])
    def test_together_give_every_product_once(self, engine, index, shoe, sort, text):
        engine.save(index, [shoe(f"p{i:03}", f"Shoe {i % 3}", price=i % 4 or None, created=i % 5) for i in range(130)])
        query = {"text": text, "sort": sort, "limit": 30}
        pages = [engine.search(index, SearchQuery(**query, offset=(page - 1) * 30)) for page in range(1, 7)]
        assert [len(page.hits) for page in pages] == [30, 30, 30, 30, 10, 0]
        assert {page.total for page in pages} == {130}
        assert len({hit.id for page in pages for hit in page.hits}) == 130

    @pytest.mark.parametrize("sort", ["relevance", "price:asc"])
    def test_beyond_the_last_are_empty(self, engine, filled, sort):
        for page in (2, 10**6):
            found = engine.search(filled, SearchQuery(text="shoe", offset=(page - 1) * 100, limit=100, sort=sort))
            assert (found.hits, found.total) == ((), 2)

    def test_have_a_hundred_hits_at_most(self, engine, index, shoe):
        engine.save(index, [shoe(str(i)) for i in range(120)])
        assert len(ids(engine, index, limit=10**9)) == 100


class TestRebuild:
    def test_is_searched_only_once_it_is_finished(self, engine, filled, shoe):
        rebuild = engine.rebuild(filled, "t-1")
        rebuild.save([shoe("n1", "New shoe"), shoe("n2", "Another")])
        rebuild.remove(["n2"])
        assert engine.count(filled) == len(PRODUCTS)
        assert rebuild.finish() == 1
        assert ids(engine, filled) == ["n1"]

    def test_goes_on_after_a_crash_and_again_after_its_end(self, engine, filled, shoe):
        engine.rebuild(filled, "t 2/ü").save([shoe("n1")])
        engine.rebuild(filled, "t 2/ü").save([shoe("n2")])
        assert engine.rebuild(filled, "t 2/ü").finish() == 2
        assert engine.rebuild(filled, "t 2/ü").finish() == 2
        assert sorted(ids(engine, filled)) == ["n1", "n2"]

    def test_can_be_abandoned(self, engine, filled, shoe):
        rebuild = engine.rebuild(filled, "t3")
        rebuild.save([shoe("n1")])
        rebuild.abandon()
        rebuild.abandon()
        assert engine.count(filled) == len(PRODUCTS)

    def test_makes_the_index_where_there_was_none(self, engine, index, shoe):
        rebuild = engine.rebuild(index, "t4")
        rebuild.save([shoe("n1")])
        assert (engine.count(index), rebuild.finish(), ids(engine, index)) == (0, 1, ["n1"])

    def test_can_follow_another(self, engine, filled, shoe):
        for token in ("a", "b"):
            rebuild = engine.rebuild(filled, token)
            rebuild.save([shoe(token)])
            rebuild.finish()
        assert ids(engine, filled) == ["b"]


class TestDrop:
    def test_leaves_nothing(self, engine, filled, shoe):
        engine.rebuild(filled, "t").save([shoe()])
        engine.drop(filled)
        engine.drop(filled)
        assert engine.count(filled) == 0
        engine.save(filled, [shoe("n")])
        assert engine.rebuild(filled, "t").finish() == 0
