"""Two workers at the same order, killed at any moment between the claim and the carrier's answer: one label at most."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from commerce.rules.order_steps.settings import LabelRule
from commerce.settings import Settings, as_environ
from commerce.tables import labels, leases, tracking_settings
from commerce.tables.carriers import Account, save_account
from commerce.tables.order_steps import milestones
from jobs.events import apply_deliveries
from jobs.job import utc_now
from tests.conftest import Backroom, assembled
from tests.integrations.carriers.opened import account
from tests.ordered import choose, paid, states
from tests.peers.carriers.peer import Peer
from tests.shops import Shop
from tests.stored import rows

pytestmark = pytest.mark.slow

STORE = {"company": "Corner & Sons", "address1": "5 Main St", "postcode": "40213", "city": "Louisville"}
STORE |= {"province": "KY", "country": "US", "phone": "5025550100"}
HOME = {"last_name": "Oak", "address1": "1 Pine St", "postcode": "97201", "city": "Portland"}
HOME |= {"province": "OR", "country": "US"}
_WORKER = (
    "from jobs.order_steps.engine import run_steps\nfrom jobs.labels import make_labels\n"
    "for _ in range(600):\n    run_steps(shop_id={0})\n    make_labels(shop_id={0})\n"
)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as peer:
        peer.delay = 0.4
        yield peer


@pytest.fixture
def backroom(settings: Settings, peer: Peer) -> Iterator[Backroom]:
    yield from assembled(replace(settings, carriers_origin=peer.url, allow_private_hosts=True))


@pytest.fixture
def shop(backroom: Backroom, peer: Peer) -> Shop:
    shop = backroom.shops.custom(currency="EUR")
    choose(backroom, shop, "payment", "label", label=LabelRule(carrier="ups", service="ups_ground", weight=900))
    known = account("ups", peer.url)
    with backroom.process.database.write() as db:
        told = Account(carrier="ups", key=known.key, credentials=known.credentials)
        save_account(db, backroom.process.vault, shop_id=shop.id, account=told, now=utc_now())
        chosen = replace(tracking_settings.of_shop(db, shop_id=shop.id), sender=STORE)
        tracking_settings.save(db, shop_id=shop.id, chosen=chosen, now=utc_now())
    return shop


def worker(backroom: Backroom, shop: Shop) -> "subprocess.Popen[bytes]":
    environ = {**os.environ, **as_environ(backroom.settings)}
    return subprocess.Popen([sys.executable, "-c", _WORKER.format(shop.id)], env=environ, stderr=subprocess.DEVNULL)


def end(*workers: "subprocess.Popen[bytes]") -> None:
    for each in workers:
        each.kill()
        each.wait()


def wait_for(met: Any) -> None:
    until = time.monotonic() + 90
    while not met():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.01)


def stored(backroom: Backroom) -> list[Any]:
    return list(rows(backroom.process.database, labels.labels))


class TestOneOrder:
    @pytest.mark.parametrize("moment", ["claimed", "asking", "answered", "never"])
    def test_is_labelled_once_at_most(self, backroom: Backroom, shop: Shop, peer: Peer, moment: str) -> None:
        assert shop.send("order.saved", paid(delivery_address=HOME, billing_address=HOME)).status_code == 200
        apply_deliveries(shop_id=shop.id)
        both = (worker(backroom, shop), worker(backroom, shop))
        reached = {
            "claimed": lambda: bool(stored(backroom)),
            "asking": lambda: any(row.state == labels.ASKING for row in stored(backroom)),
            "answered": lambda: bool(peer.labels),
            "never": lambda: states(backroom, shop)["label"] == "done",
        }
        wait_for(reached[moment])
        end(*both)
        with backroom.process.database.write() as db:  # as if the leases of the dead had run out
            for row in db.execute(leases.leases.select()).all():
                leases.release(db, shop_id=row.shop_id, kind=row.kind, holder=row.holder, now=utc_now())
        more = (worker(backroom, shop), worker(backroom, shop))
        wait_for(lambda: states(backroom, shop)["label"] in ("done", "unsure"))
        time.sleep(1.0)  # for whoever would go on
        end(*more)
        assert len(stored(backroom)) == 1
        assert len(peer.labels) <= 1
        bought = stored(backroom)[0].state == labels.BOUGHT
        assert len(rows(backroom.process.database, milestones.milestones, name="shipped")) == int(bought)
        assert (states(backroom, shop)["label"] == "done") is bought
        if moment == "never":
            assert (bought, len(peer.labels)) == (True, 1)
