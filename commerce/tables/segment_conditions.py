"""Rules of segments as conditions on profiles, in SQL: the same answer as commerce.rules.segments.evaluation gives.

Every condition is true or false, never NULL, so that its contrary is its contrary.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    and_,
    case,
    cast,
    collate,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
)

from commerce.rules.orders import CANCELLED
from commerce.rules.people.words import TAG
from commerce.rules.segments import fields
from commerce.rules.segments.comparing import COMPARED, anniversaries, begin_of, end_of, spellings, tag_word
from commerce.rules.segments.conditions import ALL, NONE, Condition, Group, Rules
from commerce.rules.segments.evaluation import bought_since
from commerce.tables.columns import Moment
from commerce.tables.orders import lines, orders
from commerce.tables.people.members import members
from commerce.tables.people.profiles import profiles, words
from commerce.tables.segments import segment_members

Clause = ColumnElement[bool]
_ESCAPED = re.compile(r"[\\%_]")  # what a pattern of LIKE would not take as it stands


@dataclass(frozen=True, slots=True)
class _Asked:
    """For which shop, when, and in which database."""

    shop_id: int
    now: datetime
    is_sqlite: bool


def condition(db: Connection, *, shop_id: int, rules: Rules, now: datetime) -> Clause:
    """The condition on the shop's profiles under which one belongs."""
    return _part(rules.root, _Asked(shop_id, now, db.dialect.name == "sqlite"))


def _part(part: Condition | Group, asked: _Asked) -> Clause:
    if isinstance(part, Condition):
        operator = part.operator
        clause = _CLAUSES[part.field.type](part, operator.negates or operator.name, asked)
        return not_(clause) if operator.negates else clause
    clauses = [_part(one, asked) for one in part.parts]
    if part.match == ALL:
        return and_(*clauses)
    return not_(or_(*clauses)) if part.match == NONE else or_(*clauses)


def _json(one: Condition, asked: _Asked, kinds: Sequence[str]) -> ColumnElement[Any]:
    """The value at the field's place within JSON, NULL where it is none of these kinds. In PostgreSQL as text."""
    column = profiles.c[one.field.column]
    if asked.is_sqlite:
        path = "$" + "".join(f'."{name}"' for name in one.field.path)
        return case((func.json_type(column, path).in_(kinds), func.json_extract(column, path)))
    kind = func.jsonb_typeof(func.jsonb_extract_path(column, *one.field.path))
    return case((kind.in_(kinds), func.jsonb_extract_path_text(column, *one.field.path)))


def _told_text(one: Condition, asked: _Asked) -> ColumnElement[str]:
    """The field's text, byte by byte; "" where there is none."""
    told: ColumnElement[str] = profiles.c[one.field.column]
    if one.field.path:
        told = func.coalesce(_json(one, asked, ["text"] if asked.is_sqlite else ["string"]), "")
    return told if asked.is_sqlite else collate(told, "C")


def _text(one: Condition, name: str, asked: _Asked) -> Clause:
    told = func.lower(_told_text(one, asked))  # A to Z only: SQLite knows no others, nor does PostgreSQL's "C"
    if name == "missing":
        return told == ""
    if name == "any_of":
        assert isinstance(one.value, tuple)
        return told.in_(sorted({each for value in one.value for each in spellings(str(value))}))
    wanted = spellings(str(one.value))
    if name == "is":
        return told.in_(wanted)
    begin, end = ("" if name == "starts_with" else "%"), ("" if name == "ends_with" else "%")
    return or_(*(told.like(begin + _ESCAPED.sub(r"\\\g<0>", each) + end, escape="\\") for each in wanted))


def _number(one: Condition, name: str, asked: _Asked) -> Clause:
    told: ColumnElement[Any] = profiles.c[one.field.column]
    if one.field.path:
        told = _json(one, asked, ["integer", "real"] if asked.is_sqlite else ["number"])
        told = told if asked.is_sqlite else cast(told, Float)
    if name == "missing":
        return told.is_(None)
    value: Any = one.value
    if name == "between":
        return and_(told.is_not(None), told >= _bound(value[0]), told <= _bound(value[1]))
    return and_(told.is_not(None), COMPARED[name](told, _bound(value)))


def _bound(value: float) -> ColumnElement[Any]:
    """A number by its own type: a column of whole numbers is compared with halves as well."""
    return literal(value)


