"""Calls through the shop's own domain: Shopify's signature is what opens the door."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
import shopify_app

from integrations.platforms.shopify import proxy
from tests.conftest import Backroom
from tests.payloads import product
from tests.peers.shopify import signing
from tests.shops import Shop
from webapp.reading import allowances

SHARED = Path(__file__).parents[3] / "../shared/data/shopify/vectors.json"
# shopify.dev, "Authenticate app proxies", with the secret of its example.
EXAMPLE = (
    "extra=1&extra=2&shop=shop-name.myshopify.com&logged_in_customer_id=1&path_prefix=%2Fapps%2Fawesome_reviews"
    "&timestamp=1317327555"
)
SIGNATURE = "4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb"
DOMAIN = "one.myshopify.com"
Pairs = list[tuple[str, str]]


def pairs(**changes: Any) -> Pairs:
    told = {"shop": DOMAIN, "path_prefix": "/apps/backroom", "timestamp": str(int(time.time()))}
    told |= {"logged_in_customer_id": ""}
    return [(name, str(value)) for name, value in {**told, **changes}.items() if value is not None]


def signed(given: Pairs, secret: str) -> Pairs:
    return [*given, ("signature", signing.proxy_signature(secret, given))]


class TestCaller:
    def test_is_who_the_documented_example_says(self) -> None:
        given = [*parse_qsl(EXAMPLE), ("signature", SIGNATURE)]
        found = proxy.caller(given, [b"hush"], now=1317327555)
        assert found == proxy.Caller("shop-name.myshopify.com", "1")

    def test_is_who_the_shared_vectors_say(self) -> None:
        if not SHARED.exists():
            pytest.skip("The vectors are not here.")
        vectors = json.loads(SHARED.read_text())["app_proxy"]
        for vector in vectors:
            given = parse_qsl(vector["query"], keep_blank_values=True)
            now = float(dict(given)["timestamp"])
            secrets = [vector["secret"].encode()]
            assert proxy.caller([*given, ("signature", vector["signature"])], secrets, now=now)
            assert not proxy.caller([*given, ("signature", vector["signature"][::-1])], secrets, now=now)

    @pytest.mark.parametrize(
        "given",
        [
            signed(pairs(), "secret"),
            signed(pairs(q="lamp", **{"filter[brand]": "Lux"}), "secret"),
            signed([*pairs(), ("extra", "1"), ("extra", "2")], "secret"),
            signed(pairs(logged_in_customer_id="77", q="ä & = %"), "secret"),
            signed(pairs(), "old"),
            signed(pairs(), "guessed"),
            signed(pairs(timestamp=int(time.time()) - 600), "secret"),
            signed(pairs(timestamp=int(time.time()) + 600), "secret"),
            signed(pairs(timestamp="soon"), "secret"),
            signed(pairs(timestamp=None), "secret"),
            signed([*pairs(), ("shop", "two.myshopify.com")], "secret"),
            [*signed(pairs(), "secret"), ("signature", "0" * 64)],
            [*signed(pairs(), "secret"), ("q", "added")],
            [*signed(pairs(), "secret")[:-1]],
            [*pairs(), ("signature", "")],
        ],
    )
    def test_is_whom_shopifys_own_package_believes(self, given: Pairs) -> None:
        ours = proxy.caller(given, [b"secret", b"old"], now=time.time())
        app = shopify_app.ShopifyApp(client_id="key", client_secret="secret", old_client_secret="old")
        url = f"https://backroom.example/shopify/proxy/search?{urlencode(given)}"
        theirs = app.verify_app_proxy_req({"method": "GET", "url": url, "headers": {}, "body": ""})
        assert (ours is not None) == theirs.ok
        if ours is not None:
            assert ours.domain == f"{theirs.shop}.myshopify.com"
            assert ours.customer_id == (theirs.logged_in_customer_id or "")

    @pytest.mark.parametrize("name", ["timestamp", "signature", "shop"])
    def test_is_nobody_where_something_comes_twice(self, name: str) -> None:
        given = signed(pairs(), "secret")
        twice = [*given, (name, dict(given)[name])]
        assert proxy.caller(twice, [b"secret"], now=time.time()) is None

    def test_is_nobody_from_a_domain_that_is_none_of_shopifys(self) -> None:
        given = signed(pairs(shop="evil.example"), "secret")
        assert proxy.caller(given, [b"secret"], now=time.time()) is None

    def test_is_nobody_without_a_secret(self) -> None:
        assert proxy.caller(signed(pairs(), ""), [b""], now=time.time()) is None
        assert proxy.caller(signed(pairs(), ""), [], now=time.time()) is None

    @pytest.mark.parametrize("signature", ["é" * 64, "\ud800", "A" * 64, "0" * 63])
    def test_is_nobody_with_a_signature_that_is_none(self, signature: str) -> None:
        assert proxy.caller([*pairs(), ("signature", signature)], [b"secret"], now=time.time()) is None


class TestSearch:
    @pytest.fixture
    def shop(self, backroom: Backroom) -> Shop:
        shop = backroom.shops.shopify(DOMAIN)
        backroom.shops.shopify("two.myshopify.com")
        shop.send("products/create", product(title="Desk lamp"))
        backroom.work()
        return shop

    def ask(self, backroom: Backroom, given: Pairs, method: str = "GET") -> Any:
        return backroom.client.open(f"/shopify/proxy/search?{urlencode(given)}", method=method)

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_answers_as_the_storefront_does(self, backroom: Backroom, shop: Shop, method: str) -> None:
        given = signed(pairs(q="lamp", facets="brand"), shop.secret)
        answer = self.ask(backroom, given, method)
        theirs = shop.search("lamp", facets="brand")
        assert answer.status_code == 200
        assert theirs["total"] == 1
        passing = {"took_ms": 0, "search_id": ""}
        assert answer.get_json() | passing == theirs | passing

    def test_is_limited_as_the_storefronts_own_doors_are(
        self, backroom: Backroom, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(allowances, "SAVED_UP", 2 * allowances.SEARCH)
        monkeypatch.setattr(allowances, "PER_SECOND", 1)
        given = signed(pairs(q="lamp"), shop.secret)
        assert [self.ask(backroom, given).status_code for _ in range(3)] == [200, 200, 429]

    def test_searches_the_shop_that_is_signed(self, backroom: Backroom, shop: Shop) -> None:
        given = signed(pairs(q="lamp", shop="two.myshopify.com"), shop.secret)
        assert self.ask(backroom, given).get_json()["total"] == 0

    def test_is_shut_for_what_is_not_signed(self, backroom: Backroom, shop: Shop) -> None:
        given = signed(pairs(q="lamp"), shop.secret)
        for forged in (signed(pairs(), "guessed"), given[:-1], [*given, ("q", "more")]):
            answer = self.ask(backroom, forged)
            assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")

    def test_is_shut_for_shops_that_are_not_here(self, backroom: Backroom, shop: Shop) -> None:
        given = signed(pairs(shop="three.myshopify.com"), shop.secret)
        assert self.ask(backroom, given).status_code == 404

    def test_names_what_is_wrong_in_the_query(self, backroom: Backroom, shop: Shop) -> None:
        answer = self.ask(backroom, signed(pairs(page="0"), shop.secret))
        assert (answer.status_code, answer.get_json()["field"]) == (400, "page")
