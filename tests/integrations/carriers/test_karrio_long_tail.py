"""Carriers that karrio reads: marked as such, their times taken for what they are."""

from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from commerce.rules.tracking import STATUSES as OUR_STATUSES
from integrations import registry
from integrations.carrier_api import AWAY, INVALID, NOT_FOUND, REFUSED, Account
from integrations.carriers.karrio import discovered, long_tail
from integrations.carriers.karrio.gate import karrio
from integrations.errors import Permanent
from tests.integrations.carriers.opened import NUMBERS, OwnTokens, ask, kinds, patience
from tests.peers.carriers import peer as faults
from tests.peers.carriers.peer import Fault, Peer

SETTINGS = "consumer_key = a key\nconsumer_secret=\n\nnonsense"


def opened(peer: Peer, carrier: str = "dhl_universal", settings: str = SETTINGS, fault: str = "") -> Any:
    """DHL, as if we had no rules for it."""
    account = Account(carrier=carrier, key="1", credentials={"settings": settings}, origin=peer.url)
    return long_tail.open_tracker(account, OwnTokens(), allow_private_hosts=True, answer_seconds=patience(fault))


class TestAParcel:
    def test_is_told_without_trust_and_without_zone(self, peer: Peer) -> None:
        peer.stage = "delivered"
        told = ask(opened(peer), NUMBERS["dhl"][0]).answers[0].told
        assert told is not None
        assert (told.carrier, told.status, told.trusted) == ("dhl_universal", "delivered", False)
        assert len(told.scans) == 5
        assert all(scan.guessed and not scan.zone for scan in told.scans)
        there = peer.parcel(NUMBERS["dhl"][0]).events[0].at
        newest = max(told.scans, key=lambda scan: scan.at)
        assert newest.local == there.replace(tzinfo=None).isoformat()
        assert newest.at == there.replace(tzinfo=UTC)

    def test_has_the_same_lines_each_time(self, peer: Peer) -> None:
        tracker = opened(peer)
        one, two = (ask(tracker, NUMBERS["dhl"][0]).answers[0].told for _ in range(2))
        assert {scan.key for scan in one.scans} == {scan.key for scan in two.scans}

    def test_does_not_suffer_from_another(self, peer: Peer) -> None:
        first, bad, last = NUMBERS["dhl"]
        for fault in (faults.BAD_GATEWAY, faults.DROPPED, faults.HANG):
            peer.faults[bad], tracker = Fault(fault), opened(peer, fault=fault)
            assert kinds(ask(tracker, first, bad, last))[1] == AWAY
            assert kinds(ask(tracker, first, bad, last))[2] != AWAY

    def test_that_is_not_known_says_so(self, peer: Peer) -> None:
        peer.stages[NUMBERS["dhl"][0]] = "unknown"
        assert kinds(ask(opened(peer), NUMBERS["dhl"][0], "!")) == [NOT_FOUND, INVALID]

    def test_of_a_wrong_key_is_refused(self, peer: Peer) -> None:
        assert kinds(ask(opened(peer, settings="consumer_key=wrong\nconsumer_secret="), NUMBERS["dhl"][0])) == [REFUSED]


class TestAConnector:
    def test_that_is_not_installed_is_not_there(self, peer: Peer) -> None:
        with pytest.raises(KeyError):
            opened(peer, "nowhere_post")

    def test_without_its_settings_says_so(self, peer: Peer) -> None:
        with pytest.raises(Permanent, match="settings do not fit"):
            opened(peer, settings="")

    def test_is_found_where_it_is_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        points = [
            EntryPoint(name, f"karrio.plugins.{name}:METADATA", "karrio.plugins") for name in ("ups", "canada_post")
        ]
        monkeypatch.setattr(discovered, "entry_points", lambda group: points)
        discovered.connectors.cache_clear()
        found = discovered.connectors()
        discovered.connectors.cache_clear()
        assert list(found) == ["canada_post"]
        about = found["canada_post"]
        assert (about.title, about.names, about.trusted) == ("Canada Post", ("canada post", "canada_post"), False)

    def test_is_none_of_ours(self) -> None:
        assert karrio().has("dhl_universal")
        assert not set(registry.carriers()) & {"dhl_universal", "generic"}


class TestWords:
    def test_are_all_in_the_table(self) -> None:
        karrio()
        theirs = {status.name for status in import_module("karrio.core.units").TrackingStatus}
        assert theirs == long_tail.STATUSES.keys()
        assert set(long_tail.STATUSES.values()) <= {*OUR_STATUSES, ""}

    def test_that_are_not_are_told(self) -> None:
        models = karrio().models
        event = models.TrackingEvent(date="2026-11-20", time="04:15 PM", code="Q", status="teleported")
        broken = models.TrackingEvent(date="soon")
        details = models.TrackingDetails(
            carrier_name="x", carrier_id="x", tracking_number="1", events=[event, broken], status="teleported"
        )
        told = long_tail.told(details, "1", "x")
        assert told.unknown == (("teleported", "teleported"),)
        assert [scan.at for scan in told.scans] == [datetime(2026, 11, 20, 16, 15, tzinfo=UTC)]

    def test_of_the_year_1_are_no_time_at_all(self) -> None:
        """What .NET writes where there is none; no clock west of Greenwich can show it."""
        models = karrio().models
        event = models.TrackingEvent(date="0001-01-01", timestamp="0001-01-01T00:00:00.000Z", status="in_transit")
        details = models.TrackingDetails(
            carrier_name="x",
            carrier_id="x",
            tracking_number="1",
            events=[event],
            status="in_transit",
            estimated_delivery="0001-01-01",
        )
        told = long_tail.told(details, "1", "x")
        assert (told.scans, told.expected_last) == ((), None)
