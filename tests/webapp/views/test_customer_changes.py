"""Changing customers from the dashboard: new ones, other words, notes, permissions, own fields."""

from typing import Any

import pytest

from tests.webapp import persons
from tests.webapp.markup import token, words
from tests.webapp.stock import Stock

LIST = "/dashboard/customers"


@pytest.fixture
def post(merchant: Any, shop: Stock) -> Any:
    """Send a form of the dashboard; gives the answer."""
    shop.customer()
    sent = token(merchant, f"{LIST}/new")
    return lambda path, **form: merchant.post(f"{LIST}{path}", data={"csrf_token": sent, **form})


class TestANewCustomer:
    def test_is_shown(self, merchant: Any, post: Any) -> None:
        answer = post("/new", first_name="Bob", email="Bob@Example.org", phone="+49 30 7654321", tags="vip, new")
        assert answer.status_code == 302
        text = words(merchant.get(answer.headers["Location"]).text)
        for told in ("Bob", "bob@example.org", "+49307654321", "vip, new", "The customer was added."):
            assert told in text

    @pytest.mark.parametrize(
        ("form", "told"),
        [
            ({"email": "bob"}, "This is no mail address."),
            ({"phone": "030 12"}, "This is no phone number with its country."),
            ({"note": "alone"}, "Give at least a name"),
        ],
    )
    def test_is_told_what_is_wrong_beside_the_field(self, post: Any, form: dict[str, str], told: str) -> None:
        answer = post("/new", **form)
        assert answer.status_code == 422
        assert told in words(answer.text)
        assert 'aria-describedby="wrong-' in answer.text

    def test_who_is_known_already_leads_there(self, post: Any) -> None:
        answer = post("/new", email="ada31@example.org")
        assert answer.status_code == 409
        assert f'<a href="{LIST}/31">Show Ada Byron</a>' in answer.text

    def test_needs_the_token_of_the_session(self, merchant: Any, shop: Stock, stranger: Any) -> None:
        assert merchant.post(f"{LIST}/new", data={"first_name": "Bob"}).status_code == 400
        assert stranger.get(f"{LIST}/new").status_code == 302


class TestEditing:
    def test_keeps_what_was_not_touched_with_the_shop(self, merchant: Any, post: Any, shop: Stock) -> None:
        assert post("/31/edit", first_name="Augusta", note="Calls on Mondays", tags="vip, opera").status_code == 302
        shop.customer(last_name="Lovelace")
        text = words(merchant.get(f"{LIST}/31").text)
        for told in ("Augusta Lovelace", "Calls on Mondays", "vip, opera"):
            assert told in text

    def test_takes_nothing_back_that_the_shop_said_since_the_form_was_opened(
        self, merchant: Any, post: Any, shop: Stock
    ) -> None:
        html, sent = merchant.get(f"{LIST}/31/edit").text, ("email", "was_email")
        shown = {name: html.split(f'name="{name}"')[1].split('value="')[1].split('"')[0] for name in sent}
        assert set(shown.values()) == {"ada31@example.org"}
        shop.customer(email="ada@new.example.org")
        assert post("/31/edit", **shown, first_name="Augusta").status_code == 302
        assert "Augusta Byron ada@new.example.org" in words(merchant.get(f"{LIST}/31").text)

    def test_does_not_take_a_browsers_ends_of_lines_for_a_change(self, merchant: Any, post: Any, shop: Stock) -> None:
        shop.customer(note="Calls on Mondays\nand Tuesdays ")
        sent = {"note": "Calls on Mondays\r\nand Tuesdays "}
        assert post("/31/edit", **sent, last_name="Lovelace").status_code == 302
        shop.customer(note="Calls never")
        assert "Calls never" in merchant.get(f"{LIST}/31").text

    def test_fills_in_own_fields_as_they_were_declared(self, merchant: Any, post: Any) -> None:
        assert post("/fields", name="size", label="Size", type="choice", choices="S\nM\nL").status_code == 302
        assert post("/fields", name="born", label="Born", type="date").status_code == 302
        answer = post("/31/edit", own_size="XXL", own_born="yesterday")
        assert answer.status_code == 422
        assert "must be one of its choices" in words(answer.text)
        assert "must be a day such as" in words(answer.text)
        assert post("/31/edit", own_size="M", own_born="1990-05-01").status_code == 302
        assert "Born 1990-05-01 Size M" in words(merchant.get(f"{LIST}/31").text)

    def test_of_somebody_elses_customer_is_not_there(self, merchant: Any, post: Any, other: Stock) -> None:
        for path in ("/31/edit", "/31/notes", "/31/consents", "/31/erase"):
            assert post(f"{path}?shop={other.key}", text="Hello", word="ERASE").status_code == 404


class TestANote:
    def test_is_on_the_timeline(self, merchant: Any, post: Any) -> None:
        assert post("/31/notes", text="Likes <blue>.").status_code == 302
        assert "Likes &lt;blue&gt;." in merchant.get(f"{LIST}/31").text
        post("/31/notes", text=" ")
        assert "A note has 1 to 5000 characters." in words(merchant.get(f"{LIST}/31").text)


class TestAPermission:
    def test_is_noted_with_how_and_where(self, merchant: Any, post: Any) -> None:
        post("/31/consents", channel="sms", state="subscribed", method="spoken", source="Till in Bern")
        text = words(merchant.get(f"{LIST}/31").text)
        assert "SMS Allowed" in text
        assert "by word of mouth, told by Till in Bern" in text
        post("/31/consents", channel="fax", state="subscribed", method="spoken")
        assert "Nothing was noted" in words(merchant.get(f"{LIST}/31").text)


class TestOwnFields:
    def test_say_what_is_wrong(self, post: Any) -> None:
        for form, told in (
            ({"name": "Born!"}, "must begin with a letter"),
            ({"name": "size", "type": "choice"}, "must be 1 to 100 lines"),
            ({"name": "size", "type": "colour"}, "must be one of"),
        ):
            answer = post("/fields", **form)
            assert answer.status_code == 422
            assert told in words(answer.text)

    def test_are_changed_and_removed_where_nobody_asks_them(self, merchant: Any, shop: Stock, post: Any) -> None:
        persons.fill(shop, 1)
        assert post("/fields/birthday", label="Day of birth").status_code == 302
        segments = "/dashboard/segments"
        merchant.post(f"{segments}/ready/birthday_birthday", data={"csrf_token": token(merchant, segments)})
        post("/fields/birthday/remove")
        text = words(merchant.get(f"{LIST}/fields").text)
        assert ("Day of birth" in text, "The segment Birthday soon asks this field." in text) == (True, True)
        assert post("/fields/unknown", label="Never").status_code == 404


class TestErasing:
    def test_asks_for_a_word_and_is_noted(self, merchant: Any, post: Any, shop: Stock) -> None:
        assert "Their orders stay" not in post("/31/erase", word="erase").text
        shop.order("21", customer_id="31", status="cancelled")
        answer = post("/31/erase", word="erase")
        assert (answer.status_code, "Their orders stay" in answer.text) == (422, True)
        answer = post("/31/erase", word="ERASE")
        assert (answer.status_code, answer.headers["Location"]) == (302, LIST)

    def test_is_not_the_same_as_taking_all_along(self, merchant: Any, shop: Stock) -> None:
        shop.customer()
        answer = merchant.get(f"{LIST}/31/export")
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
        assert merchant.get(f"{LIST}/31").status_code == 200
