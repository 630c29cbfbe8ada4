"""EasyPost: status and detail of each line; UTC throughout."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from commerce.rules.tracking import STATUSES, Told
from integrations.carrier_api import Problem
from integrations.carriers import lines
from integrations.carriers.easypost import read as easypost_read
from integrations.carriers.easypost.read import meaning, read
from tests.integrations.carriers.shapes import EASYPOST_NUMBER, NOW, asked, easypost, easypost_detail, states

SHARED = Path(__file__).resolve().parents[4] / "shared/data/carriers/responses/easypost_recorded"


def told(*details: dict[str, Any], status: str = "in_transit", **more: Any) -> Told:
    answer = read(easypost(*details, status=status, **more), asked(EASYPOST_NUMBER), now=NOW)
    assert isinstance(answer, Told)
    return answer


class TestMeaning:
    @pytest.mark.parametrize(
        ("status", "detail", "ours"),
        [
            ("pre_transit", "label_created", "label_created"),
            ("in_transit", "received_at_origin_facility", "picked_up"),
            ("in_transit", "departed_facility", "in_transit"),
            ("in_transit", "something_new", "in_transit"),
            ("in_transit", "weather_delay", "delayed"),
            ("out_for_delivery", "out_for_delivery", "out_for_delivery"),
            ("available_for_pickup", "arrived_at_pickup_location", "ready_for_pickup"),
            ("delivered", "arrived_at_destination", "delivered"),
            ("return_to_sender", "return", "returning"),
            ("return_to_sender", "delivered", "returned"),
            ("failure", "delivery_exception", "attempt_failed"),
            ("failure", "refused", "exception"),
            ("failure", "lost", "exception"),
            ("cancelled", "cancelled", "cancelled"),
            ("error", "unknown", "exception"),
            ("unknown", "unknown", ""),
        ],
    )
    def test_of_status_and_detail(self, status: str, detail: str, ours: str) -> None:
        found, sure = meaning(status, detail)
        assert (found.status if found else None, sure) == (ours, True)

    def test_is_never_guessed(self) -> None:
        assert meaning("teleported", "") == (None, False)

    def test_is_told_in_our_words(self) -> None:
        tables = lines.codes(Path(easypost_read.__file__).parent / "codes.json")
        assert {found.status for table in tables.values() for found in table.values()} <= {*STATUSES, ""}


class TestRead:
    def test_lines_and_the_clock_of_their_places(self) -> None:
        houston = {"city": "HOUSTON", "state": "TX", "zip": "77063"}
        answer = told(
            easypost_detail("pre_transit", at="2026-11-19T08:25:26Z", place=houston),
            easypost_detail("in_transit", "arrived_at_destination", at="2026-11-23T08:25:26Z"),
        )
        assert states(answer) == ["label_created", "in_transit"]
        first, second = answer.scans
        assert first.at == datetime(2026, 11, 19, 8, 25, 26, tzinfo=UTC)
        assert (first.local, first.zone) == ("2026-11-19T02:25:26", "America/Chicago")
        assert (second.local, second.zone, second.at_destination) == ("", "", True)

    def test_the_estimated_day(self) -> None:
        assert told().expected_first == date(2026, 11, 24)
        local = {"est_delivery_date_local": "2026-11-25", "service": "x"}
        assert told(carrier_detail=local).expected_first == date(2026, 11, 25)

    def test_a_tracker_of_which_nothing_is_known(self) -> None:
        assert told(status="unknown").status == "not_found"

    def test_what_nobody_knows_is_listed(self) -> None:
        answer = told(easypost_detail("teleported", "beamed", message="Up"))
        assert (states(answer), answer.unknown) == ([""], (("teleported:beamed", "Up"),))

    @pytest.mark.parametrize(
        ("raw", "kind"),
        [
            ({"error": {"code": "TRACKER.NOT_FOUND", "message": "None"}}, "not_found"),
            ({"error": {"code": "UNAUTHORIZED", "message": "No"}}, "refused"),
            ({"error": {"code": "RATE_LIMITED", "message": "Slow"}}, "too_often"),
            ({}, "garbled"),
            (None, "garbled"),
            ([], "garbled"),
        ],
    )
    def test_refusals(self, raw: Any, kind: str) -> None:
        answer = read(raw, asked(EASYPOST_NUMBER), now=NOW)
        assert isinstance(answer, Problem)
        assert answer.kind == kind


def _trackers(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for entry in node for found in _trackers(entry)]
    if not isinstance(node, dict):
        return []
    here = [node] if node.get("object") == "Tracker" else []
    return here + [found for entry in node.values() for found in _trackers(entry)]


class TestRecorded:
    @pytest.mark.skipif(not SHARED.exists(), reason="recorded answers are not here")
    def test_are_all_read(self) -> None:
        trackers = [found for file in SHARED.glob("*.json") for found in _trackers(json.loads(file.read_text()))]
        assert trackers
        for tracker in trackers:
            answer = read(tracker, asked(tracker["tracking_code"]), now=NOW)
            assert isinstance(answer, Told)
            assert answer.unknown == ()
            assert len(answer.scans) == len(tracker["tracking_details"])
