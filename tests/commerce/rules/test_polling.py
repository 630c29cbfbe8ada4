from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.rules import tracking
from commerce.rules.polling import FORGOTTEN, GAP, RARELY, SILENT, SPREAD, Known, next_check, worth
from commerce.rules.polling_situations import situation
from commerce.rules.polling_tables import ECONOMY, FAST, read, shipped, written

LEVELS = ("economy", "balanced", "fast")
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc", "posix", "right")))
NEW_YORK = ZoneInfo("America/New_York")
SOME = Known(key="some", status="in_transit", created_at=datetime(2026, 3, 2, 15, tzinfo=UTC), zone="America/New_York")


def there(day: int, hour: int, minute: int = 0, zone: ZoneInfo = NEW_YORK) -> datetime:
    """A time in March 2026; the 2nd is a Monday, clocks in New York change on Sunday, the 8th."""
    return datetime(2026, 3, day, hour, minute, tzinfo=zone)


def known(status: str, scanned_at: datetime, **more: object) -> Known:
    moved = status not in tracking.UNMOVED
    return replace(SOME, status=status, scanned_at=scanned_at if moved else None, moved=moved, **more)  # type: ignore[arg-type]


def checks(of: Known, now: datetime, level: str, until: datetime) -> list[datetime]:
    """All checks until then, on the clock of New York."""
    found: list[datetime] = []
    due = next_check(of, now, level)
    while due is not None and due < until:
        found.append(due.astimezone(NEW_YORK))
        due = next_check(of, due, level)
    return found


@st.composite
def shipments(draw: st.DrawFn) -> tuple[Known, datetime]:
    """Any shipment and a time at which it may be asked about, often on the days when clocks change."""
    day = draw(st.sampled_from([date(2026, 3, 7), date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 31)]))
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 4000)))
    created = now - timedelta(hours=draw(st.integers(0, 900)))
    scanned = draw(st.none() | st.just(now - timedelta(minutes=draw(st.integers(0, 20_000)))))
    expected = draw(st.none() | st.integers(-9, 9).map(lambda days: day + timedelta(days=days)))
    shipment = Known(
        key=draw(st.text(max_size=5)),
        status=draw(st.sampled_from(tracking.STATUSES)),
        created_at=created,
        scanned_at=scanned,
        moved=draw(st.booleans()),
        at_destination=draw(st.booleans()),
        expected_first=expected,
        expected_last=expected and expected + timedelta(days=draw(st.integers(0, 3))),
        zone=draw(st.sampled_from([*ZONES, "", "No/Where"])),
        origin_zone=draw(st.sampled_from([*ZONES, ""])),
        country=draw(st.sampled_from(["US", "SA", "IL", ""])),
        international=draw(st.booleans()),
        service=draw(st.sampled_from(["", "express", "ground", "economy", "unheard of"])),
        pushed=draw(st.booleans()),
    )
    return shipment, now


