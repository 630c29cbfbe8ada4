"""Rules of segments mean the same in Python and in both databases, for whatever is stored."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Connection, select

from commerce.database import Database
from commerce.rules.segments import fields
from commerce.rules.segments.conditions import Rules
from commerce.rules.segments.evaluation import evaluate
from commerce.rules.segments.fields import OPERATORS, Declared
from commerce.rules.segments.ready import ready_made
from commerce.rules.segments.written import as_json, parse
from commerce.tables import segment_members, segments
from commerce.tables.people.profiles import profiles
from commerce.tables.segment_conditions import condition
from tests import profiles as rows
from tests.conftest import Backroom
from tests.examples import examples
from tests.profiles import NOW

CUSTOM = {
    "Größe": Declared(type="text", label="Size"),
    "rank": Declared(type="number", label="Rank"),
    "dealer": Declared(type="flag", label="Dealer"),
    "birthday": Declared(type="date", label="Birthday"),
    "colour": Declared(type="choice", label="Colour"),
}
# Of random rules and profiles; more where somebody looks for trouble.
EXAMPLES = int(os.environ.get("EXAMPLES", examples(25)))
FIELDS = list(fields.every(CUSTOM))
WORDS = ["a", "A", "Ann", "ANN", "ann b", "änne", "ÄNNE", "Änne", "ß", "İ", "50%", "a_b", "a\\b", "/", "subscribed"]
GROUPS = [group for group, _ in fields.FIELDS["rfm_group"].choices]
DAYS = ["2026-05-17", "2026-05-16", "2026-05-18", "2026-02-28", "2024-02-29", "1990-05-20", "1990-05-17", "junk"]
numbers = st.sampled_from([-1, 0, 1, 2, 3, 5, 1000, 2**40])
halves = st.sampled_from([0.5, 1.0, 2.5, -0.1])
moments = st.sampled_from([0, 1, -1, 7 * 86_400, -7 * 86_400, -43_200, -45_000, -45_001, 30 * 86_400]).map(
    lambda seconds: NOW + timedelta(seconds=seconds)
)
values = st.one_of(st.sampled_from(WORDS), numbers, halves, st.booleans(), st.sampled_from(DAYS), st.none())


def columns(shop_id: int, key: str) -> st.SearchStrategy[dict[str, Any]]:
    """A profile with anything in it."""
    kinds: dict[str, Any] = {
        fields.TEXT: st.sampled_from(["", *WORDS]),
        fields.CHOICE: st.sampled_from(["", *WORDS, *GROUPS]),
        fields.TIME: st.none() | moments,
    }
    told = {each.column: kinds[each.type] for each in FIELDS if each.type in kinds and not each.path}
    needed = {name for name, value in rows.EMPTY.items() if value is not None}
    for each in FIELDS:
        if each.type == fields.NUMBER and not each.path:
            small = each.column in fields.RANKED
            large = isinstance(profiles.c[each.column].type, BigInteger)
            known = st.integers(1, 5) if small else numbers if large else st.integers(-1, 5)
            told[each.column] = known if each.column in needed else st.none() | known
    told |= {"created_at": moments, "has_account": st.booleans(), "days_between_orders": st.none() | halves}
    told["tags"] = st.lists(st.sampled_from([*WORDS, "x" * 150]), max_size=3, unique_by=str.lower)
    told["totals"] = st.dictionaries(st.sampled_from(["EUR", "USD"]), st.just([0, 0, 0]) | st.just([2, 10, 0]))
    told["consents"] = st.dictionaries(st.just("whatsapp"), st.fixed_dictionaries({"state": st.sampled_from(WORDS)}))
    told["attributes"] = st.dictionaries(
        st.sampled_from(sorted(CUSTOM)), st.fixed_dictionaries({"value": values, "source": st.just("x")})
    )
    return st.fixed_dictionaries(told).map(lambda found: rows.row(shop_id, key, **found))


def conditions() -> st.SearchStrategy[dict[str, Any]]:
    """Any field, asked in any way."""
    pairs = [(field, operator) for field in FIELDS for operator in OPERATORS[field.type].values()]
    return st.sampled_from(pairs).flatmap(lambda pair: condition_of(*pair))


def condition_of(field: fields.Field, operator: fields.Operator) -> st.SearchStrategy[dict[str, Any]]:
    told: dict[str, Any] = {"field": st.just(field.name), "operator": st.just(operator.name)}
    one = {
        fields.NUMBER: numbers if field.unit == "money" else numbers | halves,
        fields.FLAG: st.booleans(),
        fields.SEGMENT: st.sampled_from(["s_one", "s_two", "s_none"]),
        fields.PRODUCT: st.sampled_from(["p1", "p2", "p3"]),
        fields.CURRENCY: st.sampled_from(["EUR", "USD", "CHF"]),
    }.get(field.type, st.sampled_from(GROUPS if field.choices else [*WORDS, "x" * 120]))
    taken = {
        fields.ONE: one,
        fields.SEVERAL: st.lists(one, min_size=1, max_size=3),
        fields.RANGE: st.tuples(numbers, numbers).map(sorted),
        fields.DAY: st.sampled_from(DAYS[:-1]),
        fields.DAYS: st.sampled_from([0, 1, 7, 30, 400]),
    }
    if operator.takes in taken:
        told["value"] = taken[operator.takes]
    plain = st.fixed_dictionaries(told)
    if field.type != fields.PRODUCT:
        return plain
    spans = st.sampled_from([{}, {"since": "2026-05-16"}, {"within_last": 1}])
    return st.tuples(plain, spans).map(lambda both: both[0] | both[1])


def plainest(field: fields.Field, operator: fields.Operator) -> dict[str, Any]:
    one: Any = {fields.NUMBER: 0, fields.FLAG: False, fields.CURRENCY: "EUR"}.get(field.type, "loyal")
    taken = {fields.ONE: one, fields.SEVERAL: [one], fields.RANGE: [0, 0], fields.DAY: DAYS[0], fields.DAYS: 0}
    told = {"field": field.name, "operator": operator.name}
    return told | ({"value": taken[operator.takes]} if operator.takes in taken else {})


def groups(depth: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    parts = conditions() if depth == 1 else st.one_of(conditions(), conditions(), groups(depth - 1))
    listed = st.lists(parts, min_size=1, max_size=3)
    return st.tuples(st.sampled_from(["all", "any", "none"]), listed).map(lambda pair: {pair[0]: pair[1]})


KEYS = ["1", "c_2", "C_3", "4"]


@pytest.fixture
def shop_id(backroom: Backroom) -> int:
    """A shop with orders and with profiles in segments, of which one is also in another shop's."""
    shop, other = backroom.shops.shopify("one.example").id, backroom.shops.shopify("two.example").id
    with backroom.process.database.write() as db:
        rows.order(db, shop, "o1", of="1", products=["p1", "p2"], placed_at=NOW - timedelta(hours=2))
        rows.order(db, shop, "o2", of="m2", root="c_2", products=["p1"], placed_at=NOW - timedelta(days=9))
        rows.order(db, shop, "o3", of="C_3", products=["p1"], status="cancelled", placed_at=NOW)
        rows.order(db, shop, "o4", of="4", products=["p2"])
        inside = [(shop, "s_one", "1"), (shop, "s_one", "4"), (shop, "s_two", "c_2"), (other, "s_two", "1")]
        for of_shop, segment, key in inside:
            keys = {"shop_id": of_shop, "segment_id": segment, "profile_id": key, "entered_at": NOW}
            db.execute(segments.segment_members.insert().values(keys))
    return shop


