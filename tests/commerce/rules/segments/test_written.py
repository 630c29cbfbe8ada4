"""Rules in writing: what is wrong is named by its place; what is right comes back as it was written."""

from typing import Any

import pytest

from commerce.rules.segments.fields import FIELDS, OPERATORS, Declared
from commerce.rules.segments.ready import ready_made
from commerce.rules.segments.written import UnableToReadRules, as_json, parse

CUSTOM = {
    "birthday": Declared(type="date", label="Birthday"),
    "colour": Declared(type="choice", label="Colour", choices=("red", "blue")),
}


def one(field: str, operator: str, value: Any = None, **further: Any) -> dict[str, Any]:
    told = {"field": field, "operator": operator} | further
    return told if value is None else told | {"value": value}


def refusal(told: Any) -> UnableToReadRules:
    with pytest.raises(UnableToReadRules) as refused:
        parse(told, custom=CUSTOM)
    return refused.value


RIGHT = [
    {"all": [one("total_spent", "at_least", 50_000)]},
    {"any": [one("email", "is", "Ann@Example.com"), {"none": [one("tags", "has_any", ["vip", "dealer"])]}]},
    {"all": [{"any": [{"none": [one("last_order", "missing")]}]}]},
    {"all": [one("created", "since", "2026-01-01"), one("last_order", "within_last", 30)]},
    {"all": [one("total_spent", "between", [1, 2]), one("days_between_orders", "less_than", 2.5)]},
    {"all": [one("product", "bought", "7", since="2026-01-01"), one("product", "not_bought", "8", within_last=9)]},
    {"all": [one("currency", "ordered_in", "EUR"), one("segment", "not_in", "s_1"), one("has_account", "is", False)]},
    {"all": [one("custom.birthday", "anniversary_within", 7, type="date")]},
    {"all": [one("custom.colour", "any_of", ["red"], type="choice")]},
]
WRONG = [
    ([], "", "must be an object with one of all, any, none"),
    ({"all": [one("points", "is", 1)], "any": []}, "", "must be an object with one of all, any, none"),
    ({"all": []}, "all", "must be a list of 1 to 30 conditions"),
    ({"all": [one("points", "is", 1)] * 31}, "all", "must be a list of 1 to 30 conditions"),
    ({"all": [7]}, "all.0", "must be a condition or a group"),
    ({"all": [one("points", "is", 1), one("colour", "is", 1)]}, "all.1.field", "must be one of email, phone"),
    ({"all": [one("custom.size", "is", "L")]}, "all.0.field", "there is no such field of your own"),
    ({"all": [one('custom.a"b', "is", "L")]}, "all.0.field", "must be the name of a field of your own"),
    ({"all": [one("points", "contains", "1")]}, "all.0.operator", "must be one of is, is_not, at_least"),
    ({"all": [{"any": [one("points", "is", "1")]}]}, "all.0.any.0.value", "must be a number"),
    ({"all": [one("points", "is", True)]}, "all.0.value", "must be a number"),
    ({"all": [one("points", "is", float("inf"))]}, "all.0.value", "must be a number"),
    ({"all": [one("points", "is", 10**400)]}, "all.0.value", "must be a number"),
    ({"all": [one("total_spent", "is", 10**400)]}, "all.0.value", "must be a whole number of minor units"),
    ({"all": [one("total_spent", "is", 1.5)]}, "all.0.value", "must be a whole number of minor units"),
    ({"all": [one("points", "between", [2, 1])]}, "all.0.value", "must begin with the lower number"),
    ({"all": [one("points", "between", [2, "1"])]}, "all.0.value.1", "must be a number"),
    ({"all": [one("email", "is", " ")]}, "all.0.value", "must be a text of 1 to 200 characters"),
    ({"all": [one("email", "any_of", ["a", ""])]}, "all.0.value.1", "must be a text of 1 to 200 characters"),
    ({"all": [one("email", "any_of", "a")]}, "all.0.value", "must be a list of 1 to 100 texts"),
    ({"all": [one("email", "missing", "a")]}, "all.0.value", "must be left out"),
    ({"all": [one("rfm_group", "is", "best")]}, "all.0.value", "must be one of champions, loyal"),
    ({"all": [one("custom.colour", "is", "green")]}, "all.0.value", "must be one of red, blue"),
    ({"all": [one("created", "before", "2026-13-01")]}, "all.0.value", "must be a day such as 2026-05-01"),
    ({"all": [one("created", "before", "2026-W01-1")]}, "all.0.value", "must be a day such as 2026-05-01"),
    ({"all": [one("created", "within_last", -1)]}, "all.0.value", "must be a whole number of days from 0 to 36500"),
    ({"all": [one("currency", "ordered_in", "euro")]}, "all.0.value", "must be a currency such as EUR"),
    ({"all": [one("has_account", "is", "yes")]}, "all.0.value", "must be true or false"),
    ({"all": [one("points", "is", 1, since="2026-01-01")]}, "all.0", "since and within_last go with a product only"),
    ({"all": [one("points", "is", 1, extra=1)]}, "all.0", "may only have field, operator, value"),
    (
        {"all": [one("product", "bought", "7", since="2026-01-01", within_last=1)]},
        "all.0.since",
        "must be left out beside within_last",
    ),
    ({"all": [{"all": [{"all": [{"all": [one("points", "is", 1)]}]}]}]}, "all.0.all.0.all.0", "3 deep at most"),
    ({"all": [{"all": [one("points", "is", 1)] * 30}, one("points", "is", 2)]}, "", "at most 30 conditions"),
]


class TestParse:
    @pytest.mark.parametrize("told", RIGHT, ids=str)
    def test_reads_what_comes_back_the_same(self, told: Any) -> None:
        assert as_json(parse(told, custom=CUSTOM)) == told
        assert as_json(parse(as_json(parse(told, custom=CUSTOM)))) == told

    @pytest.mark.parametrize(("told", "place", "text"), WRONG, ids=[str(number) for number in range(len(WRONG))])
    def test_names_what_is_wrong(self, told: Any, place: str, text: str) -> None:
        refused = refusal(told)
        assert refused.place == place
        assert text in refused.text

    def test_does_not_say_again_what_was_told(self) -> None:
        assert "ann" not in str(refusal({"all": [one("created", "before", "ann@example.com")]}))


class TestFields:
    def test_have_operators_each(self) -> None:
        assert {field.type for field in FIELDS.values()} <= OPERATORS.keys()

    @pytest.mark.parametrize("kind", OPERATORS)
    def test_are_negated_by_operators_that_exist(self, kind: str) -> None:
        negated = {each.negates for each in OPERATORS[kind].values()} - {""}
        assert negated <= OPERATORS[kind].keys()


class TestReadyMade:
    def test_can_be_read(self) -> None:
        for ready in ready_made(CUSTOM):
            assert parse(ready.rules, custom=CUSTOM).conditions

    def test_have_birthdays_where_they_are_kept(self) -> None:
        plain = {ready.key for ready in ready_made({})}
        assert {ready.key for ready in ready_made(CUSTOM)} - plain == {"birthday_birthday"}
