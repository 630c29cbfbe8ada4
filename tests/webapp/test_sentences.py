"""What the floors below say, and how pages say it."""

import pytest
from flask import Flask

from commerce.rules.people import own_fields
from commerce.rules.people.own_fields import UnableToReadField
from commerce.rules.segments.fields import CHOICE, CUSTOM_TYPES, Declared
from tests.conftest import Backroom
from webapp import languages, sentences


class TestTold:
    @pytest.mark.parametrize(
        "text",
        [
            "This must be a text of 1 to 200 characters.",
            "The rules of Loyal, 50 % ask this segment. Change those first.",
            "“lmp” is taken for a misspelling of “lamp” or “lump”.",
            "Few are left of Lamp: 1 piece.",
            "More of 5 % wool was sold than there is: 12 pieces too many.",
            "The webhook endpoint ERP was switched off. It answered 410: it wants nothing any more.",
            "Nobody says this.",
            "",
        ],
    )
    def test_is_the_same_in_english(self, text: str) -> None:
        assert sentences.told(text) == text

    def test_takes_the_form_that_says_the_most(self) -> None:
        assert _form("“lmp”, corrected to “lamp”, in the title") == "“%(word)s”, corrected to “%(other)s”, in the title"
        assert _form("This must be a whole number above 0.") == "This must be a whole number above 0."

    def test_is_told_one_by_one(self) -> None:
        assert sentences.each("“tent” in the title; “blue” in its other texts").count("; ") == 1


class TestRefusals:
    """What a form can bring a rule to say has a sentence."""

    @pytest.mark.parametrize("kind", CUSTOM_TYPES)
    def test_of_values_are_known(self, kind: str) -> None:
        with pytest.raises(UnableToReadField) as refused:
            own_fields.value_of(Declared(type=kind, label="Size", choices=("S",)), "x" * 3000)
        assert _form(f"This {refused.value.text}.")

    @pytest.mark.parametrize(
        ("name", "label", "choices"),
        [
            ("Size", "Size", []),
            ("taken", "Size", []),
            ("size", "", []),
            ("size", "Size", []),
            ("size", "A", ["x" * 300]),
        ],
    )
    def test_of_fields_are_known(self, name: str, label: str, choices: list[str]) -> None:
        with pytest.raises(UnableToReadField) as refused:
            own_fields.declared(name=name, label=label, kind=CHOICE, choices=choices, taken={"taken"})
        assert _form(f"This {refused.value.text}.")


class TestLanguage:
    def test_is_the_pages(self, backroom: Backroom) -> None:
        app: Flask = backroom.client.application
        with app.test_request_context("/dashboard/", headers={"Accept-Language": "de"}):
            known = languages.gettext("This must be a number.")
            assert sentences.this("must be a number") == known
        with app.test_request_context("/api/v1/customers", headers={"Accept-Language": "de"}):
            assert sentences.this("must be a number") == "This must be a number."


def _form(text: str) -> str:
    """The sentence that stands for a text; "" where there is none."""
    return next((known for known, pattern in sentences.PATTERNS if pattern.fullmatch(text)), "")
