"""Requests under privacy law: what is erased, what stays, and that an interrupted one goes on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.rules.documents import index_of
from commerce.rules.events import PrivacyRequest
from commerce.tables import (
    connections,
    customers,
    effects,
    erasure,
    events,
    every,
    inbox,
    leases,
    orders,
    privacy,
    shops,
    syncs,
    versions,
)
from commerce.tables.connections import Credentials
from jobs import events as deliveries
from jobs import privacy as erasing
from jobs import process as jobs_process
from jobs.job import utc_now
from tests.conftest import Backroom
from tests.payloads import product
from tests.shops import Shop
from tests.stored import row, rows
from tests.webapp.stock import Stock

CUSTOMER, ORDER, GUEST_ORDER = "7000000001", "8000000001", "8000000002"
MAIL, PHONE = "ada@example.org", "+4930123456"
REDACT = {
    "shop_id": 1,
    "shop_domain": "one.myshopify.com",
    "customer": {"id": int(CUSTOMER), "email": MAIL, "phone": PHONE},
    "orders_to_redact": [int(ORDER)],
}


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.shopify()


@pytest.fixture
def stock(backroom: Backroom, shop: Shop) -> Stock:
    """The shop, with a customer, two of their orders (one as a guest), and another customer's."""
    stock = Stock(backroom.parts, shop.id, shop.key, shop.api_key, shop.publishable_key)
    stock.customer(CUSTOMER, email=MAIL, phone=PHONE)
    stock.customer("31")
    stock.order(ORDER, customer_id=CUSTOMER, email=MAIL, note="Ring twice")
    stock.order(GUEST_ORDER, customer_id="", email=MAIL.upper(), phone=PHONE)
    stock.order("8000000003", email="other@example.org")
    told = {"kind": "customer", "object_id": CUSTOMER}
    stock.delivery(b'{"email": "ada@example.org"}', topic="customers/update", outcome=told)
    stock.delivery(b'{"note": "Ring twice"}', topic="orders/updated", outcome={"kind": "order", "object_id": ORDER})
    parcel = {"kind": "shipment", "object_id": f"{ORDER}1"}
    stock.delivery(b'{"destination": {}}', topic="fulfillments/create", outcome=parcel)
    broken = {"kind": "", "object_id": "", "state": inbox.FAILED, "error": f"{MAIL} is no number"}
    stock.delivery(b'{"contact": "Ada@example.org"}', topic="checkouts/create", outcome=broken)
    stock.delivery(b'{"id": 31}', topic="customers/update", outcome={"kind": "customer", "object_id": "31"})
    stock.effect(object_kind="customer", object_id=CUSTOMER)
    call = {"call": "add_tags", "tags": [MAIL]}
    stock.effect(kind=effects.CALL, state=effects.DONE, object_kind="order", object_id=ORDER, detail=call)
    return stock


def everything_stored(backroom: Backroom, shop_id: int) -> str:
    """All that any table holds of a shop, as text."""
    found = []
    for table in every.tables:
        if "shop_id" in table.c:
            found += [repr(tuple(one)) for one in rows(backroom.process.database, table, shop_id=shop_id)]
    return "\n".join(found)


def request_of(backroom: Backroom, shop: Shop) -> Any:
    return row(backroom.process.database, privacy.requests, shop_id=shop.id)


def connect(backroom: Backroom, shop_id: int, at: datetime) -> None:
    told = Credentials(secrets={"access_token": "shpat_x"})
    with backroom.process.database.write() as db:
        connections.save(db, backroom.process.vault, shop_id=shop_id, credentials=told, installed_at=at)


