"""Finding a parcel by its order: for who knows the order's number and something of its customer, and nobody else."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.rules.orders import CANCELLED, COMPLETED, Address
from commerce.rules.tracking import DELIVERED
from commerce.tables import shops
from tests.conftest import Backroom
from tests.webapp import tracked
from tests.webapp.stock import Stock
from webapp.track import finding

NOW = datetime.now(UTC).replace(microsecond=0)
MAIL = "who@example.org"


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "STEP", 0.001)


def look_up(client: Any, shop: Stock, number: str, contact: str, *, lang: str = "en", **options: Any) -> Any:
    address = f"/track/find/{shop.key}?lang={lang}"
    found = re.search(r'name="pass" value="([^"]+)"', client.get(address).text)
    assert found
    return client.post(address, data={"order": number, "contact": contact, "pass": found[1]}, **options)


def note(page: Any) -> str:
    found = re.search(r'role="alert" id="note">([^<]*)<', page.text)
    return found[1] if found else ""


@pytest.fixture
def sold(shop: Stock) -> Stock:
    """The shop with order #1001, whose parcel is on its way."""
    address = Address(first_name="Ada", address1="Quay 1", postcode="D-01 067", city="Dresden", country="DE")
    shop.order("21", number="#1001", email="Who@Example.org", delivery=address)
    tracked.parcel(shop, NOW)
    return shop


class TestLookUp:
    @pytest.mark.parametrize("contact", [MAIL, " WHO@example.ORG ", "D01067", "d-01067"])
    def test_leads_to_the_parcel(self, stranger: Any, sold: Stock, contact: str) -> None:
        for number in ("1001", "#1001", " # 1001 ", "Order 1001", "EN1001", "1001-A", "Nr. 1001"):
            answer = look_up(stranger, sold, number, contact)
            assert answer.status_code == 303, number
            assert answer.headers["Location"] == "/track/token-of-SBX0001?lang=en"

    @pytest.mark.parametrize("stored", ["#1001", "1001", "EN1001", "#EN-1001-X", "1001/2"])
    def test_knows_numbers_in_any_form(self, stranger: Any, sold: Stock, stored: str) -> None:
        sold.order("21", number=stored, email=MAIL, delivery=Address(postcode="D-01067"))
        for contact in (MAIL, "D01067"):
            assert look_up(stranger, sold, stored, contact).status_code == 303
            if "/" not in stored:
                assert look_up(stranger, sold, "1001", contact).status_code == 303

    def test_prefers_the_parcel_that_is_still_coming(self, stranger: Any, sold: Stock) -> None:
        tracked.parcel(sold, NOW, "THERE", status=DELIVERED)
        assert "SBX0001" in look_up(stranger, sold, "1001", MAIL).headers["Location"]
        sold.order("22", number="#1002", email=MAIL)
        tracked.parcel(sold, NOW, "ONE", status=DELIVERED, order_id="22")
        tracked.parcel(sold, NOW, "TWO", status=DELIVERED, order_id="22")
        assert "TWO" in look_up(stranger, sold, "1002", MAIL).headers["Location"]

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({}, "nothing of it has been sent yet"),
            ({"status": CANCELLED}, "This order was cancelled"),
            ({"status": COMPLETED}, "without a tracking number"),
            ({"fulfillment_status": "fulfilled"}, "without a tracking number"),
        ],
    )
    def test_says_why_there_is_no_parcel(
        self, stranger: Any, sold: Stock, changes: dict[str, Any], expected: str
    ) -> None:
        usual = {"number": "#1009", "email": MAIL, "status": "open", "fulfillment_status": "", "shipments": ()}
        sold.order("29", **(usual | changes))
        assert expected in note(look_up(stranger, sold, "1009", MAIL))
        assert "found no order" in note(look_up(stranger, sold, "1009", "else@example.org"))

    def test_speaks_the_shoppers_language(self, stranger: Any, sold: Stock) -> None:
        page = look_up(stranger, sold, "1001", "else@example.org", lang="pl")
        assert note(page).startswith("Nie znaleźliśmy zamówienia")

    def test_finds_nothing_in_another_shop(self, stranger: Any, sold: Stock, other: Stock) -> None:
        assert look_up(stranger, other, "1001", MAIL).status_code == 200

    def test_of_no_shop_is_not_found(self, stranger: Any, sold: Stock) -> None:
        assert stranger.get("/track/find/0123456789abcdef").status_code == 404
        assert stranger.post("/track/find/0123456789abcdef", data={"order": "1"}).status_code == 404
        assert stranger.get("/track/find/%00").status_code == 404

    def test_survives_whatever_is_typed(self, stranger: Any, sold: Stock) -> None:
        for odd in ("'", '"; drop table orders; --', "%", "_", "\x00", "ü" * 500, "#", "@", "a@b", "@@@", "💥", "-"):
            for pair in ((odd, MAIL), ("1001", odd), (odd, odd)):
                assert look_up(stranger, sold, *pair).status_code == 200, pair


