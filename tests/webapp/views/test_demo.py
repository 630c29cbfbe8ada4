"""The demo storefront: open to everyone where the demo is on, and nowhere else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.rules.notifications.choices import usual
from commerce.settings import Settings
from commerce.tables.notifications import choices
from tests.conftest import Backroom, assembled
from tests.webapp.markup import assert_nothing_is_inline
from webapp import demo_shops

PATHS = ("", "/search?q=tent", "/categories/outdoor", "/products/kestrel-tent", "/cart", "/phone")


@pytest.fixture
def demo(settings: Settings) -> Iterator[Backroom]:
    for backroom in assembled(replace(settings, demo=True)):
        demo_shops.ensure(backroom.parts)
        yield backroom


class TestDemoShops:
    def test_send_their_shoppers_every_kind_of_message(self, demo: Backroom) -> None:
        for platform, shop in demo_shops.ensure(demo.parts).items():
            with demo.parts.database.read() as db:
                chosen = choices.of_shop(db, shop_id=shop.id, platform=platform)
            assert all(one.is_on for one in chosen.kinds.values())

    def test_keep_to_what_was_chosen_since(self, demo: Backroom) -> None:
        shop = demo_shops.ensure(demo.parts)["shopify"]
        with demo.parts.database.write() as db:
            choices.save(db, shop=shop, chosen=usual("shopify"), now=datetime.now(UTC))
        assert demo_shops.ensure(demo.parts)["shopify"] == shop
        with demo.parts.database.read() as db:
            chosen = choices.of_shop(db, shop_id=shop.id, platform="shopify")
        assert not chosen.of("order_confirmation").is_on


class TestDemoStorefront:
    @pytest.mark.parametrize("path", PATHS)
    def test_has_pages_for_everyone(self, demo: Backroom, path: str) -> None:
        answer = demo.client.get(f"/demo/shop{path}")
        assert answer.status_code == 200
        assert_nothing_is_inline(answer.text)
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]

    def test_uses_the_public_key_only(self, demo: Backroom) -> None:
        shop = demo_shops.ensure(demo.parts)["woocommerce"]
        page = demo.client.get("/demo/shop").text
        assert shop.publishable_key in page
        assert "br_" not in page

    @pytest.mark.parametrize("path", PATHS)
    def test_is_not_there_without_the_demo(self, app: Any, shop: Any, path: str) -> None:
        assert app.test_client().get(f"/demo/shop{path}").status_code == 404

    def test_is_not_there_before_the_demo_shops_are(self, settings: Settings) -> None:
        for backroom in assembled(replace(settings, demo=True)):
            assert backroom.client.get("/demo/shop").status_code == 404