class TestErasingACustomer:
    def test_leaves_nothing_that_names_them(self, backroom: Backroom, shop: Shop, stock: Stock) -> None:
        before = everything_stored(backroom, shop.id)
        assert MAIL in before
        assert shop.send("customers/redact", REDACT).status_code == 200
        backroom.work()
        after = everything_stored(backroom, shop.id)
        for trace in (MAIL, MAIL.upper(), "Ada@", PHONE, "Ring twice", "destination"):
            assert trace not in after, trace
        # The customer's number stays where it is nobody's: the tombstone, and the delivery that is empty now.
        found = {one.id for one in rows(backroom.process.database, customers.customers, shop_id=shop.id)}
        assert found == {"31"}

    def test_keeps_the_shops_books(self, backroom: Backroom, shop: Shop, stock: Stock) -> None:
        shop.send("customers/redact", REDACT)
        backroom.work()
        order = row(backroom.process.database, orders.orders, shop_id=shop.id, id=ORDER)
        assert (order.customer_id, order.email, order.phone, order.note) == ("", "", "", "")
        assert (order.billing, order.delivery) == ({}, {})
        assert (order.total, order.refunded, order.currency) == (4498, 1000, "EUR")
        assert len(rows(backroom.process.database, orders.lines, shop_id=shop.id, order_id=ORDER)) == 1
        other = row(backroom.process.database, orders.orders, shop_id=shop.id, id="8000000003")
        assert other.email == "other@example.org"
        assert other.billing["first_name"] == "Ada"

    def test_is_proven_without_personal_data(self, backroom: Backroom, shop: Shop, stock: Stock) -> None:
        shop.send("customers/redact", REDACT)
        backroom.work()
        proof = request_of(backroom, shop)
        assert proof.summary == {"customers": 1, "orders": 2, "deliveries": 5}
        assert (proof.customer_id, proof.email, proof.phone, proof.order_ids) == ("", "", "", [])
        assert proof.fulfilled_at is not None
        (effect,) = rows(backroom.process.database, effects.effects, shop_id=shop.id, kind=effects.ERASE)
        assert effect.state == effects.DONE

    def test_deliveries_cannot_be_replayed_into_life(self, backroom: Backroom, shop: Shop, stock: Stock) -> None:
        shop.send("customers/redact", REDACT)
        backroom.work()
        with backroom.process.database.write() as db:
            events.replay(db, shop_id=shop.id, filters=events.Filters())
        backroom.process.queues.wake("apply", [shop.id], again=True)
        backroom.work()
        states = [one.state for one in rows(backroom.process.database, inbox.inbox, shop_id=shop.id)]
        assert states.count(inbox.ERASED) == 5
        assert len(rows(backroom.process.database, customers.customers, shop_id=shop.id)) == 1

    def test_a_late_delivery_does_not_bring_them_back(self, backroom: Backroom, shop: Shop, stock: Stock) -> None:
        shop.send("customers/redact", REDACT)
        backroom.work()
        late = {"id": int(CUSTOMER), "email": MAIL, "updated_at": "2026-01-01T00:00:00Z"}
        assert shop.send("customers/update", late).status_code == 200
        backroom.work()
        assert len(rows(backroom.process.database, customers.customers, shop_id=shop.id)) == 1
        gone = row(backroom.process.database, versions.versions, shop_id=shop.id, kind="customer", object_id=CUSTOMER)
        assert gone.final
        assert gone.deleted_at is not None

    def test_nothing_of_them_is_read_again(self, backroom: Backroom, shop: Shop, stock: Stock) -> None:
        shop.send("customers/redact", REDACT)
        backroom.work()
        (effect,) = rows(backroom.process.database, effects.effects, shop_id=shop.id, kind=effects.REREAD)
        assert effect.state == effects.DONE

    @pytest.mark.parametrize("who", [{"email": MAIL.title()}, {"phone": PHONE}])
    def test_without_their_number(self, backroom: Backroom, shop: Shop, stock: Stock, who: dict[str, str]) -> None:
        shop.send("customers/redact", REDACT | {"customer": who, "orders_to_redact": []})
        backroom.work()
        assert request_of(backroom, shop).summary["orders"] == 2
        assert MAIL not in everything_stored(backroom, shop.id).lower()

    def test_whom_nobody_knows(self, backroom: Backroom, shop: Shop) -> None:
        shop.send("customers/redact", {"customer": {}, "orders_to_redact": []})
        backroom.work()
        assert request_of(backroom, shop).summary == {"customers": 0, "orders": 0, "deliveries": 1}

    def test_waits_for_what_came_in_before(self, backroom: Backroom, shop: Shop, stock: Stock) -> None:
        stock.delivery(b'{"id": 1}', topic="customers/update", received_at=utc_now())
        with backroom.process.database.write() as db:
            asked = PrivacyRequest(kind=privacy.ERASE_CUSTOMER, customer_id=CUSTOMER)
            privacy.save(db, shop_id=shop.id, inbox_id=99, asked=asked, received_at=utc_now())
            wanted = effects.NewEffect(kind=effects.ERASE, object_kind="shop", object_id="")
            effects.plan(db, shop_id=shop.id, wanted=[wanted], now=utc_now())
        erasing.erase(shop_id=shop.id)
        assert request_of(backroom, shop).fulfilled_at is None
        assert "applied first" in row(backroom.process.database, effects.effects, kind=effects.ERASE).error

    def test_leaves_other_shops_alone(self, backroom: Backroom, shop: Shop, stock: Stock) -> None:
        other = backroom.shops.shopify("two.myshopify.com")
        twin = Stock(backroom.parts, other.id, other.key, other.api_key, other.publishable_key)
        twin.customer(CUSTOMER, email=MAIL)
        twin.order(ORDER, customer_id=CUSTOMER, email=MAIL)
        twin.delivery(b'{"email": "ada@example.org"}', outcome={"kind": "customer", "object_id": CUSTOMER})
        before = everything_stored(backroom, other.id)
        shop.send("customers/redact", REDACT)
        backroom.work()
        assert everything_stored(backroom, other.id) == before

    def test_many_at_once_are_all_erased(self, backroom: Backroom, shop: Shop, stock: Stock) -> None:
        shop.send("customers/redact", REDACT)
        shop.send("customers/redact", {"customer": {"id": 31}})
        backroom.work()
        assert not rows(backroom.process.database, customers.customers, shop_id=shop.id)
        proofs = rows(backroom.process.database, privacy.requests, shop_id=shop.id)
        assert all(proof.fulfilled_at for proof in proofs)
        assert len(proofs) == 2


