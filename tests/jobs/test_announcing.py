"""What endpoints are told of what happens at the shop, with objects as the REST API shows them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from commerce.rules.segments.written import parse
from commerce.settings import Settings
from commerce.tables import segments
from commerce.tables.outgoing import announcements, dispatches
from jobs.job import utc_now
from tests.conftest import Backroom
from tests.outgoing import Merchant, for_receivers
from tests.payloads import product
from tests.peers.receivers.receiver import Receiver, receiving
from tests.stored import rows

ORDER = {
    "id": "21",
    "number": "1001",
    "status": "open",
    "currency": "EUR",
    "financial_status": "pending",
    "email": "ada@example.org",
    "total": "20.00",
    "lines": [{"id": "1", "product_id": "1", "title": "Lamp", "quantity": 1, "price": "20.00"}],
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return for_receivers(settings)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as there:
        yield there


@pytest.fixture
def merchant(backroom: Backroom) -> Merchant:
    return Merchant(backroom, backroom.shops.custom(currency="EUR"))


def order(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return ORDER | {"placed_at": now, "updated_at": now} | changes


def told(receiver: Receiver) -> list[Any]:
    found = [json.loads(one.body) for one in receiver.taken]
    receiver.taken.clear()
    return sorted(found, key=lambda one: one["type"])


class TestOrders:
    def test_are_told_of_with_what_the_api_shows(self, merchant: Merchant, receiver: Receiver) -> None:
        merchant.endpoint(receiver.url, "order.*")
        assert merchant.shop.send("order.saved", order()).status_code < 300
        merchant.backroom.work()
        (event,) = told(receiver)
        assert event["type"] == "order.created"
        assert event["data"] == merchant.shop.read("orders/21")

    def test_are_told_of_by_each_thing_that_becomes_of_them(self, merchant: Merchant, receiver: Receiver) -> None:
        merchant.endpoint(receiver.url, "order.*")
        merchant.shop.send("order.saved", order())
        merchant.backroom.work()
        merchant.shop.send("order.saved", order(financial_status="paid"))
        merchant.backroom.work()
        assert [event["type"] for event in told(receiver)] == ["order.created", "order.paid", "order.updated"]
        merchant.shop.send("order.saved", order(financial_status="paid", note="Ring twice"))
        merchant.backroom.work()
        (event,) = told(receiver)
        assert (event["type"], event["data"]["note"]) == ("order.updated", "Ring twice")

    def test_that_come_with_an_import_are_not_told_of(self, merchant: Merchant, receiver: Receiver) -> None:
        merchant.endpoint(receiver.url)
        merchant.shop.send("order.saved", order())
        with merchant.backroom.process.database.write() as db:
            db.exec_driver_sql("UPDATE inbox SET origin = 'import'")
        merchant.backroom.work()
        assert receiver.taken == []


class TestNothing:
    def test_is_written_where_nobody_wants_it(self, merchant: Merchant, receiver: Receiver) -> None:
        merchant.endpoint(receiver.url, "segment.entered")
        merchant.shop.send("order.saved", order())
        merchant.backroom.work()
        database = merchant.backroom.process.database
        assert rows(database, announcements.announcements) == rows(database, dispatches.dispatches) == []


class TestProducts:
    def test_are_told_of_once_for_each_change(self, backroom: Backroom, receiver: Receiver) -> None:
        merchant = Merchant(backroom, backroom.shops.shopify(currency="EUR"))
        merchant.endpoint(receiver.url, "product.*")
        merchant.shop.send("products/create", product(1))
        backroom.work()
        (event,) = told(receiver)
        assert event["type"] == "product.created"
        assert event["data"] == merchant.shop.read("products/1")
        merchant.shop.send("products/update", product(1, title="Another lamp"))
        backroom.work()
        assert [(event["type"], event["data"]["title"]) for event in told(receiver)] == [
            ("product.changed", "Another lamp")
        ]
        merchant.shop.send("products/delete", {"id": 1})
        backroom.work()
        assert [(event["type"], event["data"]) for event in told(receiver)] == [("product.deleted", {"id": "1"})]


class TestCustomers:
    def test_and_the_segments_that_they_enter(self, merchant: Merchant, receiver: Receiver) -> None:
        database = merchant.backroom.process.database
        with database.write() as db:
            rules = parse({"all": [{"field": "orders_count", "operator": "at_least", "value": 1}]}, custom={})
            made = segments.add(db, shop_id=merchant.shop.id, name="Buyers", rules=rules, now=utc_now())
        merchant.backroom.process.queues.wake("segment", [merchant.shop.id])
        merchant.backroom.work()
        merchant.endpoint(receiver.url, "segment.*", "customer.*")
        merchant.shop.send("customer.saved", {"id": "31", "email": "ada@example.org", "first_name": "Ada"})
        merchant.backroom.work()
        (event,) = told(receiver)
        assert event["type"] == "customer.created"
        assert event["data"] == merchant.shop.read("customers/31")
        merchant.shop.send("order.saved", order(customer_id="31"))
        merchant.backroom.work()
        (event,) = told(receiver)
        assert (event["type"], event["detail"]) == ("segment.entered", {"segment": {"id": made.id, "name": "Buyers"}})
        assert event["data"] == merchant.shop.read("customers/31")
        with database.read() as db:
            held = db.execute(select(announcements.announcements.c.person_id)).scalars().all()
        assert held == ["31", "31"]
