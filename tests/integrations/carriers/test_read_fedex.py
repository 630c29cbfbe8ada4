"""FedEx: a reason says more than its event, and one number may have several results."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from commerce.rules.tracking import STATUSES, Told, recount
from integrations.carrier_api import Problem
from integrations.carriers import lines
from integrations.carriers.fedex import read as fedex_read
from integrations.carriers.fedex.read import meaning, read
from tests.integrations.carriers.shapes import FEDEX_NUMBER, NOW, asked, fedex, fedex_event, states

SHARED = Path(__file__).resolve().parents[4] / "shared/data/carriers"
PARTIES = {"SH", "CU", "BR", "TP"}  # who a thing is done by or to; no events


def told(*events: dict[str, Any], **more: Any) -> Told:
    answer = read(fedex(*events, **more), asked(FEDEX_NUMBER), now=NOW)
    assert isinstance(answer, Told)
    return answer


class TestMeaning:
    @pytest.mark.parametrize(
        ("event", "reason", "words", "status"),
        [
            ("OC", "", "", "label_created"),
            ("PU", "", "", "picked_up"),
            ("DO", "", "", "picked_up"),
            ("AR", "", "", "in_transit"),
            ("Ow", "", "", "in_transit"),
            ("OD", "", "", "out_for_delivery"),
            ("HP", "", "", "ready_for_pickup"),
            ("HL", "", "", "ready_for_pickup"),
            ("CP", "", "", "customs"),
            ("CD", "", "", "customs"),
            ("CC", "", "", "customs"),
            ("DY", "", "", "delayed"),
            ("DD", "", "", "delayed"),
            ("SE", "", "", "exception"),
            ("DE", "", "", "exception"),
            ("DE", "08", "Customer not available or business closed", "attempt_failed"),
            ("DE", "A1", "Customer not available or business closed", "attempt_failed"),
            ("DE", "", "Customer not available or business closed", "attempt_failed"),
            ("DE", "15", "Customer not available or business closed", "attempt_failed"),
            ("DE", "07", "Shipment refused by recipient", "exception"),
            ("DE", "03", "Incorrect address", "exception"),
            ("DE", "A47", "FedEx redirected your package to a nearby FedEx location", "in_transit"),
            ("SE", "A25", "Package available for clearance", "customs"),
            ("SE", "65", "", "customs"),
            ("DY", "A52", "Package delayed", "delayed"),
            ("DY", "43", "Local weather delay", "delayed"),
            ("DY", "ZZ", "Arriving later than expected", "delayed"),
            ("RS", "", "", "returning"),
            ("CA", "", "", "cancelled"),
            ("DL", "", "", "delivered"),
            ("PU", "A25", "Package available for clearance", "picked_up"),
            ("SP", "", "", ""),
            ("RP", "", "", ""),
        ],
    )
    def test_of_events_and_their_reasons(self, event: str, reason: str, words: str, status: str) -> None:
        found, _ = meaning(event, "", reason, words)
        assert (found.status if found else None) == status

    def test_falls_back_to_the_derived_status_and_says_so(self) -> None:
        found, sure = meaning("Q9", "OD", "", "")
        assert (found.status if found else None, sure) == ("out_for_delivery", False)

    def test_is_never_guessed(self) -> None:
        assert meaning("Q9", "", "", "") == (None, False)

    def test_of_a_reason_that_no_table_has_is_listed(self) -> None:
        assert told(fedex_event("DE", "DE", reason="Q9", words="Frobnicated")).unknown == (("DE:Q9", "Frobnicated"),)

    def test_covers_the_official_list(self) -> None:
        file = SHARED / "status_codes/fedex_status_codes.csv"
        if not file.exists():
            pytest.skip("FedEx's list is not here")
        with file.open(encoding="utf-8") as rows:
            missing = [row["code"] for row in csv.DictReader(rows) if not meaning(row["code"], "", "", "")[1]]
        assert not missing

    def test_is_told_in_our_words(self) -> None:
        tables = lines.codes(Path(fedex_read.__file__).parent / "codes.json")
        assert {found.status for table in tables.values() for found in table.values()} <= {*STATUSES, ""}


class TestRead:
    def test_a_whole_journey(self) -> None:
        portland = {"city": "PORTLAND", "stateOrProvinceCode": "OR", "postalCode": "97218", "countryCode": "US"}
        there = {"place": portland, "kind_of_place": "DESTINATION_FEDEX_FACILITY"}
        answer = told(
            fedex_event(
                "DL", "DL", date="2026-11-24T12:41:57-08:00", place=portland, kind_of_place="DELIVERY_LOCATION"
            ),
            fedex_event("OD", "IT", date="2026-11-24T06:47:00-08:00", place=portland, kind_of_place="VEHICLE"),
            fedex_event("AR", "IT", date="2026-11-24T05:38:00-08:00", **there),
            fedex_event("DP", "IT", date="2026-11-21T01:29:05-06:00"),
            fedex_event("PU", "PU", date="2026-11-20T15:00:00-06:00", kind_of_place="PICKUP_LOCATION"),
            fedex_event("OC", "IN", date="2026-11-19T10:36:00-06:00", place={}, kind_of_place="CUSTOMER"),
            latestStatusDetail={"code": "DL", "derivedCode": "DL"},
            deliveryDetails={"receivedByName": "CREILLY"},
        )
        assert states(answer) == [
            "label_created",
            "picked_up",
            "in_transit",
            "in_transit",
            "out_for_delivery",
            "delivered",
        ]
        assert [scan.at_destination for scan in answer.scans] == [False, False, False, True, True, False]
        assert (answer.status, answer.service, answer.signed_by) == ("delivered", "FedEx Ground", "CREILLY")

    def test_times_keep_their_clock(self) -> None:
        first, second = told(
            fedex_event("OC", date="2026-11-19T15:30:57-05:00", place={}),
            fedex_event("AR", date="2026-11-20T10:15:00-06:00"),
        ).scans
        assert first.at == datetime(2026, 11, 19, 20, 30, 57, tzinfo=UTC)
        assert (first.local, first.zone) == ("2026-11-19T15:30:57", "-05:00")
        assert (second.local, second.zone) == ("2026-11-20T10:15:00", "America/Chicago")

    def test_a_time_without_an_offset_is_that_of_the_place(self) -> None:
        (scan,) = told(fedex_event("PU", date="2026-11-20T00:00:00")).scans
        assert scan.at == datetime(2026, 11, 20, 6, tzinfo=UTC)
        assert not scan.guessed

    @pytest.mark.parametrize(
        ("more", "days"),
        [
            (
                {"dateAndTimes": [{"type": "ESTIMATED_DELIVERY", "dateTime": "2026-11-24T20:00:00-08:00"}]},
                (date(2026, 11, 24), date(2026, 11, 24)),
            ),
            (
                {
                    "estimatedDeliveryTimeWindow": {
                        "window": {"begins": "2026-11-24T08:00:00-08:00", "ends": "2026-11-25T20:00:00-08:00"}
                    }
                },
                (date(2026, 11, 24), date(2026, 11, 25)),
            ),
            (
                {"standardTransitTimeWindow": {"window": {"ends": "2026-11-25T00:00:00-06:00"}}},
                (date(2026, 11, 25), date(2026, 11, 25)),
            ),
            ({}, (None, None)),
        ],
    )
    def test_expected_days(self, more: dict[str, Any], days: tuple[date | None, date | None]) -> None:
        answer = told(fedex_event("AR"), **more)
        assert (answer.expected_first, answer.expected_last) == days

    def test_the_latest_of_several_shipments_of_one_number(self) -> None:
        element = fedex(fedex_event("HP", date="2026-11-20T10:00:00-06:00"))
        element["trackResults"] += fedex(fedex_event("DL", "DL", date="2026-11-21T10:00:00-06:00"))["trackResults"]
        answer = read(element, asked(FEDEX_NUMBER), now=NOW)
        assert isinstance(answer, Told)
        assert states(answer) == ["delivered"]

    def test_a_number_that_was_used_before(self) -> None:
        element = fedex(fedex_event("DL", "DL", date="2025-03-20T10:00:00-06:00"))
        element["trackResults"] += fedex(latestStatusDetail={"code": "OC", "derivedCode": "IN"})["trackResults"]
        answer = read(element, asked(FEDEX_NUMBER, shipped_on=date(2026, 11, 19)), now=NOW)
        assert isinstance(answer, Told)
        assert (answer.scans, answer.status) == ((), "label_created")

    def test_back_at_the_sender(self) -> None:
        answer = told(
            fedex_event("RS", "RS", date="2026-11-20T10:00:00-06:00"),
            fedex_event("DL", "DL", date="2026-11-24T10:00:00-06:00"),
            latestStatusDetail={"code": "DL", "derivedCode": "DL"},
        )
        assert (states(answer), answer.status) == (["returning", "returned"], "returned")

    def test_a_failed_attempt_stays_one(self) -> None:
        answer = told(
            fedex_event("OD", date="2026-11-24T08:00:00-08:00"),
            fedex_event("DE", "DE", date="2026-11-24T11:00:00-08:00", reason="08", words="Customer not available"),
        )
        assert recount(answer.scans).status == "attempt_failed"

    def test_a_whole_answer_too(self) -> None:
        raw = {"output": {"completeTrackResults": [fedex(number="1"), fedex(fedex_event("PU", "PU"))]}}
        answer = read(raw, asked(FEDEX_NUMBER), now=NOW)
        assert isinstance(answer, Told)
        assert states(answer) == ["picked_up"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("TRACKING.TRACKINGNUMBER.NOTFOUND", "not_found"),
            ("TRACKING.TRACKINGNUMBER.INVALID", "invalid"),
            ("SYSTEM.UNAVAILABLE.EXCEPTION", "away"),
            ("SOMETHING.NEW", "not_found"),  # by its words
        ],
    )
    def test_of_one_number(self, code: str, kind: str) -> None:
        error = {"code": code, "message": "Tracking number cannot be found."}
        raw = {"trackingNumber": "1", "trackResults": [{"trackingNumberInfo": {"trackingNumber": "1"}, "error": error}]}
        answer = read(raw, asked("1"), now=NOW)
        assert isinstance(answer, Problem)
        assert answer.kind == kind

    @pytest.mark.parametrize("raw", [None, [], {}, "no", 5, {"trackResults": "x"}, {"trackResults": [{}]}])
    def test_of_what_cannot_be_read(self, raw: Any) -> None:
        answer = read(raw, asked("1"), now=NOW)
        assert isinstance(answer, Problem)
        assert answer.kind == "garbled"


class TestRecorded:
    @pytest.mark.skipif(not SHARED.exists(), reason="recorded answers are not here")
    @pytest.mark.parametrize(
        ("name", "status", "count"),
        [("duplicate_tracking_response", "delivered", 8), ("inconsistent_date_time_response", "delivered", 17)],
    )
    def test_are_read(self, name: str, status: str, count: int) -> None:
        raw = json.loads((SHARED / f"responses/fedex/response.{name}.json").read_text())
        element = raw["output"]["completeTrackResults"][0]
        answer = read(element, asked(element["trackingNumber"], country="US"), now=NOW)
        assert isinstance(answer, Told)
        assert (answer.status, len(answer.scans), answer.unknown) == (status, count, ())
        assert recount(answer.scans).status == status
