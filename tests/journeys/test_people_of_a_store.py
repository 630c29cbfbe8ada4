"""What a store's orders and customers say is what persons bought, to the cent, in any order and however often told.

Told by a story of our own, and by what a real WooCommerce sent and answered, where that is at hand.
"""

import json
import random
from collections import defaultdict
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from commerce.rules.money import exponent
from commerce.tables.people import profiles
from tests.conftest import Backroom
from tests.shops import Shop
from tests.stored import rows

REAL = Path(__file__).resolve().parents[3] / "shared/data/woocommerce"
NO_ORDERS = ("checkout-draft", "auto-draft", "draft", "new")
LOST = ("cancelled", "failed")

Telling = tuple[str, dict[str, Any]]


def order(key: int, minute: int, total: str, **changes: Any) -> dict[str, Any]:
    email = changes.pop("email", "")
    return {
        "id": key,
        "number": str(key),
        "status": "processing",
        "currency": "EUR",
        "total": total,
        "customer_id": 0,
        "billing": {"email": email, "first_name": "Ada", "last_name": "Lovelace", "country": "DE"},
        "shipping": {},
        "line_items": [],
        "refunds": [],
        "date_created_gmt": f"2026-11-01T09:{key:02}:00",
        "date_modified_gmt": f"2026-11-01T10:{minute:02}:00",
        **changes,
    }


def customer(key: int, minute: int, email: str) -> dict[str, Any]:
    return {
        "id": key,
        "email": email,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "role": "customer",
        "billing": {},
        "shipping": {},
        "date_created_gmt": f"2026-11-01T08:0{key}:00",
        "date_modified_gmt": f"2026-11-01T10:{minute:02}:00",
    }


def story() -> list[Telling]:
    """Guests, accounts, a guest who registers, refunds, a cancellation, two currencies."""
    refund = {"id": 901, "total": "-5.00", "reason": "Broken"}
    return [
        ("order.created", order(1, 1, "19.99", email="Ada@shopper.example")),
        ("order.created", order(2, 2, "5.01", email="bob@shopper.example")),
        ("customer.created", customer(1, 3, "ada@shopper.example")),
        ("order.created", order(3, 4, "100.00", customer_id=1, email="ada@work.example")),
        ("order.updated", order(1, 5, "19.99", email="Ada@shopper.example", refunds=[refund])),
        ("order.created", order(4, 6, "500", currency="JPY", email="bob@shopper.example")),
        ("order.updated", order(2, 7, "5.01", email="bob@shopper.example", status="cancelled")),
        ("order.created", order(5, 8, "7.77", email="cy@shopper.example")),
        ("customer.updated", customer(1, 9, "ada@new.example")),
        ("order.created", order(6, 10, "1.00", email="ada@new.example")),
    ]


def real() -> list[Telling]:
    """What a running WooCommerce sent, in its order, and the orders and customers that its API told."""
    sent_in_order: list[tuple[int, Telling]] = []
    for file in sorted((REAL / "samples").glob("*.headers.json")):
        sent = json.loads(file.read_text())
        headers = {name.lower(): value for name, value in sent["headers"]}
        topic = headers.get("x-wc-webhook-topic", "")
        body = file.with_name(file.name.replace(".headers.json", ".body")).read_bytes()
        if topic.startswith(("order.", "customer.")) and body.startswith(b"{"):
            sent_in_order.append((sent["n"], (topic, json.loads(body))))
    found = [one for _, one in sorted(sent_in_order, key=lambda pair: pair[0])]
    for file in sorted((REAL / "rest").glob("*.body.json")):
        with suppress(ValueError):  # an error's page is no JSON
            found += _rows(json.loads(file.read_text()))
    return found


def _rows(answer: Any) -> list[Telling]:
    """The whole orders and customers of an answer of the API."""
    told = [one for one in (answer if isinstance(answer, list) else [answer]) if isinstance(one, dict)]
    whole = [one for one in told if "id" in one and "date_modified_gmt" in one]
    found = [("order.updated", one) for one in whole if "line_items" in one and "customer_id" in one]
    return found + [("customer.updated", one) for one in whole if one.get("role") == "customer"]


