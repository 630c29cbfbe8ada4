"""UPS: a code means what its type makes of it."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from commerce.rules.tracking import STATUSES, Told, recount
from integrations.carrier_api import Asked, Problem
from integrations.carriers import lines
from integrations.carriers.ups import read as ups_read
from integrations.carriers.ups.read import meaning, read
from tests.integrations.carriers.shapes import NOW, UPS_NUMBER, asked, states, ups, ups_activity

SHARED = Path(__file__).resolve().parents[4] / "shared/data/carriers"


def told(*activities: dict[str, Any], to: Asked | None = None, **more: Any) -> Told:
    answer = read(ups(*activities, **more), to or asked(UPS_NUMBER), now=NOW)
    assert isinstance(answer, Told)
    return answer


class TestMeaning:
    @pytest.mark.parametrize(
        ("type_", "code", "status"),
        [
            ("M", "MP", "label_created"),
            ("M", "VP", "cancelled"),
            ("MV", "", "cancelled"),
            ("I", "OR", "picked_up"),
            ("X", "OR", "exception"),
            ("I", "OT", "out_for_delivery"),
            ("X", "OT", "customs"),
            ("I", "OF", "out_for_delivery"),
            ("O", "OT", "out_for_delivery"),
            ("I", "DP", "in_transit"),
            ("X", "DP", "exception"),
            ("I", "YP", "in_transit"),
            ("I", "OC", "label_created"),
            ("I", "XD", "picked_up"),
            ("X", "XD", "in_transit"),
            ("P", "PU", "picked_up"),
            ("P", "", "picked_up"),
            ("D", "FS", "delivered"),
            ("D", "KB", "delivered"),
            ("D", "2Q", "ready_for_pickup"),
            ("D", "2W", "delivered"),
            ("D", "B0", "returned"),
            ("X", "48", "attempt_failed"),
            ("X", "C4", "attempt_failed"),
            ("X", "G3", "attempt_failed"),
            ("X", "7", "delayed"),
            ("X", "DJ", "delayed"),
            ("X", "KT", "exception"),
            ("X", "AE", "exception"),
            ("X", "ZP", "ready_for_pickup"),
            ("X", "29", "customs"),
            ("X", "DL", "returning"),
            ("X", "UA", "returned"),
            ("RS", "", "returning"),
            ("W", "WH", "in_transit"),
            ("DO", "", "in_transit"),
            ("DD", "", "in_transit"),
            ("NA", "", ""),
            ("U", "UP", ""),
        ],
    )
    def test_depends_on_the_type(self, type_: str, code: str, status: str) -> None:
        found, sure = meaning(type_, code, "", "")
        assert (found.status if found else None, sure) == (status, True)

    def test_falls_back_to_the_figures_of_the_text(self) -> None:
        found, sure = meaning("I", "??", "021", "")
        assert found is not None
        assert (found.status, found.at_destination, sure) == ("out_for_delivery", True, True)

    def test_of_a_return_that_has_arrived(self) -> None:
        found, _ = meaning("RS", "??", "034", "")
        assert found is not None
        assert found.status == "returned"

    @pytest.mark.parametrize(
        ("words", "status"),
        [
            ("Delivery attempted, nobody home", "attempt_failed"),
            ("Origin Scan", "picked_up"),
            ("Arrived at Facility", "in_transit"),
            ("Out For Delivery Today", "out_for_delivery"),
            ("Package returned to sender", "returning"),
            ("Delivered to UPS Access Point", "ready_for_pickup"),
            ("The customer was not available on the first attempt", "attempt_failed"),
        ],
    )
    def test_rests_on_words_only_at_the_very_end_and_says_so(self, words: str, status: str) -> None:
        found, sure = meaning("I", "??", "", words)
        assert (found.status if found else None, sure) == (status, False)

    def test_is_never_guessed(self) -> None:
        assert meaning("I", "??", "", "Frobnicated") == (None, False)

    def test_covers_the_official_lists(self) -> None:
        folder = SHARED / "status_codes"
        if not folder.exists():
            pytest.skip("UPS's lists are not here")
        for file, type_ in (("ups_movement_uld_codes", "I"), ("ups_exception_codes", "X"), ("ups_manifest_codes", "M")):
            with (folder / f"{file}.csv").open(encoding="utf-8") as rows:
                codes = [row["code"] for row in csv.DictReader(rows)]
            missing = [code for code in codes if not meaning(type_, code, "", "")[1]]
            assert not missing, f"{file}: {missing}"
        with (folder / "ups_status_description_codes.csv").open(encoding="utf-8") as rows:
            assert all(meaning("", "", row["code"], "")[1] for row in csv.DictReader(rows))
        with (folder / "ups_delivery_dials_codes.csv").open(encoding="utf-8") as rows:
            assert all(meaning("D", row["code"], "", "")[1] for row in csv.DictReader(rows))

    def test_is_told_in_our_words(self) -> None:
        tables = lines.codes(Path(ups_read.__file__).parent / "codes.json")
        told_words = {found.status for table in tables.values() for found in table.values()}
        assert told_words <= {*STATUSES, ""}


class TestRead:
    def test_a_whole_journey(self) -> None:
        answer = told(
            ups_activity("D", "FS", date="20261124", time="143000", city="PORTLAND", state="OR", postcode="97201"),
            ups_activity("I", "OT", date="20261124", time="081500", city="PORTLAND", state="OR"),
            ups_activity("I", "AR", date="20261123", time="220000", city="PORTLAND", state="OR"),
            ups_activity("I", "DP", date="20261121", time="020000"),
            ups_activity("I", "OR", date="20261120", time="191500"),
            ups_activity("M", "MP", date="20261119", time="120000", city="", state=""),
            deliveryInformation={"location": "FRONT DOOR", "receivedBy": "SMITH"},
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
        assert answer.service == "UPS Ground"
        assert answer.signed_by == "SMITH"
        assert answer.unknown == ()

    def test_utc_where_it_is_told(self) -> None:
        activity = ups_activity("I", "DP", time="101500", gmt="20261120T15:15:00", offset="-05:00")
        (scan,) = told(activity).scans
        assert scan.at == datetime(2026, 11, 20, 15, 15, tzinfo=UTC)
        assert (scan.local, scan.zone, scan.guessed) == ("2026-11-20T10:15:00", "America/New_York", False)

    def test_the_clock_of_the_place_where_utc_is_missing(self) -> None:
        (scan,) = told(ups_activity("I", "AR", city="PORTLAND", state="OR")).scans
        assert scan.at == datetime(2026, 11, 20, 18, 15, tzinfo=UTC)
        assert (scan.zone, scan.guessed) == ("America/Los_Angeles", False)

    def test_a_guess_says_that_it_is_one(self) -> None:
        (scan,) = told(ups_activity("M", "MP", city="", state="")).scans
        assert scan.guessed
        assert scan.local == "2026-11-20T10:15:00"

    def test_a_scheduled_day_long_before_delivery(self) -> None:
        answer = told(ups_activity("M", "MP"))
        assert (answer.expected_first, answer.expected_last) == (date(2026, 11, 24), date(2026, 11, 24))

    def test_a_rescheduled_day_replaces_it(self) -> None:
        days = [{"type": "SDD", "date": "20261124"}, {"type": "RDD", "date": "20261126"}]
        assert told(ups_activity("X", "DJ"), deliveryDate=days).expected_first == date(2026, 11, 26)

    def test_the_day_of_delivery_is_no_estimate(self) -> None:
        answer = told(ups_activity("D", "FS"), deliveryDate=[{"type": "DEL", "date": "20261120"}])
        assert answer.expected_first is None

    def test_a_package_without_activity_is_one_with_a_label(self) -> None:
        answer = told()
        assert (answer.status, answer.scans) == ("label_created", ())
        assert told(currentStatus=None).status == "label_created"

    def test_the_package_that_was_asked_for_among_several(self) -> None:
        raw = ups(ups_activity("I", "DP"), number="1Z5R89390357567128")
        raw["trackResponse"]["shipment"][0]["package"] += ups(ups_activity("D", "FS"))["trackResponse"]["shipment"][0][
            "package"
        ]
        answer = read(raw, asked("1Z 5R8 939 03 5756 7127"), now=NOW)
        assert isinstance(answer, Told)
        assert states(answer) == ["delivered"]

    def test_delivered_after_it_turned_back_is_returned(self) -> None:
        answer = told(
            ups_activity("D", "FS", date="20261128", city="LOUISVILLE", postcode="40202"),
            ups_activity("X", "DL", date="20261124", city="PORTLAND", state="OR"),
            currentStatus={"type": "D", "code": "011", "statusCode": "011"},
        )
        assert states(answer) == ["returning", "returned"]
        assert answer.status == "returned"

    def test_turning_back_may_be_revoked(self) -> None:
        answer = told(
            ups_activity("D", "FS", date="20261128", city="PORTLAND", state="OR", postcode="97201"),
            ups_activity("X", "DL", date="20261124", city="PORTLAND", state="OR"),
        )
        assert states(answer) == ["returning", "delivered"]

    def test_what_nobody_knows_is_kept_and_listed(self) -> None:
        answer = told(ups_activity("I", "Q9", text="Frobnicated"))
        assert states(answer) == [""]
        assert answer.unknown == (("I:Q9", "Frobnicated"),)

    def test_a_failed_attempt_ends_as_one(self) -> None:
        answer = told(
            ups_activity("X", "48", date="20261124", time="170000", city="PORTLAND", state="OR", status_code="022"),
            ups_activity("I", "OT", date="20261124", time="081500", city="PORTLAND", state="OR"),
        )
        state = recount(answer.scans)
        assert (state.status, state.sub_status, state.at_destination) == ("attempt_failed", "not_home", True)


class TestRefusals:
    @pytest.mark.parametrize(
        ("raw", "kind"),
        [
            ({"response": {"errors": [{"code": "TV1002", "message": "Invalid inquiry number"}]}}, "invalid"),
            ({"response": {"errors": [{"code": "250002", "message": "Invalid Authentication"}]}}, "refused"),
            ({"response": {"errors": [{"code": "10429", "message": "Too Many Requests"}]}}, "too_often"),
            ({"response": {"errors": [{"code": "151044", "message": "No tracking"}]}}, "not_found"),
            (
                {"trackResponse": {"shipment": [{"warnings": [{"code": "TW0001", "message": "Not Found"}]}]}},
                "not_found",
            ),
            ({"response": {"errors": [{"code": "9", "message": "No tracking information available"}]}}, "not_found"),
            ({"response": {"errors": [{"code": "9", "message": "Odd"}]}}, "garbled"),
            ({"trackResponse": {}}, "garbled"),
            ([], "garbled"),
            (None, "garbled"),
            ("<html>", "garbled"),
        ],
    )
    def test_are_told_in_our_words(self, raw: Any, kind: str) -> None:
        answer = read(raw, asked(UPS_NUMBER), now=NOW)
        assert isinstance(answer, Problem)
        assert answer.kind == kind

    def test_and_the_documented_answers_are_read(self) -> None:
        folder = SHARED / "responses/ups"
        if not folder.exists():
            pytest.skip("recorded answers are not here")
        raw = json.loads((folder / "response.tracking_response_json.json").read_text())
        answer = read(raw, asked("1Z023E2X0214323462"), now=NOW)
        assert isinstance(answer, Told)
        assert states(answer) == ["customs"]