@contextmanager
def undone(database: Database) -> Iterator[Connection]:
    """A transaction of which nothing stays."""
    with database.engine.connect() as db, db.begin() as transaction:
        yield db
        transaction.rollback()


def by_python(db: Connection, shop_id: int, rules: Rules, stored: list[dict[str, Any]]) -> set[str]:
    member_of = segment_members.of_profiles(db, shop_id=shop_id, ids=KEYS)
    bought = segment_members.bought(db, shop_id=shop_id, ids=KEYS, products=rules.products)
    return {
        row["id"]
        for row in stored
        if evaluate(rules, row, NOW, segments=member_of.get(row["id"], ()), bought=bought.get(row["id"], {}))
    }


def by_sql(db: Connection, shop_id: int, rules: Rules) -> set[str]:
    clause = condition(db, shop_id=shop_id, rules=rules, now=NOW)
    return set(db.execute(select(profiles.c.id).where(profiles.c.shop_id == shop_id, clause)).scalars())


class TestCondition:
    @settings(suppress_health_check=list(HealthCheck), max_examples=EXAMPLES, phases=[Phase.generate])
    @given(draw=st.data())
    def test_finds_whom_python_finds(self, backroom: Backroom, shop_id: int, draw: st.DataObject) -> None:
        stored = [draw.draw(columns(shop_id, key)) for key in KEYS]
        with undone(backroom.process.database) as db:
            rows.add(db, shop_id, *stored)
            for told in draw.draw(st.lists(groups(), min_size=5, max_size=15)):
                rules = parse(told, custom=CUSTOM)
                assert parse(as_json(rules)).conditions == parse(as_json(parse(as_json(rules)))).conditions
                assert by_sql(db, shop_id, rules) == by_python(db, shop_id, rules, stored), told

    def test_is_never_null(self, backroom: Backroom, shop_id: int) -> None:
        """Each condition holds for whom its contrary does not, whatever is missing."""
        with undone(backroom.process.database) as db:
            rows.add(db, shop_id, *(rows.row(shop_id, key) for key in KEYS))
            for told in (plainest(field, operator) for field in FIELDS for operator in OPERATORS[field.type].values()):
                there = by_sql(db, shop_id, parse({"all": [told]}, custom=CUSTOM))
                assert there | by_sql(db, shop_id, parse({"none": [told]}, custom=CUSTOM)) == set(KEYS), told

    def test_of_ready_made_segments_can_be_asked(self, backroom: Backroom, shop_id: int) -> None:
        with undone(backroom.process.database) as db:
            stored = [rows.row(shop_id, "1"), rows.row(shop_id, "4", orders_count=2, has_account=False)]
            rows.add(db, shop_id, *stored)
            for ready in ready_made(CUSTOM):
                rules = parse(ready.rules, custom=CUSTOM)
                assert by_sql(db, shop_id, rules) == by_python(db, shop_id, rules, stored)
