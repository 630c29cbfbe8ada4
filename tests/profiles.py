"""Rows of profiles for tests, with all that a test does not name left empty."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from commerce.rules.orders import OrderFacts, OrderLine
from commerce.rules.people import words
from commerce.tables import orders
from commerce.tables.people import profiles as tables
from commerce.tables.people.members import members

NOW = datetime(2026, 5, 17, 12, 30, tzinfo=UTC)
EMPTY: dict[str, Any] = {
    **dict.fromkeys(("email", "phone", "first_name", "last_name", "sort_name", "locale", "country", "note"), ""),
    **dict.fromkeys(("email_consent", "sms_consent", "tier", "rfm_group"), ""),
    **dict.fromkeys(("orders_count", "total_spent", "refunded", "points", "points_pending", "points_earned"), 0),
    **dict.fromkeys(("average_order", "first_order_at", "last_order_at", "days_between_orders", "next_order_at")),
    **dict.fromkeys(("lifetime_value", "recency", "frequency", "monetary", "updated_at")),
    "version": 1,
    "has_account": False,
    "created_at": NOW,
    "saved_at": NOW,
}


def row(shop_id: int, key: str, **told: Any) -> dict[str, Any]:
    """A profile as it is stored."""
    lists = {name: [] for name in ("emails", "phones", "tags", "addresses")}
    mappings: dict[str, Any] = {name: {} for name in ("platform_ids", "attributes", "consents", "totals")}
    return {"shop_id": shop_id, "id": key, "member_ids": [key]} | EMPTY | lists | mappings | told


def add(db: Connection, shop_id: int, *rows: dict[str, Any]) -> None:
    """Store profiles with the words that find them."""
    db.execute(tables.profiles.insert(), list(rows))
    found = [
        {"shop_id": shop_id, "kind": kind, "word": word, "profile_id": one["id"]}
        for one in rows
        for kind, word in words.of_person(names=(), mails=(), phones=(), tags=one["tags"], ids=())
    ]
    if found:
        db.execute(tables.words.insert(), found)


def change(db: Connection, shop_id: int, key: str, **told: Any) -> None:
    """Change columns of a profile."""
    chosen = (tables.profiles.c.shop_id == shop_id, tables.profiles.c.id == key)
    db.execute(tables.profiles.update().where(*chosen).values(told))


def order(db: Connection, shop_id: int, key: str, *, of: str, products: list[str], root: str = "", **told: Any) -> None:
    """An order that belongs to a member, who is made where it is not there; shown under `root`, or stands alone."""
    empty = {"told": {}, "own": {}, "attributes": {}, "totals": {}, "kind": "guest", "created_at": NOW}
    known = {"shop_id": shop_id, "id": of, "key": f"own:{of}", "root": root or of}
    chosen = (members.c.shop_id == shop_id, members.c.id == of)
    if db.execute(members.select().where(*chosen)).first() is None:
        db.execute(members.insert().values(known | empty))
    lines = tuple(OrderLine(id=str(place), product_id=product) for place, product in enumerate(products))
    facts = OrderFacts(id=key, number=key, currency="EUR", lines=lines, **({"status": "open"} | told))
    orders.save(db, shop_id=shop_id, facts=[facts], members={key: of}, now=NOW)
