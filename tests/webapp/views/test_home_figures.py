"""Today's figures on the home page: days of the shop's own calendar, searches, and the load taken off the store."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.tables import searches, shops, tallies
from tests.webapp.markup import words
from tests.webapp.stock import Stock
from webapp.home import days
from webapp.home.savings import hit_ratio, savings, searched


class TestToday:
    def test_has_the_days_of_the_shops_own_calendar(self, here: Any, shop: Stock) -> None:
        now = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)  # half past midnight in Berlin
        with here.database.write() as db:
            for hours in (0, 1, 24, 26):
                at = now - timedelta(hours=hours)
                tallies.add(db, {(shop.id, "received", "shopify"): 10 + hours}, now=at)
        berlin = replace(_shop(here, shop), timezone="Europe/Berlin")
        with here.database.read() as db:
            found = days.read(here.database, db, berlin, now)
        assert found.dates[-1].isoformat() == "2026-05-05"
        assert found.of("received")[-3:] == [36, 11 + 34, 10]

    def test_reads_days_that_are_over_once(self, here: Any, shop: Stock, statements: Any) -> None:
        now = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)
        known = _shop(here, shop)
        found = []
        for hour in (1, 0):
            with here.database.write() as db:
                tallies.add(db, {(shop.id, "received", "shopify"): 5}, now=now - timedelta(hours=hour))
                tallies.add(db, {(shop.id, "received", "shopify"): 2}, now=now - timedelta(days=3 + hour))
            with statements() as seen_ones, here.database.read() as db:
                found.append(days.read(here.database, db, known, now))
            assert len([one for one in seen_ones if "tallies" in one]) == 1
        assert [one.today["received", "shopify"] for one in found] == [5, 10]
        assert [sum(one.of("received")) for one in found] == [7, 12]
        tomorrow = now + timedelta(days=1)
        with here.database.read() as db:
            assert sum(days.read(here.database, db, known, tomorrow).of("received")) == 14

    def test_adds_up_the_load_that_was_taken_off(self, here: Any, shop: Stock) -> None:
        counted = {
            ("pages", "product.hit"): 30, ("pages", "product.miss"): 10, ("pages", "category.stale"): 5,
            ("pages_made", "product"): 10, ("pages_made_us", "product"): 200_000, ("pages_made", "category"): 0,
            ("parcel_checks", "dhl"): 7, ("changed", "product"): 9, ("changed", "order"): 4,
            ("api_calls", "re-read"): 3, ("api_calls", "compare"): 50, ("api_reads", ""): 6, ("track_pages", ""): 2,
        }  # fmt: skip
        now = datetime(2026, 5, 4, 12, tzinfo=UTC)
        with here.database.write() as db:
            tallies.add(db, {(shop.id, *key): number for key, number in counted.items()}, now=now)
        with here.database.read() as db:
            read = days.read(here.database, db, _shop(here, shop), now)
        told = savings(read, {read.dates[-1]: (11, 2), read.dates[0]: (5, 0)})
        assert {one.name: one.today for one in told.saved} == {
            "searches": 11, "reads": 45, "api": 6, "tracking": 2, "polls": 7, "calls": 10,
        }  # fmt: skip
        assert told.by_day[0] == 5
        assert told.today == 81
        assert told.seconds[-1] == pytest.approx(30 * 0.02)
        assert ("Comparing everything", 50, 50) in told.spent
        assert hit_ratio(read.today) == pytest.approx(100 * 35 / 45)
        assert hit_ratio({}) is None

    @pytest.mark.parametrize(("zone", "hour"), [("Pacific/Auckland", 22), ("America/New_York", 2), ("UTC", 12)])
    def test_takes_searches_of_the_present_day_of_utc_for_todays(
        self, here: Any, shop: Stock, zone: str, hour: int
    ) -> None:
        now, there = datetime(2026, 5, 4, hour, tzinfo=UTC), replace(_shop(here, shop), timezone=zone)
        with here.database.write() as db:
            for back, asked in ((0, 40), (1, 7), (40, 1)):
                tally = searches.Tally(asked=asked, empty=back)
                searches.add(db, {(shop.id, now.date() - timedelta(days=back), "tent"): tally})
        with here.database.read() as db:
            read = days.read(here.database, db, there, now)
            found = searched(db, there, read, now)
        assert [found.get(day, (0, 0)) for day in read.dates[-2:]] == [(7, 1), (40, 0)]
        assert sum(one[0] for one in found.values()) == 47

    def test_counts_what_is_answered_here(self, here: Any, api: Any, merchant: Any, shop: Stock) -> None:
        shop.everything()
        for path in ("products", "orders", "customers/31"):
            assert api.get(f"/api/v1/{path}").status_code == 200
        here.counting.write()
        assert re.search(r"Reads by your own systems .*? 3 3 ", words(merchant.get("/dashboard/load").text))


def _shop(here: Any, shop: Stock) -> Any:
    with here.database.read() as db:
        return shops.by_id(db, here.vault, shop.id)