class TestEnumeration:
    def test_gets_one_and_the_same_answer(self, stranger: Any, sold: Stock) -> None:
        sold.order("22", number="#1002", email="else@example.org", delivery=Address(postcode="99999"))
        wrong = [
            ("4711", "nobody@example.org"),  # neither is there
            ("1001", "nobody@example.org"),  # the order is
            ("4711", MAIL),  # the customer is
            ("1002", MAIL),  # both are, and do not belong together
            ("1001", "12345"),
            ("4711", "12345"),
            ("1002", "D-01067"),
            ("1001", "example.org"),
            ("1001", "@example.org"),
            ("1001", "ho@example.org"),
            ("21", MAIL),  # the platform's own number of it, which stands in no mail
            ("100", MAIL),
        ]
        pages = [look_up(stranger, sold, *pair) for pair in wrong]
        bodies = {re.sub(r'name="pass" value="[^"]+"', "", page.text) for page in pages}
        assert len(bodies) == 1
        assert {page.status_code for page in pages} == {200}
        assert {tuple(sorted(page.headers.keys())) for page in pages} == {tuple(sorted(pages[0].headers.keys()))}
        assert "4711" not in pages[0].text
        assert "nobody" not in pages[0].text

    def test_learns_nothing_from_the_time_it_takes(
        self, stranger: Any, sold: Stock, monkeypatch: pytest.MonkeyPatch, statements: Any
    ) -> None:
        slept: list[float] = []
        monkeypatch.setattr(finding, "STEP", 0.15)
        monkeypatch.setattr(finding.time, "sleep", slept.append)
        counts = []
        for pair in (("4711", "nobody@example.org"), ("1001", "nobody@example.org"), ("4711", MAIL)):
            with statements() as seen:
                look_up(stranger, sold, *pair)
            counts.append(len(seen))
        assert len(set(counts)) == 1
        assert len(slept) == 3
        assert all(0 < seconds <= 0.15 for seconds in slept)

    def test_is_slowed_down(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("webapp.limits.time.time", lambda: 1_800_000_000.0)
        with backroom.parts.database.write() as db:
            new = shops.add(db, backroom.parts.vault, platform="shopify", domain="one.example", now=NOW)
        shop = Stock(backroom.parts, new.id, new.shop_key, new.api_key, new.publishable_key)
        shop.order("21", number="#1001", email=MAIL)
        client = backroom.client

        def ask(address: str, number: str) -> Any:
            return look_up(client, shop, number, "x@example.org", environ_base={"REMOTE_ADDR": address})

        assert [ask("192.0.2.1", str(number)).status_code for number in range(12)] == [200] * 10 + [429] * 2
        at_one = [ask(f"192.0.2.{number}", "#1001" if number % 2 else "1001").status_code for number in range(2, 14)]
        assert at_one == [200] * 10 + [429] * 2
        refused = ask("192.0.2.1", "5")
        assert refused.headers["Retry-After"] == "60"
        assert "Too many attempts" in refused.text
        assert ask("192.0.2.99", "6").status_code == 200

    def test_of_a_whole_shop_ends_as_well(self, backroom: Backroom, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(finding, "SHOP", finding.Allowance(name="parcel-look-ups", per_second=1, saved_up=5))
        with backroom.parts.database.write() as db:
            new = shops.add(db, backroom.parts.vault, platform="shopify", domain="one.example", now=NOW)
        shop = Stock(backroom.parts, new.id, new.shop_key, new.api_key, new.publishable_key)
        found = [
            look_up(backroom.client, shop, str(number), MAIL, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"})
            for number in range(12)
        ]
        assert 429 in {page.status_code for page in found}
        assert found[0].status_code == 200


class TestForm:
    def test_is_the_shops_and_keeps_nothing(self, stranger: Any, shop: Stock) -> None:
        tracked.choose(shop, NOW, brand="Kestrel", colour="#0f5c4a")
        page = stranger.get(f"/track/find/{shop.key}?lang=de")
        assert "Wo ist mein Paket? · Kestrel" in page.text
        assert page.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in page.headers
        assert page.headers["X-Robots-Tag"].startswith("noindex")
        assert "form-action 'self'" in page.headers["Content-Security-Policy"]

    def test_of_the_shops_own_pages_is_shown_again_before_anything_is_looked_up(
        self, stranger: Any, sold: Stock
    ) -> None:
        told = {"order": '1001"><script>', "contact": MAIL}
        for stamp in ({}, {"pass": "made up"}):
            page = stranger.post(f"/track/find/{sold.key}?lang=en", data=told | stamp)
            assert page.status_code == 200
            assert note(page) == "Check what you entered, then tap the button."
            assert f'value="{MAIL}"' in page.text
            assert "1001&#34;&gt;&lt;script&gt;" in page.text

    def test_takes_no_pass_of_another_shop(self, stranger: Any, sold: Stock, other: Stock) -> None:
        found = re.search(r'name="pass" value="([^"]+)"', stranger.get(f"/track/find/{other.key}").text)
        assert found
        data = {"order": "1001", "contact": MAIL, "pass": found[1]}
        assert stranger.post(f"/track/find/{sold.key}", data=data).status_code == 200

    def test_wants_both_fields(self, stranger: Any, sold: Stock) -> None:
        assert note(look_up(stranger, sold, "", MAIL)) == "Fill in both fields."
        assert note(look_up(stranger, sold, "1001", "  ")) == "Fill in both fields."


class TestNumbers:
    @pytest.mark.parametrize(
        ("told", "stored", "same"),
        [
            ("1001", "#1001", True),
            ("EN1001", "1001", True),
            ("EN1001", "DE1001", False),
            ("1001", "11001", False),
            ("", "", False),
            ("#", "#1001", False),
            ("ABC", "abc", True),
            ("ABC", "ABD", False),
            ("2026-17", "#2026-17", True),
            ("17", "2026-17", False),
        ],
    )
    def test_are_the_same_where_a_person_would_say_so(self, told: str, stored: str, same: bool) -> None:
        assert finding.is_same(told, stored) is same


class TestOtherOrders:
    def test_do_not_hide_the_one(self, stranger: Any, sold: Stock) -> None:
        for number in range(50):
            sold.order(f"o{number}", number=f"#{2000 + number}", placed_at=NOW - timedelta(days=number))
        assert look_up(stranger, sold, "1001", MAIL).status_code == 303
