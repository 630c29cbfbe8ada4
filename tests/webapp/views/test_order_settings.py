"""The orders' settings: saved, refused beside the field, secrets shown once, call-outs tried for real."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from commerce.rules.order_steps.settings import CallOut, OrderSettings
from commerce.tables import sign_ins, tracking_settings
from commerce.tables.order_steps import settings as stored
from tests.answering import System, answering
from tests.conftest import Backroom
from tests.webapp.labelled import SENDER, ordered
from tests.webapp.markup import token, words
from tests.webapp.stock import NOW, Stock

PAGE = "/dashboard/orders/settings"
FORM = {"payment_hours": "72", "low_stock": "5", "weight": "1000", "takes_authorized": "1"}


def chosen(shop: Stock) -> OrderSettings:
    with shop.here.database.read() as db:
        return stored.of_shop(db, shop_id=shop.id, platform="shopify")


def send(merchant: Any, where: str = "", **form: Any) -> Any:
    return merchant.post(f"{PAGE}{where}", data=form | {"csrf_token": token(merchant, PAGE)})


class TestTheForm:
    def test_stores_what_was_chosen(self, merchant: Any, shop: Stock) -> None:
        told = FORM | {
            "switch_hold": "1",
            "payment_hours": "24",
            "over": "250,50",
            "quantity_over": "9",
            "hold_countries": "us, gb us",
            "words": "Spam\n\n wholesale \n",
            "label_countries": "DE",
            "length": "12.5",
            "width": "10",
            "height": "3",
        }
        assert send(merchant, **told).status_code == 302
        found = chosen(shop)
        assert (found.runs("hold"), found.runs("payment"), found.payment_hours) == (True, False, 24)
        assert (found.holds.over, found.holds.quantity_over, found.holds.countries) == (25050, 9, ("US", "GB"))
        assert (found.holds.words, found.label.length, found.label.countries) == (("Spam", "wholesale"), 125, ("DE",))
        page = merchant.get(PAGE).text
        for shown in ('value="250.50"', 'value="US, GB"', 'value="12.5"', "Spam\nwholesale"):
            assert shown in page

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("payment_hours", "0"),
            ("payment_hours", ""),
            ("low_stock", "-1"),
            ("over", "much"),
            ("over", "-1"),
            ("quantity_over", "1e3"),
            ("hold_countries", "Germany"),
            ("label_countries", "ZZ"),
            ("carrier", "ups"),
            ("length", "nan"),
            ("weight", "9999999"),
            ("payment_url", "http://example.com/"),
            ("payment_url", "https://127.0.0.1/"),
            ("payment_url", "https://10.0.0.1/paid"),
            ("sender_country", "Germany"),
        ],
    )
    def test_says_what_is_wrong_beside_the_field(self, merchant: Any, shop: Stock, field: str, value: str) -> None:
        before = chosen(shop)
        answer = send(merchant, **(FORM | {field: value}))
        assert answer.status_code == 422
        assert f'id="wrong-{field}"' in answer.text
        assert chosen(shop) == before

    def test_asks_for_a_carrier_and_a_sender_where_labels_are_made(self, merchant: Any, shop: Stock) -> None:
        answer = send(merchant, **FORM, switch_label="1")
        for field in ("carrier", "sender_address1", "sender_city", "sender_country", "sender_company"):
            assert f'id="wrong-{field}"' in answer.text
        sender = {f"sender_{name}": value for name, value in SENDER.items()}
        assert send(merchant, **FORM, **sender, switch_label="1", carrier="house").status_code == 302
        with shop.here.database.read() as db:
            assert tracking_settings.of_shop(db, shop_id=shop.id).sender["city"] == "Berlin"
        assert chosen(shop).label.carrier == "house"

    def test_says_what_the_platform_does_itself(self, merchant: Any, shop: Stock) -> None:
        text = words(merchant.get(PAGE).text)
        assert "Shopify takes the payment" in text
        assert "Shopify keeps the stock" in text


class TestCallOuts:
    @pytest.mark.parametrize(
        ("told", "field"),
        [
            ({"name": "Über", "url": "https://example.com", "on": "created"}, "name"),
            ({"name": "risk", "url": "https://192.168.1.1/x", "on": "created"}, "url"),
            ({"name": "risk", "url": "ftp://example.com", "on": "created"}, "url"),
            ({"name": "risk", "url": "https://user:pass@example.com", "on": "created"}, "url"),
            ({"name": "risk", "url": "https://example.com"}, "on"),
            ({"name": "risk", "url": "https://example.com", "on": "stock"}, "on"),
        ],
    )
    def test_are_refused_beside_the_field(self, merchant: Any, shop: Stock, told: Any, field: str) -> None:
        answer = send(merchant, "/call-outs", **told)
        assert (answer.status_code, f'id="wrong-{field}"' in answer.text) == (422, True)
        assert chosen(shop).call_outs == ()


@pytest.fixture
def system() -> Iterator[System]:
    with answering() as system:
        system.will({"result": "hold", "message": "Looks odd <b>"})
        yield system


class TestATestCall:
    def test_shows_what_was_really_answered(self, served: Backroom, system: System) -> None:
        client = served.client
        sender = served.shops.shopify(currency="EUR")
        shop = Stock(served.parts, sender.id, sender.key, sender.api_key, sender.publishable_key)
        ordered(shop)
        sign_in(client, served)
        first = send(client, "/call-outs", name="risk", url=system.url, on="created", blocks="1")
        secret = re.search(r'id="secret">([^<]+)<', first.text)
        assert (first.status_code, bool(secret)) == (200, True)
        assert secret
        assert secret[1] not in client.get(PAGE).text
        assert chosen(shop).call_outs == (CallOut(name="risk", url=system.url, on=("created",), blocks=True),)
        tried = send(client, "/test", name="risk")
        assert "A step would be Held for you: Looks odd" in words(tried.text)
        assert "Looks odd <b>" not in tried.text
        (told,) = system.told(secret[1])
        assert (told["type"], told["data"]["id"]) == ("test", "21")
        renewed = re.search(r'id="secret">([^<]+)<', send(client, "/secret").text)
        assert renewed
        assert renewed[1] != secret[1]
        send(client, "/test", name="risk")
        for known in (secret[1], renewed[1]):  # for a day both sign
            Webhook(known).verify(system.got[1][1], system.got[1][0])
        send(client, "/call-outs/risk/remove")
        assert chosen(shop).call_outs == ()
        assert send(client, "/test", name="risk").status_code == 404


def sign_in(client: Any, backroom: Backroom) -> None:
    with backroom.parts.database.write() as db:
        link = f"/sign-in/{sign_ins.create(db, now=NOW)}"
    assert client.post(link).status_code == 302
