"""What titles call their products, what queries look for, and what that does to the order of hits."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.documents import Document
from commerce.rules.search_settings import USUAL
from integrations.search.text.analysis import query_words
from integrations.search.text.naming import Naming
from integrations.search_api import SearchQuery

ENGLISH, GERMAN, FRENCH = Naming(("english",)), Naming(("german",)), Naming(("french",))


class TestKinds:
    @pytest.mark.parametrize(
        ("title", "kind"),
        [
            ("HP Photosmart M407 digital camera", "camera"),
            ("Canon camera case", "case"),
            ("Leather case for iPad", "case"),
            ("Set of 10 LED Christmas lights - warm white", "lights"),
            ("Salt and pepper mill, 2 pieces", "mill"),
            ("External hard disk 500 GB", "disk"),
            ("Desk lamp (black)", "lamp"),
            ("(2-pack) AA batteries", "batteries"),
            ("Adapter HDMI/DVI", "dvi"),
            ("For Ever perfume", "perfume"),
            ("WH-1000XM4", "wh"),
            ("500 GB", "gb"),
            ("", ""),
        ],
    )
    def test_are_the_noun_before_what_a_product_is_for_or_has(self, title, kind):
        assert ENGLISH.kinds(title) == [kind]

    @pytest.mark.parametrize(
        ("title", "kind"),
        [("Lederhülle für iPad", "lederhulle"), ("Sessel aus Eichenholz", "sessel"), ("犬小屋", "小屋")],
    )
    def test_are_read_in_the_languages_of_the_shop(self, title, kind):
        assert GERMAN.kinds(title) == [kind]

    @pytest.mark.parametrize(
        ("title", "kinds"),
        [
            ("Robe noire", ["robe", "noire"]),
            ("Étui en cuir pour iPhone", ["etui"]),
            ("Nike chaussures de running", ["nike", "chaussures"]),
            ("", [""]),
        ],
    )
    def test_may_be_the_first_word_where_nouns_come_first(self, title, kinds):
        assert FRENCH.kinds(title) == kinds

    @given(st.text(max_size=60), st.sampled_from([ENGLISH, GERMAN, FRENCH]))
    def test_are_words_of_the_title(self, title, naming):
        words = set(query_words(title)) | {""}
        assert set(naming.kinds(title)) <= words


class TestNoun:
    @pytest.mark.parametrize(
        ("query", "noun"),
        [
            ("led christmas lights", "lights"),
            ("playstation 4", "playstation"),
            ("external hard disk 500 gb", "disk"),
            ("ssd 1tb", "ssd"),
            ("case for iphone 7", "case"),
            ("for ipad", "ipad"),
            ("90210", "90210"),
            ("", ""),
        ],
    )
    def test_is_the_last_word_but_for_numbers_and_purposes(self, query, noun):
        assert ENGLISH.noun(query.split()) == noun

    def test_is_the_first_word_where_nouns_come_first(self):
        assert FRENCH.noun(["coque", "iphone", "7"]) == "coque"

    @given(st.lists(st.text(min_size=1, max_size=8), min_size=1), st.sampled_from([ENGLISH, FRENCH]))
    def test_is_one_of_the_words(self, words, naming):
        assert naming.noun(words) in words


class TestOrder:
    """Products before their accessories, though an accessory says the word more often or in fewer words."""

    @pytest.mark.parametrize(
        ("language", "query", "titles"),
        [
            ("english", "camera", ["Ardeo M40 digital camera", "Camera bag"]),
            ("english", "cameras", ["Ardeo M40 digital camera with zoom", "Ardeo M40 camera bag"]),
            ("english", "head phones", ["Ardeo M40 stereo headphones", "Ardeo headphones cable"]),
            ("english", "phone 7", ["Ardeo M40 phone 7", "Ardeo phone cable 7"]),
            ("german", "Kamera", ["Ardeo M40 digitale Kamera", "Tasche für Kamera"]),
            ("french", "lampe", ["Lampe murale en laiton poli", "Ampoule pour lampe"]),
        ],
    )
    def test_is_by_what_a_title_calls_its_product(self, local, language, query, titles):
        settings = replace(USUAL, languages=(language,), vectors=False)
        rebuild = local.rebuild("shop", "t", settings)
        rebuild.save([Document(id=str(place), title=title) for place, title in enumerate(titles)])
        rebuild.finish()
        hits = local.search("shop", SearchQuery(text=query, settings=settings, is_prefix=False)).hits
        assert [hit.id for hit in hits] == ["0", "1"]

    def test_is_the_same_on_every_page(self, local):
        words = ("camera", "bag", "lens", "strap")
        local.save(
            "shop",
            [
                Document(id=f"{n}", title=f"Ardeo {n % 7} camera {words[n % 4]}", description="x " * n)
                for n in range(150)
            ],
        )
        whole = [hit.id for hit in local.search("shop", SearchQuery(text="camera bag", limit=100)).hits]
        paged = [
            hit.id
            for first in range(0, 100, 7)
            for hit in local.search("shop", SearchQuery(text="camera bag", offset=first, limit=7)).hits
        ]
        assert paged[:100] == whole

    def test_is_explained(self, local):
        local.save("shop", [Document(id="1", title="Digital camera"), Document(id="2", title="Camera bag")])
        query = SearchQuery(text="camera", is_prefix=False)
        told = [{reason.text for reason in local.explain("shop", query, each).reasons} for each in ("1", "2")]
        assert "“camera” is what its title calls the product" in told[0] - told[1]

    def test_knows_no_kind_where_titles_are_not_searched(self, local):
        settings = replace(USUAL, searched=("description",), vectors=False)
        rebuild = local.rebuild("shop", "t", settings)
        rebuild.save([Document(id="1", title="Camera", description="A bag"), Document(id="2", title="Bag")])
        rebuild.finish()
        hits = local.search("shop", SearchQuery(text="bag", settings=settings)).hits
        assert [hit.id for hit in hits] == ["1"]
