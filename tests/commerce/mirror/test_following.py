"""Which parcels are followed from now on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.mirror import following
from commerce.mirror.following import Wanted
from commerce.tables.tracking_settings import TrackingSettings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def row(**told: Any) -> dict[str, Any]:
    wanted = Wanted(**{"number": "1ZABC", "source": "api", "carrier": "ups"} | told)
    return following.new_row(wanted, TrackingSettings(), shop_id=1, known={"ups"}, now=NOW)


class TestANewRow:
    def test_knows_by_which_clocks_it_lives(self) -> None:
        told = row(to={"country": "us", "postcode": "94107", "province": "CA"})
        assert (told["to_country"], told["to_zone"]) == ("US", "America/Los_Angeles")
        assert told["from_zone"] == "America/New_York"
        assert row(to={"country": None, "postcode": None})["to_zone"] == ""

    def test_is_handed_over_where_the_shop_is(self) -> None:
        chosen = TrackingSettings(from_country="US", from_postcode="10001")
        wanted = Wanted(number="1ZABC", source="api", to={"country": "DE", "postcode": "10115"})
        told = following.new_row(wanted, chosen, shop_id=1, known=(), now=NOW)
        assert (told["from_country"], told["from_zone"], told["to_zone"]) == ("US", "America/New_York", "Europe/Berlin")

    @pytest.mark.parametrize(
        ("told", "why"),
        [
            ({}, ""),
            ({"carrier": "fedex"}, "no_account"),
            ({"carrier": ""}, "unknown_carrier"),
            ({"shipped_at": NOW - timedelta(days=50)}, "history"),
            ({"placed_at": NOW - timedelta(days=50)}, "history"),
            ({"placed_at": NOW - timedelta(days=50), "shipped_at": NOW}, ""),
            ({"status": "delivered"}, "done"),
            ({"status": "no word of ours"}, ""),
        ],
    )
    def test_says_why_its_carrier_is_not_asked(self, told: dict[str, Any], why: str) -> None:
        made = row(**told)
        assert (made["stopped"], made["next_check_at"] is None) == (why, bool(why))

    def test_is_asked_for_at_once_where_the_carrier_may_have_it(self) -> None:
        assert row(shipped_at=NOW - timedelta(days=1))["next_check_at"] == NOW
        assert row(status="in_transit")["next_check_at"] == NOW
        assert row(shipped_at=NOW)["next_check_at"] > NOW

    def test_has_a_page_that_nobody_guesses(self) -> None:
        assert len({row()["token"] for _ in range(50)}) == 50
        assert len(row()["token"]) == 20


class TestWhatIsWrong:
    def test_tables_that_cannot_be_read_do_not_keep_an_order_from_being_stored(self) -> None:
        wanted = Wanted(number="1ZABC", source="api", carrier="ups")
        chosen = TrackingSettings(tables={"rungs": 3})
        assert following.new_row(wanted, chosen, shop_id=1, known={"ups"}, now=NOW)["next_check_at"] > NOW

    def test_a_day_that_nobody_sends_on_is_none(self) -> None:
        assert row(shipped_at=datetime(9999, 12, 31, 23, tzinfo=UTC))["shipped_at"] is None
        assert row(shipped_at=NOW + timedelta(days=9))["shipped_at"] == NOW + timedelta(days=9)
