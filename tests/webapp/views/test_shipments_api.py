"""Parcels for the merchant's own systems."""

from datetime import timedelta
from typing import Any

import pytest

from commerce.tables import order_tracking
from tests.webapp import parcels, stock
from webapp import openapi

PAGE = "/api/v1/shipments"


class TestTheList:
    def test_has_every_parcel_once_page_by_page(self, api: Any, shop: Any, other: Any) -> None:
        parcels.troubled(shop)
        parcels.journey(other, "1ZOTHER")
        seen, cursor = [], ""
        while True:
            told = api.get(f"{PAGE}?limit=4&cursor={cursor}").json
            seen += [one["number"] for one in told["data"]]
            cursor = told["next_cursor"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 9
        assert "1ZOTHER" not in seen

    def test_is_filtered(self, api: Any, shop: Any) -> None:
        parcels.troubled(shop)
        mine = str(parcels.journey(shop, order="21"))
        since = (stock.NOW - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for asked in ("status=out_for_delivery", "order_id=21", "number=1z999aa1-0123456784", f"updated_since={since}"):
            assert [one["id"] for one in api.get(f"{PAGE}?{asked}").json["data"]] == [mine], asked
        assert len(api.get(f"{PAGE}?carrier=fedex").json["data"]) == 1
        for name, code in (("status", 400), ("cursor", 404), ("updated_since", 400), ("limit", 400)):
            answer = api.get(f"{PAGE}?{name}=wrong")
            assert (answer.status_code, answer.json["field"]) == (code, name)

    def test_asks_the_same_of_the_database_for_any_number(self, api: Any, shop: Any, statements: Any) -> None:
        parcels.well(shop)
        api.get(PAGE)
        with statements() as few:
            api.get(PAGE)
        parcels.troubled(shop)
        api.get("/api/v1/effects")  # its key is known for the next half second
        with statements() as many:
            assert len(api.get(PAGE).json["data"]) == 11
        assert len(many) == len(few)


class TestOne:
    def test_is_found_by_id_and_number_with_its_lines(self, api: Any, shop: Any) -> None:
        key = parcels.journey(shop)
        told = api.get(f"{PAGE}/{key}").json
        assert told == api.get(f"{PAGE}/1z999aa1 0123456784").json
        assert (told["status"], told["progress"], told["carrier"]) == ("out_for_delivery", 4, "ups")
        assert [scan["status"] for scan in told["scans"]] == ["out_for_delivery", None, "in_transit", "picked_up"]
        assert told["scans"][0]["zone"] == "America/Los_Angeles"
        assert set(told) == set(openapi.document("")["components"]["schemas"]["shipment_with_scans"]["required"])

    def test_of_another_shop_is_none(self, api: Any, foreign_api: Any, shop: Any) -> None:
        key = parcels.journey(shop)
        for method, path in (("get", ""), ("post", "/retrack"), ("post", "/complete")):
            for name in (key, "1Z999AA10123456784"):
                assert getattr(foreign_api, method)(f"{PAGE}/{name}{path}").status_code == 404
        assert parcels.row(shop, key).status == "out_for_delivery"
        assert api.get(f"{PAGE}/nothing").status_code == 404

    def test_needs_a_key(self, stranger: Any, shop: Any) -> None:
        assert stranger.get(PAGE).status_code == 401
        assert stranger.post(PAGE, json={"number": "1ZABC"}).status_code == 401

    def test_begins_anew_and_ends(self, api: Any, shop: Any) -> None:
        parcels.account(shop)
        key = parcels.journey(shop)
        told = api.post(f"{PAGE}/{key}/retrack").json
        assert (told["status"], told["scans"], told["stopped"]) == ("label_created", [], None)
        assert told["next_check_at"] is not None
        told = api.post(f"{PAGE}/{key}/complete").json
        assert (told["stopped"], told["next_check_at"]) == ("done", None)


class TestANewOne:
    def test_is_followed_once(self, api: Any, shop: Any) -> None:
        told = {"number": "1Z 999AA1 0123456784", "to": {"country": "us", "postcode": "10001"}, "language": "en"}
        answer = api.post(PAGE, json=told)
        assert answer.status_code == 201
        first = answer.json
        assert (first["carrier"], first["to"]["zone"], first["source"]) == ("ups", "America/New_York", "api")
        assert first["stopped"] == "no_account"
        assert api.get(answer.headers["Location"]).json["id"] == first["id"]
        again = api.post(PAGE, json={"number": "1Z999AA10123456784", "carrier": "fedex"})
        assert (again.status_code, again.json) == (200, first)

    def test_goes_where_its_order_goes(self, api: Any, shop: Any) -> None:
        shop.order()
        told = api.post(PAGE, json={"number": "ABCD1234", "carrier": "DHL", "order_id": "21"}).json
        assert (told["carrier"], told["order_id"], told["to"]["zone"]) == ("dhl", "21", "Europe/London")

    @pytest.mark.parametrize(
        ("told", "field"),
        [
            ({}, "number"),
            ({"number": "1"}, "number"),
            ({"number": 12345678}, "number"),
            ({"number": "1ZABC", "carrier": "nobody"}, "carrier"),
            ({"number": "1ZABC", "to": "US"}, "to"),
            ({"number": "1ZABC", "to": {"country": "USA"}}, "to.country"),
            ({"number": "1ZABC", "to": {"town": "Rome"}}, "to.town"),
            ({"number": "1ZABC", "shipped_at": "yesterday"}, "shipped_at"),
            ({"number": "1ZABC", "shipped_at": "2026-05-01T12:00:00"}, "shipped_at"),
            ({"number": "1ZABC", "shipped_at": "2190-01-01T12:00:00Z"}, "shipped_at"),
            ({"number": "1ZABC", "colour": "red"}, "colour"),
        ],
    )
    def test_that_is_wrong_names_the_field(self, api: Any, shop: Any, told: Any, field: str) -> None:
        answer = api.post(PAGE, json=told)
        assert (answer.status_code, answer.json["field"]) == (400, field)
        assert answer.mimetype == "application/problem+json"

    def test_has_to_be_an_object(self, api: Any, shop: Any) -> None:
        for body in (b"", b"[]", b"{", b"1"):
            assert api.post(PAGE, data=body).status_code == 400


class TestOrders:
    def test_tell_how_far_their_parcels_are(self, api: Any, shop: Any, statements: Any) -> None:
        shop.order()
        assert api.get("/api/v1/orders/21").json["shipments"][0]["tracking"] is None
        parcels.parcel(shop, "JD01", carrier="dhl", order="21", status="out_for_delivery", moved=True)
        told = api.get("/api/v1/orders/21").json["shipments"][0]["tracking"]
        assert (told["status"], told["progress"]) == ("out_for_delivery", 4)
        api.get("/api/v1/effects")  # its key is known for the next half second
        with statements() as few:
            api.get("/api/v1/orders")
        for number in range(22, 30):
            shop.order(str(number))
        api.get("/api/v1/effects")
        with statements() as many:
            assert len(api.get("/api/v1/orders").json["data"]) == 9
        assert len(many) == len(few)


class TestNumbers:
    def test_of_two_shops_are_apart(self, api: Any, foreign_api: Any, shop: Any, other: Any) -> None:
        assert api.post(PAGE, json={"number": "SAME1234"}).status_code == 201
        assert foreign_api.post(PAGE, json={"number": "SAME1234"}).status_code == 201
        with shop.here.database.read() as db:
            rows = [order_tracking.by_numbers(db, shop_id=one.id, numbers=["SAME1234"]) for one in (shop, other)]
        assert rows[0]["SAME1234"].id != rows[1]["SAME1234"].id
