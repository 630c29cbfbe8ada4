"""Rounds: parcels of orders are followed, asked for when due, and what is told goes into the tables once."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from commerce.mirror.parcels import Heard, Ways, apply
from commerce.rules import tracking
from commerce.tables import carriers, effects, order_tracking, tracking_scans
from commerce.tables.tracking_settings import TrackingSettings
from integrations.carriers.sandbox.numbering import number
from jobs.job import utc_now
from jobs.shipments import check, wake_parcels
from tests.conftest import Backroom
from tests.parcels import arrived
from tests.shops import Shop
from tests.stored import rows

TO = {"address1": "Somewhere 1", "postcode": "10115", "city": "Berlin", "country": "DE"}


def sandbox(days_ago: float, chance: int = 7) -> str:
    return number(utc_now() - timedelta(days=days_ago), chance)


def told(order_id: str, numbers: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """An order with parcels: number to carrier."""
    parcels = [
        {"id": f"{order_id}-{place}", "carrier": carrier, "tracking_number": each}
        for place, (each, carrier) in enumerate(numbers.items())
    ]
    data = {"id": order_id, "number": order_id, "currency": "EUR", "total": "10.00", "email": "a@example.com"}
    return data | {"delivery_address": TO, "shipments": parcels} | more


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom()


def send(backroom: Backroom, shop: Shop, order: dict[str, Any]) -> None:
    assert shop.send("order.saved", order).status_code == 200
    backroom.work()


def parcels(backroom: Backroom) -> list[Any]:
    return rows(backroom.process.database, order_tracking.order_tracking)


def make_due(backroom: Backroom) -> None:
    with backroom.process.database.write() as db:
        db.execute(update(order_tracking.order_tracking).values(next_check_at=utc_now() - timedelta(minutes=5)))


class TestParcelsOfOrders:
    def test_are_followed_with_the_zone_of_where_they_go(self, backroom: Backroom, shop: Shop) -> None:
        send(backroom, shop, told("1", {sandbox(2): "Sandbox Express"}))
        (parcel,) = parcels(backroom)
        assert (parcel.carrier, parcel.order_id, parcel.to_zone) == ("sandbox", "1", "Europe/Berlin")
        assert parcel.next_check_at is not None

    def test_without_an_account_wait_for_one(self, backroom: Backroom, shop: Shop) -> None:
        send(backroom, shop, told("1", {"1Z12345E0205271688": "UPS"}))
        (parcel,) = parcels(backroom)
        assert (parcel.carrier, parcel.stopped, parcel.next_check_at) == ("ups", "no_account", None)
        account = carriers.Account(carrier="ups", key="k", credentials={"client_id": "a", "client_secret": "b"})
        with backroom.process.database.write() as db:
            carriers.save_account(db, backroom.process.vault, shop_id=shop.id, account=account, now=utc_now())
            assert order_tracking.ask_soon(db, shop_id=shop.id, carriers=["ups"], now=utc_now()) == 1

    def test_that_the_order_loses_are_not_asked_for_any_more(self, backroom: Backroom, shop: Shop) -> None:
        one, other = sandbox(2, 1), sandbox(2, 2)
        send(backroom, shop, told("1", {one: "Sandbox Express"}, updated_at="2026-11-20T10:00:00Z"))
        send(backroom, shop, told("1", {other: "Sandbox Express"}, updated_at="2026-11-20T11:00:00Z"))
        states = {parcel.number: (parcel.stopped, parcel.next_check_at is None) for parcel in parcels(backroom)}
        assert states == {one: ("not_in_shop", True), other: ("", False)}

    def test_that_the_order_has_again_are_asked_for_again(self, backroom: Backroom, shop: Shop) -> None:
        one, other = sandbox(2, 1), sandbox(2, 2)
        for hour, numbers in ((10, [one]), (11, [other]), (12, [one, other])):
            parcels_ = dict.fromkeys(numbers, "Sandbox Express")
            send(backroom, shop, told("1", parcels_, updated_at=f"2026-11-20T{hour}:00:00Z"))
        states = {parcel.number: (parcel.stopped, parcel.next_check_at is None) for parcel in parcels(backroom)}
        assert states == {one: ("", False), other: ("", False)}


class TestARound:
    def test_stores_each_line_once_however_often_it_is_asked(self, backroom: Backroom, shop: Shop) -> None:
        send(backroom, shop, told("1", {sandbox(9, chance): "Sandbox Express" for chance in range(30)}))
        make_due(backroom)
        report = check(backroom.process, shop.id, seconds=120)
        assert report is not None
        assert (report.parcels, report.calls, report.errors) == (30, 2, 0)
        first = rows(backroom.process.database, tracking_scans.scans)
        assert len(first) > 150
        delivered = [parcel for parcel in parcels(backroom) if parcel.status == tracking.DELIVERED]
        assert len(delivered) > 15
        assert all(parcel.next_check_at is None and parcel.ended_at is not None for parcel in delivered)
        make_due(backroom)
        again = check(backroom.process, shop.id, seconds=120)
        assert again is not None
        assert again.milestones == 0
        assert len(rows(backroom.process.database, tracking_scans.scans)) == len(first)

    def test_tells_milestones_as_events(self, backroom: Backroom, shop: Shop) -> None:
        send(backroom, shop, told("1", {arrived(): "Sandbox Express"}))
        make_due(backroom)
        report = check(backroom.process, shop.id, seconds=120)
        assert report is not None
        assert report.milestones >= 2

    def test_a_parcel_that_is_taken_is_not_due_for_others(self, backroom: Backroom, shop: Shop) -> None:
        send(backroom, shop, told("1", {sandbox(3): "Sandbox Express"}))
        make_due(backroom)
        now = utc_now()
        with backroom.process.database.write() as db:
            (row,) = order_tracking.due(db, shop_id=shop.id, carrier="sandbox", now=now, limit=10)
            until = now + timedelta(minutes=5)
            assert order_tracking.claim(db, [row.id], now=now, until=until) == {row.id}
            assert order_tracking.claim(db, [row.id], now=now, until=until) == set()
        report = check(backroom.process, shop.id, seconds=5)
        assert report is not None
        assert report.parcels == 0

    def test_wakes_by_the_clock(self, backroom: Backroom, shop: Shop) -> None:
        send(backroom, shop, told("1", {sandbox(3): "Sandbox Express"}))
        make_due(backroom)
        wake_parcels()
        backroom.work()
        (parcel,) = parcels(backroom)
        assert (parcel.calls, parcel.moved) == (1, True)

    def test_waits_a_little_until_a_call_is_full(self, backroom: Backroom, shop: Shop) -> None:
        send(backroom, shop, told("1", {sandbox(3): "Sandbox Express"}))
        with backroom.process.database.write() as db:
            db.execute(update(order_tracking.order_tracking).values(next_check_at=utc_now()))
        report = check(backroom.process, shop.id, seconds=5)
        assert report is not None
        assert report.parcels == 0


class TestWhatCarriersWrite:
    """They write anything; neither database takes all of it."""

    def test_that_cannot_be_stored_is_stored_as_far_as_it_can(self, backroom: Backroom, shop: Shop) -> None:
        send(backroom, shop, told("1", {sandbox(9, chance): "Sandbox Express" for chance in range(2)}))
        odd, fine = parcels(backroom)
        scans = (tracking.Scan(at=utc_now(), status=tracking.IN_TRANSIT, text="a\x00b\ud800", code="c" * 500),)
        heard = [
            Heard(tracking_id=odd.id, told=tracking.Told(number=odd.number, carrier="sandbox", scans=scans)),
            Heard(tracking_id=fine.id, told=tracking.Told(number=fine.number, carrier="sandbox", status="delivered")),
        ]
        ways = Ways(settings=TrackingSettings())
        with backroom.process.database.write() as db:
            apply(db, shop_id=shop.id, heard=heard, way=tracking_scans.POLL, ways=ways, now=utc_now())
        (line,) = rows(backroom.process.database, tracking_scans.scans)
        assert (line.text, len(line.code)) == ("ab?", 100)

    def test_about_the_future_moves_nothing(self, backroom: Backroom, shop: Shop) -> None:
        send(backroom, shop, told("1", {sandbox(9): "Sandbox Express"}))
        (parcel,) = parcels(backroom)
        ahead = tracking.Scan(at=utc_now() + timedelta(days=2), status=tracking.DELIVERED)
        now = tracking.Scan(at=utc_now(), status=tracking.OUT_FOR_DELIVERY)
        told_ = tracking.Told(number=parcel.number, carrier="sandbox", scans=(ahead, now))
        with backroom.process.database.write() as db:
            apply(
                db,
                shop_id=shop.id,
                heard=[Heard(tracking_id=parcel.id, told=told_)],
                way=tracking_scans.POLL,
                ways=Ways(settings=TrackingSettings()),
                now=utc_now(),
            )
        assert parcels(backroom)[0].status == tracking.OUT_FOR_DELIVERY


class TestSeveralNumbersInOneField:
    def test_are_several_parcels(self, backroom: Backroom, shop: Shop) -> None:
        one, other = sandbox(3, 1), sandbox(3, 2)
        send(backroom, shop, told("1", {f"{one}, {other.lower()}": "Sandbox Express"}))
        assert {parcel.number for parcel in parcels(backroom)} == {one, other}


class TestQuotas:
    def test_are_kept(self, backroom: Backroom, shop: Shop) -> None:
        account = carriers.Account(carrier="sandbox", key="mine", credentials={}, quotas=((5, 3600),))
        with backroom.process.database.write() as db:
            carriers.save_account(db, backroom.process.vault, shop_id=shop.id, account=account, now=utc_now())
        send(backroom, shop, told("1", {sandbox(9, chance): "Sandbox Express" for chance in range(60)}))
        make_due(backroom)
        report = check(backroom.process, shop.id, seconds=120)
        assert report is not None
        assert (report.calls, report.parcels, report.left) == (1, 25, 35)

    def test_no_window_has_more_than_it_allows(self, backroom: Backroom) -> None:
        from commerce.tables import carrier_quotas  # noqa: PLC0415

        start, taken = datetime(2026, 11, 20, tzinfo=UTC), []
        for step in range(400):
            now = start + timedelta(seconds=11 * step)
            with backroom.process.database.write() as db:
                granted = carrier_quotas.take(db, key="k", limits=[(60, 3600), (20, 600)], wanted=7, now=now)
            taken += [now] * granted
        for at in taken:
            assert sum(at <= other < at + timedelta(seconds=600) for other in taken) <= 20
            assert sum(at <= other < at + timedelta(seconds=3600) for other in taken) <= 60
        assert len(taken) >= 60


class TestNews:
    def test_effects_of_a_shop_with_an_api_are_planned(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        now = utc_now()
        row: dict[str, Any] = {
            "shop_id": shop.id,
            "number": arrived(),
            "carrier": "sandbox",
            "order_id": "77",
            "source": order_tracking.SHOP,
            "token": "t",
            "to_zone": "Europe/Berlin",
            "created_at": now - timedelta(days=20),
            "next_check_at": now - timedelta(hours=1),
            "saved_at": now,
        }
        with backroom.process.database.write() as db:
            order_tracking.add(db, [row])
        report = check(backroom.process, shop.id, seconds=5)
        assert report is not None
        notes = rows(backroom.process.database, effects.effects, kind=effects.CALL)
        assert len(notes) == report.milestones >= 2
        assert notes[0].detail["order_id"] == "77"
