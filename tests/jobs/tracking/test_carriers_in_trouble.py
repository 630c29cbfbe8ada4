"""Carriers that hang, answer pages instead of answers, drop connections, have a wrong certificate or want to be asked
less: the others go on, nothing is lost, and what is wrong is told.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest

from commerce.settings import Settings
from commerce.tables import carriers, order_tracking, tracking_scans
from jobs.job import utc_now
from jobs.shipments import check
from tests.conftest import Backroom, assembled
from tests.peers.carriers.peer import BAD_GATEWAY, DROPPED, HANG, TOO_MANY, Fault, Peer
from tests.shops import Shop
from tests.stored import rows

CREDENTIALS = {
    "ups": {"client_id": "id", "client_secret": "secret", "account_number": "1"},
    "fedex": {"track_api_key": "id", "track_secret_key": "secret", "api_key": "id", "secret_key": "secret"},
    "usps": {"client_id": "id", "client_secret": "secret"},
    "dhl": {"consumer_key": "key", "consumer_secret": "secret"},
}
PATHS = {
    "ups": "/api/track/v1/details/",
    "fedex": "/track/v1/trackingnumbers",
    "usps": "/tracking/v3/tracking/",
    "dhl": "/track/shipments",
}


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as peer:
        yield peer


@pytest.fixture
def backroom(settings: Settings, peer: Peer) -> Iterator[Backroom]:
    yield from assembled(replace(settings, carriers_origin=peer.url, allow_private_hosts=True))


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    shop, vault = backroom.shops.custom(), backroom.process.vault
    with backroom.process.database.write() as db:
        for name, credentials in CREDENTIALS.items():
            account = carriers.Account(
                carrier=name, key=f"{name}-1", credentials=credentials, quotas=((100_000, 3600),)
            )
            carriers.save_account(db, vault, shop_id=shop.id, account=account, now=utc_now())
    return shop


def number(carrier: str, index: int) -> str:
    return {"ups": f"1Z999AA1{index:010d}", "fedex": f"{700000000000 + index}", "usps": f"94{index:020d}"}.get(
        carrier, f"{3000000000 + index}"
    )


def due(backroom: Backroom, shop: Shop, each: int, names: Any = CREDENTIALS) -> None:
    now = utc_now()
    made = [
        {
            "shop_id": shop.id,
            "number": number(name, index),
            "carrier": name,
            "source": order_tracking.API,
            "token": f"{name}-{index}",
            "to_country": "US",
            "to_postcode": "97201",
            "to_zone": "America/Los_Angeles",
            "created_at": now - timedelta(days=1),
            "next_check_at": now - timedelta(minutes=10),
            "saved_at": now,
        }
        for name in names
        for index in range(each)
    ]
    with backroom.process.database.write() as db:
        order_tracking.add(db, made)


def parcels(backroom: Backroom, carrier: str) -> list[Any]:
    return rows(backroom.process.database, order_tracking.order_tracking, carrier=carrier)


def health(backroom: Backroom, shop: Shop, carrier: str) -> Any:
    with backroom.process.database.read() as db:
        return carriers.health_of(db, shop_id=shop.id)[carrier]


class TestCarriers:
    def test_all_four_are_asked_and_understood(self, backroom: Backroom, shop: Shop, peer: Peer) -> None:
        peer.stage = "out_for_delivery"
        due(backroom, shop, 5)
        report = check(backroom.process, shop.id, seconds=120)
        assert report is not None
        assert (report.parcels, report.errors) == (20, 0)
        for name in CREDENTIALS:
            assert {row.status for row in parcels(backroom, name)} == {"out_for_delivery"}, name


class TestOneInTrouble:
    @pytest.mark.parametrize("kind", [BAD_GATEWAY, DROPPED, TOO_MANY])
    def test_one_carrier_in_trouble_leaves_the_others_alone(
        self, backroom: Backroom, shop: Shop, peer: Peer, kind: str
    ) -> None:
        peer.faults[PATHS["ups"]] = Fault(kind, retry_after="120" if kind == TOO_MANY else "")
        due(backroom, shop, 40)
        report = check(backroom.process, shop.id, seconds=120)
        assert report is not None
        for name in ("fedex", "usps", "dhl"):
            assert {row.status for row in parcels(backroom, name)} == {"in_transit"}, name
        ups = parcels(backroom, "ups")
        assert all(row.next_check_at is not None for row in ups)
        assert health(backroom, shop, "ups").error
        assert health(backroom, shop, "ups").closed_until > utc_now()
        assert sum(peer.numbers[row.number] for row in ups) < 25  # it was left alone after the first failures

    def test_a_parcel_that_failed_is_asked_for_again(self, backroom: Backroom, shop: Shop, peer: Peer) -> None:
        peer.faults[number("dhl", 0)] = Fault(BAD_GATEWAY, times=1)
        due(backroom, shop, 2, ["dhl"])
        check(backroom.process, shop.id, seconds=120)
        (failed,) = [row for row in parcels(backroom, "dhl") if row.problem]
        assert failed.next_check_at > utc_now()
        with backroom.process.database.write() as db:
            order_tracking.change(db, [{"id": failed.id, "next_check_at": utc_now()}])
        check(backroom.process, shop.id, seconds=120)
        assert [row.status for row in parcels(backroom, "dhl")] == ["in_transit", "in_transit"]

    @pytest.mark.slow
    def test_one_that_hangs_holds_up_nobody_else(self, backroom: Backroom, shop: Shop, peer: Peer) -> None:
        peer.faults[PATHS["ups"]] = Fault(HANG)
        due(backroom, shop, 30)
        began = utc_now()
        check(backroom.process, shop.id, seconds=60)
        for name in ("fedex", "usps", "dhl"):
            for row in parcels(backroom, name):
                assert row.status == "in_transit"
                assert row.checked_at - began < timedelta(seconds=15)
        assert "did not answer in time" in health(backroom, shop, "ups").error

    def test_a_wrong_certificate_is_refused(self, settings: Settings) -> None:
        with Peer(tls=True) as peer:
            for backroom in assembled(replace(settings, carriers_origin=peer.url, allow_private_hosts=True)):
                shop = backroom.shops.custom()
                account = carriers.Account(carrier="dhl", key="k", credentials=CREDENTIALS["dhl"])
                with backroom.process.database.write() as db:
                    carriers.save_account(db, backroom.process.vault, shop_id=shop.id, account=account, now=utc_now())
                due(backroom, shop, 1, ["dhl"])
                check(backroom.process, shop.id, seconds=10)
                assert "certificate" in parcels(backroom, "dhl")[0].error
                assert not peer.numbers


class TestTwoPollers:
    def test_two_pollers_ask_for_nothing_twice(self, backroom: Backroom, shop: Shop, peer: Peer) -> None:
        """Without the lease that keeps them apart, as where one of them lost it."""
        from jobs.tracking.rounds import Round, shop_of  # noqa: PLC0415

        peer.delay = 0.02
        due(backroom, shop, 60)
        here = shop_of(backroom.process, shop.id)
        assert here is not None
        from time import monotonic  # noqa: PLC0415

        rounds = [Round(process=backroom.process, shop=here, until=monotonic() + 20) for _ in range(2)]
        threads = [Thread(target=each.run) for each in rounds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        asked = [peer.numbers[row.number] for name in ("ups", "usps", "dhl") for row in parcels(backroom, name)]
        assert asked == [1] * 180
        assert all(row.calls == 1 for name in CREDENTIALS for row in parcels(backroom, name))
        assert len(rows(backroom.process.database, tracking_scans.scans)) >= 240 * 3
