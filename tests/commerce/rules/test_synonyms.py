"""Synonyms as groups and as CSV."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.synonyms import (
    ONE_WAY,
    TWO_WAY,
    Group,
    UnableToReadSynonyms,
    as_csv,
    from_csv,
    group_of,
    groups,
    with_group,
    without_group,
)

WORDS = st.sampled_from(["sofa", "couch", "settee", "red sofa", "divan, old", 'the "big" one', "=1+1"])
SYNONYMS = st.dictionaries(WORDS, st.lists(WORDS, min_size=1, max_size=4, unique=True), max_size=5).map(
    lambda told: {
        word: tuple(other for other in others if other != word) for word, others in told.items() if others != [word]
    }
)


def same(one: dict[str, tuple[str, ...]], other: dict[str, tuple[str, ...]]) -> bool:
    return {word: set(others) for word, others in one.items()} == {word: set(others) for word, others in other.items()}


class TestGroups:
    @given(SYNONYMS)
    def test_say_the_same(self, synonyms: dict[str, tuple[str, ...]]) -> None:
        told: dict[str, tuple[str, ...]] = {}
        for group in groups(synonyms):
            told = with_group(told, group)
        assert same(told, synonyms)

    def test_are_as_they_were_written(self) -> None:
        alike = Group(kind=TWO_WAY, words=("couch", "settee", "sofa"))
        led = Group(kind=ONE_WAY, words=("iphone", "smartphone"))
        assert groups(with_group(with_group({}, alike), led)) == [alike, led]

    def test_can_be_taken_away_again(self) -> None:
        alike, led = Group(kind=TWO_WAY, words=("a", "b", "c")), Group(kind=ONE_WAY, words=("a", "d"))
        both = with_group(with_group({}, alike), led)
        assert groups(without_group(both, alike)) == [led]
        assert groups(without_group(both, led)) == [alike]


class TestCsv:
    @given(SYNONYMS)
    def test_brings_back_what_it_took(self, synonyms: dict[str, tuple[str, ...]]) -> None:
        assert same(from_csv(as_csv(synonyms), before={}), synonyms)

    def test_adds_to_what_is_there(self) -> None:
        told = from_csv("\ufeffTwo-way, Sofa ,couch\r\n\r\none-way,tv,television,telly\r\n", before={"x": ("y",)})
        assert told == {"x": ("y",), "sofa": ("couch",), "couch": ("sofa",), "tv": ("television", "telly")}

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ("two-way,sofa", "Line 1: There have to be at least two"),
            ("two-way,a,b\nsideways,a,b", "Line 2: The kind must be"),
            ("two-way,a," + "b" * 101, "Line 1: Each may have"),
            ('two-way,"a\x00', "Line 1"),
        ],
    )
    def test_names_the_line_that_is_wrong(self, text: str, what: str) -> None:
        with pytest.raises(UnableToReadSynonyms, match=what):
            from_csv(text, before={})


class TestGroupOf:
    def test_has_at_most_so_many_words(self) -> None:
        with pytest.raises(UnableToReadSynonyms):
            group_of(TWO_WAY, [f"word {number}" for number in range(51)])