def truth(told: list[Telling]) -> dict[str, Decimal]:
    """What the newest picture of each order says was spent, by currency, worked out from the raw bodies alone."""
    newest: dict[int, dict[str, Any]] = {}
    gone = {body["id"] for topic, body in told if topic == "order.deleted" or body.get("status") == "trash"}
    for _, body in told:
        if "line_items" not in body or body["status"] in NO_ORDERS:
            continue
        known = newest.get(body["id"])
        if known is None or _place(body) >= _place(known):
            newest[body["id"]] = body
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for key, body in newest.items():
        contact = body["customer_id"] or body["billing"].get("email") or body["billing"].get("phone")
        if key not in gone and body["status"] not in LOST and contact:
            refunds = sum(abs(Decimal(one["total"])) for one in body["refunds"])
            spent[body["currency"]] += Decimal(body["total"]) - refunds
    return {currency: amount for currency, amount in spent.items() if amount}


def _place(body: dict[str, Any]) -> tuple[str, int, int, int]:
    done = (len(body["refunds"]), int(bool(body.get("date_completed"))), int(bool(body.get("date_paid"))))
    return body["date_modified_gmt"], *done


def spent(backroom: Backroom, shop: Shop) -> dict[str, Decimal]:
    """What all persons bought, by currency."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for person in rows(backroom.process.database, profiles.profiles, shop_id=shop.id):
        for currency, (_, gross, refunded) in person.totals.items():
            found[currency] += Decimal(gross - refunded).scaleb(-exponent(currency))
    return {currency: amount for currency, amount in found.items() if amount}


def known(backroom: Backroom, shop: Shop) -> list[Any]:
    """The persons without what differs from shop to shop."""
    found = rows(backroom.process.database, profiles.profiles, shop_id=shop.id)
    return sorted((one.email, one.orders_count, one.total_spent, sorted(one.emails)) for one in found)


def tell(backroom: Backroom, domain: str, told: list[Telling], *, at_once: int) -> Shop:
    shop = backroom.shops.woocommerce(f"https://{domain}.example")
    for start in range(0, len(told), at_once):
        for number, (topic, body) in enumerate(told[start : start + at_once]):
            second = f"{domain}-{start + number}"
            answer = shop.send(topic, json.dumps(body).encode(), **{"X-WC-Webhook-Delivery-ID": second})
            assert answer.status_code == 200
        backroom.work()
    return shop


STORIES = [
    pytest.param(story, id="ours"),
    pytest.param(real, id="real", marks=pytest.mark.skipif(not REAL.exists(), reason="captured deliveries not here")),
]


class TestTotals:
    @pytest.mark.parametrize("made", STORIES)
    def test_are_what_the_orders_say_in_any_order(self, backroom: Backroom, made: Any) -> None:
        told = [one for one in made() if not one[0].endswith((".deleted", ".restored"))]
        shuffled = told + told[::3]
        random.Random(7).shuffle(shuffled)
        first = tell(backroom, "first", told, at_once=1000)
        second = tell(backroom, "second", shuffled, at_once=9)
        third = tell(backroom, "third", told[::-1] + told, at_once=1000)
        for shop in (first, second, third):
            assert spent(backroom, shop) == truth(told)
        assert known(backroom, first) == known(backroom, second) == known(backroom, third)

    def test_of_the_story_are_these(self, backroom: Backroom) -> None:
        shop = tell(backroom, "one", story(), at_once=3)
        assert known(backroom, shop) == [
            ("ada@new.example", 3, 10_000 + 1_499 + 100, ["ada@new.example", "ada@shopper.example"]),
            ("bob@shopper.example", 1, 0, ["bob@shopper.example"]),
            ("cy@shopper.example", 1, 777, ["cy@shopper.example"]),
        ]
