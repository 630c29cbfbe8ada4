"""The page of API keys: made once, shown once, revoked."""

import re
from typing import Any

import pytest

from commerce.tables import api_keys

PAGE = "/dashboard/keys"


def token_of(client: Any, path: str = PAGE) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def add(client: Any, **form: Any) -> Any:
    told = {"csrf_token": token_of(client), "name": "Till", "scope": ["orders:read", "points:write"], "days": "0"}
    return client.post(PAGE, data=told | form)


class TestPage:
    def test_shows_a_new_key_once_and_nowhere_else(self, merchant: Any, shop: Any, with_key: Any) -> None:
        answer = add(merchant)
        found = re.search(r'<code id="token">(br_[^<]+)</code>', answer.text)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
        assert found is not None
        assert "Location" not in answer.headers
        assert found[1] not in str(answer.headers)
        page = merchant.get(PAGE).text
        assert found[1] not in page
        assert found[1][:9] in page
        assert with_key(found[1]).get("/api/v1/orders").status_code == 200
        assert with_key(found[1]).get("/api/v1/products").status_code == 403

    @pytest.mark.parametrize("form", [{"name": " "}, {"scope": []}, {"scope": ["all:write"]}, {"scope": ["*"]}])
    def test_refuses_what_is_incomplete(self, merchant: Any, here: Any, shop: Any, form: Any) -> None:
        answer = add(merchant, **form)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        with here.database.read() as db:
            assert api_keys.of_shop(db, shop_id=shop.id) == []

    def test_keeps_what_was_filled_in_where_something_is_wrong(self, merchant: Any, shop: Any) -> None:
        html = add(merchant, name=" ", days="90").text
        ticked = re.findall(r'name="scope" value="([^"]+)" checked', html)
        assert (ticked, '<option value="90" selected>' in html) == (["orders:read", "points:write"], True)
        assert 'name="name" value="Till"' in add(merchant, scope=[]).text

    def test_revokes(self, merchant: Any, here: Any, shop: Any) -> None:
        add(merchant, days="30")
        with here.database.read() as db:
            (row,) = api_keys.of_shop(db, shop_id=shop.id)
        assert row.expires_at is not None
        answer = merchant.post(
            f"{PAGE}/{row.id}/revoke", data={"csrf_token": token_of(merchant)}, follow_redirects=True
        )
        assert "refused from now on" in answer.text
        assert "none yet" in answer.text

    def test_says_so_where_there_is_no_such_key(self, merchant: Any, shop: Any) -> None:
        answer = merchant.post(f"{PAGE}/x/revoke", data={"csrf_token": token_of(merchant)}, follow_redirects=True)
        assert "no such key" in answer.text

    def test_is_linked(self, merchant: Any, shop: Any) -> None:
        assert f'href="{PAGE}"' in merchant.get("/dashboard/connection").text
