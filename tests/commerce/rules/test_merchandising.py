"""When merchants' rules apply, and what comes of all that do."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.merchandising import (
    CATEGORY,
    CONTAINS,
    EVERY,
    EXACT,
    ID,
    NOTHING,
    STRONGEST,
    Add,
    AnyAction,
    Hide,
    Lift,
    Pin,
    Redirect,
    Replace,
    Rule,
    Target,
    applies,
    folded,
    holds,
    outcome,
    places,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def rule(*actions: AnyAction, key: str = "1", applies_to: str = EVERY, words: tuple[str, ...] = ()) -> Rule:
    return Rule(id=key, name=key, applies_to=applies_to, words=words, actions=actions)


def one(product: str) -> Target:
    return Target(facet=ID, value=product)


class TestFolded:
    @pytest.mark.parametrize(
        ("words", "compared"),
        [
            ("  Red   Shoes ", "red shoes"),
            ("Crème brûlée", "creme brulee"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("t-shirt", "t shirt"),
            ("İstanbul", "istanbul"),
            ("!!!", ""),
            ("ＦＵＬＬ", "full"),
            ("帽子", "帽子"),
        ],
    )
    def test_leaves_out_what_shoppers_type_one_way_or_the_other(self, words: str, compared: str) -> None:
        assert folded(words) == compared

    @given(st.text(max_size=60))
    def test_of_what_is_folded_changes_nothing(self, words: str) -> None:
        assert folded(folded(words)) == folded(words)


class TestHolds:
    @pytest.mark.parametrize(
        ("begins", "ends", "now_it_holds"),
        [(None, None, True), (0, None, True), (1, None, False), (None, 0, False), (None, 1, True), (-2, -1, False)],
    )
    def test_within_its_time(self, begins: int | None, ends: int | None, now_it_holds: bool) -> None:
        begun, ended = (None if hours is None else NOW + timedelta(hours=hours) for hours in (begins, ends))
        told = Rule(id="1", name="Sale", applies_to=EVERY, starts_at=begun, ends_at=ended)
        assert holds(told, NOW) is now_it_holds

    def test_not_while_it_is_switched_off(self) -> None:
        assert not holds(Rule(id="1", name="Sale", applies_to=EVERY, enabled=False), NOW)


class TestApplies:
    @pytest.mark.parametrize(
        ("applies_to", "words", "query", "category", "is_for_it"),
        [
            (EXACT, ("sofa", "Couch"), "COUCH", "", True),
            (EXACT, ("sofa",), "red sofa", "", False),
            (CONTAINS, ("sofa",), "red sofa", "", True),
            (CONTAINS, ("red sofa",), "a Red  Sófa!", "", True),
            (CONTAINS, ("sofa",), "sofabed", "", False),
            (CONTAINS, ("!",), "anything", "", False),
            (EXACT, ("!",), "", "", False),
            (EVERY, (), "anything", "", True),
            (EVERY, (), "", "", True),
            (EVERY, (), "", "sale", False),
            (CATEGORY, ("sale",), "", "sale", True),
            (CATEGORY, ("sale",), "sale", "", False),
        ],
    )
    def test_to_queries_and_categories(
        self, applies_to: str, words: tuple[str, ...], query: str, category: str, is_for_it: bool
    ) -> None:
        assert applies(rule(applies_to=applies_to, words=words), query=query, category=category) is is_for_it


class TestOutcome:
    def test_is_nothing_without_rules(self) -> None:
        assert outcome([], now=NOW, query="sofa") is NOTHING
        assert (
            outcome([rule(Pin(product="1", position=1), applies_to=EXACT, words=("x",))], now=NOW, query="y") is NOTHING
        )

    def test_of_two_pins_of_a_product_is_the_first(self) -> None:
        rules = [rule(Pin(product="1", position=3)), rule(Pin(product="1", position=1), Pin(product="2", position=2))]
        assert outcome(rules, now=NOW, query="").pins == {"2": 2, "1": 3}

    def test_of_two_pins_on_one_position_keeps_the_order_of_the_rules(self) -> None:
        rules = [rule(Pin(product="b", position=1)), rule(Pin(product="a", position=1))]
        assert list(outcome(rules, now=NOW, query="").pins) == ["b", "a"]

    def test_hides_what_another_rule_pins_or_adds(self) -> None:
        rules = [rule(Pin(product="1", position=1), Add(product="2"), Add(product="3"))]
        rules.append(rule(Hide(target=one("1")), Hide(target=one("2"))))
        told = outcome(rules, now=NOW, query="")
        assert (told.pins, told.additions, told.hidden) == ({}, ("3",), {one("1"), one("2")})

    def test_adds_no_product_that_is_pinned(self) -> None:
        told = outcome([rule(Add(product="1"), Pin(product="1", position=4))], now=NOW, query="")
        assert (told.pins, told.additions) == ({"1": 4}, ())

    def test_adds_strengths_up_within_bounds(self) -> None:
        red, blue, old = (Target(facet="colour", value=value) for value in ("red", "blue", "old"))
        rules = [rule(Lift(target=red, strength=2), Lift(target=old, strength=-1))]
        rules.append(rule(Lift(target=red, strength=3), Lift(target=old, strength=1), Lift(target=blue, strength=-3)))
        assert outcome(rules, now=NOW, query="").strengths == {red: STRONGEST, blue: -3}

    def test_takes_the_first_redirect_and_the_first_other_query(self) -> None:
        rules = [
            rule(Replace(query="sofa")),
            rule(Redirect(url="/a"), Replace(query="chair")),
            rule(Redirect(url="/b")),
        ]
        told = outcome(rules, now=NOW, query="couch")
        assert (told.redirect, told.query) == ("/a", "sofa")

    def test_tells_which_rules_took_part(self) -> None:
        rules = [rule(key="1"), rule(key="2", applies_to=EXACT, words=("x",)), rule(key="3")]
        assert outcome(rules, now=NOW, query="y").rules == ("1", "3")


class TestPlaces:
    @pytest.mark.parametrize(
        ("positions", "others", "at"),
        [
            ([1], 10, [0]),
            ([1, 1, 1], 10, [0, 1, 2]),
            ([2, 2, 5], 10, [1, 2, 4]),
            ([7], 3, [3]),
            ([5, 9], 0, [0, 1]),
            ([1, 9], 2, [0, 3]),
            ([], 4, []),
        ],
    )
    def test_are_the_positions_as_far_as_the_list_reaches(
        self, positions: list[int], others: int, at: list[int]
    ) -> None:
        assert places(positions, others) == at

    @given(st.lists(st.integers(1, 30), max_size=12), st.integers(0, 40))
    def test_are_different_rising_and_within_the_list(self, positions: list[int], others: int) -> None:
        at = places(sorted(positions), others)
        assert at == sorted(set(at))
        assert all(0 <= place < others + len(positions) for place in at)
