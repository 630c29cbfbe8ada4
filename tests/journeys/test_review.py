"""Stories that once ended wrong: each is what a merchant would have seen."""

from typing import Any

import pytest

from tests.conftest import Backroom
from tests.shops import Shop
from tests.signed_in import as_operator


def woo(key: int = 1, at: str = "2026-11-01T10:00:00", **changes: Any) -> dict[str, Any]:
    return {
        "id": key,
        "name": f"Mug {key}",
        "slug": f"mug-{key}",
        "type": "simple",
        "status": "publish",
        "price": "9.00",
        "regular_price": "9.00",
        "stock_status": "instock",
        "date_modified_gmt": at,
        **changes,
    }


def tell(backroom: Backroom, shop: Shop, *told: tuple[str, dict[str, Any]]) -> None:
    for number, (topic, body) in enumerate(told):
        assert shop.send(topic, body, **{"X-WC-Webhook-Delivery-ID": f"s{number}"}).status_code == 200
        backroom.work()


class TestPrices:
    @pytest.mark.parametrize(
        ("currency", "price", "minor"), [("KWD", "1.234", 1234), ("JPY", "1000", 1000), ("EUR", "9.99", 999)]
    )
    def test_are_right_when_the_currency_is_told_later(
        self, backroom: Backroom, currency: str, price: str, minor: int
    ) -> None:
        shop = backroom.shops.woocommerce()
        order = {"id": 7, "status": "processing", "currency": currency, "total": price, "line_items": []}
        tell(backroom, shop, ("product.created", woo(price=price)), ("order.created", order))
        assert shop.read("products/1")["price"] == {"amount": minor, "currency": currency}
        assert shop.read("products/1")["reread"] is False
        assert shop.search(**{"filter[price]": f"{minor}-{minor}"})["total"] == 1

    def test_of_a_parent_follow_when_a_variation_is_deleted(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        parent = woo(10, type="variable", variations=[11, 12], price="7.00")
        cheap = woo(11, type="variation", parent_id=10, price="7.00")
        dear = woo(12, type="variation", parent_id=10, price="9.00")
        told = [("product.created", one) for one in (parent, cheap, dear)]
        gone = {"action": "woocommerce_delete_product_variation", "arg": 11}
        tell(backroom, shop, *told, ("action.woocommerce_delete_product_variation", gone))
        assert shop.read("products/10")["price"]["amount"] == 900


class TestTimes:
    def test_a_scheduled_product_that_goes_live_early_is_shown(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        waits = woo(status="future", at="2036-11-01T10:00:00")
        tell(backroom, shop, ("product.created", waits), ("product.updated", woo(at="2026-11-01T11:00:00")))
        assert [hit["id"] for hit in shop.search()["hits"]] == ["1"]

    def test_a_delivery_without_a_time_does_not_let_older_ones_in(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        told = [
            woo(name="new", at="2026-11-20T10:00:00"),
            woo(name="new", at=""),
            woo(name="old", at="2026-11-01T10:00:00"),
        ]
        tell(backroom, shop, *[("product.updated", body) for body in told])
        assert shop.read("products/1")["title"] == "new"

    def test_replaying_an_old_deletion_leaves_a_living_product(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        tell(backroom, shop, ("product.created", woo()), ("product.deleted", {"id": 1}))
        tell(backroom, shop, ("product.restored", woo(at="2036-01-01T00:00:00")))
        runner = backroom.client.application.test_cli_runner()
        first = [row["id"] for row in shop.read("events", topic="product.deleted")["data"]]
        runner.invoke(args=["events", "replay", "--shop", shop.key, "--id", first[0]])
        backroom.work()
        rows = shop.read("effects", kind="re-read")["data"]
        assert "1" in {row["object_id"] for row in rows}


class TestShopifysSmallTellings:
    def test_sold_out_is_not_available(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        variant = {
            "id": 10,
            "title": "Default Title",
            "price": "5.00",
            "inventory_item_id": 77,
            "inventory_policy": "deny",
            "inventory_management": "shopify",
            "inventory_quantity": 5,
        }
        shop.send(
            "products/create",
            {
                "id": 1,
                "title": "Mug",
                "status": "active",
                "published_at": "2026-01-01T00:00:00Z",
                "updated_at": "2026-11-01T10:00:00Z",
                "variants": [variant],
            },
        )
        for minute, stock in ((1, 5), (2, 0)):
            level = {
                "inventory_item_id": 77,
                "location_id": 1,
                "available": stock,
                "updated_at": f"2026-11-01T10:0{minute}:00Z",
            }
            shop.send("inventory_levels/update", level)
            backroom.work()
        told = shop.read("products/1")
        assert (told["stock"], told["available"]) == (0, False)

    def test_a_refund_and_a_scan_survive_an_older_picture_of_the_order(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()

        def order(minute: int, state: str, scanned: int) -> dict[str, Any]:
            parcel = {
                "id": 5,
                "order_id": 1,
                "status": "success",
                "tracking_number": "T1",
                "shipment_status": state,
                "updated_at": f"2026-11-01T12:{scanned:02}:00Z",
            }
            return {
                "id": 1,
                "name": "#1",
                "currency": "EUR",
                "total_price": "20.00",
                "line_items": [],
                "refunds": [],
                "fulfillments": [parcel],
                "updated_at": f"2026-11-01T12:{minute:02}:00Z",
            }

        refund = {
            "id": 9,
            "order_id": 1,
            "created_at": "2026-11-01T12:10:00Z",
            "transactions": [{"kind": "refund", "status": "success", "amount": "4.00"}],
        }
        scan = {
            "id": 3,
            "fulfillment_id": 5,
            "order_id": 1,
            "status": "delivered",
            "happened_at": "2026-11-01T12:05:00Z",
        }
        told = [
            ("orders/create", order(1, "in_transit", 1)),
            ("fulfillment_events/create", scan),
            ("refunds/create", refund),
        ]
        for topic, body in [*told, ("orders/updated", order(7, "in_transit", 2))]:
            assert shop.send(topic, body).status_code == 200
            backroom.work()
        read = shop.read("orders/1")
        assert read["refunded"]["amount"] == 400
        assert read["shipments"][0]["status"] == "delivered"


class TestPrivacyRequests:
    def test_stand_on_the_home_page_until_they_are_due(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        shop.send("customers/data_request", {"shop_domain": shop.domain, "customer": {"id": 1}, "orders_requested": []})
        backroom.work()
        as_operator(backroom.client)
        page = backroom.client.get("/dashboard/").text
        assert "A customer asks for their data" in page
        assert "due by" in page
