"""From a search to the order that it led to: through the storefront's doors, a webhook and a worker, to the figures."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Backroom
from tests.payloads import product
from tests.shops import Shop
from webapp.shoppers import search_log
from webapp.shoppers.search_log import SearchLog

ORDERS = Path(__file__).resolve().parents[1] / "integrations/platforms/shopify/fixtures"
ORDER = json.loads((ORDERS / "orders_updated__shipped_and_refunded.json").read_text())


@pytest.fixture
def log(backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchLog]:
    monkeypatch.setattr(search_log, "PAUSE", 3600.0)
    kept = backroom.client.application.extensions
    kept["search_log"] = SearchLog(backroom.parts.database)
    yield kept["search_log"]
    kept["search_log"].end()


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    shop = backroom.shops.shopify()
    for key in (1, 2):
        shop.send("products/create", product(key))
    backroom.work()
    return shop


class TestSearch:
    def test_is_told_by_what_became_of_it(self, backroom: Backroom, shop: Shop, log: SearchLog) -> None:
        found = shop.search("lamp")
        token, hit = f"{found['search_id']}.2", found["hits"][1]["id"]
        click = {"type": "click", "token": token, "query": "lamp", "product_id": hit, "position": 2}
        self.tell(shop, [click, {"type": "cart", "token": token}])
        assert log.write()
        attribute = [{"name": "_backroom_search", "value": token}]
        for topic, change in (("orders/create", {}), ("orders/paid", {"updated_at": "2026-11-22T01:00:00Z"})):
            shop.send(topic, ORDER | {"note_attributes": attribute} | change)
            backroom.work()
        told = shop.read("search/analytics")
        counted = {name: told[name] for name in ("searches", "without_results", "clicks", "carts", "orders")}
        assert counted == {"searches": 1, "without_results": 0, "clicks": 1, "carts": 1, "orders": 1}
        assert told["positions"] == [
            {"position": 1, "shown": 1, "clicks": 0, "orders": 0},
            {"position": 2, "shown": 1, "clicks": 1, "orders": 1},
        ]
        assert token not in json.dumps(shop.read("orders"))

    def tell(self, shop: Shop, events: list[dict[str, Any]]) -> None:
        address = f"/storefront/v1/{shop.key}/events?key={shop.publishable_key}"
        assert shop.client.post(address, data=json.dumps(events), content_type="text/plain").status_code == 204
