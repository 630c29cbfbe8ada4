"""Labels for the merchant's own systems."""

from typing import Any

import pytest

from commerce.rules.orders import Address
from commerce.tables import labels, tracking_settings
from commerce.tables.tracking_settings import TrackingSettings
from integrations.label_api import sending_of
from tests.webapp import stock
from tests.webapp.labelled import BOX, RECEIVER, SENDER, bought, change, ordered, stored
from webapp import openapi

PAGE = "/api/v1/labels"


@pytest.fixture
def asked(shop: Any, here: Any) -> dict[str, Any]:
    """What is enough where the shop's sender is known."""
    ordered(shop)
    with here.database.write() as db:
        tracking_settings.save(db, shop_id=shop.id, chosen=TrackingSettings(sender=SENDER), now=stock.NOW)
    return {"order_id": "21", "boxes": [BOX]}


class TestAsking:
    def test_needs_an_order_and_its_boxes(self, api: Any, shop: Any, asked: Any) -> None:
        answer = api.post(PAGE, json=asked)
        assert answer.status_code == 202
        told = answer.json
        assert answer.headers["Location"] == f"{PAGE}/{told['id']}"
        assert (told["state"], told["key"], told["carrier"]) == ("claimed", "order-21-1", "house")
        assert (told["to"]["city"], told["from"]["company"], told["reference"]) == ("Munich", "First Shop", "1021")
        assert (told["file"], told["price"], told["boxes"]) == (None, None, [BOX])
        (row,) = stored(shop)
        assert sending_of(row.asked, key="k").receiver == RECEIVER
        assert api.get(f"{PAGE}/{told['id']}").json == told

    def test_twice_under_one_key_is_one_label(self, api: Any, shop: Any, asked: Any) -> None:
        first = api.post(PAGE, json=asked)
        again = api.post(PAGE, json=asked)
        assert (again.status_code, again.json) == (200, first.json)
        own = [api.post(PAGE, json=asked | {"key": "mine"}).json["id"] for _ in range(2)]
        assert own[0] == own[1] != first.json["id"]
        assert api.post(PAGE, json={"key": "mine"}).json["id"] == own[0]
        assert len(stored(shop)) == 2

    def test_works_without_an_order(self, api: Any, shop: Any, asked: Any) -> None:
        to = {"company": "Depot", "address1": "Kai 3", "city": "Basel", "country": "ch", "email": "d@example.com"}
        told = {"key": "stock-7", "to": to, "boxes": [{"grams": 1}], "format": "zpl", "ship_on": "2026-05-01"}
        answer = api.post(PAGE, json=told)
        assert answer.status_code == 202
        assert (answer.json["order_id"], answer.json["to"]["country"]) == (None, "CH")
        (row,) = stored(shop)
        assert (row.asked["receiver_email"], row.asked["ship_on"]) == ("d@example.com", "2026-05-01")

    def test_tells_customs_what_is_within(self, api: Any, shop: Any, asked: Any) -> None:
        shop.order("21", delivery=Address(last_name="Love", address1="Weg 2", city="Basel", country="CH"))
        assert api.post(PAGE, json=asked).status_code == 202
        (row,) = stored(shop)
        contents = sending_of(row.asked, key="k").contents
        assert contents
        assert {content.origin for content in contents} == {"DE"}
        assert all(content.grams > 0 and content.currency for content in contents)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"order_id": "999"}, "order_id"),
            ({"order_id": 21}, "order_id"),
            ({"order_id": None}, "key"),
            ({"key": "k" * 101}, "key"),
            ({"key": "\ud800"}, "key"),
            ({"carrier": "ups"}, "carrier"),
            ({"carrier": ["house"]}, "carrier"),
            ({"format": "png"}, "format"),
            ({"boxes": []}, "boxes"),
            ({"boxes": None}, "boxes"),
            ({"boxes": [BOX] * 21}, "boxes"),
            ({"boxes": [BOX, 7]}, "boxes"),
            ({"boxes": [BOX, {"grams": True}]}, "boxes.1.grams"),
            ({"boxes": [{"grams": 10**30}]}, "boxes.0.grams"),
            ({"boxes": [{"grams": 9, "length": 10}]}, "boxes.0.width"),
            ({"boxes": [{"grams": 9, "colour": 10}]}, "boxes.0.colour"),
            ({"to": "Munich"}, "to"),
            ({"to": {"last_name": "x", "city": "y", "country": "DE"}}, "to.address1"),
            ({"to": {"address1": "x", "city": "y", "country": "DE"}}, "to.last_name"),
            ({"to": {"last_name": "x", "address1": "x", "city": "y", "country": "Mars"}}, "to.country"),
            ({"from": {}}, "from.last_name"),
            ({"signature": 1}, "signature"),
            ({"ship_on": "tomorrow"}, "ship_on"),
            ({"weight": 3}, "weight"),
            ({"x" * 100_000: 3}, "x" * 100),
        ],
    )
    def test_names_the_field_that_is_wrong(self, api: Any, shop: Any, asked: Any, changes: Any, field: str) -> None:
        answer = api.post(PAGE, json=asked | changes)
        assert (answer.status_code, answer.json["field"]) == (400, field)
        assert answer.mimetype == "application/problem+json"
        assert stored(shop) == []

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null"])
    def test_takes_objects_only(self, api: Any, asked: Any, body: bytes) -> None:
        assert api.post(PAGE, data=body).status_code == 400

    def test_says_which_part_of_the_sender_is_missing(self, api: Any, shop: Any) -> None:
        ordered(shop)
        answer = api.post(PAGE, json={"order_id": "21", "boxes": [BOX]})
        assert (answer.status_code, answer.json["field"]) == (400, "from.address1")


