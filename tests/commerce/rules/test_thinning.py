"""Lines drawn with few points: none is invented, the ends stay, what stands out stays."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.thinning import thinned

VALUES = st.lists(st.floats(-1e6, 1e6), max_size=400)
MOST = st.integers(3, 50)


class TestThinned:
    @given(values=VALUES, most=MOST)
    def test_has_no_more_than_asked_for_and_only_what_was_there(self, values: list[float], most: int) -> None:
        points = [(float(place), value) for place, value in enumerate(values)]
        kept = thinned(points, most)
        assert len(kept) == min(len(points), most)
        places = [points.index(point) for point in kept]
        assert places == sorted(set(places))
        assert kept[:1] == points[:1]
        assert kept[-1:] == points[-1:]

    @given(length=st.integers(60, 3000), most=st.integers(10, 50), share=st.floats(0.01, 0.99))
    def test_keeps_the_one_that_stands_out(self, length: int, most: int, share: float) -> None:
        place = max(1, min(length - 2, int(length * share)))
        points = [(float(x), 1000.0 if x == place else 0.0) for x in range(length)]
        assert points[place] in thinned(points, most)

    def test_takes_one_of_each_stretch(self) -> None:
        kept = thinned([(float(x), float(x % 2)) for x in range(10_000)], 100)
        gaps = [after[0] - before[0] for before, after in pairwise(kept)]
        assert max(gaps) < 2.1 * 10_000 / 98

    @pytest.mark.parametrize("most", [2, 0, -1])
    def test_refuses_what_is_no_line(self, most: int) -> None:
        with pytest.raises(ValueError, match="3 or more"):
            thinned([(0.0, 0.0)], most)
