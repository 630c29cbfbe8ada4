"""WooCommerce tells no time with a deletion: what in-order, repeated and shuffled deliveries lead to."""

import json
from typing import Any

from tests.conftest import Backroom
from tests.shops import Shop


def product(key: int, minute: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": key,
        "name": f"Mug {key}",
        "slug": f"mug-{key}",
        "type": "simple",
        "status": "publish",
        "catalog_visibility": "visible",
        "price": "9.00",
        "regular_price": "9.00",
        "stock_status": "instock",
        "date_created_gmt": "2026-11-01T10:00:00",
        "date_modified_gmt": f"2026-11-01T10:{minute:02}:00",
        **changes,
    }


def story() -> list[tuple[str, dict[str, Any], str]]:
    """Deliveries in the order in which the store made them: topic, body, Delivery-ID of that second."""
    told = [("product.created", product(key, 0)) for key in range(1, 9)]
    told += [("product.updated", product(key, 5, name=f"Cup {key}")) for key in (1, 2, 3)]
    told += [("product.deleted", {"id": 1}), ("product.updated", product(5, 6)), ("product.deleted", {"id": 2})]
    told += [("product.updated", product(2, 9, name="Back by hand"))]  # restored by setting its status
    told += [("product.deleted", {"id": 3}), ("product.restored", product(3, 10, name="Back from the bin"))]
    told += [("product.deleted", {"id": 4}), ("product.restored", product(4, 12)), ("product.deleted", {"id": 4})]
    return [(topic, body, f"second-{number}") for number, (topic, body) in enumerate(told)]


def tell(backroom: Backroom, shop: Shop, told: list[tuple[str, dict[str, Any], str]]) -> None:
    for topic, body, second in told:
        assert shop.send(topic, body, **{"X-WC-Webhook-Delivery-ID": second}).status_code == 200
    backroom.work()


def titles(shop: Shop) -> dict[str, str]:
    return {row["id"]: row["title"] for row in shop.read("products", limit=100)["data"]}


EXPECTED = {"2": "Back by hand", "3": "Back from the bin", "5": "Mug 5", "6": "Mug 6", "7": "Mug 7", "8": "Mug 8"}


class TestWooCommerce:
    def test_in_order_ends_as_the_store_does(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        tell(backroom, shop, story())
        assert titles(shop) == EXPECTED

    def test_in_order_and_one_by_one_ends_as_the_store_does(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        for one in story():
            tell(backroom, shop, [one])
        assert titles(shop) == EXPECTED

    def test_twice_ends_as_the_store_does(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        tell(backroom, shop, story())
        tell(backroom, shop, story())
        assert titles(shop) == EXPECTED

    def test_each_twice_ends_as_the_store_does(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        tell(backroom, shop, [one for one in story() for _ in range(2)])
        assert titles(shop) == EXPECTED

    def test_backwards_deletes_what_was_only_deleted_and_marks_the_rest(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        tell(backroom, shop, story()[::-1])
        assert "1" not in titles(shop)
        marked = {row["object_id"] for row in shop.read("effects", kind="re-read", limit=100)["data"]}
        assert {"2", "3", "4"} <= marked
        settled = {key: title for key, title in titles(shop).items() if key not in marked}
        assert settled == {key: title for key, title in EXPECTED.items() if key not in marked}

    def test_different_deliveries_of_one_second_all_count(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        tell(backroom, shop, [("product.created", product(key, 0), "one second") for key in (1, 2, 3)])
        assert set(titles(shop)) == {"1", "2", "3"}
        assert len(json.loads(json.dumps(shop.read("events")["data"]))) == 3
