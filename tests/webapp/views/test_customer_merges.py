"""Merging customers from the dashboard, undoing it, and saying who is somebody else."""

from typing import Any

import pytest

from tests.webapp.markup import token, words
from tests.webapp.stock import Stock

LIST = "/dashboard/customers"
HOME = {"address1": "1 Main Road", "postcode": "N1 9GU"}


@pytest.fixture
def alike(shop: Stock) -> Stock:
    """Two accounts of one name and postcode, and a guest with the mail address of the first."""
    shop.customer("31", email="ada@example.org", addresses=(HOME,))
    shop.customer("32", email="ada.b@example.org", addresses=(HOME | {"postcode": "n19gu"},))
    shop.order("21", customer_id="", email="ada@example.org")
    return shop


@pytest.fixture
def post(merchant: Any, alike: Stock) -> Any:
    sent = token(merchant, f"{LIST}/new")
    return lambda path, **form: merchant.post(f"{LIST}{path}", data={"csrf_token": sent, **form})


class TestASuggestion:
    def test_tells_its_reason(self, merchant: Any, alike: Stock) -> None:
        assert "has the same name and postcode" in words(merchant.get(f"{LIST}/31").text)

    def test_is_not_made_again_of_who_is_not_the_same(self, merchant: Any, post: Any) -> None:
        post("/31/not-the-same", other="32")
        for key in ("31", "32"):
            assert "Maybe the same person" not in merchant.get(f"{LIST}/{key}").text


class TestAMerge:
    def test_shows_both_before(self, merchant: Any, alike: Stock) -> None:
        text = words(merchant.get(f"{LIST}/31/merge/32").text)
        assert ("ada@example.org" in text, "ada.b@example.org" in text) == (True, True)

    def test_puts_both_under_the_one_that_was_chosen_and_is_undone(self, merchant: Any, post: Any) -> None:
        answer = post("/31/merge/32", primary="32", reason="Called us.")
        assert answer.headers["Location"] == f"{LIST}/32"
        html = merchant.get(f"{LIST}/32").text
        assert "by the operator: Called us." in words(html)
        assert merchant.get(f"{LIST}/31").headers["Location"] == f"{LIST}/32"
        merge = html.partition('name="merge" value="')[2].partition('"')[0]
        assert post("/32/merge/undo", merge=merge).headers["Location"] == f"{LIST}/32"
        assert merchant.get(f"{LIST}/31").status_code == 200
        assert "Maybe the same person" not in merchant.get(f"{LIST}/31").text

    def test_says_why_it_cannot_be(self, merchant: Any, post: Any) -> None:
        for path, form, told in (
            ("/31/merge/32", {"primary": "33"}, "Choose under which of the two"),
            ("/31/merge/undo", {"merge": "m_0"}, "There is no such merge."),
            ("/31/take-out", {"member": "32"}, "There is nobody 32"),
        ):
            assert post(path, **form).status_code == 302
            assert told in words(merchant.get(f"{LIST}/31").text)

    def test_reaches_no_other_shop(self, merchant: Any, post: Any, other: Stock) -> None:
        other.customer("40")
        assert post("/31/merge/40", primary="31").status_code == 404
        assert post("/31/not-the-same", other="40").status_code == 404

    def test_finds_whom_nothing_suggests(self, merchant: Any, alike: Stock) -> None:
        alike.customer("50", first_name="Zoe", last_name="Zuse", addresses=())
        answer = merchant.get(f"{LIST}/31/merge?q=zoe")
        assert f"{LIST}/31/merge/50" in answer.text
        assert "Nothing that is known of them is the same." in words(merchant.get(f"{LIST}/31/merge/50").text)


class TestAMember:
    def test_is_somebody_else(self, merchant: Any, post: Any, alike: Stock) -> None:
        guest = alike.member("email:ada@example.org")
        assert "Guest, by the mail address ada@example.org" in words(merchant.get(f"{LIST}/31").text)
        post("/31/take-out", member=guest)
        assert merchant.get(f"{LIST}/{guest}").status_code == 200
        assert "Guest, by the mail address" not in words(merchant.get(f"{LIST}/31").text)
