"""Which deliveries name somebody, whom a request is about, and that no table is forgotten."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.database import Connection, Database
from commerce.rules.events import PrivacyRequest
from commerce.tables import arrivals, customers, erasure, every, inbox, orders, privacy, shops
from commerce.tables.privacy import Subject
from commerce.vault import Vault
from tests.webapp.stock import _customer, _order

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def db(database_url: str) -> Iterator[Connection]:
    database = Database(database_url)
    with database.write() as connection:
        yield connection
    database.dispose()


@pytest.fixture
def shop_id(db: Connection) -> int:
    return shops.add(db, Vault("a key of the tests"), platform="shopify", domain="one.example", now=NOW).id


def request(**asked: Any) -> Any:
    return PrivacyRequest(kind=privacy.ERASE_CUSTOMER, **asked)


def deliver(db: Connection, shop_id: int, body: bytes, **outcome: Any) -> int:
    new = arrivals.NewDelivery(
        shop_id=shop_id,
        topic="checkouts/create",
        delivery_id=None,
        headers={},
        body=body,
        triggered_at=None,
        received_at=NOW,
    )
    (number,) = arrivals.store(db, [new])
    assert number is not None
    told = {"state": inbox.SKIPPED, "due_at": NOW} | outcome
    inbox.finish(db, [inbox.Outcome(id=number, **told)], taken_at=NOW, now=NOW)
    return number


class TestSubject:
    def test_is_found_by_what_is_told(self, db: Connection, shop_id: int) -> None:
        people = [_customer("31"), _customer("32")]
        customers.save(db, shop_id=shop_id, facts=people, now=NOW)
        orders.save(db, shop_id=shop_id, facts=[_order("21")], now=NOW, members={})
        for asked, ids, bought in (
            (request(customer_id="31"), ("31",), ("21",)),
            (request(email="ADA31@example.org"), ("31",), ("21",)),
            (request(customer_id="32"), ("32",), ()),
            (request(email="nobody@example.org", order_ids=("99",)), (), ("99",)),
            (request(), (), ()),
        ):
            found = privacy.subject(db, shop_id=shop_id, request=asked)
            assert (found.customer_ids, found.order_ids) == (ids, bought), asked

    def test_is_nobody_of_another_shop(self, db: Connection, shop_id: int) -> None:
        customers.save(db, shop_id=shop_id, facts=[_customer("31")], now=NOW)
        found = privacy.subject(db, shop_id=shop_id + 1, request=request(email="ada31@example.org"))
        assert found.customer_ids == ()


class TestMentions:
    def found(self, db: Connection, shop_id: int, body: bytes, subject: Subject, **outcome: Any) -> bool:
        number = deliver(db, shop_id, body, **outcome)
        ids, further = erasure.mentions(db, shop_id=shop_id, subject=subject, after=0)
        assert further is None
        return number in ids

    @pytest.mark.parametrize(
        ("body", "named"),
        [
            (b'{"email": "ADA@example.org"}', True),
            (b'{"customer_id": 7000000001}', True),
            (b'{"gid": "gid://shopify/Order/8000000001"}', True),
            (b'{"customer_id": 70000000011}', False),
            (b'{"quantity": 31}', False),
            (b"{}", False),
        ],
    )
    def test_are_mail_addresses_and_long_numbers(self, db: Connection, shop_id: int, body: bytes, named: bool) -> None:
        subject = Subject(
            customer_ids=("7000000001", "31"), order_ids=("8000000001",), emails=("ada@example.org",), phones=()
        )
        assert self.found(db, shop_id, body, subject) is named

    def test_are_requests_about_the_customer(self, db: Connection, shop_id: int) -> None:
        subject = Subject(customer_ids=("31",))
        assert self.found(db, shop_id, b"{}", subject, kind="shop", object_id="31")

    def test_are_not_what_still_waits(self, db: Connection, shop_id: int) -> None:
        subject = Subject(emails=("ada@example.org",))
        assert not self.found(db, shop_id, b"ada@example.org", subject, state=inbox.WAITING)

    def test_go_on_in_steps(self, db: Connection, shop_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(erasure, "_READ_ONES", 2)
        numbers = [deliver(db, shop_id, b"ada@example.org") for _ in range(5)]
        subject, found, after = Subject(emails=("ada@example.org",)), [], 0
        while True:
            ids, further = erasure.mentions(db, shop_id=shop_id, subject=subject, after=after)
            found += ids
            if further is None:
                break
            after = further
        assert found == numbers


class TestErasedShop:
    def test_leaves_no_table_out(self) -> None:
        """A table that is new belongs to a shop, or here with its reason."""
        without = {str(table.name) for table in every.tables if "shop_id" not in table.c}
        # The shell; users, who may have other shops, with their browsers and links; how often accounts of carriers may
        # be asked; how jobs ran, of all shops together.
        of_all = {"shops", "users", "sessions", "letters", "sign_ins", "carrier_quotas", "job_hours"}
        assert without == of_all
        assert {"shops", "privacy_requests", "install_attempts", "leases"} == erasure._KEPT

    def test_goes_in_small_steps(self, db: Connection, shop_id: int) -> None:
        customers.save(db, shop_id=shop_id, facts=[_customer(str(number)) for number in range(5)], now=NOW)
        counts = []
        while erased := erasure.erase_shop(db, shop_id=shop_id, limit=2):
            counts.append(erased["customers"])
        assert counts == [2, 2, 1]
