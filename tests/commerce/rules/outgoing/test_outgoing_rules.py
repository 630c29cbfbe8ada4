"""Filters, the schedule and the health of endpoints, for whatever comes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.outgoing import health, tries
from commerce.rules.outgoing.health import DISABLED, HEALTHY, LIMIT_TIME, LIMIT_TRIES, OFF, WARNS_AT, Health
from commerce.rules.outgoing.names import EVENTS, FILTERS, UnableToReadFilters, read_filters, wants

NOW = datetime(2026, 5, 1, tzinfo=UTC)


class TestFilters:
    @given(st.sets(st.sampled_from(FILTERS), min_size=1), st.sampled_from(list(EVENTS)))
    def test_want_the_same_once_they_are_read(self, told: set[str], name: str) -> None:
        read = read_filters(told)
        assert wants(read, name) == wants(told, name)
        assert len(read) == len(set(read)) <= len(told)
        assert read_filters(read) == read

    @pytest.mark.parametrize("told", [[], [""], ["order.unheard"], ["order"], ["*.created"], ["order.*", "x"]])
    def test_that_fit_nothing_are_refused(self, told: list[str]) -> None:
        with pytest.raises(UnableToReadFilters):
            read_filters(told)

    @pytest.mark.parametrize(
        ("filters", "name", "wanted"),
        [
            (["*"], "parcel.delivered", True),
            (["order.*"], "order.paid", True),
            (["order.*"], "orders.paid", False),
            (["order.paid"], "order.created", False),
        ],
    )
    def test_are_exact_or_for_a_noun_or_for_all(self, filters: list[str], name: str, wanted: bool) -> None:
        assert wants(filters, name) is wanted


class TestTheSchedule:
    @given(
        st.integers(1, tries.MOST_TRIES + 3),
        st.floats(-1, 2),
        st.none() | st.floats(0, 10**9),
    )
    def test_never_comes_sooner_than_published_or_wished(self, made: int, chance: float, wished: float | None) -> None:
        wait = tries.next_wait(made, chance=chance, wished=wished)
        if made >= tries.MOST_TRIES:
            assert wait is None
            return
        published = tries.RETRIES[made - 1]
        assert wait is not None
        assert published <= wait <= max(published * (1 + tries.SPREAD), tries.LONGEST_WISH)
        assert wait >= min(wished or 0, tries.LONGEST_WISH)

    def test_takes_about_three_days(self) -> None:
        assert timedelta(days=2, hours=20) < timedelta(seconds=sum(tries.RETRIES)) < timedelta(days=3, hours=4)
        assert list(tries.RETRIES) == sorted(tries.RETRIES)


answers = st.lists(
    st.tuples(st.sampled_from([200, 204, 301, 404, 500, None]), st.floats(0.1, 20_000)), min_size=1, max_size=80
)


class TestHealth:
    @given(answers)
    def test_after_whatever_was_answered(self, answered: list[tuple[int | None, float]]) -> None:
        known, now, warned = HEALTHY, NOW, list[int]()
        for status, passed in answered:
            now += timedelta(seconds=passed)
            verdict = health.after(known, status, now=now)
            if tries.is_success(status):
                assert verdict.health == HEALTHY
                warned.clear()
            else:
                assert verdict.health.failures == known.failures + 1
                assert verdict.health.failing_since is not None
                lasted = now - verdict.health.failing_since
                assert (verdict.ends == OFF) == (verdict.health.failures >= LIMIT_TRIES and lasted >= LIMIT_TIME)
                warned += [verdict.warning] if verdict.warning else []
            known = verdict.health
            assert warned == sorted(set(warned))
            assert set(warned) <= set(WARNS_AT)

    @given(st.integers(0, 10_000))
    def test_rests_longer_each_time_and_never_for_long(self, failures: int) -> None:
        known = health.after(Health(failures=failures, failing_since=NOW), 500, now=NOW).health
        if failures + 1 < health.BREAKS_AFTER:
            assert known.rests_until is None
            assert health.at_once(known, now=NOW, usually=4) == 4
            return
        assert known.rests_until is not None
        rest = known.rests_until - NOW
        assert timedelta(seconds=30) <= rest <= timedelta(minutes=10)
        following = health.after(known, 500, now=NOW).health.rests_until
        assert following is not None
        assert following - NOW >= rest
        assert health.at_once(known, now=NOW, usually=4) == 0
        assert health.at_once(known, now=known.rests_until, usually=4) == 1

    def test_that_wants_nothing_any_more_ends_at_once(self) -> None:
        assert health.after(HEALTHY, 410, now=NOW).ends == DISABLED
