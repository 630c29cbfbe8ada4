"""Merchants' rules in writing."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.merchandising import (
    CATEGORY,
    EVERY,
    EXACT,
    Add,
    Hide,
    Lift,
    Pin,
    Redirect,
    Replace,
    Rule,
    Target,
)
from commerce.rules.written_rules import UnableToReadRule, as_json, read

WORDS = st.text(alphabet="abcß 7é", min_size=1, max_size=20).map(lambda words: f"x{words}".strip())
TARGETS = st.builds(Target, facet=st.sampled_from(["id", "brand", "size"]), value=WORDS)
ACTIONS = st.one_of(
    st.builds(Pin, product=WORDS, position=st.integers(1, 100)),
    st.builds(Add, product=WORDS),
    st.builds(Hide, target=TARGETS),
    st.builds(Lift, target=TARGETS, strength=st.sampled_from([-3, -1, 1, 2])),
    st.builds(Redirect, url=st.sampled_from(["/sale", "https://shop.example/sale?a=b"])),
    st.builds(Replace, query=WORDS),
)
MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2026, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def told(**changes: Any) -> dict[str, Any]:
    written = {"name": "Sale", "applies_to": EXACT, "words": ["sale"], "actions": [{"do": "replace", "query": "x"}]}
    return written | changes


class TestRead:
    @given(
        st.builds(
            Rule,
            id=st.just("7"),
            name=WORDS,
            applies_to=st.sampled_from([EXACT, CATEGORY]),
            words=st.lists(WORDS, min_size=1, max_size=5, unique=True).map(tuple),
            actions=st.lists(ACTIONS, min_size=1, max_size=5).map(tuple),
            enabled=st.booleans(),
            starts_at=st.none() | MOMENTS,
            ends_at=st.none() | st.just(datetime(2027, 1, 1, tzinfo=UTC)),
        )
    )
    def test_reads_what_was_written(self, rule: Rule) -> None:
        assert read(as_json(rule), rule_id="7") == rule

    def test_keeps_no_words_of_a_rule_for_every_query(self) -> None:
        assert read(told(applies_to=EVERY, words=["left over"])).words == ()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"applies_to": "sometimes"}, "applies_to"),
            ({"name": " "}, "name"),
            ({"name": "x\x00"}, "name"),
            ({"name": "x\ud800"}, "name"),
            ({"words": ["x\udfff"]}, "words"),
            ({"actions": [{"do": "replace", "query": "x\ud800"}]}, "actions[0].query"),
            ({"actions": [{"do": "redirect", "url": "/\ud800"}]}, "actions[0].url"),
            ({"words": []}, "words"),
            ({"words": "sale"}, "words"),
            ({"words": ["!"]}, "words"),
            ({"words": [5]}, "words"),
            ({"enabled": "yes"}, "enabled"),
            ({"starts_at": "tomorrow"}, "starts_at"),
            ({"starts_at": "2026-05-01T12:00:00"}, "starts_at"),
            ({"starts_at": 5}, "starts_at"),
            ({"starts_at": "2026-05-02T00:00:00Z", "ends_at": "2026-05-01T00:00:00Z"}, "ends_at"),
            ({"actions": []}, "actions"),
            ({"actions": [5]}, "actions[0].do"),
            ({"actions": [{"do": "dance"}]}, "actions[0].do"),
            ({"actions": [{"do": "add", "product": "1"}, {"do": "pin", "product": "1"}]}, "actions[1].position"),
            ({"actions": [{"do": "pin", "product": "1", "position": 0}]}, "actions[0].position"),
            ({"actions": [{"do": "pin", "product": "1", "position": True}]}, "actions[0].position"),
            ({"actions": [{"do": "lift", "facet": "brand", "value": "x", "strength": 0}]}, "actions[0].strength"),
            ({"actions": [{"do": "hide", "facet": "!", "value": "x"}]}, "actions[0].facet"),
            ({"actions": [{"do": "hide", "facet": "brand"}]}, "actions[0].value"),
            ({"actions": [{"do": "redirect", "url": "javascript:alert(1)"}]}, "actions[0].url"),
            ({"actions": [{"do": "redirect", "url": "//evil.example"}]}, "actions[0].url"),
            ({"actions": [{"do": "redirect", "url": "/\\evil.example"}]}, "actions[0].url"),
            ({"actions": [{"do": "redirect", "url": "/a b"}]}, "actions[0].url"),
        ],
    )
    def test_names_the_field_that_is_wrong(self, changes: dict[str, Any], field: str) -> None:
        with pytest.raises(UnableToReadRule) as error:
            read(told(**changes))
        assert error.value.field == field

    @given(
        st.dictionaries(
            st.sampled_from(["name", "applies_to", "words", "actions", "enabled", "starts_at", "ends_at"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            ),
        )
    )
    def test_takes_anything_without_breaking(self, given_: dict[str, Any]) -> None:
        with suppress(UnableToReadRule):
            read(told(**given_))
