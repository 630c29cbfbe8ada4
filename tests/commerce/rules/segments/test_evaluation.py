"""Who belongs: the meaning of single conditions, as a merchant would expect it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from commerce.rules.segments.comparing import anniversaries
from commerce.rules.segments.conditions import dependents, in_order, is_circle
from commerce.rules.segments.evaluation import evaluate
from commerce.rules.segments.fields import Declared
from commerce.rules.segments.written import parse

NOW = datetime(2026, 5, 17, 12, tzinfo=UTC)
CUSTOM = {"size": Declared(type="number", label="Size"), "born": Declared(type="date", label="Born")}
PROFILE: dict[str, Any] = {
    "last_name": "MÜLLER",
    "country": "DE",
    "email": "",
    "tags": ["VIP", "Early Bird"],
    "total_spent": 5000,
    "average_order": None,
    "last_order_at": NOW - timedelta(days=10),
    "next_order_at": NOW + timedelta(days=3),
    "has_account": False,
    "totals": {"EUR": [2, 6000, 1000], "USD": [0, 0, 0]},
    "attributes": {"size": {"value": 42.5}, "born": {"value": "1990-05-20"}},
}
HOLDS = [
    ("last_name", "is", "müller"),
    ("last_name", "contains", "ülle"),
    ("last_name", "does_not_contain", "x"),
    ("country", "any_of", ["fr", "de"]),
    ("email", "missing", None),
    ("email", "is_not", "ann@example.com"),
    ("tags", "has", "vip"),
    ("tags", "has_any", ["x", "early bird"]),
    ("tags", "has_none", ["x", "y"]),
    ("total_spent", "between", [5000, 6000]),
    ("average_order", "missing", None),
    ("average_order", "is_not", 7),
    ("last_order", "within_last", 10),
    ("last_order", "on", "2026-05-07"),
    ("last_order", "since", "2026-05-07"),
    ("last_order", "before", "2026-05-08"),
    ("last_order", "longer_ago", 9),
    ("next_order", "within_next", 3),
    ("has_account", "is", False),
    ("currency", "ordered_in", "EUR"),
    ("currency", "not_ordered_in", "USD"),
    ("custom.size", "more_than", 42),
    ("custom.born", "before", "1991-01-01"),
    ("custom.born", "anniversary_within", 3),
    ("segment", "in", "s_1"),
    ("segment", "not_in", "s_2"),
    ("product", "bought", "p1"),
    ("product", "not_bought", "p2"),
]
NOT = [
    ("last_name", "starts_with", "mü_"),
    ("average_order", "at_most", 7),
    ("average_order", "between", [0, 9]),
    ("last_order", "within_last", 9),
    ("last_order", "before", "2026-05-07"),
    ("custom.born", "anniversary_within", 2),
    ("currency", "ordered_in", "CHF"),
]


def belongs(told: Any, **changes: Any) -> bool:
    bought = {"p1": NOW - timedelta(days=5)}
    return evaluate(parse(told, custom=CUSTOM), PROFILE | changes, NOW, segments={"s_1"}, bought=bought)


def told(field: str, operator: str, value: Any, **further: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value}) | further


class TestEvaluate:
    @pytest.mark.parametrize(("field", "operator", "value"), HOLDS, ids=str)
    def test_finds_who_belongs(self, field: str, operator: str, value: Any) -> None:
        assert belongs({"all": [told(field, operator, value)]})
        assert not belongs({"none": [told(field, operator, value)]})

    @pytest.mark.parametrize(("field", "operator", "value"), NOT, ids=str)
    def test_leaves_out_who_does_not(self, field: str, operator: str, value: Any) -> None:
        assert not belongs({"all": [told(field, operator, value)]})

    def test_counts_a_product_in_its_time(self) -> None:
        assert belongs({"all": [told("product", "bought", "p1", within_last=5)]})
        assert not belongs({"all": [told("product", "bought", "p1", within_last=4)]})
        assert belongs({"all": [told("product", "bought", "p1", since="2026-05-12")]})
        assert belongs({"all": [told("product", "not_bought", "p1", since="2026-05-13")]})

    def test_takes_a_value_of_another_type_for_none(self) -> None:
        assert belongs({"all": [told("custom.size", "missing", None)]}, attributes={"size": {"value": "large"}})
        assert belongs({"all": [told("custom.size", "missing", None)]}, attributes={"size": {"value": True}})

    def test_knows_groups_within_groups(self) -> None:
        yes, no = told("tags", "has", "vip"), told("tags", "has", "nobody")
        assert belongs({"all": [yes, {"any": [no, {"none": [no]}]}]})
        assert not belongs({"all": [yes, {"any": [no, {"none": [yes]}]}]})


class TestAnniversaries:
    def test_go_on_behind_the_end_of_the_year(self) -> None:
        assert anniversaries(date(2026, 12, 30), 3) == {"12-30", "12-31", "01-01", "01-02"}

    def test_of_leap_days_are_on_the_28th_in_other_years(self) -> None:
        assert "02-29" in anniversaries(date(2026, 2, 28), 0)
        assert "02-29" not in anniversaries(date(2028, 2, 28), 0)
        assert "02-29" in anniversaries(date(2028, 2, 28), 1)

    def test_are_all_days_within_a_year(self) -> None:
        assert len(anniversaries(date(2026, 5, 1), 36_500)) == 366


class TestOrder:
    def test_puts_segments_behind_those_they_ask(self) -> None:
        asking = {
            "a": parse({"all": [told("segment", "in", "b")]}),
            "b": parse({"all": [told("segment", "not_in", "c"), told("segment", "in", "gone")]}),
            "c": parse({"all": [told("points", "is", 1)]}),
        }
        assert in_order(asking) == ["c", "b", "a"]
        assert dependents("c", asking) == {"a", "b"}
        assert not is_circle(asking)
        assert is_circle(asking | {"c": parse({"all": [told("segment", "in", "a")]})})
        assert is_circle({"a": parse({"all": [told("segment", "in", "a")]})})