class TestNextCheck:
    @given(shipments(), st.sampled_from(LEVELS), st.floats(0.01, 1000))
    @settings(max_examples=200)
    def test_is_never_at_once_and_never_far_ahead(self, case: tuple[Known, datetime], level: str, price: float) -> None:
        shipment, now = case
        due = next_check(shipment, now, level, price=price)
        ended = shipment.status in tracking.FINAL or now - shipment.latest >= FORGOTTEN
        assert (due is None) == ended
        if due is not None:
            assert due.tzinfo is UTC
            assert now + GAP <= due <= now + RARELY + SPREAD
            assert due == next_check(shipment, now, level, price=price)

    @given(st.sampled_from(ZONES), st.integers(0, 10_000))
    @settings(max_examples=150)
    def test_keeps_to_the_local_clock_across_every_change_of_it(self, zone: str, minutes: int) -> None:
        here = ZoneInfo(zone)
        now = datetime(2026, 3, 5, tzinfo=UTC) + timedelta(minutes=minutes)
        shipment = known("out_for_delivery", now - timedelta(minutes=30), zone=zone)
        due = next_check(shipment, now, "balanced")
        assert due is not None
        hours = [hour for rung in shipped().rungs for name in ("ofd", "attempt") for hour in rung.hours[name]]
        local = due.astimezone(here)
        hour = local.hour + local.minute / 60 + local.second / 3600
        # An hour that the clock skips is taken an hour later.
        assert any((hour - told - late) % 24 <= 7.1 / 60 for told in hours for late in (0, 0.5, 1))

    def test_of_an_unknown_level_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            next_check(SOME, SOME.created_at, "frantic")

    def test_spreads_what_falls_on_one_hour(self) -> None:
        now = there(4, 8)
        due = {next_check(known("out_for_delivery", now, key=str(number)), now, "balanced") for number in range(200)}
        moments = sorted(moment for moment in due if moment)
        assert len(moments) > 150

    @pytest.mark.parametrize("status", sorted(tracking.FINAL))
    def test_is_never_for_one_that_ended(self, status: str) -> None:
        assert next_check(known(status, there(4, 8)), there(4, 9), "fast") is None

    def test_is_rare_after_ten_silent_days_and_never_after_thirty(self) -> None:
        shipment = known("in_transit", there(4, 8))
        late = shipment.latest + SILENT
        assert next_check(shipment, late, "fast") - late >= RARELY  # type: ignore[operator]
        assert next_check(shipment, shipment.latest + FORGOTTEN, "fast") is None

    @pytest.mark.parametrize("level", LEVELS)
    def test_of_one_out_for_delivery_is_within_hours(self, level: str) -> None:
        due = next_check(known("out_for_delivery", there(4, 8)), there(4, 12, 30), level)
        assert due is not None
        assert due < there(4, 15)

    @pytest.mark.parametrize("status", ["label_created", "not_found"])
    def test_of_a_label_is_in_the_evening_at_the_sender(self, status: str) -> None:
        shipment = known(status, there(4, 9), created_at=there(4, 9), origin_zone="Europe/Berlin", zone="Asia/Tokyo")
        due = next_check(shipment, there(4, 9), "balanced")
        assert due is not None
        assert 17 <= due.astimezone(ZoneInfo("Europe/Berlin")).hour <= 22

    def test_of_a_number_that_stays_unknown_is_less_often(self) -> None:
        now = there(3, 12)
        hopeful, hopeless = (known("not_found", now, created_at=there(3, 9), fruitless=times) for times in (0, 6))
        assert len(checks(hopeless, now, "fast", there(4, 12))) < len(checks(hopeful, now, "fast", there(4, 12)))

    def test_of_one_in_transit_is_not_on_a_sunday(self) -> None:
        shipment = known("in_transit", there(7, 3), expected_first=date(2026, 3, 8), expected_last=date(2026, 3, 9))
        found = checks(shipment, there(7, 12), "fast", there(10, 0))
        assert found
        assert all(moment.weekday() != 6 for moment in found)

    def test_rests_on_fridays_where_that_is_the_day_of_rest(self) -> None:
        riyadh = ZoneInfo("Asia/Riyadh")
        shipment = known("in_transit", there(5, 3, zone=riyadh), zone="Asia/Riyadh", country="SA")
        days = set()
        due = next_check(shipment, there(5, 12, zone=riyadh), "fast")
        while due is not None and due < there(9, 0, zone=riyadh):
            days.add(due.astimezone(riyadh).day)
            due = next_check(shipment, due, "fast")
        assert 6 not in days
        assert 8 in days  # a Sunday

    def test_of_one_that_is_pushed_is_once_a_day_after_the_deliveries(self) -> None:
        found = checks(known("in_transit", there(2, 18), pushed=True), there(3, 0), "fast", there(7, 0))
        assert [moment.day for moment in found] == [3, 4, 5, 6]
        assert all(20 <= moment.hour < 22 for moment in found)

    @pytest.mark.parametrize("status", [status for status in tracking.STATUSES if status not in tracking.FINAL])
    def test_of_every_status_comes_within_two_days(self, status: str) -> None:
        found = checks(known(status, there(3, 8)), there(3, 9), "balanced", there(9, 0))
        assert 2 <= len(found) < 60


