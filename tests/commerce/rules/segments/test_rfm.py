"""RFM: every combination has its group, more is never worse, and who has the same value has the same quintile."""

from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.segments import rfm
from commerce.rules.segments.rfm import BY_NAME, CELLS, GROUPS, PROSPECTS, cuts, group_of, quintile, score, value_of

FIVE = range(1, 6)
# From worst to best along one line of the table; those of one rank differ in the other direction.
RANKS = {
    "dormant": 0,
    "almost_lost": 1,
    "at_risk": 2,
    "previously_loyal": 3,
    "needs_attention": 4,
    "promising": 5,
    "new": 5,
    "active": 6,
    "loyal": 7,
    "champions": 8,
}


class TestGroups:
    def test_cover_every_combination(self) -> None:
        assert CELLS.keys() == {(recency, value) for recency in FIVE for value in FIVE}
        found = {group_of(recency=r, frequency=f, monetary=m) for r in FIVE for f in FIVE for m in FIVE}
        assert found == BY_NAME.keys() - {PROSPECTS}
        assert len(GROUPS) == len(BY_NAME) == 11

    def test_grow_with_what_was_bought(self) -> None:
        for recency in FIVE:
            line = [RANKS[CELLS[recency, value]] for value in FIVE]
            assert line == sorted(line), recency

    def test_grow_with_how_recent_it_was(self) -> None:
        for value in FIVE:
            line = [RANKS[CELLS[recency, value]] for recency in FIVE]
            assert line == sorted(line), value

    def test_count_halves_up(self) -> None:
        assert [value_of(frequency=1, monetary=other) for other in FIVE] == [1, 2, 2, 3, 3]

    def test_have_the_corners_that_their_names_say(self) -> None:
        corners = {(5, 5): "champions", (5, 1): "new", (1, 5): "previously_loyal", (1, 1): "dormant"}
        assert {cell: CELLS[cell] for cell in corners} == corners


class TestQuintile:
    def test_of_different_values_are_fifths(self) -> None:
        assert [quintile(smaller=place, equal=1, total=10) for place in range(10)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]

    def test_of_all_alike_is_the_middle(self) -> None:
        assert [quintile(smaller=0, equal=number, total=number) for number in (25, 26, 1000)] == [3, 3, 3]

    def test_of_those_alike_is_that_of_the_middle_of_their_places(self) -> None:
        # 60 of 100 ordered once, 25 twice, 15 more often.
        assert quintile(smaller=0, equal=60, total=100) == 2
        assert quintile(smaller=60, equal=25, total=100) == 4
        assert quintile(smaller=85, equal=15, total=100) == 5

    @given(st.lists(st.integers(-3, 9), min_size=1, max_size=60))
    def test_is_the_one_that_begins_below(self, values: list[int]) -> None:
        begins = cuts(values)
        for value in values:
            smaller, equal = sum(other < value for other in values), values.count(value)
            assert score(value, begins) == quintile(smaller=smaller, equal=equal, total=len(values))
        assert set(begins) <= set(FIVE)
        assert [begins[each] for each in sorted(begins)] == sorted(begins.values())

    def test_of_who_is_below_all_is_the_lowest_there_is(self) -> None:
        assert score(0, {2: 5.0, 4: 9.0}) == 2
        assert rfm.FEWEST >= rfm.QUINTILES
