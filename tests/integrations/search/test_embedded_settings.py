"""What only the embedded engine promises: how it reads a query and says so, languages, attributes, explanations."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.documents import Document
from commerce.rules.search_settings import ATTRIBUTES, SearchSettings
from integrations.search.embedded import vectors
from integrations.search.text import analysis
from integrations.search_api import ID, Boost, Condition, SearchQuery

SHOES = [
    Document(id="1", title="Red running shoe", brand="Acme", facets={"brand": ("Acme",)}),
    Document(id="2", title="Blue running shoe", brand="Zenit", facets={"brand": ("Zenit",)}),
    Document(id="3", title="Leather boot", brand="Acme", facets={"brand": ("Acme",)}, description="Not for running"),
]
GERMAN = SearchSettings(languages=("german", "english"))


def search(engine, text, **query):
    return engine.search("shop", SearchQuery(text=text, **query))


def ids(engine, text, **query):
    return [hit.id for hit in search(engine, text, **query).hits]


@pytest.fixture
def shoes(local):
    local.save("shop", SHOES)
    return local


class TestSpelling:
    def test_tells_how_a_query_was_understood(self, shoes):
        found = search(shoes, "red runing shoo", is_prefix=False)
        assert found.corrected == "red running shoe"
        assert found.hits[0].id == "1"

    @pytest.mark.parametrize("text", ["red shoe", "runn", "shoes", ""])
    def test_has_nothing_to_tell_of_what_is_right_or_begun(self, shoes, text):
        assert search(shoes, text).corrected == ""

    def test_names_words_that_no_product_has(self, shoes):
        found = search(shoes, "red zeppelin")
        assert (found.unknown, found.is_partial) == (("zeppelin",), True)
        assert found.hits[0].id == "1"

    def test_can_be_switched_off(self, shoes):
        found = search(shoes, "runing", settings=SearchSettings(typos=False), is_prefix=False)
        assert (found.total, found.unknown, found.corrected) == (0, ("runing",), "")


class TestBeginnings:
    def test_count_only_where_they_may(self, shoes):
        assert set(ids(shoes, "runn")) >= {"1", "2"}
        assert ids(shoes, "runn", is_prefix=False, settings=SearchSettings(typos=False)) == []

    def test_go_on_as_the_words_before_them_suggest(self, local):
        many = [Document(id=f"s{n}", title="StarTech cable") for n in range(30)]
        stands = [Document(id=f"t{n}", title="Tablet stand") for n in range(3)]
        local.save("shop", [*many, *stands])
        assert set(ids(local, "tablet sta")[:3]) == {"t0", "t1", "t2"}


class TestLanguages:
    def test_are_all_understood(self, local):
        products = [
            Document(id="1", title="Rote Schuhe"),
            Document(id="2", title="Warm blankets"),
            Document(id="3", title="Tische"),
        ]
        local.save("shop", products, GERMAN)
        for text, expected in (("schuh", "1"), ("blanket", "2"), ("blankets", "2"), ("tisch", "3")):
            found = search(local, text, settings=GERMAN, is_prefix=False)
            assert [hit.id for hit in found.hits] == [expected], text
            assert found.corrected == ""

    def test_bring_their_stop_words(self, local):
        local.save("shop", [Document(id="1", title="Lampe für den Tisch"), Document(id="2", title="Tisch")], GERMAN)
        assert ids(local, "der tisch", settings=GERMAN)[0] == "2"

    def test_mark_what_matched(self, local):
        local.save("shop", [Document(id="1", title="Warm blankets")], GERMAN)
        assert search(local, "blanket", settings=GERMAN).hits[0].title_html == "Warm <mark>blankets</mark>"


class TestSearched:
    def test_lets_what_stands_before_the_title_count_as_it_does(self, local):
        by_tag = SearchSettings(searched=("tags", *(each for each in ATTRIBUTES if each != "tags")))
        products = [
            Document(id="tagged", title="Blue thing with a very long name", tags=("summer",)),
            Document(id="said", title="Another thing", description="summer " * 3),
        ]
        local.save("shop", products, by_tag)
        assert ids(local, "summer", settings=by_tag) == ["tagged", "said"]

    def test_without_codes_knows_no_sku(self, local):
        settings = SearchSettings(searched=("title",))
        local.save("shop", [Document(id="1", title="Lamp", skus=("AB-1234",))], settings)
        assert ids(local, "ab-1234", settings=settings) == []

    def test_keeps_titles_shown_where_they_are_not_searched(self, local):
        settings = SearchSettings(searched=("brand",))
        local.save("shop", SHOES, settings)
        assert search(local, "zenit", settings=settings).hits[0].title_html == "Blue running shoe"


class TestConfigure:
    @pytest.mark.parametrize(
        ("settings", "takes_a_rebuild"),
        [
            (SearchSettings(), False),
            (SearchSettings(synonyms={"a": ("b",)}, stop_words=frozenset({"x"}), typos=False), False),
            (SearchSettings(facets=("brand",), price_bands=(100,)), False),
            (SearchSettings(searched=tuple(reversed(ATTRIBUTES[1:])) + ATTRIBUTES[:1]), True),
            (SearchSettings(searched=(*ATTRIBUTES[:2], *reversed(ATTRIBUTES[2:]))), False),
            (SearchSettings(languages=("german",)), True),
            (SearchSettings(searched=("title",)), True),
        ],
    )
    def test_takes_a_rebuild_only_for_what_is_indexed_otherwise(self, shoes, settings, takes_a_rebuild):
        assert shoes.configure("shop", settings) is takes_a_rebuild

    def test_leaves_an_index_that_is_there_its_own(self, shoes):
        shoes.save("shop", [Document(id="4", title="Rote Schuhe")], SearchSettings(languages=("german",)))
        assert shoes.configure("shop", SearchSettings(languages=("german",)))


class TestBoosts:
    def test_come_first_where_nothing_is_asked(self, shoes):
        boosts = (Boost(condition=Condition(facet="brand", values=("Zenit",)), weight=2.0),)
        assert ids(shoes, "", boosts=boosts)[0] == "2"
        assert [ids(shoes, "", boosts=boosts, offset=n, limit=1)[0] for n in range(3)] == ids(shoes, "", boosts=boosts)

    def test_multiply_each_other(self, shoes):
        acme, first = Condition(facet="brand", values=("Acme",)), Condition(facet=ID, values=("1",))
        boosts = tuple(Boost(condition=each, weight=weight) for each, weight in ((acme, 0.5), (first, 4.0)))
        plain = shoes.explain("shop", SearchQuery(text="running"), "1").score
        assert shoes.explain("shop", SearchQuery(text="running", boosts=boosts), "1").score == pytest.approx(2 * plain)


class TestExplain:
    def test_adds_up_to_the_score_and_names_words_and_places(self, shoes):
        why = shoes.explain("shop", SearchQuery(text="red runing shoe", is_prefix=False), "1")
        texts = [reason.text for reason in why.reasons]
        assert why.is_found
        assert why.score == pytest.approx(sum(reason.score for reason in why.reasons))
        assert list(why.reasons) == sorted(why.reasons, key=lambda reason: -abs(reason.score))
        assert "“runing”, corrected to “running”, in the title" in texts
        assert "It has all the words" in texts
        assert "“runing” is taken for a misspelling of “running”." in why.read_as

    def test_orders_as_the_search_does(self, shoes):
        query = SearchQuery(
            text="acme running", boosts=(Boost(condition=Condition(facet=ID, values=("3",)), weight=1.5),)
        )
        hits = [hit.id for hit in shoes.search("shop", query).hits]
        scores = [shoes.explain("shop", query, each).score for each in hits]
        assert scores == sorted(scores, reverse=True)

    def test_says_what_a_word_was_completed_to_and_what_stands_instead(self, shoes):
        settings = SearchSettings(synonyms={"sneaker": ("running shoe",)})
        why = shoes.explain("shop", SearchQuery(text="the sneaker", settings=settings), "2")
        assert why.read_as == (
            "“the” is left out: it says nothing by itself.",
            "“sneaker” is also a synonym of “running shoe”.",
        )
        assert why.reasons[0].text == "“sneaker”, by its synonym “running shoe”, in the title"
        assert any(
            "completed to “leather”" in r.text for r in shoes.explain("shop", SearchQuery(text="leat"), "3").reasons
        )

    def test_says_why_a_product_is_not_found(self, shoes):
        filtered = SearchQuery(text="shoe", filters={"brand": ("Acme",)})
        assert shoes.explain("shop", filtered, "2").read_as[-1] == "The filters leave the product out."
        assert shoes.explain("shop", filtered, "3").read_as[-1] == "It has too few of the words."
        assert shoes.explain("shop", filtered, "9").read_as[-1] == "The product is not in the index."

    def test_of_an_empty_index_finds_nothing(self, local):
        assert not local.explain("shop", SearchQuery(text="shoe"), "1").is_found


class TestComplete:
    def test_reads_what_is_misspelled(self, shoes):
        assert shoes.complete("shop", "runing", 3) == ["running"]
        assert shoes.complete("shop", "red shoo", 3)[0] == "red shoe"

    def test_gives_each_word_once_whatever_its_inflection(self, local):
        local.save("shop", [Document(id=str(n), title=title) for n, title in enumerate(["Shoe", "Shoes", "Shoes"])])
        assert local.complete("shop", "sh", 3) == ["shoes"]


class TestSimilar:
    def test_prefers_the_same_kind(self, local):
        kinds = [("1", "Oak table", "Tables"), ("2", "Oak frame", "Frames"), ("3", "Beech table", "Tables")]
        local.save("shop", [Document(id=key, title=title, facets={"type": (kind,)}) for key, title, kind in kinds])
        assert local.similar("shop", "1", 2) == ["3", "2"]


class TestDigests:
    def test_of_many_documents_come_once_each(self, local):
        saved = {f"gid://{n}": f"{n:x}" for n in range(2000)}
        local.save("shop", [Document(id=key, title="Shoe", digest=digest) for key, digest in saved.items()])
        told = list(local.digests("shop"))
        assert len(told) == 2000
        assert dict(told) == saved


class TestToken:
    def test_is_none_for_files(self, shoes):
        assert shoes.token("shop", SearchSettings(), seconds=60) is None


class TestIndexedText:
    @given(st.text(max_size=80))
    def test_is_the_words_of_a_text_however_they_are_found(self, text):
        assert analysis.indexed_text(text).split() == " ".join(analysis.indexed_words(text)).split()


@pytest.mark.skipif(not vectors.model_name(), reason="the extra of requirements-vectors.txt is not installed")
class TestMeaning:
    SOFAS = (
        Document(id="couch", title="Grey couch", description="A soft seat for three in the living room"),
        Document(id="saw", title="Grey saw", description="A tool for cutting wood in the workshop"),
    )

    def test_orders_what_the_words_leave_equal(self, local):
        local.save("shop", self.SOFAS)
        assert ids(local, "grey thing for the living room")[0] == "couch"
        assert local.similar("shop", "saw", 1) == ["couch"]

    def test_is_kept_by_updates_and_can_be_switched_off(self, local):
        local.save("shop", self.SOFAS)
        local.save("shop", [replace(self.SOFAS[0], title="Blue couch")])
        with_vectors = local.explain("shop", SearchQuery(text="blue furniture"), "couch")
        without = local.explain(
            "shop", SearchQuery(text="blue furniture", settings=SearchSettings(vectors=False)), "couch"
        )
        assert with_vectors.score != without.score
        assert local.configure("shop", SearchSettings(vectors=False))
