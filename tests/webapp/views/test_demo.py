"""The demo storefront: open to everyone where the demo is on, and nowhere else."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from commerce.settings import Settings
from tests.conftest import Backroom, assembled
from tests.webapp.markup import assert_nothing_is_inline
from webapp import demo_shops

PATHS = ("", "/search?q=tent", "/categories/outdoor", "/products/kestrel-tent", "/cart", "/phone")


@pytest.fixture
def demo(settings: Settings) -> Iterator[Backroom]:
    for backroom in assembled(replace(settings, demo=True)):
        demo_shops.ensure(backroom.parts)
        yield backroom


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
