"""A shop's colours on the shopper's pages: whatever was chosen, it can be read."""

import re

import pytest

from commerce.rules.colours import Rgb, contrast
from commerce.tables.tracking_settings import TrackingSettings
from webapp.track.brand import USUAL, brand

LIGHT, DARK = ((255, 255, 255), (246, 246, 244)), ((33, 36, 42), (21, 23, 27))
COLOURS = [f"#{red}{green}{blue}" for red in "07f" for green in "07f" for blue in "07f"] + ["#ffd400", "#767676"]


def rgb(text: str) -> Rgb:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def named(style: str, name: str) -> list[Rgb]:
    return [rgb(found) for found in re.findall(rf"--{name}:(#[0-9a-f]{{6}})", style)]


class TestColours:
    @pytest.mark.parametrize("colour", COLOURS)
    def test_can_be_read_by_day_and_by_night(self, colour: str) -> None:
        style = brand(chosen=TrackingSettings(colour=colour)).style
        areas, on_areas, words = (named(style, name) for name in ("brand", "on-brand", "brand-ink"))
        for position, grounds in enumerate((LIGHT, DARK)):
            assert contrast(on_areas[position], areas[position]) >= 4.5
            for ground in grounds:
                assert contrast(areas[position], ground) >= 3
                assert contrast(words[position], ground) >= 4.5
        assert contrast(named(style, "band")[0], named(style, "on-band")[0]) >= 4.5

    @pytest.mark.parametrize("colour", ["", "red", "#12", "#12345", "#1234567", "url(x)", "#12345g", "#fff}x{"])
    def test_that_are_none_give_way_to_the_usual_one(self, colour: str) -> None:
        assert named(brand(chosen=TrackingSettings(colour=colour)).style, "band") == [USUAL]

    def test_come_in_either_length(self) -> None:
        assert named(brand(chosen=TrackingSettings(colour=" 0F5 ")).style, "band") == [(0, 255, 85)]


class TestAddresses:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("https://cdn.example/a b.png", "https://cdn.example/a%20b.png"),
            ("https://cdn.example:8443/a.png?v=2", "https://cdn.example:8443/a.png?v=2"),
            ("http://cdn.example/a.png", ""),
            ("https://user:secret@cdn.example/a.png", ""),
            ("https://cdn.example;script-src/a.png", ""),
            ("https://[broken/a.png", ""),
            ("//cdn.example/a.png", ""),
            ("data:text/html,x", ""),
        ],
    )
    def test_of_logos_fit_into_a_policy(self, given: str, kept: str) -> None:
        assert brand(chosen=TrackingSettings(logo_url=given)).logo == kept

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("https://h.example/", "https://h.example/"),
            ("mailto:help@shop.example", "mailto:help@shop.example"),
            ("tel:+49301234", "tel:+49301234"),
            (" JavaScript:alert(1)", ""),
            ("data:text/html,x", ""),
            ("https://[broken", ""),
        ],
    )
    def test_of_help_lead_somewhere_harmless(self, given: str, kept: str) -> None:
        assert brand(chosen=TrackingSettings(help_url=given)).help_url == kept
