"""Whose number it is: the definitions' own test numbers, and what platforms say."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from integrations.carrier_api import About
from integrations.carriers.numbers import detection
from integrations.carriers.numbers.choosing import Picked, choose, normalised
from integrations.carriers.numbers.detection import candidates

FOLDER = Path(detection.__file__).parent
DEFINITIONS: list[dict[str, Any]] = [
    told
    for file in (*sorted(FOLDER.glob("formats/*.json")), FOLDER / "more_formats.json")
    for told in json.loads(file.read_text(encoding="utf-8"))["tracking_numbers"]
]
ABOUTS = (
    About(name="ups", title="UPS", names=("ups", "united parcel service")),
    About(name="fedex", title="FedEx", names=("fedex",)),
    About(name="usps", title="USPS", names=("usps",)),
    About(name="dhl", title="DHL", names=("dhl", "dhl ecommerce", "deutsche post dhl")),
    About(name="easypost", title="EasyPost", names=("easypost",)),
)


def numbers(kind: str) -> list[tuple[str, str]]:
    return [(told["name"], number) for told in DEFINITIONS for number in told["test_numbers"][kind]]


class TestCandidates:
    @pytest.mark.parametrize(("name", "number"), numbers("valid"))
    def test_recognise_every_valid_number(self, name: str, number: str) -> None:
        assert name in [candidate.format for candidate in candidates(number)]

    @pytest.mark.parametrize(("name", "number"), numbers("invalid"))
    def test_refuse_every_invalid_number(self, name: str, number: str) -> None:
        assert name not in [candidate.format for candidate in candidates(number)]

    def test_are_as_many_as_the_definitions_bring(self) -> None:
        assert len(numbers("valid")) >= 192
        assert len(numbers("invalid")) >= 88

    def test_stand_under_their_licence(self) -> None:
        assert "Jeff Keen" in (FOLDER / "formats/LICENSE").read_text()

    @pytest.mark.parametrize("written", ["1z5r89390357567127", " 1Z 5R8 939 03 5756 7127 ", "1Z-5R8939-0357567127"])
    def test_do_not_mind_how_it_is_written(self, written: str) -> None:
        (candidate,) = candidates(written)
        assert (candidate.carrier, candidate.is_checked) == ("ups", True)

    def test_tell_what_the_number_holds(self) -> None:
        (usps, *_) = candidates("4201028200009261290113185417468510")
        assert (usps.carrier, usps.postcode[:5]) == ("usps", "10282")
        (post,) = candidates("RB123456785GB")
        assert (post.carrier, post.courier, post.origin_country) == ("royalmail", "Royal Mail Group plc", "GB")
        (dpd,) = candidates("008182709980000020033350276C")
        assert (dpd.carrier, dpd.country, dpd.service) == ("dpd", "DE", "AM0")

    def test_put_the_surest_first(self) -> None:
        assert [candidate.carrier for candidate in candidates("00340434161094042557")] == ["dhl", "usps"]

    @pytest.mark.parametrize(
        "number", ["", " ", "x", "0" * 500, "１Z5R89390357567127", "\ud800", "1Z5R8939035756712\x00"]
    )
    def test_are_none_for_nonsense(self, number: str) -> None:
        assert candidates(number) == []

    def test_are_found_at_once(self) -> None:
        sample = [number for _, number in numbers("valid")]
        candidates(sample[0])
        best = min(_seconds(sample) for _ in range(3))
        assert best / len(sample) < 300e-6


def _seconds(sample: list[str]) -> float:
    """Of work, whatever else the machine is at."""
    started = time.thread_time()
    for number in sample:
        candidates(number)
    return time.thread_time() - started


class TestChoose:
    @pytest.mark.parametrize(
        ("platform_name", "carrier"),
        [
            ("UPS", "ups"),
            ("ups", "ups"),
            ("UPS®", "ups"),
            ("UPS Ground", "ups"),
            ("Deutsche Post DHL", "dhl"),
            ("DHL eCommerce", "dhl"),
            ("DHL-Express", "dhl"),
            ("FedEx", "fedex"),
        ],
    )
    def test_by_the_platforms_word(self, platform_name: str, carrier: str) -> None:
        assert choose("9400", platform_name, ABOUTS) == Picked(carrier=carrier)

    @pytest.mark.parametrize("platform_name", ["", "Other", "other", "N/A", "Custom provider", " - "])
    def test_by_the_number_where_the_platform_names_nobody(self, platform_name: str) -> None:
        assert choose("1Z5R89390357567127", platform_name, ABOUTS) == Picked(carrier="ups")

    def test_ambiguous_numbers_as_what_they_are(self) -> None:
        assert choose("00340434161094042557", "", ABOUTS) == Picked(carrier="dhl", others=("usps",))
        assert choose("4201028200009261290113185417468510", "", ABOUTS) == Picked(carrier="usps", others=("fedex",))

    def test_the_word_beats_the_number(self) -> None:
        assert choose("1Z5R89390357567127", "FedEx", ABOUTS).carrier == "fedex"

    def test_a_carrier_that_we_do_not_have(self) -> None:
        assert choose("287809468872", "Purolator", ABOUTS) == Picked()
        assert choose("986578788855", "Fahrradkurier", ABOUTS) == Picked()  # many numbers have twelve digits

    def test_a_number_that_is_nobody_elses_corrects_a_free_text(self) -> None:
        assert choose("1Z5R89390357567127", "our partner", ABOUTS) == Picked(carrier="ups")

    def test_nobody(self) -> None:
        assert choose("hello", "", ABOUTS) == Picked()

    def test_all_carriers_that_are_registered_by_default(self) -> None:
        assert choose("x", "UPS").carrier == "ups"


class TestANumber:
    def test_is_kept_in_one_way(self) -> None:
        assert normalised(" 1z 5r8-939 ") == "1Z5R8939"
