"""The design system: colours that everybody can read, a page that shows every piece, and only while developing."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.signed_in import as_operator
from tests.webapp.markup import assert_nothing_is_inline, words
from webapp.app import create_app
from webapp.views.design import COLOURS, is_development

CSS = (Path(__file__).parents[2] / "webapp" / "static" / "backroom.css").read_text()
ENOUGH = 4.5  # WCAG 2.2, 1.4.3, level AA, for text of any size
PAGE = "/dashboard/design"


def colours(scheme: str) -> dict[str, str]:
    """The variables, as they are in the light or in the dark."""
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
    read = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        read |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark))
    return read


def luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, definition of relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


class TestColours:
    def test_contrast_is_worked_out_right(self) -> None:
        assert contrast("#000000", "#ffffff") == pytest.approx(21)
        assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize(("text", "ground"), [(text, ground) for text, ground, _ in COLOURS])
    def test_are_read_by_everybody(self, scheme: str, text: str, ground: str) -> None:
        known = colours(scheme)
        assert contrast(known[text], known[ground]) >= ENOUGH

    def test_differ_in_the_dark(self) -> None:
        light, dark = colours("light"), colours("dark")
        assert {name for name in light if light[name] == dark[name]} == set()


class TestThePage:
    def test_shows_every_piece(self, merchant: Any, shop: Any) -> None:
        answer = merchant.get(PAGE)
        assert answer.status_code == 200
        assert_nothing_is_inline(answer.text)
        text = words(answer.text)
        for piece in (
            "Type",
            "Spacing",
            "Colours",
            "Banners",
            "Badges",
            "Forms",
            "Tables",
            "timelines",
            "10,000 points",
        ):
            assert piece in text

    def test_names_all_its_pictures_differently(self, merchant: Any, shop: Any) -> None:
        ids = re.findall(r'\sid="([^"]+)"', merchant.get(PAGE).text)
        assert len(ids) == len(set(ids))

    def test_is_not_there_where_others_come(self, here: Any, shop: Any) -> None:
        public = replace(here.settings, base_url="http://backroom.example.com")
        client = as_operator(create_app(public, replace(here, settings=public)).test_client())
        assert client.get(PAGE).status_code == 404

    @pytest.mark.parametrize(
        ("address", "is_so"),
        [
            ("http://127.0.0.1:8000", True),
            ("http://localhost:8000", True),
            ("http://[::1]:8000", True),
            ("http://10.0.0.4", False),
            ("https://localhost.example.com", False),
        ],
    )
    def test_asks_the_address(self, here: Any, address: str, is_so: bool) -> None:
        assert is_development(replace(here.settings, base_url=address)) is is_so
