"""On a world of parcels that the tables were not made for (benchmarks/tracking_world.py)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.tracking_observed import observed
from benchmarks.tracking_world import World
from commerce.rules.polling_tables import shipped
from commerce.rules.refit import FEWEST, Observed, Refit, UnableToRefit, refit, shown
from commerce.rules.refit_replay import cost, play
from commerce.rules.refit_rows import BINS, Counts, hours

# Weighing all tables takes seconds, and most tests look at the same result.
pytestmark = pytest.mark.xdist_group("refit")

LEVEL = "economy"


@pytest.fixture(scope="module")
def late() -> Sequence[Observed]:
    """Shipments of a carrier that delivers three hours later than the tables expect."""
    return observed(World(5, shift=3.0).ships(420), seed=5)


@pytest.fixture(scope="module")
def refitted(late: Sequence[Observed]) -> Refit:
    return refit(late, LEVEL)


def dear(fitted: Refit) -> tuple[float, float]:
    """What the judged shipments cost before and after, in hours per shipment, about three milestones each."""
    price = shipped().levels[LEVEL]
    before, after = (price * figures.calls + 2.9 * figures.mean_h for figures in (fitted.before, fitted.after))
    return before, after


class TestRefit:
    def test_wins_back_most_of_what_three_hours_cost(self, refitted: Refit) -> None:
        usual = cost(play(observed(World(5).ships(140), seed=5), LEVEL, shipped()))
        price = shipped().levels[LEVEL]
        at_home = price * usual.calls + 2.9 * usual.mean_h
        before, after = dear(refitted)
        assert before > at_home * 1.05
        assert after < before - 0.5 * (before - at_home)
        assert refitted.worthwhile

    def test_says_what_changed(self, refitted: Refit) -> None:
        assert refitted.changes["ofd"] == "counted anew" or refitted.changes["ofd"].startswith("+")
        unchanged = {
            name for name, row in shipped().rungs[3].hours.items() if row == refitted.tables.rungs[3].hours[name]
        }
        assert unchanged.isdisjoint(set(refitted.changes) & {"ofd", "dest", "due"})

    @pytest.mark.slow
    def test_predicts_what_others_will_cost(self, refitted: Refit) -> None:
        others = observed(World(77, shift=3.0).ships(250), seed=77)
        then = cost(play(others, LEVEL, refitted.tables))
        assert then.calls == pytest.approx(refitted.after.calls, rel=0.12)
        assert then.mean_h == pytest.approx(refitted.after.mean_h, rel=0.25)
        as_shipped = cost(play(others, LEVEL, shipped()))
        assert then.calls < as_shipped.calls * 0.95
        assert then.mean_h < as_shipped.mean_h * 1.1

    @pytest.mark.slow
    def test_finds_little_where_the_tables_fit(self) -> None:
        fitted = refit(observed(World(6).ships(300), seed=6), LEVEL)
        before, after = dear(fitted)
        assert 0.9 * before < after <= before

    def test_gives_the_same_again_in_any_order(self, late: Sequence[Observed]) -> None:
        some = late[:210]
        assert refit(some, LEVEL) == refit(list(reversed(some)), LEVEL)

    def test_refuses_too_few(self, late: Sequence[Observed]) -> None:
        with pytest.raises(UnableToRefit, match=f"{FEWEST} shipments with scans are needed, there are 0"):
            refit([replace(shipment, scans=()) for shipment in late], LEVEL)
        with pytest.raises(UnableToRefit, match="there are 15"):
            refit([shipment for shipment in late if shipment.scans][:150], LEVEL)


class TestHours:
    def counts(self, came: dict[int, int], there: int = 100) -> dict[str, Counts]:
        row = Counts()
        row.there = [there] * (BINS + 1)
        for half_hour, number in came.items():
            row.came[half_hour] = number
        return {"row": row}

    def test_are_right_after_what_comes(self) -> None:
        assert hours(self.counts({20: 80}), "row", 0.3) == (10.5,)

    def test_are_more_for_cheaper_calls(self) -> None:
        counts = self.counts(dict.fromkeys(range(18, 42), 5))
        found = [len(hours(counts, "row", price) or ()) for price in (0.02, 0.1, 0.5, 3.0)]
        assert found == sorted(found, reverse=True)
        assert found[0] > found[-1]

    def test_are_unknown_where_little_was_seen(self) -> None:
        assert hours(self.counts({20: 3}), "row", 0.3) is None
        assert hours({}, "row", 0.3) is None


class TestShown:
    def test_is_at_most_a_usual_lag_after_the_scan(self) -> None:
        made = datetime(2026, 3, 2, 9, tzinfo=UTC)
        assert shown(made, made + timedelta(minutes=5)) == made + timedelta(minutes=5)
        assert shown(made, made + timedelta(hours=5)) == made + timedelta(minutes=20)
        assert shown(made, made - timedelta(minutes=5)) == made
