"""A worker is killed in the middle of a round: no line is lost, and no parcel is asked for more than once again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from commerce.settings import Settings, as_environ
from commerce.tables import carriers, order_tracking, tracking_scans
from jobs.job import utc_now
from jobs.shipments import check
from jobs.tracking.lanes import CLAIM
from tests.conftest import Backroom, assembled
from tests.peers.carriers.peer import Peer
from tests.shops import Shop
from tests.stored import rows

pytestmark = pytest.mark.slow

PARCELS = 400
MOST_TAKEN = 200  # by one round of two carriers at a time: those under way, and those taken next
_ROUND = (
    "import sys; from jobs.process import current; from jobs.shipments import check; check(current(), {}, seconds=60)"
)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as peer:
        peer.delay = 0.1
        yield peer


@pytest.fixture
def backroom(settings: Settings, peer: Peer) -> Iterator[Backroom]:
    yield from assembled(replace(settings, carriers_origin=peer.url, allow_private_hosts=True))


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    shop, now = backroom.shops.custom(), utc_now()
    accounts = {"ups": {"client_id": "a", "client_secret": "b", "account_number": "1"}, "dhl": {"consumer_key": "k"}}
    with backroom.process.database.write() as db:
        for name, credentials in accounts.items():
            account = carriers.Account(carrier=name, key=name, credentials=credentials, quotas=((100_000, 3600),))
            carriers.save_account(db, backroom.process.vault, shop_id=shop.id, account=account, now=now)
        order_tracking.add(db, [_row(shop.id, index, now) for index in range(PARCELS)])
    return shop


def _row(shop_id: int, index: int, now: Any) -> dict[str, Any]:
    carrier = ("ups", "dhl")[index % 2]
    return {
        "shop_id": shop_id,
        "number": f"1Z999AA1{index:010d}" if carrier == "ups" else f"{3000000000 + index}",
        "carrier": carrier,
        "source": order_tracking.API,
        "token": f"t{index}",
        "to_zone": "America/New_York",
        "created_at": now - timedelta(days=1),
        "next_check_at": now - timedelta(minutes=10),
        "saved_at": now,
    }


def _taken(backroom: Backroom) -> list[Any]:
    """Parcels that somebody took and that nothing was heard of."""
    now = utc_now()
    return [
        row
        for row in rows(backroom.process.database, order_tracking.order_tracking)
        if row.calls == 0 and row.next_check_at is not None and now < row.next_check_at <= now + CLAIM
    ]


class TestKilled:
    def test_a_round_that_is_killed_again_and_again(self, backroom: Backroom, shop: Shop, peer: Peer) -> None:
        environ = {**os.environ, **as_environ(backroom.settings)}
        for _ in range(3):
            worker = subprocess.Popen([sys.executable, "-c", _ROUND.format(shop.id)], env=environ)
            asked = sum(peer.numbers.values())
            while sum(peer.numbers.values()) < asked + 60:
                time.sleep(0.02)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            taken = _taken(backroom)
            assert len(taken) <= MOST_TAKEN
            with backroom.process.database.write() as db:  # the claims of the dead run out
                order_tracking.change(db, [{"id": row.id, "next_check_at": utc_now()} for row in taken])
        report = check(backroom.process, shop.id, seconds=120)
        assert report is not None
        assert report.left == 0
        found = rows(backroom.process.database, order_tracking.order_tracking)
        assert {row.status for row in found} == {"in_transit"}
        lines: dict[int, int] = {}
        for line in rows(backroom.process.database, tracking_scans.scans):
            lines[line.tracking_id] = lines.get(line.tracking_id, 0) + 1
        assert len(lines) == PARCELS
        assert max(peer.numbers.values()) <= 4  # once for each round that died while it was asked for
        assert sum(peer.numbers.values()) <= PARCELS + 3 * MOST_TAKEN
