"""What a merchant chooses of the search, in writing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.search_settings import ATTRIBUTES, LANGUAGES, SORTS, USUAL, SearchSettings
from commerce.rules.written_settings import UnableToReadSettings, as_json, language_of, read, read_labels

PHRASES = st.text(alphabet="abcß7", min_size=1, max_size=10)


def some_of(names: tuple[str, ...]) -> Any:
    return st.lists(st.sampled_from(names), min_size=1, unique=True).map(tuple)


class TestRead:
    @given(
        st.builds(
            SearchSettings,
            languages=some_of(LANGUAGES),
            searched=some_of(ATTRIBUTES),
            synonyms=st.dictionaries(
                PHRASES.map(lambda word: f"a {word}"),
                st.lists(PHRASES, min_size=1, max_size=4, unique=True).map(tuple),
                max_size=4,
            ),
            stop_words=st.frozensets(PHRASES, max_size=5),
            facets=st.none() | st.lists(PHRASES, unique=True, max_size=5).map(tuple),
            sorts=some_of(SORTS),
            price_bands=st.lists(st.integers(1, 10**6), unique=True, max_size=5).map(lambda all_: tuple(sorted(all_))),
            typos=st.booleans(),
            vectors=st.booleans(),
        )
    )
    def test_reads_what_was_written(self, settings: SearchSettings) -> None:
        assert read(as_json(settings)) == settings

    def test_leaves_what_is_not_told_as_it_was(self) -> None:
        before = SearchSettings(languages=("german",), typos=False)
        assert read({"vectors": False}, before=before) == SearchSettings(
            languages=("german",), typos=False, vectors=False
        )

    def test_folds_words_of_synonyms(self) -> None:
        told = read({"synonyms": {" Sofa ": ["Couch", "couch", "sofa", " "]}, "stop_words": [" The", ""]})
        assert (told.synonyms, told.stop_words) == ({"sofa": ("couch",)}, {"the"})

    @pytest.mark.parametrize(
        ("told", "field"),
        [
            ({"languages": ["klingon"]}, "languages"),
            ({"languages": []}, "languages"),
            ({"searched": "title"}, "searched"),
            ({"synonyms": ["sofa"]}, "synonyms"),
            ({"synonyms": {"sofa": "couch"}}, "synonyms"),
            ({"stop_words": [5]}, "stop_words"),
            ({"stop_words": ["x\ud800"]}, "stop_words"),
            ({"synonyms": {"sofa": ["\udfff"]}}, "synonyms"),
            ({"facets": ["!"]}, "facets"),
            ({"sorts": ["random"]}, "sorts"),
            ({"price_bands": [5, 3]}, "price_bands"),
            ({"price_bands": [0]}, "price_bands"),
            ({"price_bands": [True]}, "price_bands"),
            ({"typos": 1}, "typos"),
        ],
    )
    def test_names_the_field_that_is_wrong(self, told: dict[str, Any], field: str) -> None:
        with pytest.raises(UnableToReadSettings) as error:
            read(told)
        assert error.value.field == field


class TestReadLabels:
    def test_keeps_them_by_the_names_of_facets(self) -> None:
        assert read_labels({"Shoe size": " Größe ", "brand": ""}) == {"shoe-size": "Größe"}

    @pytest.mark.parametrize("told", [[], {"!": "x"}, {"brand": 5}, {"brand": "\ud800"}])
    def test_refuses_anything_else(self, told: Any) -> None:
        with pytest.raises(UnableToReadSettings):
            read_labels(told)


class TestLanguageOf:
    @pytest.mark.parametrize(
        ("locale", "language"), [("de", "german"), ("pt-BR", "portuguese"), ("nb_NO", "norwegian"), ("", "english")]
    )
    def test_is_that_of_the_locale(self, locale: str, language: str) -> None:
        assert language_of(locale) == language

    def test_is_english_where_no_inflections_are_known(self) -> None:
        assert language_of("pl") == USUAL.languages[0]
