"""What merchants choose reaches every engine: rules, synonyms, stop words, typos, attributes; and what it tells."""

from dataclasses import replace

import pytest

from commerce.rules.documents import Document
from commerce.rules.search_settings import ATTRIBUTES, USUAL, SearchSettings
from integrations.search_api import ID, Boost, Condition, SearchQuery

PRODUCTS = [
    Document(id="sofa", title="Grey sofa", brand="Hygge", facets={"brand": ("Hygge",)}, price=900, digest="d1"),
    Document(id="bed", title="Sofa bed", brand="Hygge", facets={"brand": ("Hygge",)}, price=700, digest="d2"),
    Document(id="lamp", title="Table lamp", brand="Lumi", facets={"brand": ("Lumi",)}, price=50, digest="d3"),
    Document(id="desk", title="Oak desk", brand="Lumi", facets={"brand": ("Lumi",)}, description="For a lamp"),
    Document(id="desks", title="Two oak desks", brand="Acme", facets={"brand": ("Acme",)}, tags=("office",)),
]


@pytest.fixture
def filled(engine, index):
    engine.save(index, PRODUCTS)
    return index


def ids(engine, index, text="", **query):
    return [hit.id for hit in engine.search(index, SearchQuery(text=text, **query)).hits]


class TestOnly:
    def test_narrows_to_these_products(self, engine, filled):
        assert ids(engine, filled, "oak", only=("desk", "lamp")) == ["desk"]
        assert ids(engine, filled, only=()) == []

    def test_is_counted(self, engine, filled):
        found = engine.search(filled, SearchQuery(only=("desk", "lamp"), facets=("brand",)))
        assert (found.total, found.facets["brand"]) == (2, (("Lumi", 2),))


class TestWithout:
    def test_leaves_out_and_does_not_count(self, engine, filled):
        hidden = (Condition(facet="brand", values=("Hygge",)), Condition(facet=ID, values=("desk",)))
        found = engine.search(filled, SearchQuery(without=hidden, facets=("brand",)))
        assert {hit.id for hit in found.hits} == {"lamp", "desks"}
        assert dict(found.facets["brand"]) == {"Lumi": 1, "Acme": 1}
        assert found.total == 2


class TestBoosts:
    @pytest.mark.parametrize(("weight", "first"), [(5.0, "desks"), (0.1, "desk")])
    def test_move_products_up_or_down(self, engine, filled, weight, first):
        boost = Boost(condition=Condition(facet="brand", values=("Acme",)), weight=weight)
        assert ids(engine, filled, "oak desk", boosts=(boost,))[0] == first

    def test_change_neither_what_is_found_nor_other_orders(self, engine, filled):
        boost = Boost(condition=Condition(facet=ID, values=("sofa",)), weight=10.0)
        assert set(ids(engine, filled, "oak", boosts=(boost,))) == {"desk", "desks"}
        assert ids(engine, filled, "sofa", boosts=(boost,), sort="price:asc") == ["bed", "sofa"]


class TestSynonyms:
    def test_are_found_besides_one_way(self, engine, index):
        settings = SearchSettings(synonyms={"couch": ("sofa",)})
        engine.save(index, PRODUCTS, settings)
        assert set(ids(engine, index, "couch", settings=settings)) == {"sofa", "bed"}
        assert set(ids(engine, index, "grey couch", settings=settings)) >= {"sofa"}

    def test_may_be_phrases_on_both_sides(self, engine, index):
        settings = SearchSettings(synonyms={"futon": ("sofa bed",), "writing table": ("desk",)})
        engine.save(index, PRODUCTS, settings)
        assert ids(engine, index, "futon", settings=settings)[0] == "bed"
        assert set(ids(engine, index, "writing table", settings=settings)) >= {"desk", "desks"}


class TestStopWords:
    def test_are_left_out_of_queries(self, engine, index):
        settings = SearchSettings(stop_words=frozenset({"cheap"}))
        engine.save(index, PRODUCTS, settings)
        assert ids(engine, index, "cheap lamp", settings=settings)[0] == "lamp"
        assert not engine.search(index, SearchQuery(text="cheap lamp", settings=settings)).unknown


class TestTypos:
    def test_are_not_forgiven_where_that_is_switched_off(self, engine, index):
        settings = SearchSettings(typos=False)
        engine.save(index, PRODUCTS, settings)
        assert ids(engine, index, "tabel lamp", settings=replace(settings, typos=True), is_prefix=False)[0] == "lamp"
        assert ids(engine, index, "grye", settings=settings, is_prefix=False) == []


class TestSearched:
    def test_leaves_out_what_a_merchant_does_not_want_searched(self, engine, index):
        settings = SearchSettings(searched=tuple(each for each in ATTRIBUTES if each not in ("description", "tags")))
        engine.save(index, PRODUCTS, settings)
        assert ids(engine, index, "lamp", settings=settings) == ["lamp"]
        assert ids(engine, index, "office", settings=settings) == []


class TestPartial:
    def test_says_when_no_product_has_all_words(self, engine, filled):
        assert not engine.search(filled, SearchQuery(text="oak desk")).is_partial
        found = engine.search(filled, SearchQuery(text="grey lamp"))
        assert found.is_partial
        assert {hit.id for hit in found.hits} & {"lamp", "sofa"}


class TestComplete:
    def test_goes_on_with_words_of_titles(self, engine, filled):
        assert engine.complete(filled, "so", 5)[0] == "sofa"
        assert engine.complete(filled, "oak d", 5)[0] in ("oak desk", "oak desks")

    def test_is_empty_for_nothing(self, engine, filled, index):
        assert engine.complete(filled, "", 5) == []
        assert engine.complete(filled, "so", 0) == []


class TestSimilar:
    def test_products_come_without_the_product_itself(self, engine, filled):
        assert engine.similar(filled, "desk", 1) == ["desks"]
        assert "desk" not in engine.similar(filled, "desk", 10)

    def test_of_an_unknown_product_are_none(self, engine, filled):
        assert engine.similar(filled, "nothing", 3) == []
        assert engine.similar("shop-never", "desk", 3) == []


class TestExplain:
    def test_tells_whether_and_why_a_product_is_found(self, engine, filled):
        why = engine.explain(filled, SearchQuery(text="oak desk"), "desk")
        assert why.is_found
        assert not engine.explain(filled, SearchQuery(text="oak desk"), "sofa").is_found
        assert not engine.explain(filled, SearchQuery(text="oak desk"), "nothing").is_found


class TestDigests:
    def test_are_those_that_were_saved(self, engine, filled):
        engine.save(filled, [replace(PRODUCTS[0], digest="d9")])
        engine.remove(filled, ["bed"])
        assert dict(engine.digests(filled)) == {"sofa": "d9", "lamp": "d3", "desk": "", "desks": ""}

    def test_of_a_missing_index_are_none(self, engine, index):
        assert list(engine.digests(index)) == []


class TestConfigure:
    def test_does_nothing_where_there_is_no_index_or_no_difference(self, engine, filled, index):
        assert not engine.configure("shop-never", SearchSettings(languages=("german",)))
        assert not engine.configure(filled, USUAL)


class TestRebuild:
    def test_has_settings_of_its_own(self, engine, filled):
        settings = SearchSettings(searched=("title",))
        rebuild = engine.rebuild(filled, "t", settings)
        rebuild.save(PRODUCTS)
        rebuild.finish()
        assert ids(engine, filled, "office", settings=settings) == []
        assert not engine.configure(filled, settings)
