"""Orders of the tests as another back end tells them, what the shop chose about them, and their steps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from commerce.rules.order_steps.settings import OrderSettings
from commerce.tables import shops
from commerce.tables.order_steps import settings as chosen
from commerce.tables.order_steps.steps import steps
from commerce.vault import Vault
from integrations.receivers import new_secret
from tests.conftest import Backroom
from tests.shops import Shop
from tests.stored import rows

ADDRESS = {"first_name": "Ada", "last_name": "Love", "address1": "Weg 2", "postcode": "80331", "city": "Munich"}
SENDER = {"company": "First Shop", "address1": "Markt 1", "postcode": "10115", "city": "Berlin", "country": "DE"}
# What other parts do, which tests of these leave alone.
ONLY = {"hold": False, "payment": False, "inventory": False, "label": False, "analytics": False}


def order(key: str = "1", **changes: Any) -> dict[str, Any]:
    """An order of now, not paid yet."""
    now = datetime.now(UTC)
    told = {
        "id": key,
        "number": f"10{key}",
        "currency": "EUR",
        "total": "50.00",
        "email": "ada@example.org",
        "financial_status": "pending",
        "placed_at": now.isoformat(),
        "updated_at": now.isoformat(),
        "delivery_address": ADDRESS | {"country": "DE"},
        "billing_address": ADDRESS | {"country": "DE"},
        "lines": [{"id": "1", "product_id": "7", "sku": "L", "title": "Lamp", "quantity": 2, "price": "25.00"}],
    }
    return told | changes


def paid(key: str = "1", **changes: Any) -> dict[str, Any]:
    """The same order, paid."""
    now = datetime.now(UTC).isoformat()
    return order(key, **({"financial_status": "paid", "paid_at": now, "updated_at": now} | changes))


def choose(backroom: Backroom, shop: Shop, *kinds: str, **changes: Any) -> None:
    """Have steps of these kinds run, and no others but messages; `changes` are OrderSettings'."""
    switches = ONLY | dict.fromkeys(kinds, True)
    with backroom.process.database.write() as db:
        before = chosen.of_shop(db, shop_id=shop.id, platform=shop.platform)
        new = replace(before, switches=switches, **changes)
        chosen.save(db, shop_id=shop.id, chosen=new, now=datetime.now(UTC))


def settings(backroom: Backroom, shop: Shop) -> OrderSettings:
    with backroom.process.database.read() as db:
        return chosen.of_shop(db, shop_id=shop.id, platform=shop.platform)


def with_secret(backroom: Backroom, shop: Shop) -> str:
    """A secret that the shop's call-outs are signed with."""
    secret, vault = new_secret(), backroom.process.vault
    assert isinstance(vault, Vault)
    with backroom.process.database.write() as db:
        chosen.renew(db, vault, shop_id=shop.id, secret=secret, now=datetime.now(UTC))
    return secret


def tell(backroom: Backroom, shop: Shop, *told: dict[str, Any]) -> None:
    """Send orders through the front door, and do all that follows."""
    for one in told:
        assert shop.send("order.saved", one).status_code == 200
    backroom.work()


def steps_of(backroom: Backroom, shop: Shop, key: str = "1", *, kind: str = "") -> dict[str, Any]:
    """The order's steps by kind, as they are stored: the newest of each; messages left out, as others test them."""
    found = rows(backroom.process.database, steps, shop_id=shop.id, order_id=key)
    return {row.kind: row for row in found if not row.kind.startswith("notify:") and kind in ("", row.kind)}


def states(backroom: Backroom, shop: Shop, key: str = "1") -> dict[str, str]:
    """How far each is."""
    return {kind: row.state for kind, row in steps_of(backroom, shop, key).items()}


def age(backroom: Backroom, shop: Shop, by: timedelta, **values: Any) -> None:
    """Have the shop's steps be as they will be after that time."""
    with backroom.process.database.write() as db:
        of_shop = steps.c.shop_id == shop.id
        for row in db.execute(steps.select().where(of_shop)).all():
            due = row.due_at - by if row.due_at is not None else None
            changed = {"created_at": row.created_at - by, "due_at": due} | values
            db.execute(update(steps).where(steps.c.id == row.id).values(changed))


def work(backroom: Backroom, shop: Shop) -> None:
    """Wake both lanes of the shop's steps, as the sweep would, and do what follows."""
    backroom.process.queues.wake("steps", [shop.id], again=True)
    backroom.process.queues.wake("call-out", [shop.id], again=True)
    backroom.work()


def stored_shop(backroom: Backroom, shop: Shop) -> Any:
    with backroom.process.database.read() as db:
        return shops.by_id(db, backroom.process.vault, shop.id)
