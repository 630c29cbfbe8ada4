"""Red and M are met by one variant, not by a red S beside a blue M: in filters, in counts, and in what is typed."""

from itertools import product as every

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commerce.rules.documents import Document
from integrations.search.embedded.engine import EmbeddedEngine
from integrations.search_api import SearchQuery
from tests.examples import examples

COLORS, SIZES, CUTS = ("Red", "Blue"), ("S", "M"), ("Slim", "Wide")


def shirt(key, *variants, **more):
    """A shirt in these variants: options by name."""
    facets = {}
    for variant in variants:
        for name, value in variant.items():
            facets.setdefault(name, {})[value] = None
    facets |= {name: dict.fromkeys(values) for name, values in more.items()}
    return Document(
        id=key,
        title="Shirt",
        attributes=" | ".join(" / ".join(variant.values()) for variant in variants),
        facets={name: tuple(values) for name, values in facets.items()},
        variants=tuple(tuple(variant.items()) for variant in variants),
    )


MIXED = shirt("mixed", {"color": "Red", "size": "S"}, {"color": "Blue", "size": "M"})
EXACT = shirt("exact", {"color": "Red", "size": "M"}, {"color": "Blue", "size": "S"})
PLAIN = shirt("plain", {"size": "M"}, {"size": "L"}, color=("Red",), brand=("Acme",))
TRIPLE = shirt(
    "triple",
    {"color": "Red", "size": "M", "cut": "Wide"},
    {"color": "Red", "size": "S", "cut": "Slim"},
    {"color": "Blue", "size": "M", "cut": "Slim"},
)


@pytest.fixture
def shirts(engine, index):
    engine.save(index, [MIXED, EXACT, PLAIN, TRIPLE])
    return index


def found(engine, index, *, text="", facets=(), **filters):
    result = engine.search(index, SearchQuery(text=text, filters=filters, facets=facets))
    return {hit.id for hit in result.hits}, {name: dict(pairs) for name, pairs in result.facets.items()}


class TestFilters:
    def test_have_to_be_met_by_one_variant(self, engine, shirts):
        assert found(engine, shirts, color=("Red",), size=("M",))[0] == {"exact", "plain", "triple"}

    def test_take_what_is_no_option_of_a_product_from_the_product(self, engine, shirts):
        assert found(engine, shirts, brand=("Acme",), color=("Red",), size=("L",))[0] == {"plain"}

    def test_accept_any_value_of_each(self, engine, shirts):
        assert found(engine, shirts, color=("Red", "Blue"), size=("M",))[0] == {"mixed", "exact", "plain", "triple"}
        assert found(engine, shirts, color=("Green", "Blue"), size=("S",))[0] == {"exact"}

    def test_of_three_options_are_met_by_one_variant_too(self, engine, shirts):
        """Every two of them are met by some variant of the product, all three by none."""
        assert found(engine, shirts, color=("Red",), size=("M",), cut=("Slim",))[0] == set()
        assert found(engine, shirts, color=("Red",), size=("S",), cut=("Slim",))[0] == {"triple"}


class TestCounts:
    def test_of_an_option_know_the_other_filter(self, engine, shirts):
        _, counts = found(engine, shirts, color=("Blue",), facets=("size", "color"))
        assert counts["size"] == {"M": 2, "S": 1}
        assert counts["color"] == {"Red": 4, "Blue": 3}

    def test_of_a_filtered_option_say_what_else_there_is(self, engine, shirts):
        _, counts = found(engine, shirts, color=("Red",), size=("S",), facets=("size",))
        assert counts["size"] == {"M": 3, "S": 2, "L": 1}

    def test_are_what_filtering_by_the_value_finds(self, engine, shirts):
        asked = {"color": ("Red",), "cut": ("Wide", "Slim")}
        _, counts = found(engine, shirts, facets=("size",), **asked)
        assert counts["size"] == {
            size: len(found(engine, shirts, **asked, size=(size,))[0])
            for size in SIZES
            if found(engine, shirts, **asked, size=(size,))[0]
        }


class TestTyped:
    """Only the engine that ranks itself prefers what one variant has."""

    def test_words_prefer_what_one_variant_has(self, local):
        others = [shirt(f"other{n}", {"color": "Green", "size": "L"}) for n in range(3)]
        for pair in ([MIXED, EXACT], [EXACT, MIXED]):
            local.drop("shop")
            local.save("shop", [*pair, *others])
            assert [hit.id for hit in local.search("shop", SearchQuery(text="shirt red m")).hits][:2] == [
                "exact",
                "mixed",
            ]


options = st.fixed_dictionaries(
    {"color": st.sampled_from(COLORS)}, optional={"size": st.sampled_from(SIZES), "cut": st.sampled_from(CUTS)}
)


class TestAnyVariants:
    @settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(products=st.lists(st.lists(options, min_size=1, max_size=4), min_size=1, max_size=5))
    def test_are_found_as_looking_at_each_would_find_them(self, tmp_path_factory, products):
        engine = EmbeddedEngine(tmp_path_factory.mktemp("index"))
        documents = [shirt(str(number), *variants) for number, variants in enumerate(products)]
        engine.save("shop", documents)
        for color, size, cut in every((*COLORS, None), (*SIZES, None), (*CUTS, None)):
            asked = {name: value for name, value in (("color", color), ("size", size), ("cut", cut)) if value}
            expected = {document.id for document in documents if _meets(document, asked)}
            filters = {name: (value,) for name, value in asked.items()}
            result = engine.search("shop", SearchQuery(filters=filters))
            assert {hit.id for hit in result.hits} == expected


def _meets(document, asked):
    """One variant has all that are options of the product's variants together; each is on the product at all."""
    if any(value not in document.facets.get(name, ()) for name, value in asked.items()):
        return False
    variants = [dict(variant) for variant in document.variants]
    names = [set(variant) for variant in variants]
    for together in _subsets(asked):
        is_option = any(together <= known for known in names)
        if is_option and not any(all(v.get(name) == asked[name] for name in together) for v in variants):
            return False
    return True


def _subsets(asked):
    names = sorted(asked)
    chosen = [
        {name for name, taken in zip(names, bits, strict=True) if taken} for bits in every((0, 1), repeat=len(names))
    ]
    return [some for some in chosen if len(some) > 1]
