"""The storefront's script and how a merchant gets it."""

import gzip
from typing import Any

from tests.webapp.markup import assert_nothing_is_inline
from webapp.shoppers.widget import script


def address(shop: Any, **parameters: str) -> str:
    more = "".join(f"&{name}={value}" for name, value in parameters.items())
    return f"/storefront/v1/{shop.key}/widget.js?key={shop.publishable_key}{more}"


class TestScript:
    def test_is_for_every_site_and_kept_for_a_while(self, stranger: Any, shop: Any) -> None:
        answer = stranger.get(address(shop))
        assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
        assert answer.data == script().plain
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "max-age=3600" in answer.headers["Cache-Control"]
        again = stranger.get(address(shop), headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304

    def test_is_kept_for_ever_by_its_version(self, stranger: Any, shop: Any) -> None:
        assert "immutable" in stranger.get(address(shop, v=script().digest)).headers["Cache-Control"]
        assert "immutable" not in stranger.get(address(shop, v="older")).headers["Cache-Control"]

    def test_comes_compressed_to_who_takes_it(self, stranger: Any, shop: Any) -> None:
        answer = stranger.get(address(shop), headers={"Accept-Encoding": "gzip, br"})
        assert gzip.decompress(answer.data) == script().plain

    def test_wants_the_shops_key(self, stranger: Any, shop: Any, other: Any) -> None:
        assert stranger.get(f"/storefront/v1/{shop.key}/widget.js").status_code == 401
        assert stranger.get(f"/storefront/v1/{shop.key}/widget.js?key={other.publishable_key}").status_code == 401


class TestPage:
    def test_has_the_line_to_paste(self, shop: Any, merchant: Any) -> None:
        page = merchant.get("/dashboard/storefront").text
        assert_nothing_is_inline(page)
        assert f"/storefront/v1/{shop.key}/widget.js?key={shop.publishable_key}" in page
        assert shop.api_key not in page
        assert "demo storefront" not in page
