"""DHL: five words, and what codes and texts of its divisions add to them."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from commerce.rules.tracking import STATUSES, Told
from integrations.carrier_api import Asked, Problem
from integrations.carriers import lines
from integrations.carriers.dhl import read as dhl_read
from integrations.carriers.dhl.read import meaning, read
from tests.integrations.carriers.shapes import DHL_NUMBER, NOW, asked, dhl, dhl_event, states

SHARED = Path(__file__).resolve().parents[4] / "shared/data/carriers"
TO_BERLIN = asked(DHL_NUMBER, country="DE", postcode="10115", zone="Europe/Berlin", origin_country="DE", origin_zone="")


def told(*events: dict[str, Any], to: Asked = TO_BERLIN, **more: Any) -> Told:
    answer = read(dhl(*events, **more), to, now=NOW)
    assert isinstance(answer, Told)
    return answer


class TestMeaning:
    @pytest.mark.parametrize(
        ("status_code", "words", "status"),
        [
            ("pre-transit", "The shipment was announced electronically", "label_created"),
            ("pre-transit", "DELIVERED, pending completion of customs inspection", "label_created"),
            ("transit", "The shipment has been processed in the parcel center of origin", "in_transit"),
            ("transit", "Shipment picked up", "picked_up"),
            ("transit", "Die Sendung wurde in der Filiale eingeliefert", "picked_up"),
            ("transit", "Customs clearance status updated", "customs"),
            ("transit", "Shipment is out with courier for delivery, with delivery courier", "out_for_delivery"),
            ("transit", "The shipment has been loaded onto the delivery vehicle", "out_for_delivery"),
            ("transit", "Die Sendung wurde in das Zustellfahrzeug geladen", "out_for_delivery"),
            ("transit", "The shipment is ready for pick-up at the retail outlet", "ready_for_pickup"),
            ("transit", "The delivery attempt was not successful", "attempt_failed"),
            ("transit", "The shipment is being returned", "returning"),
            ("transit", "Shipment is delayed", "delayed"),
            ("failure", "Delivery attempted; recipient not home", "attempt_failed"),
            ("failure", "Der Empfänger wurde nicht angetroffen", "attempt_failed"),
            ("failure", "Recipient refused delivery", "exception"),
            ("failure", "Returned to shipper", "returning"),
            ("failure", "Something else", "exception"),
            ("delivered", "Delivered - signed for by: SMITH", "delivered"),
            ("delivered", "The shipment was delivered to the sender", "returned"),
        ],
    )
    def test_of_words_and_texts(self, status_code: str, words: str, status: str) -> None:
        found, sure = meaning(status_code, (), words)
        assert (found.status if found else None, sure) == (status, True)

    @pytest.mark.parametrize(
        ("status_code", "code", "status"),
        [
            ("transit", "PU", "picked_up"),
            ("transit", "WC", "out_for_delivery"),
            ("transit", "PO", "out_for_delivery"),
            ("transit", "CR", "customs"),
            ("transit", "EE", "in_transit"),
            ("failure", "NH", "attempt_failed"),
            ("failure", "BA", "exception"),
            ("failure", "RT", "returning"),
            ("transit", "OK", "in_transit"),
            ("delivered", "ZU", "delivered"),
            ("delivered", "WC", "delivered"),
            ("unknown", "NH", "attempt_failed"),
        ],
    )
    def test_of_the_codes_of_its_divisions(self, status_code: str, code: str, status: str) -> None:
        found, _ = meaning(status_code, (code,), "")
        assert (found.status if found else None) == status

    def test_unknown_is_not_delayed(self) -> None:
        assert meaning("unknown", ("UNKNOWN",), "No information") == (None, False)

    def test_is_told_in_our_words(self) -> None:
        tables = lines.codes(Path(dhl_read.__file__).parent / "codes.json")
        assert {found.status for table in tables.values() for found in table.values()} <= {*STATUSES, ""}


class TestRead:
    def test_a_whole_journey(self) -> None:
        answer = told(
            dhl_event("delivered", "The shipment has been delivered", at="2026-11-23T11:00:00", city="Berlin, Germany"),
            dhl_event("transit", "The shipment has been loaded onto the delivery vehicle", at="2026-11-23T08:00:00"),
            dhl_event("transit", "The shipment arrived at the delivery base", at="2026-11-23T04:00:00"),
            dhl_event("transit", "The shipment has been processed", at="2026-11-22T20:00:00"),
            dhl_event("transit", "The shipment was posted by the sender at the branch", at="2026-11-22T16:00:00"),
            dhl_event("pre-transit", "Announced", at="2026-11-21T10:00:00"),
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
        assert (answer.status, answer.service) == ("delivered", "DHL PAKET (parcel)")

    @pytest.mark.parametrize(
        ("at", "utc", "local", "zone"),
        [
            ("2026-11-20T10:15:00", (9, 15), "2026-11-20T10:15:00", "Europe/Berlin"),
            ("2026-11-20T10:15:00+01:00", (9, 15), "2026-11-20T10:15:00", "Europe/Berlin"),
            ("2026-11-20T10:15:00+03:00", (7, 15), "2026-11-20T10:15:00", "+03:00"),
            ("2026-11-20T10:15:00Z", (10, 15), "2026-11-20T11:15:00", "Europe/Berlin"),
            ("2026-11-20T10:15:00.000Z", (10, 15), "2026-11-20T11:15:00", "Europe/Berlin"),
        ],
    )
    def test_times_keep_their_clock(self, at: str, utc: tuple[int, int], local: str, zone: str) -> None:
        (scan,) = told(dhl_event("transit", "Processed", at=at)).scans
        assert scan.at == datetime(2026, 11, 20, *utc, tzinfo=UTC)
        assert (scan.local, scan.zone, scan.guessed) == (local, zone, False)

    def test_a_line_without_a_place_is_a_guess(self) -> None:
        (scan,) = told(dhl_event("transit", "Processed", country="")).scans
        assert (scan.zone, scan.guessed) == ("Europe/Berlin", True)

    @pytest.mark.parametrize(
        ("more", "first", "last"),
        [
            ({"estimatedTimeOfDelivery": "2026-11-24T00:00:00Z"}, 24, 24),
            ({"estimatedTimeOfDelivery": "2026-11-24T17:00:00+01:00"}, 24, 24),
            ({"estimatedTimeOfDelivery": "2026-11-23T23:30:00Z"}, 24, 24),
            (
                {
                    "estimatedDeliveryTimeFrame": {
                        "estimatedFrom": "2026-11-24T00:00:00Z",
                        "estimatedThrough": "2026-11-24T23:00:00Z",
                    }
                },
                24,
                24,
            ),
            (
                {
                    "estimatedTimeOfDelivery": "2026-11-24",
                    "estimatedDeliveryTimeFrame": {"estimatedFrom": "2026-11-24", "estimatedThrough": "2026-11-26"},
                },
                24,
                26,
            ),
        ],
    )
    def test_expected_days(self, more: dict[str, Any], first: int, last: int) -> None:
        answer = told(dhl_event("transit", "Processed"), **more)
        assert (answer.expected_first, answer.expected_last) == (date(2026, 11, first), date(2026, 11, last))

    def test_unknown_is_listed_and_says_nothing(self) -> None:
        answer = told(dhl_event("unknown", "Frobnicated", status="UNKNOWN"))
        assert (states(answer), answer.status) == ([""], "")
        assert answer.unknown == (("unknown", "Frobnicated"),)

    def test_the_status_is_a_line_where_there_are_no_events(self) -> None:
        answer = told(status=dhl_event("transit", "Shipment picked up"))
        assert states(answer) == ["picked_up"]

    def test_who_signed(self) -> None:
        details = {"proofOfDelivery": {"signed": {"@type": "Person", "givenName": "Jo", "familyName": "Do"}}}
        assert told(dhl_event("delivered", "Delivered"), details=details).signed_by == "Jo Do"

    def test_the_shipment_that_was_asked_for(self) -> None:
        raw = dhl(dhl_event("transit", "Processed"), number="1")
        raw["shipments"] += dhl(dhl_event("delivered", "Delivered"))["shipments"]
        answer = read(raw, TO_BERLIN, now=NOW)
        assert isinstance(answer, Told)
        assert states(answer) == ["delivered"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("raw", "kind"),
        [
            ({"title": "No result found", "detail": "No shipment with given number.", "status": 404}, "not_found"),
            ({"title": "Unauthorized", "status": 401}, "refused"),
            ({"title": "Too Many Requests", "status": 429}, "too_often"),
            ({"title": "Bad request", "status": 400}, "invalid"),
            ({"title": "Service Unavailable", "status": 503}, "away"),
            ({"shipments": []}, "garbled"),
            ({}, "garbled"),
            (None, "garbled"),
            ([1], "garbled"),
        ],
    )
    def test_are_told_in_our_words(self, raw: Any, kind: str) -> None:
        answer = read(raw, TO_BERLIN, now=NOW)
        assert isinstance(answer, Problem)
        assert answer.kind == kind


class TestRecorded:
    @pytest.mark.skipif(not SHARED.exists(), reason="recorded answers are not here")
    def test_is_read(self) -> None:
        raw = json.loads((SHARED / "responses/dhl_universal/response.tracking_response_json.json").read_text())
        answer = read(raw, asked("7777777770"), now=NOW)
        assert isinstance(answer, Told)
        assert (states(answer), answer.expected_first) == (["label_created"], date(2018, 8, 3))
