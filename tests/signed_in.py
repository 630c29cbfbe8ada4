"""Browsers that are signed in to the dashboard, without a link, a store or a mail."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from commerce.database import Database
from commerce.rules.roles import OWNER
from commerce.tables.shops import shops
from commerce.tables.team import memberships, sessions, users


def as_operator(client: Any) -> Any:
    """Let a test client see every shop."""
    return _signed_in(client, is_operator=True)


def as_shops(client: Any, *keys: str) -> Any:
    """Let a test client see the shops with these keys, as if it had come in through their platforms."""
    with _database(client).read() as db:
        known = select(shops.c.id).where(shops.c.key.in_([key for key in keys if "\x00" not in key]))
        ids = list(db.execute(known).scalars())
    return _signed_in(client, how=sessions.SHOPIFY, shop_ids=ids)


def as_user(client: Any, *, mail: str = "grace@example.com", shop_id: int, role: str = OWNER) -> Any:
    """Let a test client see a shop as one of its members."""
    now = datetime.now(UTC)
    with _database(client).write() as db:
        user_id = users.ensure(db, mail=mail, name=mail.partition("@")[0].title(), now=now)
        memberships.join(db, user_id=user_id, shop_id=shop_id, role=role, now=now)
    return _signed_in(client, how=sessions.MAIL, user_id=user_id)


def _signed_in(
    client: Any,
    *,
    how: str = sessions.MACHINE,
    is_operator: bool = False,
    shop_ids: Iterable[int] = (),
    user_id: int | None = None,
) -> Any:
    with _database(client).write() as db:
        token = sessions.create(
            db, how=how, is_operator=is_operator, shop_ids=shop_ids, user_id=user_id, now=datetime.now(UTC)
        )
    with client.session_transaction() as session:
        session.clear()
        session["token"] = token
    return client


def _database(client: Any) -> Database:
    found: Database = client.application.extensions["backroom"].database
    return found