class TestErasingAShop:
    def test_leaves_a_shell_and_the_proof(self, backroom: Backroom, shop: Shop, stock: Stock) -> None:
        stock.product()
        stock.index()
        stock.counters()
        folder = backroom.settings.var_dir / "syncs" / shop.key
        folder.mkdir(parents=True)
        shop.send("shop/redact", {"shop_id": 1, "shop_domain": shop.domain})
        backroom.work()
        left = {
            table.name
            for table in every.tables
            if "shop_id" in table.c and rows(backroom.process.database, table, shop_id=shop.id)
        }
        assert left == {"privacy_requests", "effects", "leases"}
        assert backroom.process.engine.count(index_of(shop.id)) == 0
        assert not folder.exists()
        proof = request_of(backroom, shop)
        assert proof.fulfilled_at is not None
        assert proof.summary["orders"] == 3
        assert proof.summary["customers"] == 2
        shell = row(backroom.process.database, shops.shops, id=shop.id)
        assert (shell.state, shell.name, shell.email) == (shops.ERASED, shop.domain, "")
        (last,) = rows(backroom.process.database, effects.effects, shop_id=shop.id)
        assert (last.kind, last.state) == (effects.ERASE, effects.DONE)

    def test_its_keys_fit_no_more(self, backroom: Backroom, shop: Shop, stock: Stock) -> None:
        shop.send("shop/redact", {"shop_id": 1, "shop_domain": shop.domain})
        backroom.work()
        assert shop.read("products")["status"] == 401
        assert shop.search()["status"] == 404
        with backroom.process.database.read() as db:
            assert shops.all_shops(db, backroom.process.vault) == []
            assert shops.by_key(db, backroom.process.vault, shop.key) is None  # nor do sessions, which name it

    def test_fulfils_what_else_was_asked(self, backroom: Backroom, shop: Shop, stock: Stock) -> None:
        shop.send("customers/data_request", {"customer": {"id": 31, "email": MAIL}})
        backroom.work()
        shop.send("shop/redact", {"shop_id": 1, "shop_domain": shop.domain})
        backroom.work()
        asked = rows(backroom.process.database, privacy.requests, shop_id=shop.id)
        assert [bool(one.fulfilled_at) for one in asked] == [True, True]
        assert {(one.customer_id, one.email) for one in asked} == {("", "")}

    @pytest.mark.parametrize("hours", [-24, 1])
    def test_is_ignored_where_the_app_is_installed_again(
        self, backroom: Backroom, shop: Shop, stock: Stock, hours: int
    ) -> None:
        connect(backroom, shop.id, utc_now() + timedelta(hours=hours))
        shop.send("shop/redact", {"shop_id": 1, "shop_domain": shop.domain})
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(backroom.process.queues, "_enqueue", lambda *_: None)
            deliveries.apply_deliveries(shop_id=shop.id)
        erasing.erase(shop_id=shop.id)
        proof = request_of(backroom, shop)
        assert proof.summary == {"ignored": "reinstalled"}
        assert proof.fulfilled_at is not None
        assert len(rows(backroom.process.database, customers.customers, shop_id=shop.id)) == 2

    def test_is_not_ignored_where_the_app_was_removed_unheard(
        self, backroom: Backroom, shop: Shop, stock: Stock
    ) -> None:
        connect(backroom, shop.id, utc_now() - timedelta(days=40))
        shop.send("shop/redact", {"shop_id": 1, "shop_domain": shop.domain})
        deliveries.apply_deliveries(shop_id=shop.id)
        while request_of(backroom, shop).fulfilled_at is None:  # it stops when others waited long enough
            erasing.erase(shop_id=shop.id)
        assert row(backroom.process.database, shops.shops, id=shop.id).state == shops.ERASED

    def test_runs_that_the_shop_answered_show_that_it_is_back(
        self, backroom: Backroom, shop: Shop, stock: Stock
    ) -> None:
        connect(backroom, shop.id, utc_now() - timedelta(days=40))
        with backroom.process.database.write() as db:
            began = utc_now() - timedelta(minutes=10)
            number = syncs.start(db, shop_id=shop.id, kind=syncs.CHANGES, now=began, since=began)
            run = syncs.one(db, shop_id=shop.id, sync_id=number)
            assert run is not None
            syncs.finish(db, run, state=syncs.DONE, now=began)
            assert erasure.is_back(db, shop_id=shop.id, since=utc_now() - timedelta(hours=47))