class TestLevelsAndPrices:
    def week(self, level: str, price: float = 1.0) -> float:
        """Checks within a week of shipments in various situations, on average."""
        found = []
        for number, status in enumerate(["in_transit", "label_created", "out_for_delivery", "attempt_failed"] * 12):
            shipment = known(status, there(3, 8), key=str(number), at_destination=number % 3 == 0)
            count, due = 0, next_check(shipment, there(3, 9), level, price=price)
            while due is not None and due < there(10, 0):
                count += 1
                due = next_check(shipment, due, level, price=price)
            found.append(count)
        return fmean(found)

    def test_faster_levels_ask_more(self) -> None:
        assert self.week("economy") < self.week("balanced") < self.week("fast")

    def test_dearer_calls_are_fewer(self) -> None:
        prices = (0.3, 0.6, 1.0, 1.5, 2.5, 5.0, 10.0, 40.0)
        asked = [self.week("balanced", price) for price in prices]
        assert asked == sorted(asked, reverse=True)
        assert asked[-1] < asked[2] / 2

    def test_a_price_between_two_rungs_moves_a_share_of_the_shipments(self) -> None:
        lower, upper = shipped().rungs[2:4]
        tables = replace(shipped(), levels={"x": (lower.price * upper.price) ** 0.5})
        picked = [tables.rung("x", price=1.0, share=number / 100) for number in range(100)]
        assert picked.count(upper) == 50
        assert picked.count(lower) == 50


class TestWorth:
    def test_is_most_for_those_out_for_delivery(self) -> None:
        now = there(4, 15)
        out = worth(known("out_for_delivery", there(4, 8), checked_at=there(4, 12)), now)
        on_the_way = worth(known("in_transit", there(4, 3), checked_at=there(4, 12)), now)
        label = worth(known("label_created", there(4, 9), created_at=there(4, 9), checked_at=there(4, 12)), now)
        assert out > 2 * max(on_the_way, label)

    def test_of_a_morning_at_the_destination_is_more_than_elsewhere(self) -> None:
        now = there(4, 9, 30)
        here = worth(known("in_transit", there(4, 5), at_destination=True, checked_at=there(4, 6)), now)
        elsewhere = worth(known("in_transit", there(4, 5), checked_at=there(4, 6)), now)
        assert here > 2 * elsewhere

    def test_grows_with_the_time_since_the_last_check(self) -> None:
        now = there(4, 17)
        found = [worth(known("out_for_delivery", there(4, 8), checked_at=there(4, hour)), now) for hour in (16, 14, 11)]
        assert found == sorted(found)

    @given(shipments())
    def test_is_a_chance(self, case: tuple[Known, datetime]) -> None:
        shipment, now = case
        assert 0 <= worth(shipment, now) <= 1

    def test_is_nothing_for_one_that_ended(self) -> None:
        assert worth(known("delivered", there(4, 8)), there(4, 9)) == 0


class TestTables:
    def test_are_written_and_read_again(self) -> None:
        assert read(written(shipped())) == shipped()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"rungs": 1},
            {"rungs": []},
            {"rungs": [{}]},
            {"rungs": [{"price": 1, "hours": {"ofd": [24.5]}}]},
            {"rungs": [{"price": 1, "hours": {"ofd": ["noon"]}}]},
            {"rungs": [{"price": 0, "hours": {}}]},
            {"levels": {"fast": float("nan")}},
            {"levels": []},
            {"chances": {"ofd": [0.5]}},
        ],
    )
    def test_that_are_none_are_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="no clock tables"):
            read(written(shipped()) | wrong)
        with pytest.raises(ValueError, match="no clock tables"):
            read({})

    def test_have_every_row_on_every_rung(self) -> None:
        rows = {frozenset(rung.hours) for rung in shipped().rungs}
        assert len(rows) == 1
        assert {"label_day", "ofd", "dest", "attempt", "returning"} <= next(iter(rows))
        assert shipped().levels[FAST] < shipped().levels[ECONOMY]

    @given(shipments())
    def test_have_a_row_for_every_situation(self, case: tuple[Known, datetime]) -> None:
        shipment, now = case
        if shipment.status not in tracking.FINAL:
            assert situation(shipment, now.date(), now) in shipped().rungs[0].hours