def _time(one: Condition, name: str, asked: _Asked) -> Clause:
    told = profiles.c[one.field.column]
    if name == "missing":
        return told.is_(None)
    value, now = one.value, asked.now
    if isinstance(value, date):
        begin, end = begin_of(value), end_of(value)
        clauses = {"before": [told < begin], "on": [told >= begin, told < end], "since": [told >= begin]}[name]
    else:
        span = timedelta(days=int(value))  # type: ignore[arg-type]  # a number of days
        clauses = {
            "within_last": [told >= now - span, told <= now],
            "within_next": [told >= now, told <= now + span],
            "longer_ago": [told < now - span],
        }[name]
    return and_(told.is_not(None), *clauses)


def _date(one: Condition, name: str, asked: _Asked) -> Clause:
    told = func.substr(_told_text(one, asked), 1, 10)
    if name == "missing":
        return told == ""
    value, today = one.value, asked.now.date()
    if isinstance(value, date):
        day = value.isoformat()
        compared = {"before": told < day, "on": told == day, "since": told >= day}[name]
        return and_(told != "", compared)
    days = int(value)  # type: ignore[arg-type]  # a number of days
    if name == "anniversary_within":
        return func.substr(told, 6, 5).in_(sorted(anniversaries(today, days)))
    first, last = (today - timedelta(days=days)).isoformat(), (today + timedelta(days=days)).isoformat()
    if name == "within_last":
        return and_(told >= first, told <= today.isoformat())
    if name == "within_next":
        return and_(told >= today.isoformat(), told <= last)
    return and_(told != "", told < first)


def _flag(one: Condition, name: str, asked: _Asked) -> Clause:
    if not one.field.path:
        told = profiles.c[one.field.column]
        return false() if name == "missing" else told.is_(bool(one.value))
    found = _json(one, asked, ["true", "false"] if asked.is_sqlite else ["boolean"])
    if name == "missing":
        return found.is_(None)
    wanted: str | int = int(bool(one.value)) if asked.is_sqlite else str(bool(one.value)).lower()
    return and_(found.is_not(None), found == wanted)


def _tags(one: Condition, name: str, asked: _Asked) -> Clause:
    chosen = [words.c.shop_id == asked.shop_id, words.c.kind == TAG]
    if name != "missing":
        wanted = one.value if isinstance(one.value, tuple) else (one.value,)
        chosen.append(words.c.word.in_(sorted({tag_word(str(tag)) for tag in wanted})))
        return profiles.c.id.in_(select(words.c.profile_id).where(*chosen))
    return ~exists().where(*chosen, words.c.profile_id == profiles.c.id)


def _segment(one: Condition, name: str, asked: _Asked) -> Clause:  # noqa: ARG001 - one shape for all
    chosen = (segment_members.c.shop_id == asked.shop_id, segment_members.c.segment_id == one.value)
    return profiles.c.id.in_(select(segment_members.c.profile_id).where(*chosen))


def _product(one: Condition, name: str, asked: _Asked) -> Clause:  # noqa: ARG001 - one shape for all
    holds = and_(orders.c.shop_id == lines.c.shop_id, orders.c.id == lines.c.order_id)
    whose = and_(members.c.shop_id == orders.c.shop_id, members.c.id == orders.c.member_id)
    chosen = [lines.c.shop_id == asked.shop_id, lines.c.product_id == one.value, orders.c.status != CANCELLED]
    since = bought_since(one, asked.now)
    if since is not None:
        chosen.append(orders.c.placed_at >= literal(since, Moment()))
    return profiles.c.id.in_(
        select(members.c.root).select_from(lines.join(orders, holds).join(members, whose)).where(*chosen)
    )


def _currency(one: Condition, name: str, asked: _Asked) -> Clause:  # noqa: ARG001 - one shape for all
    column, code = profiles.c[one.field.column], str(one.value)
    told = func.json_extract(column, f'$."{code}"[0]') if asked.is_sqlite else _amount(column, code)
    return and_(told.is_not(None), told > 0)


def _amount(column: ColumnElement[Any], code: str) -> ColumnElement[Any]:
    return cast(func.jsonb_extract_path_text(column, code, "0"), Float)


_CLAUSES: dict[str, Callable[[Condition, str, _Asked], Clause]] = {
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
