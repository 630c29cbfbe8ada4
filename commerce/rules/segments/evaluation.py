"""Whether a customer belongs to a segment: the same answer as the conditions in SQL give, for one profile in hand."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from commerce.rules.segments import fields
from commerce.rules.segments.comparing import COMPARED, anniversaries, begin_of, end_of, folded, spellings, tag_word
from commerce.rules.segments.conditions import ALL, ANY, Condition, Group, Rules


@dataclass(frozen=True, slots=True)
class _Asked:
    """A profile and what is known beside it."""

    row: Mapping[str, Any]
    now: datetime
    segments: Collection[str] = ()
    bought: Mapping[str, datetime | None] = field(default_factory=dict)


def evaluate(
    rules: Rules,
    profile: Mapping[str, Any],
    now: datetime,
    *,
    segments: Collection[str] = (),
    bought: Mapping[str, datetime | None] | None = None,
) -> bool:
    """Whether the customer belongs. `profile`: columns of the profile that the rules ask.

    `segments`: those that the customer belongs to. `bought`: products to when they were last ordered, None where no
    time is known; without cancelled orders.
    """
    return _holds(rules.root, _Asked(profile, now, segments, bought or {}))


def _holds(part: Condition | Group, asked: _Asked) -> bool:
    if isinstance(part, Condition):
        operator = part.operator
        answer = _ANSWERS[part.field.type](part, operator.negates or operator.name, asked)
        return answer != bool(operator.negates)
    if part.match == ALL:
        return all(_holds(one, asked) for one in part.parts)
    return any(_holds(one, asked) for one in part.parts) == (part.match == ANY)


def _found(one: Condition, asked: _Asked, *kinds: type) -> Any:
    """The field's value; None where there is none, or where it is of another kind than its field's (`path`)."""
    value = asked.row[one.field.column]
    for name in one.field.path:
        value = value.get(name) if isinstance(value, Mapping) else None
    if one.field.path and not (isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))):
        return None
    return value


def _text(one: Condition, name: str, asked: _Asked) -> bool:
    told = folded(_found(one, asked, str) or "")
    if name == "missing":
        return not told
    if name == "any_of":
        return any(told in spellings(each) for each in _texts(one))
    return _TEXTS[name](told, spellings(str(one.value)))


def _texts(one: Condition) -> tuple[str, ...]:
    assert isinstance(one.value, tuple)
    return tuple(str(each) for each in one.value)


_TEXTS: dict[str, Callable[[str, tuple[str, ...]], bool]] = {
    "is": lambda told, asked: told in asked,
    "contains": lambda told, asked: any(each in told for each in asked),
    "starts_with": lambda told, asked: told.startswith(asked),
    "ends_with": lambda told, asked: told.endswith(asked),
}


def _number(one: Condition, name: str, asked: _Asked) -> bool:
    told = _found(one, asked, int, float)
    if name == "missing" or told is None:
        return (told is None) == (name == "missing")
    if name == "between":
        assert isinstance(one.value, tuple)
        return bool(one.value[0] <= told <= one.value[1])
    return bool(COMPARED[name](told, one.value))


def _time(one: Condition, name: str, asked: _Asked) -> bool:
    told: datetime | None = asked.row[one.field.column]
    if name == "missing" or told is None:
        return (told is None) == (name == "missing")
    if isinstance(one.value, date):
        begin, end = begin_of(one.value), end_of(one.value)
        return {"before": told < begin, "on": begin <= told < end, "since": told >= begin}[name]
    now, span = asked.now, timedelta(days=int(one.value))  # type: ignore[arg-type]  # a number of days
    if name == "within_last":
        return now - span <= told <= now
    return now <= told <= now + span if name == "within_next" else told < now - span


def _date(one: Condition, name: str, asked: _Asked) -> bool:
    """Days are texts that begin with YYYY-MM-DD, and are compared as texts."""
    told = (_found(one, asked, str) or "")[:10]
    if name == "missing" or not told:
        return (not told) == (name == "missing")
    if isinstance(one.value, date):
        day = one.value.isoformat()
        return {"before": told < day, "on": told == day, "since": told >= day}[name]
    today, days = asked.now.date(), int(one.value)  # type: ignore[arg-type]  # a number of days
    if name == "anniversary_within":
        return told[5:10] in anniversaries(today, days)
    first, last = (today - timedelta(days=days)).isoformat(), (today + timedelta(days=days)).isoformat()
    if name == "within_last":
        return first <= told <= today.isoformat()
    return today.isoformat() <= told <= last if name == "within_next" else told < first


def _flag(one: Condition, name: str, asked: _Asked) -> bool:
    told = _found(one, asked, bool)
    return told is None if name == "missing" else told is not None and bool(told) == one.value


def _tags(one: Condition, name: str, asked: _Asked) -> bool:
    told = {tag_word(tag) for tag in asked.row[one.field.column] if tag}
    if name == "missing":
        return not told
    wanted = _texts(one) if name == "has_any" else (str(one.value),)
    return any(tag_word(tag) in told for tag in wanted)


def _segment(one: Condition, name: str, asked: _Asked) -> bool:  # noqa: ARG001 - one shape for all
    return one.value in asked.segments


def _product(one: Condition, name: str, asked: _Asked) -> bool:  # noqa: ARG001 - one shape for all
    if one.value not in asked.bought:
        return False
    since = bought_since(one, asked.now)
    last = asked.bought[str(one.value)]
    return since is None or (last is not None and last >= since)


def bought_since(one: Condition, now: datetime) -> datetime | None:
    """From when on an order of the product counts; None: always."""
    if one.days is not None:
        return now - timedelta(days=one.days)
    return begin_of(one.since) if one.since else None


def _currency(one: Condition, name: str, asked: _Asked) -> bool:  # noqa: ARG001 - one shape for all
    told = asked.row[one.field.column].get(str(one.value))
    return bool(told) and told[0] > 0


_ANSWERS: dict[str, Callable[[Condition, str, _Asked], bool]] = {
    fields.TEXT: _text,
    fields.CHOICE: _text,
    fields.NUMBER: _number,
    fields.TIME: _time,
    fields.DATE: _date,
    fields.FLAG: _flag,
    fields.TAGS: _tags,
    fields.SEGMENT: _segment,
    fields.PRODUCT: _product,
    fields.CURRENCY: _currency,
}
