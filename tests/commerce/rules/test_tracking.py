"""How parcels move: forward only, whatever comes late, twice or in disorder."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules import tracking
from commerce.rules.tracking import (
    ATTEMPT_FAILED,
    DELIVERED,
    ENDED,
    EXPIRED,
    IN_TRANSIT,
    LABEL_CREATED,
    MILESTONES,
    NOT_FOUND,
    OUT_FOR_DELIVERY,
    PICKED_UP,
    RETURNED,
    STATUSES,
    Advance,
    Scan,
    State,
    Told,
    advance,
    recount,
)

START = datetime(2026, 11, 16, 8, tzinfo=UTC)
NOW = START + timedelta(days=30)


def scan(hours: float, status: str, text: str = "") -> Scan:
    return Scan(at=START + timedelta(hours=hours), status=status, text=text)


def told(*scans: Scan, status: str = "") -> Told:
    return Told(number="N", carrier="c", scans=scans, status=status)


def heard(*batches: Told) -> tuple[State, list[str]]:
    """The state after these tellings, and the milestones that were told."""
    state, known, milestones = State(), set[str](), list[str]()
    for batch in batches:
        step = advance(state, known, batch, now=NOW)
        state = step.state
        known |= {line.key for line in step.new}
        milestones += [line.status for line in step.milestones]
    return state, milestones


lines = st.lists(
    st.builds(
        scan,
        st.integers(0, 400),
        st.sampled_from([status for status in STATUSES if status not in (RETURNED, tracking.CANCELLED)] + [""]),
        st.sampled_from(["a", "b"]),
    ),
    max_size=12,
)


class TestProperties:
    @given(lines, st.randoms())
    def test_the_same_lines_give_the_same_status_in_any_order(self, scans: list[Scan], random: object) -> None:
        shuffled = list(scans)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        one_by_one, _ = heard(*(told(line) for line in shuffled))
        assert one_by_one.status == recount(scans).status
        assert heard(told(*scans))[0].status == recount(scans).status

    @given(lines)
    def test_what_is_told_again_changes_nothing_and_is_no_news(self, scans: list[Scan]) -> None:
        once, milestones = heard(told(*scans))
        assert heard(told(*scans), told(*scans)) == (once, milestones)

    @given(lines, lines)
    def test_what_ended_stays(self, before: list[Scan], after: list[Scan]) -> None:
        state, _ = heard(told(*before, scan(1, DELIVERED)), told(*after))
        assert state.status == DELIVERED

    @given(lines)
    def test_only_milestones_are_told_and_the_end_is_told_last(self, scans: list[Scan]) -> None:
        state, milestones = heard(*(told(line) for line in scans))
        assert set(milestones) <= MILESTONES
        if state.status in ENDED:
            assert milestones[-1] == state.status

    @given(lines)
    def test_a_parcel_that_moved_never_goes_back_to_its_label(self, scans: list[Scan]) -> None:
        state, _ = heard(*(told(line) for line in scans))
        assert state.moved == (state.status not in (NOT_FOUND, LABEL_CREATED))


class TestALateLine:
    def test_never_undoes_delivered(self) -> None:
        state, milestones = heard(
            told(scan(5, OUT_FOR_DELIVERY), scan(9, DELIVERED)), told(scan(3, IN_TRANSIT)), told(scan(12, IN_TRANSIT))
        )
        assert (state.status, state.scanned_at) == (DELIVERED, START + timedelta(hours=9))
        assert milestones == [OUT_FOR_DELIVERY, DELIVERED]

    def test_of_before_the_state_is_stored_and_told_to_nobody(self) -> None:
        step: Advance = advance(
            State(status=OUT_FOR_DELIVERY, scanned_at=START + timedelta(hours=5), moved=True),
            set(),
            told(scan(1, PICKED_UP)),
            now=NOW,
        )
        assert [line.status for line in step.new] == [PICKED_UP]
        assert (step.state.status, step.milestones) == (OUT_FOR_DELIVERY, ())

    def test_of_the_label_does_not_take_back_what_moved(self) -> None:
        assert heard(told(scan(1, PICKED_UP)), told(scan(2, LABEL_CREATED)))[0].status == PICKED_UP

    def test_that_moves_counts_though_the_label_has_a_later_time(self) -> None:
        assert heard(told(scan(8, LABEL_CREATED)), told(scan(1, PICKED_UP)))[0].status == PICKED_UP


class TestMilestones:
    def test_several_in_one_answer_are_told_in_their_order(self) -> None:
        _, milestones = heard(told(scan(9, DELIVERED), scan(1, PICKED_UP), scan(5, OUT_FOR_DELIVERY)))
        assert milestones == [PICKED_UP, OUT_FOR_DELIVERY, DELIVERED]

    def test_missed_on_two_days_is_told_twice_on_one_day_once(self) -> None:
        again = told(scan(1, ATTEMPT_FAILED), scan(2, ATTEMPT_FAILED, "again"), scan(26, ATTEMPT_FAILED))
        assert heard(again)[1] == [ATTEMPT_FAILED, ATTEMPT_FAILED]


class TestTheWordForTheWhole:
    def test_counts_where_no_line_says_more(self) -> None:
        state, milestones = heard(told(status=DELIVERED))
        assert (state.status, milestones) == (DELIVERED, [DELIVERED])

    def test_counts_where_the_last_line_is_not_understood(self) -> None:
        state, _ = heard(told(scan(1, IN_TRANSIT), scan(2, ""), status=OUT_FOR_DELIVERY))
        assert state.status == OUT_FOR_DELIVERY

    def test_does_not_hide_lines_that_come_later(self) -> None:
        state, _ = heard(told(status=IN_TRANSIT), told(scan(1, OUT_FOR_DELIVERY)))
        assert state.status == OUT_FOR_DELIVERY

    def test_that_the_carrier_does_not_know_it_does_not_stop_a_journey(self) -> None:
        assert heard(told(status=NOT_FOUND))[0].status == NOT_FOUND
        assert heard(told(scan(1, IN_TRANSIT)), told(status=NOT_FOUND))[0].status == IN_TRANSIT
        assert heard(told(status=NOT_FOUND), told(scan(1, PICKED_UP)))[0].status == PICKED_UP

    def test_is_told_once(self) -> None:
        assert heard(told(status=DELIVERED), told(status=DELIVERED))[1] == [DELIVERED]


class TestOthers:
    def test_an_expired_parcel_is_taken_up_again(self) -> None:
        state = State(status=EXPIRED, scanned_at=START, moved=True)
        assert advance(state, set(), told(scan(700, DELIVERED)), now=NOW).state.status == DELIVERED

    @pytest.mark.parametrize("status", STATUSES)
    def test_every_word_has_a_place_on_the_way(self, status: str) -> None:
        assert 1 <= tracking.progress(status) <= 5
