"""A loyalty programme in writing: JSON of the tables and the API, read with an error for the field that is wrong."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from commerce.rules.loyalty import programmes
from commerce.rules.loyalty.programmes import (
    WHOLE,
    Action,
    Course,
    Expiry,
    ProductRule,
    Programme,
    Reward,
    Tier,
    Version,
)
from commerce.rules.loyalty.written_fields import REQUIRED, Told, UnableToReadProgramme

__all__ = ["UnableToReadProgramme", "as_json", "course_as_json", "read", "read_course"]

_MOST_DAYS, _MOST_PRODUCTS, _MOST_MONEY = 3650, 500, 10**12
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,49}")
_PARTS = (
    "per_amount", "products", "first_order", "sign_up", "actions", "waiting", "expiry", "caps", "tiers", "rewards",
)  # fmt: skip


def read(told: Any) -> Programme:
    """The programme that was written. Raises UnableToReadProgramme, which names the field."""
    body = Told(told, "", _PARTS)
    amount = body.part("per_amount", ("points", "with_tax", "with_shipping", "rounding"))
    waiting = body.part("waiting", ("days", "from"))
    caps = body.part("caps", ("order", "day", "balance"))
    tiers = body.part("tiers", ("by", "levels"))
    return Programme(
        rate=amount.thousandths("points", 1),
        with_tax=amount.switch("with_tax", usual=True),
        with_shipping=amount.switch("with_shipping", usual=False),
        rounding=amount.choice("rounding", programmes.DOWN, (programmes.DOWN, programmes.NEAREST, programmes.UP)),
        products=body.listed("products", _product, most=_MOST_PRODUCTS),
        first_order=body.whole("first_order", 0),
        sign_up=body.whole("sign_up", 0),
        actions=body.listed("actions", _action, by="name"),
        waiting_days=waiting.whole("days", 14, most=_MOST_DAYS),
        waiting_from=waiting.choice("from", programmes.PLACED, (programmes.PLACED, programmes.SHIPPED)),
        expiry=None if body.get("expiry") is None else _expiry(body.get("expiry")),
        most_per_order=caps.cap("order"),
        most_per_day=caps.cap("day"),
        most_held=caps.cap("balance"),
        tiers_by=tiers.choice("by", programmes.POINTS, (programmes.POINTS, programmes.SPENT)),
        tiers=_rising(tiers),
        rewards=body.listed("rewards", _reward, by="name"),
    )


def _product(told: Any, path: str) -> ProductRule:
    body = Told(told, path, ("by", "value", "points", "factor"))
    return ProductRule(
        by=body.choice("by", REQUIRED, (programmes.PRODUCT, programmes.TAG)),
        value=body.text("value"),
        points=body.whole("points", 0),
        factor=body.thousandths("factor", 1),
    )


def _action(told: Any, path: str) -> Action:
    body = Told(told, path, ("name", "points", "times", "days"))
    name = body.text("name")
    if not _NAME.fullmatch(name):
        raise UnableToReadProgramme(body.at("name"), "must be small letters, digits, dots, dashes and underscores")
    return Action(
        name=name,
        points=body.whole("points", REQUIRED, least=1),
        times=body.whole("times", 0, most=1000),
        days=body.whole("days", 0, most=_MOST_DAYS),
    )


def _expiry(told: Any) -> Expiry:
    body = Told(told, "expiry", ("days", "by", "warn_days"))
    days = body.whole("days", REQUIRED, least=1, most=_MOST_DAYS)
    return Expiry(
        days=days,
        by=body.choice("by", programmes.BATCH, (programmes.BATCH, programmes.INACTIVITY)),
        warn_days=body.whole("warn_days", 0, most=min(days, programmes.MOST_WARNING)),
    )


def _rising(tiers: Told) -> tuple[Tier, ...]:
    levels = tiers.listed("levels", _tier, by="name")
    for place, (one, other) in enumerate(pairwise(levels), start=1):
        if other.threshold <= one.threshold:
            raise UnableToReadProgramme(f"tiers.levels[{place}].from", "must be higher than that of the level before")
    return levels


def _tier(told: Any, path: str) -> Tier:
    body = Told(told, path, ("name", "from", "factor"))
    threshold = body.whole("from", REQUIRED, most=_MOST_MONEY)
    return Tier(name=body.text("name"), threshold=threshold, factor=body.thousandths("factor", 1))


def _reward(told: Any, path: str) -> Reward:
    body = Told(told, path, ("name", "points", "kind", "value", "minimum"))
    kind = body.choice("kind", REQUIRED, (programmes.AMOUNT, programmes.PERCENT, programmes.SHIPPING))
    most = {programmes.AMOUNT: _MOST_MONEY, programmes.PERCENT: 100}.get(kind, 0)
    return Reward(
        name=body.text("name"),
        points=body.whole("points", REQUIRED, least=1),
        kind=kind,
        value=body.whole("value", REQUIRED, least=1, most=most) if most else body.whole("value", 0, most=0),
        minimum=body.whole("minimum", 0, most=_MOST_MONEY),
    )


def as_json(programme: Programme) -> dict[str, Any]:
    """What `read` reads."""
    expiry = programme.expiry
    return {
        "per_amount": {
            "points": _number(programme.rate),
            "with_tax": programme.with_tax,
            "with_shipping": programme.with_shipping,
            "rounding": programme.rounding,
        },
        "products": [
            {"by": rule.by, "value": rule.value, "points": rule.points, "factor": _number(rule.factor)}
            for rule in programme.products
        ],
        "first_order": programme.first_order,
        "sign_up": programme.sign_up,
        "actions": [
            {"name": one.name, "points": one.points, "times": one.times, "days": one.days} for one in programme.actions
        ],
        "waiting": {"days": programme.waiting_days, "from": programme.waiting_from},
        "expiry": expiry and {"days": expiry.days, "by": expiry.by, "warn_days": expiry.warn_days},
        "caps": {
            "order": programme.most_per_order,
            "day": programme.most_per_day,
            "balance": programme.most_held,
        },
        "tiers": {
            "by": programme.tiers_by,
            "levels": [
                {"name": tier.name, "from": tier.threshold, "factor": _number(tier.factor)} for tier in programme.tiers
            ],
        },
        "rewards": [
            {"name": one.name, "points": one.points, "kind": one.kind, "value": one.value, "minimum": one.minimum}
            for one in programme.rewards
        ],
    }


def _number(thousandths: int) -> int | float:
    return thousandths // WHOLE if thousandths % WHOLE == 0 else thousandths / WHOLE


def read_course(told: Sequence[Mapping[str, Any]], *, since: datetime) -> Course:
    """The versions that were stored."""
    versions = [
        Version(
            begins=datetime.fromisoformat(one["begins"]),
            programme=read(one["rules"]) if one["rules"] is not None else None,
        )
        for one in told
    ]
    return Course(since=since, versions=tuple(versions))


def course_as_json(versions: Sequence[Version]) -> list[dict[str, Any]]:
    """What `read_course` reads."""
    return [
        {
            "begins": version.begins.isoformat(),
            "rules": as_json(version.programme) if version.programme is not None else None,
        }
        for version in versions
    ]
