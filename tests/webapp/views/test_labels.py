"""An order's labels in the dashboard."""

import re
from typing import Any

import pytest

from commerce.tables import labels, tracking_settings
from commerce.tables.carriers import Account, save_account
from tests.webapp import stock
from tests.webapp.labelled import SENDER, bought, change, form, ordered, stored
from tests.webapp.markup import words

PAGE = "/dashboard/orders/21/label"


def token(page: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]


@pytest.fixture
def send(merchant: Any, shop: Any) -> Any:
    """Send a form of the page; gives the answer."""
    ordered(shop)

    def send_it(address: str = PAGE, **changes: Any) -> Any:
        told = form(csrf_token=token(merchant.get(f"{PAGE}?shop={shop.key}")), **changes)
        return merchant.post(address, data=told)

    return send_it


@pytest.fixture
def label(send: Any, shop: Any) -> int:
    assert send().status_code == 302
    (row,) = stored(shop)
    return int(row.id)


class TestTheForm:
    def test_is_one_click_from_the_order(self, merchant: Any, shop: Any) -> None:
        ordered(shop)
        assert f'href="{PAGE}"' in merchant.get("/dashboard/orders/21").text

    def test_knows_where_the_order_goes(self, merchant: Any, shop: Any) -> None:
        ordered(shop)
        page = merchant.get(PAGE).text
        for name, value in (("to_address1", "Weg 2"), ("to_city", "Munich"), ("to_country", "DE"), ("boxes", "1")):
            assert f'name="{name}" value="{value}"' in page
        assert 'value="1021"' in page

    def test_offers_carriers_that_the_shop_can_use(self, merchant: Any, shop: Any, here: Any) -> None:
        ordered(shop)
        assert re.findall(r'<option value="(house|ups|fedex)"', merchant.get(PAGE).text) == ["house"]
        account = Account(carrier="ups", key="k", credentials={"client_id": "a", "client_secret": "b"})
        with here.database.write() as db:
            save_account(db, here.vault, shop_id=shop.id, account=account, now=stock.NOW)
        assert re.findall(r'<option value="(house|ups|fedex)"', merchant.get(PAGE).text) == ["house", "ups"]

    def test_claims_a_label_and_buys_none_itself(self, send: Any, shop: Any) -> None:
        assert send(length="30", width="20,5", height="10").status_code == 302
        (row,) = stored(shop)
        assert (row.state, row.key, row.order_id, row.carrier) == (labels.CLAIMED, "order-21-1", "21", "house")
        assert row.due_at is not None
        asked = row.asked
        assert asked["boxes"] == [{"grams": 900, "length": 300, "width": 205, "height": 100, "packaging": ""}]
        assert (asked["sender"]["company"], asked["receiver"]["city"]) == ("First Shop", "Munich")

    def test_sent_twice_makes_one_label(self, send: Any, shop: Any, merchant: Any) -> None:
        send()
        send()
        assert len(stored(shop)) == 1
        assert "nothing new was bought" in merchant.get(PAGE).text

    def test_remembers_the_sender_where_it_is_to(self, send: Any, shop: Any, here: Any, merchant: Any) -> None:
        send(keep_sender="1")
        with here.database.read() as db:
            assert tracking_settings.of_shop(db, shop_id=shop.id).sender == SENDER
        ordered(shop, "22")
        assert 'name="from_address1" value="Markt 1"' in merchant.get("/dashboard/orders/22/label").text

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("grams", ""),
            ("grams", "a lot"),
            ("grams", "9" * 5000),
            ("grams", "0"),
            ("boxes", "21"),
            ("boxes", "-1"),
            ("length", "30"),
            ("length", "1e400"),
            ("width", "nan"),
            ("to_country", "Germany"),
            ("to_address1", ""),
            ("to_address1", "x" * 10_000),
            ("from_city", " "),
            ("carrier", "ups"),
            ("format", "exe"),
            ("service", "s" * 101),
        ],
    )
    def test_says_what_is_wrong_beside_the_field(self, send: Any, shop: Any, field: str, value: str) -> None:
        answer = send(**{field: value})
        assert answer.status_code == 400
        shown = {"length": "width" if value == "30" else "length"}.get(field, field)
        assert f'id="wrong-{shown}"' in answer.text
        assert stored(shop) == []

    def test_escapes_what_was_filled_in(self, send: Any) -> None:
        page = send(to_city="<script>alert(1)</script>", grams="").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


