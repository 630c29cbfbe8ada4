"""Merchants' rules for their search, in the order in which they count. Who saves one tells the pages (shops)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    and_,
    delete,
    func,
    select,
    update,
)

from commerce.rules.merchandising import Rule
from commerce.rules.written_rules import UnableToReadRule, as_json, read
from commerce.tables import shops
from commerce.tables.columns import BigId, Json, Moment, metadata

search_rules = Table(
    "search_rules",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("shop_id", BigId, ForeignKey("shops.id", ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("rule", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_search_rules_shop", "shop_id", "place"),
)

MOST = 500  # rules of one shop: every search looks through all of them


class UnableToAddRule(ValueError):
    """The shop has as many rules as there may be."""


def all_of(db: Connection, *, shop_id: int) -> tuple[Rule, ...]:
    """The shop's rules in their order, switched on or not; without those that this version cannot read."""
    query = select(search_rules).where(search_rules.c.shop_id == shop_id)
    rules = []
    for row in db.execute(query.order_by(search_rules.c.place, search_rules.c.id)):
        with suppress(UnableToReadRule):
            rules.append(_rule(row))
    return tuple(rules)


def one(db: Connection, *, shop_id: int, rule_id: int) -> Rule | None:
    """One of the shop's rules."""
    row = db.execute(select(search_rules).where(_of(shop_id, rule_id))).one_or_none()
    return _rule(row) if row else None


def add(db: Connection, *, shop_id: int, rule: Rule, now: datetime) -> Rule:
    """Store a new rule behind the others; gives it with its id. Raises UnableToAddRule."""
    chosen = search_rules.c.shop_id == shop_id
    number, last = db.execute(select(func.count(), func.max(search_rules.c.place)).where(chosen)).one()
    if number >= MOST:
        raise UnableToAddRule(f"A shop has at most {MOST} rules. Remove one that is no longer needed.")
    row = {"shop_id": shop_id, "place": (last or 0) + 1, "rule": as_json(rule), "created_at": now, "updated_at": now}
    added = db.execute(search_rules.insert().values(row).returning(search_rules)).one()
    shops.bump_pages(db, shop_id)
    return _rule(added)


def save(db: Connection, *, shop_id: int, rule: Rule, now: datetime) -> bool:
    """Replace a rule by its id; False where the shop has none of it."""
    chosen = _of(shop_id, int(rule.id))
    saved = db.execute(update(search_rules).where(chosen).values(rule=as_json(rule), updated_at=now)).rowcount == 1
    if saved:
        shops.bump_pages(db, shop_id)
    return saved


def switch(db: Connection, *, shop_id: int, rule_id: int, now: datetime) -> Rule | None:
    """Switch a rule on or off; gives it as it is then, None where the shop has none of that id."""
    found = one(db, shop_id=shop_id, rule_id=rule_id)
    if found is None:
        return None
    switched = replace(found, enabled=not found.enabled)
    save(db, shop_id=shop_id, rule=switched, now=now)
    return switched


def arrange(db: Connection, *, shop_id: int, ids: Sequence[int]) -> None:
    """Put the shop's rules in this order; those left out keep theirs behind them."""
    there = [int(rule.id) for rule in all_of(db, shop_id=shop_id)]
    order = [rule_id for rule_id in dict.fromkeys(ids) if rule_id in there]
    order += [rule_id for rule_id in there if rule_id not in order]
    for place, rule_id in enumerate(order, 1):
        db.execute(update(search_rules).where(_of(shop_id, rule_id)).values(place=place))
    shops.bump_pages(db, shop_id)


def remove(db: Connection, *, shop_id: int, rule_id: int) -> bool:
    """Delete a rule; False where the shop has none of that id."""
    removed = db.execute(delete(search_rules).where(_of(shop_id, rule_id))).rowcount == 1
    if removed:
        shops.bump_pages(db, shop_id)
    return removed


def _of(shop_id: int, rule_id: int) -> Any:
    return and_(search_rules.c.shop_id == shop_id, search_rules.c.id == rule_id)


def _rule(row: Row[Any]) -> Rule:
    return read(row.rule, rule_id=str(row.id))