class TestALabel:
    @pytest.fixture
    def label(self, api: Any, asked: Any) -> str:
        return str(api.post(PAGE, json=asked).json["id"])

    def test_gives_its_file_once_it_is_there(self, api: Any, shop: Any, label: str) -> None:
        assert api.get(f"{PAGE}/{label}/file").status_code == 409
        bought(shop, int(label))
        told = api.get(f"{PAGE}/{label}").json
        assert (told["number"], told["price"]) == ("H000123", {"amount": 550, "currency": "EUR"})
        assert told["file"].endswith(f"{PAGE}/{label}/file")
        answer = api.get(f"{PAGE}/{label}/file")
        assert (answer.data, answer.mimetype) == (b"%PDF-1.4 label", "application/pdf")
        assert answer.headers["Cache-Control"] == "private, no-store"

    def test_is_taken_back_once(self, api: Any, shop: Any, label: str) -> None:
        assert api.post(f"{PAGE}/{label}/void").status_code == 409
        bought(shop, int(label))
        assert [api.post(f"{PAGE}/{label}/void").json["state"] for _ in range(2)] == ["voiding", "voiding"]
        change(shop, int(label), state=labels.VOIDED)
        assert api.post(f"{PAGE}/{label}/void").json["state"] == "voided"

    def test_of_another_shop_is_none(self, api: Any, foreign_api: Any, shop: Any, asked: Any, label: str) -> None:
        bought(shop, int(label))
        for ask in (
            foreign_api.get(f"{PAGE}/{label}"),
            foreign_api.get(f"{PAGE}/{label}/file"),
            foreign_api.post(f"{PAGE}/{label}/void"),
        ):
            assert ask.status_code == 404
        assert foreign_api.post(PAGE, json=asked).json["field"] == "order_id"
        assert stored(shop)[0].state == labels.BOUGHT

    @pytest.mark.parametrize("key", ["x", "0", "9" * 19, "9" * 4000, "%00", "-1"])
    def test_that_never_was_is_none(self, api: Any, shop: Any, key: str) -> None:
        assert api.get(f"{PAGE}/{key}").status_code == 404

    def test_needs_a_key(self, stranger: Any, label: str) -> None:
        assert stranger.get(f"{PAGE}/{label}").status_code == 401

    def test_is_as_it_is_described(self, api: Any, shop: Any, label: str) -> None:
        bought(shop, int(label), asked={})
        schema = openapi.document("")["components"]["schemas"]["label"]
        assert set(api.get(f"{PAGE}/{label}").json) == set(schema["required"])
