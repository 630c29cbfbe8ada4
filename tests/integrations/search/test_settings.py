"""What a merchant chooses of the search holds in every engine: synonyms, stop words, attributes, digests."""

import pytest

from commerce.rules.documents import Document, Product, document
from commerce.rules.search_settings import SearchSettings
from integrations.search_api import SearchQuery

PRODUCTS = [
    Document(id="tv", title="Television 42 inch", description="Sharp pictures"),
    Document(id="sofa", title="Sofa bed green", brand="Nordic"),
    Document(id="couch", title="Couch blue", description="A sofa by another name"),
    Document(id="phone", title="Mobile phone case", brand="Sharp"),
]


def ids(engine, index, text, settings, **more):
    return [hit.id for hit in engine.search(index, SearchQuery(text=text, settings=settings, **more)).hits]


@pytest.fixture
def under(engine, index):
    """Fills an index made with these settings."""

    def make(**settings):
        chosen = SearchSettings(**settings)
        engine.save(index, PRODUCTS, chosen)
        return chosen

    return make


class TestSynonyms:
    def test_go_one_way(self, engine, index, under):
        settings = under(synonyms={"settee": ("sofa",)})
        assert "sofa" in ids(engine, index, "settee", settings)
        assert ids(engine, index, "blue settee", settings)[0] == "couch"
        engine.save(index, [Document(id="settee", title="Settee")])
        assert "settee" not in ids(engine, index, "sofa", settings)

    def test_may_be_phrases_on_either_side(self, engine, index, under):
        settings = under(synonyms={"day bed": ("sofa bed",), "telly": ("television",), "cell phone": ("mobile phone",)})
        assert ids(engine, index, "day bed", settings)[0] == "sofa"
        assert ids(engine, index, "telly", settings) == ["tv"]
        assert "phone" in ids(engine, index, "cell phone case", settings)

    def test_are_no_other_spelling(self, engine, index, under):
        settings = under(synonyms={"telly": ("television",)})
        result = engine.search(index, SearchQuery(text="telly", settings=settings))
        assert (result.corrected, result.unknown, result.is_partial) == ("", (), False)


class TestStopWords:
    @pytest.mark.parametrize("text", ["cheap couch", "couch cheap", "the couch", "a couch for the cheap"])
    def test_are_left_out_of_queries(self, engine, index, under, text):
        settings = under(stop_words=frozenset({"cheap"}))
        result = engine.search(index, SearchQuery(text=text, settings=settings))
        assert [hit.id for hit in result.hits] == ["couch"]
        assert (result.is_partial, result.unknown) == (False, ())


class TestSearched:
    def test_leaves_out_other_attributes(self, engine, index, under):
        settings = under(searched=("title",))
        assert ids(engine, index, "sharp", settings) == []
        assert ids(engine, index, "sofa", settings) == ["sofa"]


class TestTypos:
    def test_are_not_forgiven_where_a_merchant_wants_none(self, engine, index, under):
        assert ids(engine, index, "televison", under(typos=False)) == []


class TestConfigure:
    def test_does_nothing_where_there_is_no_index(self, engine, index):
        assert engine.configure(index, SearchSettings(languages=("german",))) is False
        assert engine.count(index) == 0

    def test_of_what_is_so_already_asks_for_nothing(self, engine, index, under):
        assert engine.configure(index, under(synonyms={"telly": ("television",)})) is False

    def test_brings_synonyms_stop_words_and_typos_without_a_rebuild_or_asks_for_one(self, engine, index, under):
        under()
        settings = SearchSettings(synonyms={"telly": ("television",)}, stop_words=frozenset({"cheap"}), typos=False)
        if engine.configure(index, settings):
            rebuild = engine.rebuild(index, "t", settings)
            rebuild.save(PRODUCTS)
            rebuild.finish()
        assert ids(engine, index, "cheap telly", settings) == ["tv"]
        assert engine.configure(index, settings) is False

    def test_of_another_language_is_settled_by_a_rebuild(self, engine, index, under):
        under()
        settings = SearchSettings(languages=("german", "english"))
        if engine.configure(index, settings):
            rebuild = engine.rebuild(index, "t", settings)
            rebuild.save([*PRODUCTS, Document(id="de", title="Grüne Lampen")])
            rebuild.finish()
        assert ids(engine, index, "lampe", settings) == ["de"]
        assert engine.configure(index, settings) is False

    def test_is_not_undone_by_saving(self, engine, index, under):
        settings = under(synonyms={"telly": ("television",)})
        engine.save(index, [Document(id="new", title="New television")])
        assert sorted(ids(engine, index, "telly", settings)) == ["new", "tv"]
        assert engine.configure(index, settings) is False


class TestDigests:
    def test_of_every_document(self, engine, index):
        built = [document(Product(id=f"gid://p/{number}", handle="", title=f"Lamp {number}")) for number in range(1203)]
        engine.save(index, built)
        assert dict(engine.digests(index)) == {each.id: each.digest for each in built}

    def test_follow_what_is_saved_and_removed(self, engine, index):
        one, other = (document(Product(id="1", handle="", title=title)) for title in ("Lamp", "Red lamp"))
        engine.save(index, [one, document(Product(id="2", handle="", title="Hat"))])
        engine.save(index, [other])
        engine.remove(index, ["2"])
        assert list(engine.digests(index)) == [("1", other.digest)]
        assert one.digest != other.digest

    def test_of_a_missing_index_are_none(self, engine, index):
        assert list(engine.digests(index)) == []
