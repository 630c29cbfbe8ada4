"""Searches that are asked again."""

from typing import Any

from commerce.rules.documents import index_of
from jobs import events
from tests.conftest import Backroom
from tests.payloads import product


class TestRemembered:
    def test_is_found_again_until_the_index_is_written(self, backroom: Backroom, monkeypatch: Any) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/create", product(1))
        backroom.work()
        asked: list[str] = []
        search = backroom.parts.engine.search
        monkeypatch.setattr(
            type(backroom.parts.engine),
            "search",
            lambda _, index, query: asked.append(query.text) or search(index, query),
        )
        monkeypatch.setattr("integrations.search.embedded.opened._SETTLED_NS", 0)
        for _ in range(3):
            assert [hit["id"] for hit in shop.search("lamp")["hits"]] == ["1"]
        assert asked == ["lamp"]
        assert backroom.parts.engine.state(index_of(shop.id))
        shop.send("products/update", product(1, title="Lamp of oak", updated_at="2026-01-02T00:00:00Z"))
        shop.send("products/create", product(2))
        backroom.work()
        assert len(shop.search("lamp")["hits"]) == 2
        assert asked == ["lamp", "lamp"]

    def test_prices_are_read_each_time(self, backroom: Backroom, monkeypatch: Any) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/create", product(1))
        backroom.work()
        monkeypatch.setattr("integrations.search.embedded.opened._SETTLED_NS", 0)
        assert shop.search("lamp")["hits"][0]["price"]["amount"] == 1999
        variant = product(1)["variants"][0] | {"price": "5.00"}  # type: ignore[index]
        shop.send("products/update", product(1, variants=[variant], updated_at="2026-01-02T00:00:00Z"))
        events.apply_deliveries(shop_id=shop.id)  # the index is not written yet
        assert shop.search("lamp")["hits"][0]["price"]["amount"] == 500
