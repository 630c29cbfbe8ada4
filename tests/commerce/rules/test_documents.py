"""The search document: the same for events and rebuilds, plain text throughout."""

from datetime import UTC, datetime
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.documents import Product, document, facet_name, index_of, is_searchable, plain_text
from commerce.rules.products import Option, VariantFacts


class TestPlainText:
    @pytest.mark.parametrize(
        ("markup", "text"),
        [
            ("", ""),
            ("plain", "plain"),
            ("<p>A <b>soft</b>\n\n scarf</p>", "A soft scarf"),
            ("<li>one</li><li>two</li>", "one two"),
            ("<script>alert(1)</script>safe", "safe"),
            ("<SCRIPT type='x'>alert(1)</SCRIPT >safe", "safe"),
            ("<style>p{color:red}</style>safe", "safe"),
            ("a<!-- hidden <b> -->b", "a b"),
            ("&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39; &nbsp;z", "<b> & \"x\" 'y' z"),
            ("un<closed", "un<closed"),
            ("<p>ends in <", "ends in <"),
            ("width < 10 cm and height > 5 cm", "width < 10 cm and height > 5 cm"),
            ("Größe: 10 &micro;m", "Größe: 10 µm"),
        ],
    )
    def test_keeps_the_words_and_nothing_else(self, markup: str, text: str) -> None:
        assert plain_text(markup) == text

    @given(st.text(alphabet="<>/!-abscriptyle &;#=\"' \n", max_size=200))
    def test_takes_any_text(self, markup: str) -> None:
        text = plain_text(markup)
        assert text == " ".join(text.split())

    @pytest.mark.parametrize(
        "piece", ["<", "<script>", "<!--", "<style ", "</", "<a ", "<!-- <script> ", "&", "<script"]
    )
    def test_takes_time_in_proportion_to_the_text(self, piece: str) -> None:
        began = thread_time()
        plain_text(piece * (400_000 // len(piece)))
        assert thread_time() - began < 2.0, "a hostile description must not stop a worker"


class TestFacetName:
    @pytest.mark.parametrize(
        ("name", "asked"),
        [
            ("Color", "color"),
            ("Colour family", "colour-family"),
            ("Größe", "größe"),
            ("  Shoe -- size (EU) ", "shoe-size-eu"),
            ("pa_color", "pa-color"),
            ("ＦＵＬＬ", "full"),
            ("色", "色"),
            ("!?", ""),
        ],
    )
    def test_is_what_shoppers_filter_by(self, name: str, asked: str) -> None:
        assert facet_name(name) == asked

    @given(st.text())
    def test_is_the_same_when_applied_again(self, name: str) -> None:
        assert facet_name(facet_name(name)) == facet_name(name)


def lamp(**changes: object) -> Product:
    told: dict[str, object] = {
        "id": "7",
        "handle": "lamp",
        "title": "Lamp",
        "description": "<p>Bright &amp; warm</p>",
        "sku": "L",
        "brand": "Lux",
        "product_type": "Lighting",
        "categories": ("Home",),
        "tags": ("new",),
        "price": 1999,
        "options": (Option(name="Colour", values=("red", "blue")),),
        "attributes": (("Material", ("steel", "glass")), ("", ("lost",))),
        "variants": (
            VariantFacts(id="1", product_id="7", sku="L1", barcode="4006381333931", options=(("Colour", "red"),)),
            VariantFacts(id="2", product_id="7", sku="L", title="Default Title", options=(("Colour", "red"),)),
            VariantFacts(id="3", product_id="7", title="Blue", options=(("Colour", "blue"),), published=False),
        ),
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Product(**{**told, **changes})  # type: ignore[arg-type]


class TestDocument:
    def test_has_everything_that_is_searched(self) -> None:
        built = document(lamp())
        assert built.skus == ("L", "L1", "4006381333931")
        assert built.description == "Bright & warm"
        assert built.attributes == "Material: steel, glass | Colour: red, blue | Blue"
        assert built.created == 1767225600
        assert (built.price, built.available) == (1999, True)

    def test_offers_what_can_be_bought_as_facets(self) -> None:
        assert document(lamp()).facets == {
            "brand": ("Lux",),
            "type": ("Lighting",),
            "category": ("Home",),
            "tag": ("new",),
            "colour": ("red",),
            "material": ("steel", "glass"),
        }

    def test_takes_options_as_facets_where_no_variant_tells_them(self) -> None:
        assert document(lamp(variants=())).facets["colour"] == ("red", "blue")

    def test_merges_facets_of_one_name(self) -> None:
        built = document(lamp(attributes=(("colour ", ("red", "green")),)))
        assert built.facets["colour"] == ("red", "green")

    def test_is_the_same_for_the_same_product(self) -> None:
        assert document(lamp()) == document(lamp())


class TestIsSearchable:
    @pytest.mark.parametrize(
        ("changes", "found"),
        [({}, True), ({"published": False}, False), ({"status": "draft"}, False), ({"status": "archived"}, False)],
    )
    def test_only_what_shoppers_may_see(self, changes: dict[str, object], found: bool) -> None:
        assert is_searchable(lamp(**changes)) is found


class TestIndexOf:
    def test_is_a_name_that_every_engine_takes(self) -> None:
        assert index_of(12) == "shop-12"
