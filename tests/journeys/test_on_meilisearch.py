"""A shop whose search is on a Meilisearch server, from a delivery to what a shopper finds."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from commerce.rules.documents import index_of
from commerce.rules.merchandising import EVERY, Hide, Rule, Target
from commerce.settings import Settings
from commerce.tables import search_rules
from jobs.job import utc_now
from tests.conftest import Backroom, assembled
from tests.peers.meilisearch.peer import Peer
from tests.shops import Shop
from webapp.app import create_app

KEY = "a master key of the tests"


@pytest.fixture
def server() -> Iterator[Peer]:
    with Peer(master_key=KEY) as peer:
        yield peer


@pytest.fixture
def backroom(settings: Settings, server: Peer) -> Iterator[Backroom]:
    yield from assembled(replace(settings, search_url=server.url, search_key=KEY))


def mug(key: int, at: str, **changes: Any) -> dict[str, Any]:
    told = {"id": key, "name": f"Blue mug {key}", "slug": f"mug-{key}", "type": "simple", "status": "publish"}
    prices = {"price": "9.00", "regular_price": "9.00", "stock_status": "instock"}
    return {**told, **prices, "date_modified_gmt": f"2026-11-01T10:00:{at}", **changes}


def tell(backroom: Backroom, shop: Shop, number: int, topic: str, body: dict[str, Any]) -> None:
    assert shop.send(topic, body, **{"X-WC-Webhook-Delivery-ID": f"s{number}"}).status_code == 200
    backroom.work()


class TestShopOnMeilisearch:
    def test_finds_what_it_was_told_and_no_longer_what_was_taken_away(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        for key in (1, 2):
            tell(backroom, shop, key, "product.created", mug(key, "00"))
        assert {hit["id"] for hit in shop.search("mugs")["hits"]} == {"1", "2"}
        tell(backroom, shop, 3, "product.updated", mug(1, "01", name="Green cup", price="7.50"))
        found = shop.search("grene cup")["hits"]
        assert [(hit["id"], hit["price"]["amount"]) for hit in found] == [("1", 750)]
        tell(backroom, shop, 4, "product.updated", mug(2, "02", status="draft"))
        assert shop.search("mug")["total"] == 0
        assert backroom.parts.engine.count(index_of(shop.id)) == 1

    def test_gives_browsers_a_token_where_they_may_search_by_themselves(self, server: Peer, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        tell(backroom, shop, 1, "product.created", mug(1, "00"))
        path = f"/storefront/v1/{shop.key}/token?key={shop.publishable_key}"
        assert backroom.client.get(path).status_code == 404, "nobody said that browsers reach the server"
        open_to_all = replace(backroom.settings, search_public_url=server.url)
        app = create_app(open_to_all, replace(backroom.parts, settings=open_to_all))
        told = app.test_client().get(path).json
        answer = requests.post(
            f"{told['address']}/indexes/{told['index']}/search",
            json={"q": "mug"},
            headers={"Authorization": f"Bearer {told['token']}"},
            timeout=60,
        )
        assert [hit["id"] for hit in answer.json()["hits"]] == ["1"]
        rule = Rule(id="", name="No mugs", applies_to=EVERY, actions=(Hide(target=Target(facet="id", value="1")),))
        with backroom.parts.database.write() as db:
            search_rules.add(db, shop_id=shop.id, rule=rule, now=utc_now())
        backroom.parts.storefronts.forget()
        assert app.test_client().get(path).status_code == 404, "the server would not follow the rule"

    def test_catches_up_with_what_came_while_the_server_was_away(self, backroom: Backroom, server: Peer) -> None:
        shop = backroom.shops.woocommerce()
        server.refuses("no_space_left_on_device")
        tell(backroom, shop, 1, "product.created", mug(1, "00"))
        assert shop.search("mug")["total"] == 0
        assert {row["state"] for row in shop.read("effects")["data"] if row["kind"] == "index"} == {"waiting"}
        tell(backroom, shop, 2, "product.updated", mug(1, "01", name="Blue mug, large"))
        assert shop.search("mug")["total"] == 1
