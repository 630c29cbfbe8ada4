"""USPS: event codes, and texts where a code stands for several things; local times of a ZIP."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from commerce.rules.tracking import STATUSES, Told, recount
from integrations.carrier_api import Problem
from integrations.carriers import lines
from integrations.carriers.usps import read as usps_read
from integrations.carriers.usps.read import meaning, read
from tests.integrations.carriers.shapes import NOW, USPS_NUMBER, asked, states, usps, usps_event

SHARED = Path(__file__).resolve().parents[4] / "shared/data/carriers"


def told(*events: dict[str, Any], **more: Any) -> Told:
    answer = read(usps(*events, **more), asked(USPS_NUMBER), now=NOW)
    assert isinstance(answer, Told)
    return answer


CASES = [
    ("GX", "Shipping Label Created, USPS Awaiting Item", "label_created"),
    ("MA", "Pre-Shipment Info Sent to USPS, USPS Awaiting Item", "label_created"),
    ("MA", "Pre-Shipment Info Sent to USPS", "label_created"),
    ("80", "Picked Up by Shipping Partner, USPS Awaiting Item", "label_created"),
    ("82", "Departed Shipping Partner Facility, USPS Awaiting Item", "label_created"),
    ("03", "Accepted at USPS Origin Facility", "picked_up"),
    ("03", "USPS in possession of item", "picked_up"),
    ("03", "USPS picked up item", "picked_up"),
    ("OA", "Accepted at USPS Origin Facility", "picked_up"),
    ("UA", "Accepted at USPS Facility", "picked_up"),
    ("TM", "Shipment Received, Package Acceptance Pending", "picked_up"),
    ("AD", "Accepted at USPS Destination Facility", "picked_up"),
    ("10", "Arrived at USPS Regional Origin Facility", "in_transit"),
    ("10", "Arrived at USPS Regional Facility", "in_transit"),
    ("A1", "Arrived at USPS Facility", "in_transit"),
    ("EF", "Departed USPS Regional Facility", "in_transit"),
    ("NT", "In Transit to Next Facility", "in_transit"),
    ("NT", "In Transit, Arriving Late", "delayed"),
    ("PC", "Sorting Complete", "in_transit"),
    ("07", "Arrived at Post Office", "in_transit"),
    ("07", "Arrived at Hub", "in_transit"),
    ("06", "Forwarded", "in_transit"),
    ("08", "Missent", "in_transit"),
    ("OF", "Out for Delivery", "out_for_delivery"),
    ("OF", "Out for Delivery, Expected Delivery by 9:00pm", "out_for_delivery"),
    ("02", "Notice Left (No Authorized Recipient Available)", "attempt_failed"),
    ("02", "Delivery Attempt: Action Needed", "attempt_failed"),
    ("30", "Delivery Attempted - No Access to Delivery Location", "attempt_failed"),
    ("51", "Notice Left (Business Closed)", "attempt_failed"),
    ("52", "Notice Left", "attempt_failed"),
    ("53", "Notice Left (Receptacle Blocked)", "attempt_failed"),
    ("54", "Notice Left (Receptacle Full/Item Oversized)", "attempt_failed"),
    ("55", "Notice Left (No Secure Location Available)", "attempt_failed"),
    ("56", "Notice Left (No Authorized Recipient Available)", "attempt_failed"),
    ("14", "Available for Pickup", "ready_for_pickup"),
    ("16", "Available for Pickup", "ready_for_pickup"),
    ("71", "Rescheduled to Next Delivery Day", "delayed"),
    ("DX", "Delivery Status Not Updated", "delayed"),
    ("04", "Refused", "exception"),
    ("05", "Undeliverable as Addressed", "exception"),
    ("09", "Return to Sender", "returning"),
    ("21", "No Such Number", "returning"),
    ("22", "Insufficient Address", "returning"),
    ("25", "Addressee Unknown", "returning"),
    ("27", "Unclaimed/Being Returned to Sender", "returning"),
    ("29", "Return to Sender Processed", "returning"),
    ("31", "Return to Sender", "returning"),
    ("01", "Delivered", "delivered"),
    ("01", "Delivered, In/At Mailbox", "delivered"),
    ("01", "Delivered, Front Door/Porch", "delivered"),
    ("01", "Delivered, Individual Picked Up at Post Office", "delivered"),
    ("01", "Delivered, Left with Individual", "delivered"),
    ("01", "Delivered, To Original Sender", "returned"),
    ("17", "Delivered to Agent for Final Delivery", "delivered"),
    ("1", "Delivered, In/At Mailbox", "delivered"),
]


class TestMeaning:
    @pytest.mark.parametrize(("code", "words", "status"), CASES)
    def test_of_codes_and_their_texts(self, code: str, words: str, status: str) -> None:
        found, sure = meaning(code, words)
        assert (found.status if found else None, sure) == (status, True)

    @pytest.mark.parametrize(("code", "words", "status"), [case for case in CASES if case[0] not in ("08", "AD", "TM")])
    def test_of_the_texts_alone(self, code: str, words: str, status: str) -> None:
        found, _ = meaning("", words)
        assert found is not None
        alike = {status, "exception"} if status == "returning" else {status}  # a wrong address is not yet a return
        assert found.status in alike

    @pytest.mark.parametrize(
        ("words", "status"),
        [
            ("Held in Customs", "customs"),
            ("Inbound Into Customs", "customs"),
            ("Processed Through Facility", "in_transit"),
            ("Weather Delay", "delayed"),
            ("Delivery Exception, Local Weather Delay", "delayed"),
            ("Delivery Exception, Animal Interference", "exception"),
            ("Forward Expired", "returning"),
            ("Reminder to Schedule Redelivery of your item", "attempt_failed"),
            ("Redelivery Scheduled", "in_transit"),
            ("Held at Post Office, At Customer Request", "in_transit"),
        ],
    )
    def test_of_texts_under_codes_that_no_table_has(self, words: str, status: str) -> None:
        found, _ = meaning("Q9", words)
        assert (found.status if found else None) == status

    def test_is_never_guessed(self) -> None:
        assert meaning("Q9", "Frobnicated") == (None, False)

    def test_is_told_in_our_words(self) -> None:
        tables = lines.codes(Path(usps_read.__file__).parent / "codes.json")
        assert {found.status for table in tables.values() for found in table.values()} <= {*STATUSES, ""}


class TestRead:
    def test_a_whole_journey(self) -> None:
        portland = {"city": "PORTLAND", "state": "OR", "postcode": "97201"}
        answer = told(
            usps_event("01", "Delivered, In/At Mailbox", at="2026-11-24T13:58:00", **portland),
            usps_event("OF", "Out for Delivery", at="2026-11-24T07:10:00", **portland),
            usps_event("07", "Arrived at Post Office", at="2026-11-24T06:10:00", **portland),
            usps_event("03", "USPS in possession of item", at="2026-11-20T11:10:00"),
            usps_event("GX", "Shipping Label Created, USPS Awaiting Item", at="2026-11-19T11:32:00"),
            status="Delivered, In/At Mailbox",
            statusCategory="Delivered",
        )
        assert states(answer) == ["label_created", "picked_up", "in_transit", "out_for_delivery", "delivered"]
        assert [scan.at_destination for scan in answer.scans] == [False, False, True, True, False]
        assert (answer.status, answer.service, answer.unknown) == ("delivered", "USPS Ground Advantage", ())

    def test_local_times_are_those_of_the_zip(self) -> None:
        east, west = told(
            usps_event("03", "Accepted", at="2026-11-20T10:15:00"),
            usps_event(
                "OF", "Out for Delivery", at="2026-11-24T07:10:00", city="PORTLAND", state="OR", postcode="97201"
            ),
        ).scans
        assert east.at == datetime(2026, 11, 20, 15, 15, tzinfo=UTC)
        assert west.at == datetime(2026, 11, 24, 15, 10, tzinfo=UTC)
        assert (west.local, west.zone, west.guessed) == ("2026-11-24T07:10:00", "America/Los_Angeles", False)

    def test_also_with_a_z_that_is_none(self) -> None:
        (scan,) = told(usps_event("03", "Accepted", at="2026-11-20T10:15:00Z")).scans
        assert scan.at == datetime(2026, 11, 20, 15, 15, tzinfo=UTC)

    def test_without_a_place_the_zone_is_a_guess(self) -> None:
        (scan,) = told(usps_event("NT", "In Transit to Next Facility", city=None, state=None, postcode=None)).scans
        assert (scan.zone, scan.guessed) == ("America/Los_Angeles", True)

    def test_utc_where_it_is_told(self) -> None:
        event = usps_event("03", "Accepted", at="2026-11-20T10:15:00", gmt="2026-11-20T15:15:40Z")
        (scan,) = told(event).scans
        assert scan.at == datetime(2026, 11, 20, 15, 15, 40, tzinfo=UTC)
        assert (scan.local, scan.guessed) == ("2026-11-20T10:15:00", False)

    def test_a_state_inside_a_city(self) -> None:
        (scan,) = told(
            usps_event("10", "Arrived", city="PORTLAND OR DISTRIBUTION CENTER", state=None, postcode=None)
        ).scans
        assert (scan.place.province, scan.zone) == ("OR", "America/Los_Angeles")

    @pytest.mark.parametrize(
        ("more", "day"),
        [
            ({"expectedDeliveryDate": "2026-11-24"}, date(2026, 11, 24)),
            ({"deliveryDateExpectation": {"expectedDeliveryDate": "2026-11-25"}}, date(2026, 11, 25)),
            ({"predictedDeliveryDate": "2026-11-26T00:00:00"}, date(2026, 11, 26)),
            ({"expectedDeliveryDate": "soon"}, None),
        ],
    )
    def test_expected_days(self, more: dict[str, Any], day: date | None) -> None:
        assert told(usps_event("03", "Accepted"), **more).expected_first == day

    def test_the_summary_where_there_are_no_events(self) -> None:
        answer = told(status="Available for Pickup", statusCategory="Available for Pickup")
        assert (answer.scans, answer.status) == ((), "ready_for_pickup")
        assert told(statusCategory="Pre-Shipment").status == "label_created"

    def test_delivered_after_it_turned_back_is_returned(self) -> None:
        answer = told(
            usps_event("01", "Delivered, Left with Individual", at="2026-11-28T10:00:00"),
            usps_event("09", "Return to Sender", at="2026-11-24T10:00:00"),
        )
        assert recount(answer.scans).status == "returned"

    def test_the_asked_number_of_an_array(self) -> None:
        raw = [usps(number="1"), usps(usps_event("03", "Accepted"))]
        answer = read(raw, asked(USPS_NUMBER), now=NOW)
        assert isinstance(answer, Told)
        assert states(answer) == ["picked_up"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("raw", "kind"),
        [
            ({"apiVersion": "v3", "error": {"code": "404", "message": "Tracking number not found"}}, "not_found"),
            (
                {"error": {"code": "400", "message": "A status update is not yet available on your package"}},
                "not_found",
            ),
            ({"error": {"code": "400", "message": "The tracking number may be incorrect"}}, "invalid"),
            ({"error": {"code": "403", "message": "Insufficient scope"}}, "refused"),
            ({"error": {"code": "429", "message": "Quota"}}, "too_often"),
            ({"error": {"code": "503", "message": "Away"}}, "away"),
            ({"error": {"code": "", "message": "", "errors": [{"status": "404", "detail": "None"}]}}, "not_found"),
            ({"trackingNumber": "1", "error": {"code": "404", "message": "Not found"}}, "not_found"),
            ({"error": "invalid_client", "error_description": "No"}, "refused"),
            ({"error": {}}, "garbled"),
            ({}, "garbled"),
            ([], "garbled"),
            ("x", "garbled"),
        ],
    )
    def test_are_told_in_our_words(self, raw: Any, kind: str) -> None:
        answer = read(raw, asked(USPS_NUMBER), now=NOW)
        assert isinstance(answer, Problem)
        assert answer.kind == kind


class TestRecorded:
    @pytest.mark.skipif(not SHARED.exists(), reason="recorded answers are not here")
    def test_is_read(self) -> None:
        raw = json.loads((SHARED / "responses/usps/response.tracking_response.json").read_text())
        answer = read(raw, asked(raw["trackingNumber"]), now=NOW)
        assert isinstance(answer, Told)
        assert (answer.status, len(answer.scans), answer.unknown) == ("delivered", 12, ())
        assert not any(scan.guessed for scan in answer.scans)
