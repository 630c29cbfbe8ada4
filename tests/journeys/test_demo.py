"""What the demo shop sent, against every table, the search index and the pages' figures."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.rules.documents import index_of
from integrations.simulator.shop import deliveries, open_store
from integrations.simulator.store import ticking
from tests.conftest import Backroom
from tests.shops import Shop
from tests.signed_in import as_operator

SIZE, STEPS = 60, 400


def everything(shop: Shop, path: str) -> dict[str, dict[str, Any]]:
    """All of a list of the API, page by page."""
    found: dict[str, dict[str, Any]] = {}
    cursor = ""
    while True:
        page = shop.read(path, limit=100, **({"cursor": cursor} if cursor else {}))
        found |= {row["id"]: row for row in page["data"]}
        cursor = page["next_cursor"]
        if not cursor:
            return found


def play(backroom: Backroom, platform: str, *, disorder: bool) -> tuple[Shop, dict[str, Any], int]:
    """Let the demo shop live; gives the shop, what is true there, and how many deliveries it sent."""
    shop = backroom.shops.shopify() if platform == "shopify" else backroom.shops.woocommerce()
    store = open_store(platform, 7, ticking(datetime.now(UTC) - timedelta(hours=2)), size=SIZE)
    sent = deliveries(
        store,
        platform,
        7,
        steps=STEPS,
        disorder=disorder,
        secret=shop.secret.encode(),
        domain=shop.domain.removeprefix("https://"),
    )
    number = 0
    for headers, body in sent:
        assert backroom.client.post(shop.door, data=body, headers=headers).status_code == 200
        number += 1
    backroom.work()
    return shop, store.facts(), number


@pytest.mark.parametrize(
    "disorder", [pytest.param(False, marks=pytest.mark.slow), True], ids=["in order", "in disorder"]
)
@pytest.mark.parametrize("platform", [pytest.param("shopify", marks=pytest.mark.slow), "woocommerce"])
class TestDemoShop:
    def test_is_mirrored_as_it_is(self, backroom: Backroom, platform: str, disorder: bool) -> None:
        shop, facts, number = play(backroom, platform, disorder=disorder)
        unsettled = set(facts["restored"]) if disorder else set()
        self._compare_products(shop, facts, unsettled)
        self._compare_orders(shop, facts)
        self._compare_customers(shop, facts)
        self._compare_search(backroom, shop, facts, unsettled)
        self._compare_pages(backroom, shop, number)
        assert {
            row["object_id"] for row in everything(shop, "effects").values() if row["kind"] == "re-read"
        } >= unsettled

    def _compare_products(self, shop: Shop, facts: dict[str, Any], unsettled: set[str]) -> None:
        mirrored = everything(shop, "products")
        assert set(mirrored) - unsettled == set(facts["products"]) - unsettled
        for key in set(mirrored) - unsettled:
            told, there = mirrored[key], facts["products"][key]
            assert (told["title"], told["handle"], told["status"]) == (there["title"], there["handle"], there["status"])
            assert told["price"] == {"amount": there["price"], "currency": facts["currency"]}
            assert (told["stock"], told["available"]) == (there["stock"], there["available"])
            assert {row["sku"]: (row["price"]["amount"], row["stock"], row["options"]) for row in told["variants"]} == {
                row["sku"]: (row["price"], row["stock"], row["options"]) for row in there["variants"].values()
            }

    def _compare_orders(self, shop: Shop, facts: dict[str, Any]) -> None:
        mirrored = everything(shop, "orders")
        assert set(mirrored) == set(facts["orders"])
        for key, there in facts["orders"].items():
            told = mirrored[key]
            for name in ("total", "tax", "shipping", "discount", "refunded"):
                assert told[name] == {"amount": there[name], "currency": facts["currency"]}, (key, name)
            assert (told["customer_id"] or "", told["email"]) == (there["customer_id"], there["email"])
            assert (told["status"] == "cancelled") == there["cancelled"]
            assert [(line["sku"], line["quantity"], line["total"]["amount"]) for line in told["lines"]] == [
                (line["sku"], line["quantity"], line["total"]) for line in there["lines"]
            ]
            assert sorted(row["tracking_number"] for row in told["shipments"]) == sorted(there["tracking_numbers"])

    def _compare_customers(self, shop: Shop, facts: dict[str, Any]) -> None:
        mirrored = {key: row for key, row in everything(shop, "customers").items() if row["has_account"]}
        assert set(mirrored) == set(facts["customers"])
        for key, there in facts["customers"].items():
            bought = [row for row in facts["orders"].values() if row["customer_id"] == key and not row["cancelled"]]
            told = mirrored[key]
            assert (told["email"], told["first_name"], told["last_name"]) == (
                there["email"],
                there["first_name"],
                there["last_name"],
            )
            assert told["orders_count"] == len(bought)
            assert told["total_spent"]["amount"] == sum(row["total"] - row["refunded"] for row in bought)

    def _compare_search(self, backroom: Backroom, shop: Shop, facts: dict[str, Any], unsettled: set[str]) -> None:
        shown = {key for key, row in facts["products"].items() if row["published"]}
        hits = shop.search(per_page=100)["hits"]
        assert {hit["id"] for hit in hits} - unsettled == shown - unsettled
        assert backroom.parts.engine.count(index_of(shop.id)) == len(hits)
        for hit in hits:
            if hit["id"] not in unsettled:
                assert hit["price"]["amount"] == facts["products"][hit["id"]]["price"]

    def _compare_pages(self, backroom: Backroom, shop: Shop, number: int) -> None:
        as_operator(backroom.client)
        page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", backroom.client.get(f"/dashboard/?shop={shop.key}").text))
        assert f" {number:,} in 24 hours, UTC" in page, page[:2000]
        for noun in ("products", "orders", "customers"):
            assert f" {len(everything(shop, noun)):,} {noun}" in page, (noun, page[:2000])
        assert "No worker is running" in page  # jobs ran within the test
