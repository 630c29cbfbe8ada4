"""Charts with none, one and ten thousand points: within their picture, told in words, with a table behind."""

import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp import charts

VALUES = st.lists(st.integers(0, 10**9), max_size=600)


def places(points: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in points.split())]


def named(number: int) -> list[str]:
    return [f"Day {place}" for place in range(number)]


class TestLines:
    @settings(max_examples=60)
    @given(values=VALUES)
    def test_stay_within_their_picture(self, values: list[int]) -> None:
        chart = charts.lines({"Orders": values}, named(len(values)))
        found = places(chart.lines[0].points)
        assert len(found) == min(len(values), charts.MOST_POINTS)
        assert all(0 <= x <= charts.WIDTH and 0 <= y <= charts.HEIGHT for x, y in found)
        assert len(chart.rows) + chart.left_out == len(values)

    def test_of_nothing_say_so(self) -> None:
        chart = charts.lines({"Orders": []}, [])
        assert (chart.lines[0].points, chart.lines[0].dot, chart.rows) == ("", None, [])
        assert "nothing to show" in chart.words

    def test_of_one_point_are_a_dot(self) -> None:
        chart = charts.lines({"Orders": [3]}, ["Monday"])
        assert chart.lines[0].dot == (0.0, 6.0)
        assert chart.words == "Orders: 3."

    def test_of_ten_thousand_are_thin_and_keep_their_peak(self) -> None:
        wave = [50 + 10 * math.sin(place / 300) for place in range(10_000)]
        wave[7_001] = 100.0
        chart = charts.lines({"Orders": wave}, named(10_000))
        assert len(places(chart.lines[0].points)) == charts.MOST_POINTS
        assert min(y for _, y in places(chart.lines[0].points)) == 6.0
        assert chart.words.startswith("Orders: 10,000 values from 40.0 to 100")

    def test_are_told_apart_without_colour(self) -> None:
        chart = charts.lines({"A": [1, 2], "B": [2, 1]}, ["x", "y"])
        assert [line.kind for line in chart.lines] == [1, 2]
        assert chart.rows[0] == charts.Row(label="y", values=("2", "1"))


class TestBars:
    @settings(max_examples=60)
    @given(values=VALUES)
    def test_stay_within_their_picture_and_lose_nothing(self, values: list[int]) -> None:
        chart = charts.bars(values, named(len(values)))
        assert len(chart.bars) <= charts.MOST_BARS
        assert all(bar.x >= 0 and bar.x + bar.width <= charts.WIDTH + 0.01 for bar in chart.bars)
        assert all(bar.y >= 0 and bar.y + bar.height <= charts.HEIGHT + 0.11 for bar in chart.bars)
        told = [int(bar.label.rpartition(": ")[2].replace(",", "")) for bar in chart.bars]
        assert sum(told) == sum(values)

    def test_of_what_is_little_are_seen_all_the_same(self) -> None:
        small, large, none = charts.bars([1, 100_000, 0], named(3)).bars
        assert small.height == 3.0
        assert large.height == 114.0
        assert none.is_empty


class TestSpark:
    @pytest.mark.parametrize("values", [[], [3], [None, 4], [0, 0, 0]])
    def test_is_none_of_what_is_no_line(self, values: list[Any]) -> None:
        assert charts.spark(values, of="Orders") is None

    def test_leaves_out_what_is_not_known(self) -> None:
        told = charts.spark([None, 20.0, 80.5], of="Share", unit="%")
        assert told is not None
        assert len(places(told.points)) == 2
        assert told.words == "Share: 2 values from 20\u00a0% to 80.5\u00a0%, the last 80.5\u00a0%."


class TestHeat:
    @given(counted=st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 23)), st.integers(0, 10**6)))
    def test_has_every_hour_and_levels_in_order(self, counted: dict[tuple[int, int], int]) -> None:
        chart = charts.heat(counted, of="deliveries")
        assert len(chart.cells) == 7 * 24
        assert len(chart.rows) == 24
        by_number = sorted((counted.get((cell.y, cell.x), 0), cell.level) for cell in chart.cells)
        levels = [level for _, level in by_number]
        assert levels == sorted(levels)
        assert all((level == 0) == (number == 0) for number, level in by_number)

    def test_says_when_it_is_most(self) -> None:
        chart = charts.heat({(4, 17): 40, (0, 9): 12}, of="orders")
        assert re.fullmatch(r"Most orders came on Fri from 17:00: 40\.", chart.words)
