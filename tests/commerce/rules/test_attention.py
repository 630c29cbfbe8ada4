"""What needs somebody: the most urgent first, put aside until it is worse."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.attention import BAD, KINDS, WAIT, Dismissed, Need, sort, standing

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def need(kind: str, number: int = 1, *, hours: float | None = None, tone: str = BAD) -> Need:
    newest = None if hours is None else NOW + timedelta(hours=hours)
    return Need(kind=kind, number=number, tone=tone, words=kind, newest=newest)


class TestSort:
    @given(kinds=st.lists(st.sampled_from(KINDS), unique=True), aside=st.sets(st.sampled_from(KINDS)))
    def test_loses_nothing_and_begins_with_the_most_urgent(self, kinds: list[str], aside: set[str]) -> None:
        dismissed = {kind: Dismissed(number=1, at=NOW) for kind in aside}
        found = sort([need(kind) for kind in kinds], dismissed)
        assert {one.kind for one in (*found.open, *found.aside)} == set(kinds)
        assert [one.kind for one in found.open] == [kind for kind in KINDS if kind in kinds and kind not in aside]
        assert set(found.fewer) == aside - set(kinds)

    @pytest.mark.parametrize(
        ("number", "hours", "is_open"),
        [(3, None, False), (2, None, False), (4, None, True), (3, -1, False), (3, 1, True), (1, 1, True)],
    )
    def test_shows_again_what_got_worse(self, number: int, hours: float | None, is_open: bool) -> None:
        found = sort([need("effects", number, hours=hours)], {"effects": Dismissed(number=3, at=NOW)})
        assert bool(found.open) is is_open

    def test_says_of_what_fewer_are_left(self) -> None:
        dismissed = {
            "effects": Dismissed(number=3, at=NOW),
            "parcels": Dismissed(number=2, at=NOW),
            "guide": Dismissed(number=1, at=NOW),
        }
        assert sort([need("effects", 1), need("parcels", 2)], dismissed).fewer == {"effects": 1}

    def test_leaves_out_what_there_is_none_of(self) -> None:
        assert sort([need("parcels", 0)], {}).open == []


class TestStanding:
    def test_is_that_of_the_worst(self) -> None:
        assert standing([]) == "good"
        assert standing([need("parcels", tone=WAIT)]) == WAIT
        assert standing([need("parcels", tone=WAIT), need("queue")]) == BAD
