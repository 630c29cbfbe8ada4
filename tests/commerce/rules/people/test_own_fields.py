"""Fields of the merchant's own: declared, changed, filled in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.people.own_fields import UnableToReadField, changed, declared, text_of, value_of, wrong
from commerce.rules.segments.fields import CHOICE, CUSTOM_TYPES, DATE, FLAG, NUMBER, TEXT, Declared

TYPES = {kind: Declared(type=kind, label="Size", choices=("S", "M") if kind == CHOICE else ()) for kind in CUSTOM_TYPES}


class TestDeclared:
    def test_keeps_each_choice_once(self) -> None:
        field = declared(name="size", label=" Shoe  size ", kind=CHOICE, choices=["S", " M", "", "S"], taken=())
        assert (field.label, field.choices) == ("Shoe size", ("S", "M"))

    def test_has_choices_only_where_there_is_a_choice(self) -> None:
        assert declared(name="size", label="Size", kind=TEXT, choices=["S"], taken=()).choices == ()
        with pytest.raises(UnableToReadField) as error:
            changed(TYPES[CHOICE], label="Size", choices=[" "])
        assert error.value.field == "choices"

    @pytest.mark.parametrize("name", ["", "Size", "1st", "shoe size", "a" * 61, 'a"', "size"])
    def test_refuses_names_that_cannot_be(self, name: str) -> None:
        with pytest.raises(UnableToReadField) as error:
            declared(name=name, label="Size", kind=TEXT, choices=(), taken=["size"])
        assert error.value.field == "name"


class TestValue:
    @pytest.mark.parametrize(
        ("kind", "text", "value"),
        [
            (NUMBER, "42", 42),
            (NUMBER, "4,5", 4.5),
            (FLAG, "yes", True),
            (FLAG, "no", False),
            (DATE, "1990-05-01", "1990-05-01"),
            (CHOICE, "M", "M"),
            (TEXT, " blue ", "blue"),
            (TEXT, " ", None),
        ],
    )
    def test_is_of_its_type(self, kind: str, text: str, value: object) -> None:
        assert value_of(TYPES[kind], text) == value

    @pytest.mark.parametrize(
        ("kind", "text"),
        [
            (NUMBER, "many"),
            (NUMBER, "nan"),
            (NUMBER, "1e300"),
            (FLAG, "perhaps"),
            (DATE, "1 May"),
            (DATE, "2026-W01-1"),
            (CHOICE, "XL"),
        ],
    )
    def test_is_refused_where_it_is_not(self, kind: str, text: str) -> None:
        with pytest.raises(UnableToReadField):
            value_of(TYPES[kind], text)

    @given(kind=st.sampled_from(CUSTOM_TYPES), text=st.text(max_size=30))
    def test_is_what_other_systems_may_send_and_comes_back_from_its_text(self, kind: str, text: str) -> None:
        try:
            value = value_of(TYPES[kind], text)
        except UnableToReadField:
            return
        assert wrong(TYPES[kind], value) == ""
        assert value_of(TYPES[kind], text_of(value)) == value

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            (NUMBER, "42"),
            (NUMBER, True),
            (NUMBER, 1e300),
            (NUMBER, 10**400),
            (NUMBER, float("nan")),
            (FLAG, 1),
            (FLAG, "yes"),
            (DATE, "2026-W01-1"),
            (DATE, "2026-02-30"),
            (DATE, 20260501),
            (CHOICE, "XL"),
            (TEXT, 42),
            (TEXT, "a\x00b"),
            (TEXT, "a" * 2001),
        ],
    )
    def test_is_said_to_be_wrong_as_other_systems_send_it(self, kind: str, value: object) -> None:
        assert wrong(TYPES[kind], value) != ""

    @pytest.mark.parametrize("kind", CUSTOM_TYPES)
    def test_may_be_cleared_whatever_its_type(self, kind: str) -> None:
        assert wrong(TYPES[kind], None) == ""
