"""The read cache in the dashboard."""

from collections.abc import Mapping
from typing import Any

import pytest

from commerce.rules.page_scope import NOTHING_DROPPED
from commerce.tables import effects, page_templates, tallies
from integrations.outbound import is_public
from tests.stored import rows
from tests.webapp.markup import token
from tests.webapp.stock import NOW
from webapp.reading import cdn_form


def post(merchant: Any, path: str, given: Mapping[str, str], **options: Any) -> Any:
    """Send a form of a page of the cache."""
    form = {"csrf_token": token(merchant, "/dashboard/cache"), **given}
    return merchant.post(f"/dashboard/cache/{path}", data=form, **options)


class TestFigures:
    def test_tell_what_the_cache_saves(self, merchant: Any, shop: Any) -> None:
        counted = {
            (shop.id, "pages", "product.hit"): 90,
            (shop.id, "pages", "product.miss"): 10,
            (shop.id, "pages_made", "product"): 10,
            (shop.id, "pages_made_us", "product"): 50_000,
        }
        with shop.here.database.write() as db:
            tallies.add(db, counted, now=NOW)
        page = merchant.get("/dashboard/cache").text
        assert "90.0\u00a0%" in page
        assert "450\xa0ms" in page, "90 reads of 5 ms each"

    def test_are_there_for_a_shop_that_nobody_asks(self, merchant: Any, shop: Any) -> None:
        page = merchant.get("/dashboard/cache")
        assert page.status_code == 200
        assert "Redis is away." in page.text

    def test_name_what_was_dropped_and_why(self, merchant: Any, shop: Any) -> None:
        shop.product()
        shop.effect(effects.PAGES, effects.DONE, reason=NOTHING_DROPPED)
        shop.effect(effects.PAGES, effects.DONE, reason="Dropped product:11.")
        page = merchant.get("/dashboard/cache").text
        assert "Dropped product:11." in page
        assert NOTHING_DROPPED not in page


class TestDropping:
    @pytest.mark.parametrize(("what", "key"), [("product", "kestrel-tent-11"), ("product", "11")])
    def test_a_product_is_an_effect(self, merchant: Any, shop: Any, what: str, key: str) -> None:
        shop.product()
        answer = post(merchant, "drop", {"what": what, "key": key}, follow_redirects=True)
        assert "are being dropped" in answer.text
        (row,) = rows(shop.here.database, effects.effects, kind=effects.PAGES)
        assert (row.detail["products"], row.state) == (["11"], effects.WAITING)

    def test_everything_is_another_version(self, merchant: Any, shop: Any) -> None:
        before = shop.here.storefronts.of(shop.key).version
        post(merchant, "drop", {"what": "everything"})
        assert shop.here.storefronts.of(shop.key).version == before + 1

    def test_something_unknown_is_told(self, merchant: Any, shop: Any) -> None:
        assert post(merchant, "drop", {"what": "product", "key": "9"}).status_code == 404
        assert post(merchant, "drop", {"what": "shop", "key": "9"}).status_code == 400


