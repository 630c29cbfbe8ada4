"""What becomes of a message: sent, held or not sent, for every mixture of what may be known."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.notifications import kinds
from commerce.rules.notifications.choices import Choices, choices_of, possible_channels, usual
from commerce.rules.notifications.decisions import Known, decide, outdated, zone_for
from commerce.rules.notifications.kinds import COMMERCIAL, KINDS, TO_MERCHANT
from commerce.rules.notifications.states import CANCELLED, HELD, QUEUED, SUPPRESSED
from commerce.rules.notifications.windows import ALWAYS, opens_at, zone_named

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)  # a Monday
moments = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
zones = st.sampled_from(["Europe/Berlin", "Asia/Tokyo", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe", ""])
spans = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda span: span[0] < span[1])
windows = st.dictionaries(st.integers(0, 6), spans, max_size=7)
words = st.sampled_from(["", "bounced"])


def known(**changes: Any) -> Known:
    plain: dict[str, Any] = {"recipient": "ada@example.com", "expires_at": NOON + timedelta(days=3)}
    return Known(**plain | changes)


class TestAnyMixture:
    @given(
        kind=st.sampled_from(list(KINDS.values())),
        windows=windows,
        zone=zones,
        now=moments,
        left=st.integers(-5, 200),
        suppressed=words,
        consent=st.sampled_from(["", "subscribed", "unsubscribed", "pending"]),
        asked=st.booleans(),
        pressed=st.booleans(),
        old=st.booleans(),
        lately=st.lists(st.integers(0, 40), max_size=8),
        throttle=st.integers(0, 4),
    )
    def test_comes_to_what_it_may(
        self,
        *,
        kind: kinds.Kind,
        windows: Any,
        zone: str,
        now: datetime,
        left: int,
        suppressed: str,
        consent: str,
        asked: bool,
        pressed: bool,
        old: bool,
        lately: list[int],
        throttle: int,
    ) -> None:
        told = known(
            expires_at=now + timedelta(hours=left),
            suppressed=suppressed,
            consent=consent,
            consent_at=now - timedelta(days=2),
            asked_at=now - timedelta(days=1) if asked else None,
            is_asked_for=pressed,
            outdated="It is over." if old else "",
            zone=zone,
            lately=[now - timedelta(hours=hours) for hours in lately],
        )
        chosen = Choices(windows=windows, throttle=throttle)
        came = decide(kind, told, chosen, now=now)
        assert came.state in (QUEUED, HELD, SUPPRESSED, CANCELLED)
        assert bool(came.words) == (came.state != QUEUED)
        if came.state == HELD:
            assert came.until is not None
            assert now < came.until < told.expires_at
            assert not kind.is_critical
            assert kind.category != TO_MERCHANT
            again = decide(kind, told, chosen, now=came.until)
            assert again.state in (QUEUED, HELD, CANCELLED)
            if not throttle:
                assert again.state == QUEUED, "what is held goes out at its time"
        if came.state == QUEUED and kind.category != TO_MERCHANT:
            assert not suppressed
            assert pressed or (not old and now < told.expires_at)
            if kind.category == COMMERCIAL:
                assert consent == "subscribed" or asked
            if not pressed and not kind.is_critical:
                assert opens_at(windows, zone_named(zone), now=now) == now
                assert not throttle or sum(hours < 24 for hours in lately) < throttle

    @given(now=moments, windows=windows, zone=zones)
    def test_opens_within_a_window_and_never_before(self, now: datetime, windows: Any, zone: str) -> None:
        at = opens_at(windows, zone_named(zone), now=now)
        if not windows:
            assert at is None
        elif at is not None:
            assert now <= at <= now + timedelta(days=8)
            assert opens_at(windows, zone_named(zone), now=at) == at


class TestSendWindows:
    def test_are_by_the_recipients_clock(self) -> None:
        open_days = dict.fromkeys(range(5), (9 * 60, 18 * 60))
        berlin, tokyo = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")
        assert opens_at(open_days, berlin, now=NOON) == NOON  # 14:00 there
        assert opens_at(open_days, tokyo, now=NOON) == datetime(2026, 5, 5, 0, tzinfo=UTC)  # 21:00 there
        saturday = NOON + timedelta(days=5)
        assert opens_at(open_days, berlin, now=saturday) == datetime(2026, 5, 11, 7, tzinfo=UTC)

    def test_follow_the_clocks_when_they_change(self) -> None:
        mornings = dict.fromkeys(range(7), (8 * 60, 9 * 60))
        berlin = ZoneInfo("Europe/Berlin")
        before = opens_at(mornings, berlin, now=datetime(2026, 3, 28, 12, tzinfo=UTC))
        assert before == datetime(2026, 3, 29, 6, tzinfo=UTC)  # an hour earlier than the day before

    def test_always_are_all_of_the_time(self) -> None:
        assert opens_at(ALWAYS, ZoneInfo("Asia/Kathmandu"), now=NOON) == NOON


class TestWhereTheyLive:
    @pytest.mark.parametrize(
        ("delivery", "billing", "zone"),
        [
            ({"country": "US", "postcode": "90210", "province": "CA"}, {}, "America/Los_Angeles"),
            ({}, {"country": "JP"}, "Asia/Tokyo"),
            ({"country": "Nowhere"}, {}, "Europe/Berlin"),
            ({}, {}, "Europe/Berlin"),
        ],
    )
    def test_is_where_goods_or_the_bill_go(self, delivery: Any, billing: Any, zone: str) -> None:
        assert zone_for(delivery, billing, shop="Europe/Berlin") == zone


class TestOutdated:
    @pytest.mark.parametrize(
        ("kind", "order", "parcel", "is_so"),
        [
            (kinds.ORDER_CONFIRMATION, "cancelled", "", True),
            (kinds.ORDER_PAID, "cancelled", "", True),
            (kinds.ORDER_CANCELLED, "cancelled", "", False),
            (kinds.PARCEL_IN_TRANSIT, "open", "delivered", True),
            (kinds.PARCEL_OUT_FOR_DELIVERY, "open", "out_for_delivery", False),
            (kinds.PARCEL_DELIVERED, "completed", "delivered", False),
            (kinds.PARCEL_PROBLEM, "open", "delivered", True),
            (kinds.PARCEL_PROBLEM, "open", "returned", False),
        ],
    )
    def test_is_what_came_true_otherwise(self, kind: str, order: str, parcel: str, is_so: bool) -> None:
        assert bool(outdated(kind, order_status=order, parcel_status=parcel)) is is_so


class TestChoices:
    @pytest.mark.parametrize("platform", ["shopify", "woocommerce", "custom"])
    def test_that_are_usual_repeat_nothing_that_the_platform_sends(self, platform: str) -> None:
        chosen = usual(platform)
        assert {name for name, kind in KINDS.items() if platform in kind.sent_by} == {
            name for name in KINDS if not chosen.of(name).is_on
        }

    def test_are_the_same_once_stored(self) -> None:
        chosen = Choices(kinds=usual("custom").kinds, windows={3: (1, 2)}, addresses=("a@b.c",), brand={"colour": "#0"})
        assert choices_of(chosen.as_chosen(), platform="custom") == chosen

    def test_of_another_version_are_as_usual_where_they_say_nothing(self) -> None:
        stored = {"kinds": {"order_paid": {"is_on": False, "channels": ["pigeon"]}, "gone": {}}, "unknown": 1}
        chosen = choices_of(stored, platform="custom")
        assert (chosen.of("order_paid").is_on, chosen.of("order_paid").channels) == (False, ("mail",))
        assert chosen.of("alert") == usual("custom").of("alert")
        assert all(set(chosen.of(name).channels) <= set(possible_channels(name)) for name in KINDS)
