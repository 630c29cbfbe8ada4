"""A label from the merchant's API to the printer and back, through a worker."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from commerce.settings import Settings
from commerce.tables import order_tracking
from commerce.tables.carriers import Account, save_account
from jobs.job import utc_now
from tests.conftest import Backroom, assembled
from tests.integrations.carriers.opened import account
from tests.peers.carriers.peer import Peer
from tests.shops import Shop
from tests.stored import rows
from tests.webapp.labelled import BOX, SENDER

TO = {"last_name": "Love", "address1": "Weg 2", "postcode": "80331", "city": "Munich", "country": "DE"}
STORE = {"company": "Corner & Sons", "address1": "5 Main St", "postcode": "40213", "city": "Louisville"}
STORE |= {"province": "KY", "country": "US", "phone": "5025550100"}
HOME = {"last_name": "Oak", "address1": "1 Pine St", "postcode": "97201", "city": "Portland"}
HOME |= {"province": "OR", "country": "US"}
ASKED = {"key": "one", "from": SENDER, "to": TO}


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    return backroom.shops.custom()


@pytest.fixture
def api(backroom: Backroom, shop: Shop) -> Any:
    def ask(method: str, address: str = "", **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {shop.api_key}"}
        return backroom.client.open(f"/api/v1/labels{address}", method=method, headers=headers, **options)

    return ask


class TestALabel:
    @pytest.mark.parametrize(("wanted", "beginning"), [("pdf", b"%PDF"), ("zpl", b"^XA")])
    def test_is_made_printed_and_taken_back(self, backroom: Backroom, api: Any, wanted: str, beginning: bytes) -> None:
        asked = api("POST", json=ASKED | {"format": wanted, "boxes": [BOX, BOX]})
        assert asked.status_code == 202
        backroom.work()
        made = api("GET", f"/{asked.json['id']}").json
        assert (made["state"], made["error"], made["format"]) == ("bought", None, wanted)
        assert made["price"]["amount"] == 0
        printed = api("GET", f"/{made['id']}/file")
        assert printed.data.startswith(beginning)
        assert api("POST", f"/{made['id']}/void").json["state"] == "voiding"
        backroom.work()
        assert api("GET", f"/{made['id']}").json["state"] == "voided"

    def test_that_no_offer_takes_says_so(self, backroom: Backroom, shop: Shop, api: Any) -> None:
        prices = Account(carrier="house", key="k", credentials={"rates": "Standard; 5.50; EUR; 1; 1"})
        with backroom.process.database.write() as db:
            save_account(db, backroom.process.vault, shop_id=shop.id, account=prices, now=utc_now())
        light = api("POST", json=ASKED | {"boxes": [BOX]}).json["id"]
        heavy = api("POST", json=ASKED | {"key": "two", "boxes": [{"grams": 5000}]}).json["id"]
        backroom.work()
        assert api("GET", f"/{light}").json["price"] == {"amount": 550, "currency": "EUR"}
        refused = api("GET", f"/{heavy}").json
        assert (refused["state"], refused["file"]) == ("failed", None)
        assert "weight" in refused["error"]


class TestALabelOfACarrier:
    @pytest.fixture
    def carriers(self) -> Iterator[Peer]:
        with Peer() as peer:
            yield peer

    @pytest.fixture
    def backroom(self, settings: Settings, carriers: Peer) -> Iterator[Backroom]:
        yield from assembled(replace(settings, carriers_origin=carriers.url, allow_private_hosts=True))

    @pytest.mark.parametrize("carrier", ["ups", "fedex"])
    def test_is_bought_once_and_its_parcel_followed(
        self, backroom: Backroom, carriers: Peer, shop: Shop, api: Any, carrier: str
    ) -> None:
        asked = {"key": "one", "carrier": carrier, "from": STORE, "to": HOME, "boxes": [BOX]}
        assert api("POST", json=asked).json["field"] == "carrier"
        known = account(carrier, carriers.url)
        with backroom.process.database.write() as db:
            told = Account(carrier=carrier, key=known.key, credentials=known.credentials)
            save_account(db, backroom.process.vault, shop_id=shop.id, account=told, now=utc_now())
        for _ in range(2):
            label = api("POST", json=asked).json["id"]
            backroom.work()
        made = api("GET", f"/{label}").json
        assert (made["state"], made["error"]) == ("bought", None)
        assert made["service"]
        assert len(carriers.labels) == 1
        (parcel,) = rows(backroom.process.database, order_tracking.order_tracking)
        assert (parcel.number, parcel.carrier, parcel.source) == (made["number"], carrier, "label")
        api("POST", f"/{label}/void")
        backroom.work()
        assert api("GET", f"/{label}").json["state"] == "voided"
