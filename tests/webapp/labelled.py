"""Labels of the tests: what merchants fill in, and what workers write."""

from typing import Any

from sqlalchemy import select

from commerce.rules.orders import Address
from commerce.tables import labels
from tests.webapp.stock import NOW, Stock

SENDER = {"company": "First Shop", "address1": "Markt 1", "postcode": "10115", "city": "Berlin", "country": "DE"}
RECEIVER = Address(
    first_name="Ada", last_name="Love", address1="Weg 2", postcode="80331", city="Munich", country="DE", phone="+49891"
)
BOX = {"grams": 900, "length": 300, "width": 200, "height": 100}


def ordered(shop: Stock, key: str = "21") -> None:
    """An order that a label can be made of."""
    shop.order(key, delivery=RECEIVER, number=f"10{key}")


def form(**changes: Any) -> dict[str, Any]:
    """The form as a merchant fills it in."""
    told = {"grams": "900", "boxes": "1", "carrier": "house", "format": "pdf", "service": "", "reference": "1021"}
    told |= {f"from_{name}": value for name, value in SENDER.items()}
    receiver = {name: getattr(RECEIVER, name) for name in ("first_name", "last_name", "address1", "city", "country")}
    return told | {f"to_{name}": value for name, value in receiver.items()} | changes


def stored(shop: Stock) -> list[Any]:
    with shop.here.database.read() as db:
        return list(db.execute(select(labels.labels).where(labels.labels.c.shop_id == shop.id)).all())


def change(shop: Stock, label_id: int, **values: Any) -> None:
    with shop.here.database.write() as db:
        labels.change(db, label_id, **values)


def bought(shop: Stock, label_id: int, **values: Any) -> None:
    """What a worker writes of a label that it bought."""
    told = {"state": labels.BOUGHT, "number": "H000123", "carrier_reference": "R1", "amount": 550, "currency": "EUR"}
    told |= {"format": "pdf", "file": b"%PDF-1.4 label", "service": "standard", "due_at": None, "finished_at": NOW}
    change(shop, label_id, **(told | values))
