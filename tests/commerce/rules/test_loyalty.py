"""Programmes in writing, and what orders are worth by them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from commerce.rules.loyalty.earnings import Person, claims
from commerce.rules.loyalty.programmes import Course, Version
from commerce.rules.loyalty.worth import LineNow, OrderNow, kept, worth
from commerce.rules.loyalty.written import UnableToReadProgramme, as_json, read

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def order(total: int = 10000, left: int | None = None, **changes: Any) -> OrderNow:
    told = {"id": "1", "member_id": "a", "placed_at": AT, "tax": 1900, "shipping": 500}
    return OrderNow(**told | {"total": total, "kept": total if left is None else left} | changes)


class TestWorth:
    @pytest.mark.parametrize(
        ("rules", "points"),
        [
            ({}, 95),
            ({"per_amount": {"with_shipping": True}}, 100),
            ({"per_amount": {"with_tax": False}}, 76),
            ({"per_amount": {"points": 0.333}}, 31),
            ({"per_amount": {"points": 0.333, "rounding": "up"}}, 32),
            ({"per_amount": {"points": 0.333, "rounding": "nearest"}}, 32),
            ({"caps": {"order": 40}}, 40),
            ({"products": [{"by": "product", "value": "p", "factor": 2}]}, 142),
            ({"products": [{"by": "tag", "value": "new", "points": 7}]}, 109),
        ],
    )
    def test_is_what_the_rules_say(self, rules: dict[str, Any], points: int) -> None:
        lines = [
            LineNow(product_id="p", total=5000, quantity=2, tags=frozenset({"new"})),
            LineNow(product_id="q", total=5000, quantity=1),
        ]
        assert worth(order(lines=lines), read(rules), unit=100) == points

    def test_of_a_currency_without_cents(self) -> None:
        assert worth(order(5000, tax=0, shipping=0), read({"per_amount": {"points": 0.01}}), unit=1) == 50

    @given(total=some.integers(1, 10**9), back=some.integers(0, 10**9), rate=some.integers(0, 5000))
    def test_falls_with_every_refund(self, total: int, back: int, rate: int) -> None:
        rules = read({"per_amount": {"points": rate / 1000}, "first_order": 10})
        told = {"total": total, "status": "open", "financial_status": "paid"}
        found = [
            worth(order(total, kept(refunded=each, **told)), rules, unit=100, is_first=True)
            for each in (0, back, total)
        ]
        assert found[0] >= found[1] >= found[2] == 0

    @pytest.mark.parametrize(("status", "paid"), [("cancelled", "paid"), ("open", "pending"), ("open", "")])
    def test_of_what_is_not_bought_is_nothing(self, status: str, paid: str) -> None:
        assert kept(total=100, refunded=0, status=status, financial_status=paid) == 0


class TestClaims:
    def test_reach_a_level_by_what_came_before(self) -> None:
        rules = read({"tiers": {"levels": [{"name": "Gold", "from": 150, "factor": 2}]}, "caps": {"balance": 400}})
        course = Course(since=AT, versions=(Version(begins=AT, programme=rules),))
        bought = [order(id=f"{day}", placed_at=AT + timedelta(days=day), shipping=0, tax=0) for day in (3, 1, 2, 0)]
        found = claims(Person(orders=bought), course, unit=100, zone=UTC)
        assert {key: claim.points for key, claim in found.items()} == {"order:0": 100, "order:1": 100, "order:2": 200}

    def test_are_bound_by_the_day_of_the_shop(self) -> None:
        course = Course(since=AT, versions=(Version(begins=AT, programme=read({"caps": {"day": 120}})),))
        bought = [order(id=f"{hour}", placed_at=AT + timedelta(hours=hour), shipping=0) for hour in (0, 1, 12)]
        found = claims(Person(orders=bought), course, unit=100, zone=UTC)
        assert [found[f"order:{hour}"].points for hour in (0, 1, 12)] == [100, 20, 100]


class TestRead:
    @pytest.mark.parametrize(
        ("told", "field"),
        [
            ([], ""),
            ({"rewards": "no"}, "rewards"),
            ({"per_amount": {"points": "many"}}, "per_amount.points"),
            ({"per_amount": {"points": 0.0001}}, "per_amount.points"),
            ({"per_amount": {"rounding": "sideways"}}, "per_amount.rounding"),
            ({"waiting": {"days": -1}}, "waiting.days"),
            ({"expiry": {"days": 10, "warn_days": 11}}, "expiry.warn_days"),
            ({"caps": {"day": 0}}, "caps.day"),
            ({"tiers": {"levels": [{"name": "a", "from": 2}, {"name": "b", "from": 1}]}}, "tiers.levels[1].from"),
            ({"rewards": [{"name": "a", "points": 1, "kind": "percent", "value": 101}]}, "rewards[0].value"),
            ({"rewards": [{"name": "a", "points": 1, "kind": "shipping"}] * 2}, "rewards[1].name"),
            ({"actions": [{"name": "A b", "points": 1}]}, "actions[0].name"),
            ({"products": [{"by": "sku", "value": "x"}]}, "products[0].by"),
            ({"first_order": True}, "first_order"),
            ({"surprise": 1}, "surprise"),
        ],
    )
    def test_names_the_field_that_is_wrong(self, told: Any, field: str) -> None:
        with pytest.raises(UnableToReadProgramme) as raised:
            read(told)
        assert raised.value.field == field

    def test_reads_what_it_writes(self) -> None:
        told = {
            "per_amount": {"points": 1.5, "with_tax": False, "with_shipping": True, "rounding": "nearest"},
            "products": [{"by": "tag", "value": "new", "points": 3, "factor": 2.5}],
            "first_order": 5,
            "sign_up": 6,
            "actions": [{"name": "review", "points": 1, "times": 2, "days": 30}],
            "waiting": {"days": 3, "from": "shipped"},
            "expiry": {"days": 365, "by": "inactivity", "warn_days": 14},
            "caps": {"order": 1, "day": 2, "balance": 3},
            "tiers": {"by": "spent", "levels": [{"name": "Gold", "from": 10, "factor": 1.25}]},
            "rewards": [{"name": "Five", "points": 5, "kind": "amount", "value": 500, "minimum": 100}],
        }
        assert as_json(read(told)) == told
