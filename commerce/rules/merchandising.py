"""Rules of merchants for their search: when they apply, and what comes of all that do.

Rules count in their order: of two that pin a product, redirect or replace the query, the first one wins; of two pins on
one position, the later one stands right behind. What any of them hides is hidden, also where another one pins or adds
it. Strengths of boosts and buries of the same products add up.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

# To what a rule applies: a query of exactly these words, one that has the phrase in it, every query, a category page.
EXACT, CONTAINS, EVERY, CATEGORY = "exact", "contains", "every", "category"
KINDS = (EXACT, CONTAINS, EVERY, CATEGORY)
# The facet name under which a target is a product.
ID = "id"
STRONGEST = 3
LAST_POSITION = 100

_NOT_WORDS = re.compile(r"[\W_]+")
Action = TypeVar("Action")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which products are meant: those that have the facet's value, or, under the name ID, one product."""

    facet: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """The product stands at this position, counted from 1, whether the query finds it or not."""

    product: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """The product belongs to the results; where the query does not find it, it stands behind what it does."""

    product: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hide:
    """These products are not found."""

    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """These products count more, by a strength from 1 to STRONGEST, or less (they are buried), by -1 to -STRONGEST."""

    target: Target
    strength: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """The shopper is led to this address instead."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """Other words are searched instead; the rules of those do not apply."""

    query: str


AnyAction = Pin | Add | Hide | Lift | Redirect | Replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a merchant decided. `words`: the queries, phrases or categories' handles it applies to, any of them.

    It holds from `starts_at` until `ends_at`, in UTC, each open where it is None.
    """

    id: str
    name: str
    applies_to: str
    words: tuple[str, ...] = ()
    actions: tuple[AnyAction, ...] = ()
    enabled: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What rules make of a search. `pins`: product to position, in the order in which they take their places.

    `additions`, `hidden`: without those that are hidden anyway. `strengths`: target to -STRONGEST … STRONGEST, never
    0. `redirect` and `query` (searched instead) are "" where there is none. `rules`: ids of those that apply.
    """

    rules: tuple[str, ...] = ()
    pins: Mapping[str, int] = field(default_factory=dict)
    additions: tuple[str, ...] = ()
    hidden: frozenset[Target] = frozenset()
    strengths: Mapping[Target, int] = field(default_factory=dict)
    redirect: str = ""
    query: str = ""


NOTHING = Outcome()


def folded(words: str) -> str:
    """Words as they are compared: without case, accents, signs and additional space."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", words).casefold() if not unicodedata.combining(sign))
    return _NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", plain)).strip()


def holds(rule: Rule, now: datetime) -> bool:
    """Whether the rule is switched on and within its time."""
    begun = rule.starts_at is None or rule.starts_at <= now
    return rule.enabled and begun and (rule.ends_at is None or now < rule.ends_at)


def applies(rule: Rule, *, query: str, category: str = "") -> bool:
    """Whether the rule is for this query, or for the category of this handle."""
    return _is_for(rule, folded(query), category)


def _is_for(rule: Rule, asked: str, category: str) -> bool:
    if rule.applies_to == CATEGORY:
        return bool(category) and category in rule.words
    if rule.applies_to == EVERY:
        return not category
    if not asked:
        return False
    told = _told(rule.words)
    if rule.applies_to == EXACT:
        return asked in told
    return any(f" {words} " in f" {asked} " for words in told)


@lru_cache(maxsize=10_000)
def _told(words: tuple[str, ...]) -> tuple[str, ...]:
    """A rule's words as they are compared; every search asks for those of all rules."""
    return tuple(known for known in map(folded, words) if known)


def outcome(rules: Iterable[Rule], *, now: datetime, query: str, category: str = "") -> Outcome:
    """What the rules that hold now make of this query, or of this category's page."""
    asked = folded(query)
    chosen = [rule for rule in rules if _is_for(rule, asked, category) and holds(rule, now)]
    return _together(chosen) if chosen else NOTHING


def _together(rules: Sequence[Rule]) -> Outcome:
    hidden = frozenset(act.target for act in _of(rules, Hide))
    gone = {target.value for target in hidden if target.facet == ID}
    pins: dict[str, int] = {}
    for pin in _of(rules, Pin):
        if pin.product not in gone:
            pins.setdefault(pin.product, pin.position)
    added = dict.fromkeys(act.product for act in _of(rules, Add) if act.product not in gone)
    strengths: dict[Target, int] = {}
    for lift in _of(rules, Lift):
        strengths[lift.target] = strengths.get(lift.target, 0) + lift.strength
    return Outcome(
        rules=tuple(rule.id for rule in rules),
        pins=dict(sorted(pins.items(), key=lambda pin: pin[1])),
        additions=tuple(product for product in added if product not in pins),
        hidden=hidden,
        strengths={
            target: max(-STRONGEST, min(STRONGEST, strength)) for target, strength in strengths.items() if strength
        },
        redirect=next((act.url for act in _of(rules, Redirect)), ""),
        query=next((act.query for act in _of(rules, Replace)), ""),
    )


def _of(rules: Sequence[Rule], kind: type[Action]) -> list[Action]:
    return [action for rule in rules for action in rule.actions if isinstance(action, kind)]


def places(positions: Sequence[int], others: int) -> list[int]:
    """Where pins stand, counted from 0, in a list with so many others: each at its position (counted from 1, rising)
    or behind the pin before it, and none behind the end of the list."""
    taken: list[int] = []
    for position in positions:
        taken.append(max(position - 1, taken[-1] + 1 if taken else 0))
    total = others + len(taken)
    return [min(place, total - len(taken) + at) for at, place in enumerate(taken)]
