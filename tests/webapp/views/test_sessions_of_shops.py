"""Whoever signed in through a store sees that store, and nothing of any other."""

from typing import Any

import pytest

from commerce.tables import erasure, shops
from tests.signed_in import as_shops
from webapp import guards

IDS = {"events": "1", "products": "11", "orders": "21", "customers": "31"}


@pytest.fixture
def of_shop(app: Any, shop: Any, other: Any) -> Any:
    """A browser that signed in through the second shop, which is empty; the first one has everything."""
    shop.everything()
    return signed_in(app, other.key)


def signed_in(app: Any, *keys: str) -> Any:
    return as_shops(app.test_client(), *keys)


def pages(app: Any) -> list[str]:
    """All addresses of the dashboard, with ids of the first shop's objects."""
    found = []
    for rule in app.url_map.iter_rules():
        guard = guards.guard_of(app.view_functions.get(rule.endpoint))
        if guard in ("merchant", "owner", "reader") and "GET" in (rule.methods or ()):
            path = rule.rule
            noun = path.split("/")[2] if path.count("/") > 1 else ""
            for argument in rule.arguments:
                for shape in (f"<{argument}>", f"<int:{argument}>", f"<path:{argument}>"):
                    path = path.replace(shape, IDS.get(noun, "1"))
            found.append(path)
    return found


class TestEveryPage:
    def test_is_walked(self, app: Any) -> None:
        assert len(pages(app)) >= 10

    def test_shows_nothing_of_another_shop(self, app: Any, of_shop: Any, shop: Any) -> None:
        for page in pages(app):
            for address in (page, f"{page}?shop={shop.key}", f"{page}?shop=first.example"):
                answer = of_shop.get(address)
                assert answer.status_code in (200, 302, 404), address
                shown = answer.get_data(as_text=True)
                for theirs in (shop.key, "first.example", "Kestrel", "ada@"):
                    assert theirs not in shown.replace(f"shop={shop.key}", ""), address
                if "?shop=" in address:
                    assert answer.status_code == 404, address

    def test_of_another_shops_object_is_404(self, of_shop: Any, shop: Any) -> None:
        for noun, key in IDS.items():
            assert of_shop.get(f"/dashboard/{noun}/{key}").status_code == 404

    def test_that_changes_something_changes_nothing_of_another_shop(self, app: Any, of_shop: Any, shop: Any) -> None:
        of_shop.get("/dashboard/")
        with of_shop.session_transaction() as session:
            session["csrf"] = token = "a token"
        checked = 0
        for rule in app.url_map.iter_rules():
            if not rule.rule.startswith("/dashboard") or "POST" not in (rule.methods or ()):
                continue
            if rule.endpoint == "sign_in.sign_out":
                continue
            path = rule.rule
            for argument in rule.arguments:
                for shape in (f"<{argument}>", f"<int:{argument}>"):
                    path = path.replace(shape, "1")
            answer = of_shop.post(f"{path}?shop={shop.key}", data={"csrf_token": token})
            assert answer.status_code == 404, path
            checked += 1
        assert checked

    def test_of_its_own_shop_is_shown(self, app: Any, shop: Any, other: Any) -> None:
        shop.everything()
        browser = signed_in(app, shop.key)
        for noun, key in IDS.items():
            assert browser.get(f"/dashboard/{noun}/{key}").status_code == 200
        assert browser.get(f"/dashboard/?shop={shop.key}").status_code == 200


class TestShops:
    def test_offers_no_choice_of_others(self, of_shop: Any, shop: Any) -> None:
        html = of_shop.get("/dashboard/").text
        assert "chooser" not in html
        assert shop.key not in html

    def test_remembered_from_another_session_opens_nothing(self, app: Any, shop: Any, other: Any) -> None:
        browser = signed_in(app, other.key)
        with browser.session_transaction() as session:
            session["shop"] = shop.key
        assert "<h1>second.example</h1>" in browser.get("/dashboard/").text

    def test_may_be_several(self, app: Any, shop: Any, other: Any) -> None:
        browser = signed_in(app, shop.key, other.key)
        assert "<h1>first.example</h1>" in browser.get(f"/dashboard/?shop={shop.key}").text
        assert "<h1>second.example</h1>" in browser.get(f"/dashboard/?shop={other.key}").text

    @pytest.mark.parametrize("keys", [(), ("gone",), ("\x00",)])
    def test_that_are_none_sign_nobody_in(self, app: Any, shop: Any, keys: tuple[str, ...]) -> None:
        assert signed_in(app, *keys).get("/dashboard/").headers["Location"].startswith("/sign-in")

    @pytest.mark.parametrize("keys", [("gone",), ("\x00",)])
    def test_that_are_gone_are_not_sent_round(self, app: Any, shop: Any, keys: tuple[str, ...]) -> None:
        assert signed_in(app, *keys).get("/sign-in?next=/dashboard/").status_code == 200

    def test_that_were_erased_do_not_come_back_to_old_sessions(self, here: Any, app: Any, shop: Any) -> None:
        browser = signed_in(app, shop.key)
        assert browser.get("/dashboard/").status_code == 200
        with here.database.write() as db:
            erasure.empty_shop(db, shop_id=shop.id)
            shops.learn(db, shop.id, state=shops.ACTIVE)  # installed again, maybe by another owner
        assert browser.get("/dashboard/").headers["Location"].startswith("/sign-in")

    def test_that_are_gone_are_not_taken_for_others_by_the_operators_forms(self, merchant: Any, shop: Any) -> None:
        merchant.get("/dashboard/")
        with merchant.session_transaction() as session:
            session["csrf"] = token = "a token"
        form = {"csrf_token": token, "kind": "changes"}
        assert merchant.post("/dashboard/connection/runs?shop=gone", data=form).status_code == 404

    def test_are_all_of_them_for_the_operator(self, merchant: Any, shop: Any, other: Any) -> None:
        html = merchant.get("/dashboard/").text
        assert shop.key in html
        assert other.key in html


class TestSignInPage:
    def test_offers_the_stores(self, stranger: Any) -> None:
        html = stranger.get("/sign-in").text
        assert 'href="/woocommerce/connect"' in html
        assert "/shopify/install" not in html  # there is no Shopify app here

    def test_leads_on_who_is_signed_in(self, of_shop: Any) -> None:
        assert of_shop.get("/sign-in").headers["Location"] == "/dashboard/"

    def test_lets_its_forms_lead_to_the_stores(self, stranger: Any) -> None:
        assert "form-action 'self' https: http:;" in stranger.get("/sign-in").headers["Content-Security-Policy"]
        assert "form-action 'self';" in stranger.get("/nowhere").headers["Content-Security-Policy"]