class TestALabel:
    @pytest.mark.parametrize(
        ("state", "error", "told"),
        [
            (labels.CLAIMED, "", "Wanted"),
            (labels.CLAIMED, "It cannot be reached.", "tried again: It cannot be reached."),
            (labels.ASKING, "", "Being bought"),
            (labels.FAILED, "The address is wrong.", "The address is wrong."),
            (labels.UNSURE, "Nobody knows whether this label was bought.", "Nobody knows whether"),
            (labels.VOIDING, "", "Being taken back"),
            (labels.VOIDED, "", "Do not use it any more."),
            (labels.BOUGHT, "It was not taken back: too late.", "It was not taken back: too late."),
        ],
    )
    def test_says_how_far_it_is(self, merchant: Any, shop: Any, label: int, state: str, error: str, told: str) -> None:
        change(shop, label, state=state, error=error)
        assert told in words(merchant.get(PAGE).text)

    def test_is_downloaded_and_kept_by_nobody(self, merchant: Any, shop: Any, label: int) -> None:
        assert merchant.get(f"{PAGE}/{label}/file").status_code == 404
        bought(shop, label)
        answer = merchant.get(f"{PAGE}/{label}/file")
        assert (answer.data, answer.mimetype) == (b"%PDF-1.4 label", "application/pdf")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="label-H000123.pdf"'
        assert answer.headers["Cache-Control"] == "private, no-store"
        page = words(merchant.get(PAGE).text)
        assert "5.50" in page
        assert "H000123" in page

    def test_of_a_label_printer(self, merchant: Any, shop: Any, label: int) -> None:
        bought(shop, label, format="zpl", file=b"^XA^XZ", number='"../x')
        answer = merchant.get(f"{PAGE}/{label}/file")
        assert answer.mimetype == "application/zpl"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="label-x.zpl"'

    def test_is_taken_back_once(self, send: Any, shop: Any, label: int, merchant: Any) -> None:
        bought(shop, label)
        assert send(f"{PAGE}/{label}/void").status_code == 302
        (row,) = stored(shop)
        assert (row.state, row.due_at is not None) == (labels.VOIDING, True)
        change(shop, label, state=labels.VOIDED, due_at=None)
        send(f"{PAGE}/{label}/void")
        assert stored(shop)[0].state == labels.VOIDED
        assert "Only a label that was bought" in merchant.get(PAGE).text

    def test_that_was_erased_is_shown_without_an_address(self, merchant: Any, shop: Any, label: int) -> None:
        bought(shop, label, asked={}, file=None)
        page = merchant.get(PAGE)
        assert page.status_code == 200
        assert "Munich" not in words(page.text)
        assert "Download" not in page.text


class TestAnother:
    @pytest.mark.parametrize(
        ("state", "told"),
        [
            (labels.UNSURE, "may have been bought"),
            (labels.FAILED, "Nothing was bought"),
            (labels.BOUGHT, "costs again"),
            (labels.VOIDED, "bought anew"),
        ],
    )
    def test_is_made_after_a_warning(
        self, send: Any, merchant: Any, shop: Any, label: int, state: str, told: str
    ) -> None:
        change(shop, label, state=state)
        assert 'id="form"' not in merchant.get(PAGE).text
        page = merchant.get(f"{PAGE}?after={label}").text
        assert told in page
        for _ in range(2):
            assert send(after=str(label)).status_code == 302
        assert [row.key for row in stored(shop)] == ["order-21-1", f"order-21-1-after-{label}"]

    def test_is_made_after_a_label_of_the_same_order_only(self, send: Any, shop: Any, label: int) -> None:
        for after in ("999", "x", "9" * 40):
            assert send(after=after).status_code == 404
        assert len(stored(shop)) == 1


class TestOthers:
    def test_see_nothing(self, merchant: Any, send: Any, shop: Any, other: Any, label: int) -> None:
        bought(shop, label)
        ordered(other, "77")
        theirs = f"shop={other.key}"
        assert merchant.get(f"{PAGE}?{theirs}").status_code == 404
        for order in ("21", "77"):
            assert merchant.get(f"/dashboard/orders/{order}/label/{label}/file?{theirs}").status_code == 404
            assert send(f"/dashboard/orders/{order}/label/{label}/void?{theirs}").status_code == 404
        assert stored(shop)[0].state == labels.BOUGHT

    @pytest.mark.parametrize("order", ["404", "%00", "x" * 3000])
    def test_orders_are_none(self, merchant: Any, shop: Any, order: str) -> None:
        assert merchant.get(f"/dashboard/orders/{order}/label").status_code == 404
