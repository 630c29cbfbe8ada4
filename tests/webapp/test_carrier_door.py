"""The door for what carriers tell by themselves."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from commerce.tables import rejections
from tests.conftest import Backroom
from tests.stored import deliveries
from tests.webapp import parcels
from tests.webapp.stock import Stock

EVENT = {
    "object": "Event",
    "description": "tracker.updated",
    "result": {
        "object": "Tracker",
        "id": "trk_1",
        "tracking_code": "1Z999AA10123456784",
        "carrier": "UPS",
        "status": "delivered",
        "tracking_details": [
            {
                "object": "TrackingDetail",
                "message": "Delivered",
                "status": "delivered",
                "datetime": "2026-11-20T17:00:00Z",
                "tracking_location": {"city": "SAN FRANCISCO", "state": "CA", "country": "US", "zip": "94107"},
            }
        ],
    },
}
BODY = json.dumps(EVENT).encode()


@pytest.fixture
def shop(backroom: Backroom) -> Stock:
    new = backroom.shops.custom(currency="EUR")
    found = Stock(backroom.parts, new.id, new.key, "", "")
    parcels.account(found, "easypost", push={"webhook_secret": "our words"})
    return found


def push(backroom: Backroom, key: str, body: bytes = BODY, *, secret: str = "our words", to: str = "easypost") -> Any:
    told = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hmac-Signature": f"hmac-sha256-hex={told}"}
    return backroom.client.post(f"/webhooks/carriers/{to}/{key}", data=body, headers=headers)


class TestTheDoor:
    def test_takes_in_what_is_signed_and_it_is_applied(self, backroom: Backroom, shop: Stock) -> None:
        key = parcels.parcel(shop, "1Z999AA10123456784")
        assert push(backroom, shop.key).status_code == 200
        (row,) = deliveries(backroom.parts.database, shop.id)
        assert (row.topic, row.body) == ("carriers/easypost", BODY)
        backroom.work()
        row = parcels.row(shop, key)
        assert (row.status, row.city.upper(), row.calls) == ("delivered", "SAN FRANCISCO", 0)
        assert row.pushed_at is not None

    def test_turns_away_and_lists_what_is_not(self, backroom: Backroom, shop: Stock) -> None:
        assert push(backroom, shop.key, secret="others' words").status_code == 401
        assert push(backroom, shop.key, b"not json").status_code == 400
        answer = push(backroom, shop.key, to="ups")
        assert (answer.status_code, answer.json["title"]) == (404, "no_account")
        assert "under Parcels, Carriers" in answer.json["detail"]
        with backroom.parts.database.read() as db:
            told = {(row.topic, row.reason) for row in rejections.newest(db, shop_id=shop.id, limit=9)}
        assert told == {
            ("carriers/easypost", "wrong_signature"),
            ("carriers/easypost", "not_json"),
            ("carriers/ups", "no_account"),
        }
        assert list(deliveries(backroom.parts.database, shop.id)) == []

    def test_turns_away_what_is_too_large(self, backroom: Backroom, shop: Stock) -> None:
        body = b"x" * (backroom.settings.max_body_bytes + 1)
        assert push(backroom, shop.key, body).status_code == 413

    def test_is_none_for_others(self, backroom: Backroom, shop: Stock) -> None:
        assert push(backroom, shop.key, to="nobody").status_code == 404
        assert push(backroom, "no-such-shop").status_code == 404
        assert backroom.client.get(f"/webhooks/carriers/easypost/{shop.key}").status_code == 405

    def test_leaves_another_shops_parcel_alone(self, backroom: Backroom, shop: Stock) -> None:
        new = backroom.shops.custom("Another", currency="EUR")
        another = Stock(backroom.parts, new.id, new.key, "", "")
        key = parcels.parcel(another, "1Z999AA10123456784")
        push(backroom, shop.key)
        backroom.work()
        assert parcels.row(another, key).status == "label_created"