class TestInterrupted:
    """Whatever step is interrupted, the next run of the job goes on, and nothing is counted twice."""

    @pytest.mark.parametrize("topic", ["customers/redact", "shop/redact"])
    def test_between_any_two_steps(
        self, backroom: Backroom, shop: Shop, stock: Stock, topic: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(erasing, "ORDERS", 1)
        monkeypatch.setattr(erasing, "ROWS", 2)
        monkeypatch.setattr(erasure, "_READ_ONES", 1)
        shop.send("products/create", product())
        shop.send(topic, REDACT)
        deliveries.apply_deliveries(shop_id=shop.id)
        kept = erasing.privacy.note
        steps = 0

        def note_and_die(*args: Any, **kwargs: Any) -> None:
            nonlocal steps
            steps += 1
            if steps % 2:  # before what was done is committed
                raise KeyboardInterrupt
            kept(*args, **kwargs)

        monkeypatch.setattr(erasing.privacy, "note", note_and_die)
        for _ in range(200):
            try:
                erasing.erase(shop_id=shop.id)
            except KeyboardInterrupt:
                continue
            if request_of(backroom, shop).fulfilled_at:
                break
        proof = request_of(backroom, shop)
        assert proof.fulfilled_at is not None
        assert proof.summary["orders"] == (2 if topic == "customers/redact" else 3)
        assert MAIL not in everything_stored(backroom, shop.id).lower()
        assert steps > 8

    def test_another_worker_goes_on(self, backroom: Backroom, shop: Shop, stock: Stock, another_process: Any) -> None:
        shop.send("customers/redact", REDACT)
        deliveries.apply_deliveries(shop_id=shop.id)
        with backroom.process.database.write() as db:
            later = utc_now() + timedelta(hours=1)
            assert leases.take(db, shop_id=shop.id, kind=erasing.LEASE, holder="dead", now=later, seconds=1)
        erasing.erase(shop_id=shop.id)
        assert request_of(backroom, shop).fulfilled_at is None
        with backroom.process.database.write() as db:
            long_ago = datetime(2026, 1, 1, tzinfo=UTC)
            leases.release(db, shop_id=shop.id, kind=erasing.LEASE, holder="dead", now=long_ago)
        jobs_process.start(replace(another_process()))
        erasing.erase(shop_id=shop.id)
        assert request_of(backroom, shop).summary == {"orders": 2, "customers": 1, "deliveries": 5}
