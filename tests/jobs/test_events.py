"""The inbox worker, with a real database and a real queue."""

from tests.conftest import Backroom


def product(key: int = 1, **changes: object) -> dict[str, object]:
    return {
        "id": key,
        "title": f"Lamp {key}",
        "handle": f"lamp-{key}",
        "vendor": "Lux",
        "status": "active",
        "published_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "tags": "",
        "options": [],
        "images": [],
        "variants": [{"id": key * 10, "product_id": key, "title": "Default Title", "sku": f"L{key}", "price": "19.99"}],
        **changes,
    }


class TestApplyDeliveries:
    def test_brings_a_product_from_the_door_to_the_search(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        assert shop.send("products/create", product()).status_code == 200
        backroom.work()
        assert [hit["id"] for hit in shop.search("lamp")["hits"]] == ["1"]
        assert shop.read("products/1")["variants"][0]["sku"] == "L1"