class TestTemplates:
    def test_are_shown_tried_saved_and_taken_back(self, merchant: Any, shop: Any) -> None:
        shop.product()
        path = "/dashboard/cache/templates/product"
        assert "This is the usual one." in merchant.get(path).text
        shown = post(merchant, "templates/product", {"source": "<i>{{ product.title }}</i>", "action": "preview"})
        assert "&lt;i&gt;Kestrel" in shown.text
        with shop.here.database.read() as db:
            assert page_templates.sources(db, shop_id=shop.id) == {}
        post(merchant, "templates/product", {"source": "<i>{{ product.title }}</i>", "action": "save"})
        assert "This is your own." in merchant.get(path).text
        post(merchant, "templates/product", {"source": "<i></i>", "action": "usual"})
        assert "This is the usual one." in merchant.get(path).text
        assert merchant.get("/dashboard/cache/templates/shop").status_code == 404

    @pytest.mark.parametrize(
        "source",
        [
            "{{ product.title",
            "{% for x in (1..10000000) %}x{% endfor %}",
            "{% include 'x' %}",
            "{{ product.title | nothing }}",
            "x" * 50_001,
        ],
    )
    def test_that_are_wrong_are_not_saved(self, merchant: Any, shop: Any, source: str) -> None:
        answer = post(merchant, "templates/product", {"source": source, "action": "save"})
        assert answer.status_code == 400
        assert "This cannot be saved." in answer.text
        with shop.here.database.read() as db:
            assert page_templates.sources(db, shop_id=shop.id) == {}

    def test_that_fails_by_now_can_be_mended(self, merchant: Any, shop: Any) -> None:
        shop.product()
        with shop.here.database.write() as db:
            page_templates.save(
                db, shop_id=shop.id, kind="product", source="{{ product.title | divided_by: 0 }}", now=NOW
            )
        page = merchant.get("/dashboard/cache/templates/product")
        assert page.status_code == 200
        assert "divided_by" in page.text
        assert "This cannot be saved." in page.text

    def test_has_no_character_that_cannot_be_stored(self, merchant: Any, shop: Any) -> None:
        assert post(merchant, "templates/product", {"source": "a\x00b", "action": "save"}).status_code == 302
        with shop.here.database.read() as db:
            assert page_templates.sources(db, shop_id=shop.id) == {"product": "ab"}


GIVEN = {"kind": "fastly", "address": "https://api.fastly.com/service/x/purge", "token": "s3cret", "seconds": "60"}


class TestCdn:
    @pytest.fixture(autouse=True)
    def _known_hosts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """No name is looked up: Fastly's is a public host."""
        monkeypatch.setattr(cdn_form, "is_public", lambda url: "fastly.com" in url or is_public(url))

    def test_is_kept_with_its_token_sealed_and_never_shown(self, merchant: Any, shop: Any) -> None:
        post(merchant, "cdn", GIVEN)
        assert shop.here.storefronts.of(shop.key).cdn.token == "s3cret"
        assert "s3cret" not in merchant.get("/dashboard/cache/cdn").text
        post(merchant, "cdn", GIVEN | {"token": "", "seconds": "90"})
        kept = shop.here.storefronts.of(shop.key).cdn
        assert (kept.token, kept.seconds) == ("s3cret", 90)
        post(merchant, "cdn", {"kind": ""})
        assert shop.here.storefronts.of(shop.key).cdn is None

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("address", "http://x.example"),
            ("address", "https://"),
            ("address", "https://user@cdn.example/"),
            ("address", "https://[::1"),
            ("address", "https://cdn.example:99999/"),
            ("seconds", "0"),
            ("seconds", "x"),
            ("seconds", "9" * 5000),
            ("token", ""),
            ("token", "s\u00e9cret"),
            ("token", "a\nX-Other: 1"),
            ("kind", "x"),
        ],
    )
    def test_has_to_make_sense(self, merchant: Any, shop: Any, field: str, value: str) -> None:
        answer = post(merchant, "cdn", GIVEN | {field: value})
        assert answer.status_code == 400
        assert "Nothing was saved" in answer.text
        assert f'aria-describedby="wrong-{field}"' in answer.text
        assert shop.here.storefronts.of(shop.key).cdn is None

    @pytest.mark.parametrize("address", ["https://127.0.0.1/purge", "https://169.254.169.254/", "https://[::1]:9200/"])
    def test_is_not_in_a_private_network(self, merchant: Any, shop: Any, address: str) -> None:
        answer = post(merchant, "cdn", GIVEN | {"address": address})
        assert "it is in a private network" in answer.text
        assert shop.here.storefronts.of(shop.key).cdn is None

    def test_token_is_sent_nowhere_else_than_it_was_given_for(self, merchant: Any, shop: Any) -> None:
        post(merchant, "cdn", GIVEN)
        elsewhere = GIVEN | {"address": "https://evil.example/purge", "token": ""}
        assert post(merchant, "cdn", elsewhere).status_code == 400
        assert shop.here.storefronts.of(shop.key).cdn.address == GIVEN["address"]
