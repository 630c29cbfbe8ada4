"""Carriers in the dashboard."""

from typing import Any

from commerce.tables import carriers
from tests.webapp import parcels, stock
from tests.webapp.markup import assert_nothing_is_inline, token, words

PAGE = "/dashboard/carriers"
FORM = {"of_client_id": "a client", "of_client_secret": "a very secret word", "is_on": "1"}


def post(merchant: Any, path: str, **form: Any) -> Any:
    return merchant.post(f"{PAGE}{path}", data={"csrf_token": token(merchant, f"{PAGE}/ups")} | form)


def account(shop: Any, name: str = "ups") -> Any:
    with shop.here.database.read() as db:
        return carriers.of_shop(db, shop.here.vault, shop_id=shop.id).get(name)


class TestCarriers:
    def test_are_shown_as_they_do(self, merchant: Any, shop: Any) -> None:
        parcels.troubled(shop)
        parcels.account(shop)
        parcels.figures(shop)
        answer = merchant.get(PAGE)
        assert_nothing_is_inline(answer.text)
        text = words(answer.text)
        assert "UPS did not answer 5 times in a row. It is asked again at" in text
        assert "1 parcel of FedEx waits for an account." in text
        assert "1,234 9 1 h" in text
        assert "100 %" in text

    def test_ask_the_same_of_the_database_for_any_number(self, merchant: Any, shop: Any, statements: Any) -> None:
        parcels.account(shop)
        merchant.get(PAGE)
        with statements() as few:
            merchant.get(PAGE)
        parcels.troubled(shop)
        parcels.figures(shop)
        for name in ("fedex", "dhl", "usps"):
            parcels.account(shop, name)
        with statements() as many:
            merchant.get(PAGE)
        assert len(many) == len(few)

    def test_of_another_shop_are_not_shown(self, merchant: Any, shop: Any, other: Any) -> None:
        parcels.troubled(other)
        parcels.figures(other)
        parcels.account(other)
        assert "1,234" not in merchant.get(f"{PAGE}?shop={shop.key}").text
        assert "a client" not in merchant.get(f"{PAGE}/ups?shop={shop.key}").text

    def test_that_do_not_exist_are_none(self, merchant: Any, shop: Any) -> None:
        assert merchant.get(f"{PAGE}/nobody").status_code == 404
        assert post(merchant, "/nobody").status_code == 404
        assert merchant.get(f"{PAGE}/add?name=ups").headers["Location"].endswith(f"{PAGE}/ups")

    def test_whose_last_call_failed_are_not_called_well(self, merchant: Any, shop: Any) -> None:
        parcels.account(shop)
        parcels.parcel(shop, "1Z999AA10123456784")
        assert "Last call failed" not in words(merchant.get("/dashboard/carriers").text)
        with shop.here.database.write() as db:
            carriers.note_health(db, shop_id=shop.id, carrier="ups", values={"failures": 1, "error": "It hung."})
        assert "Last call failed" in words(merchant.get("/dashboard/carriers").text)


class TestAnAccount:
    def test_wakes_the_parcels_that_wait_and_never_shows_its_secret(self, merchant: Any, shop: Any) -> None:
        key = parcels.parcel(shop, "1ZWAITS")
        with shop.here.database.write() as db:
            waits = {"id": key, "stopped": "no_account", "next_check_at": None}
            parcels.order_tracking.change(db, [waits])
        assert post(merchant, "/ups", **FORM).status_code == 302
        page = merchant.get(f"{PAGE}/ups").text
        assert "1 parcel that waited for it is asked for now." in page
        assert "a very secret word" not in page
        assert "a client" in page
        assert account(shop).credentials == {"client_id": "a client", "client_secret": "a very secret word"}
        row = parcels.row(shop, key)
        assert (row.stopped, row.next_check_at is not None) == ("", True)

    def test_keeps_the_secret_that_is_not_filled_in(self, merchant: Any, shop: Any) -> None:
        post(merchant, "/ups", **FORM)
        post(merchant, "/ups", of_client_id="another", is_on="1", is_test="1", calls_0="100", window_0="86400")
        stored = account(shop)
        assert stored.credentials == {"client_id": "another", "client_secret": "a very secret word"}
        assert (stored.is_test, stored.quotas) == (True, ((100, 86_400),))

    def test_that_is_wrong_is_said_so_beside_the_field(self, merchant: Any, shop: Any) -> None:
        answer = post(merchant, "/ups", of_client_id="x" * 5000, calls_0="many", window_0="60")
        assert answer.status_code == 400
        for told in ("longer than 4,000", "This is needed.", "Calls are a whole number"):
            assert told in answer.text, told
        assert post(merchant, "/ups", **FORM, calls_0="5", window_0="soon").status_code == 400
        assert account(shop) is None

    def test_makes_a_secret_for_pushes_and_shows_it_once(self, merchant: Any, shop: Any) -> None:
        name = "webhook_secret"
        post(merchant, "/easypost", of_api_key="k", is_on="1", stands_in="1", **{f"new_{name}": "1"})
        secret = account(shop, "easypost").push[name]
        page = merchant.get(f"{PAGE}/easypost").text
        assert secret in page
        assert f"/webhooks/carriers/easypost/{shop.key}" in page
        assert secret not in merchant.get(f"{PAGE}/easypost").text

    def test_that_stands_in_is_asked_for_all_others(self, merchant: Any, shop: Any) -> None:
        wrong = parcels.troubled(shop)
        post(merchant, "/easypost", of_api_key="k", is_on="1", stands_in="1")
        for reason in ("no_account", "unknown_carrier"):
            row = parcels.row(shop, wrong[reason])
            assert (row.stopped, row.next_check_at is not None) == ("", True), reason
        assert "via EasyPost" in merchant.get(PAGE).text

    def test_is_removed(self, merchant: Any, shop: Any) -> None:
        post(merchant, "/ups", **FORM)
        assert post(merchant, "/ups/remove").status_code == 302
        assert account(shop) is None

    def test_is_tried_by_a_worker(self, merchant: Any, shop: Any) -> None:
        key = parcels.journey(shop)
        parcels.account(shop)
        parcels.figures(shop)
        post(merchant, "/ups/try")
        row = parcels.row(shop, key)
        assert row.next_check_at == row.opened_at >= stock.NOW
        with shop.here.database.read() as db:
            assert carriers.health_of(db, shop_id=shop.id)["ups"].closed_until is None
        post(merchant, "/dhl/try")
        assert "There is no parcel of DHL" in merchant.get(PAGE).text


class TestMetrics:
    def test_count_parcels_and_what_carriers_do(self, stranger: Any, shop: Any) -> None:
        parcels.troubled(shop)
        parcels.figures(shop)
        told = stranger.get("/metrics").text
        for line in (
            'backroom_parcels{status="exception"} 1.0',
            'backroom_parcel_checks_total{carrier="ups"} 1234.0',
            'backroom_parcel_errors_total{carrier="ups",problem="too_often"} 2.0',
            'backroom_parcel_news_seconds_total{carrier="ups"} 412000.0',
            'backroom_carrier_paused{carrier="ups"} 1.0',
            "backroom_parcels_due ",
        ):
            assert line in told, line
