"""Parcels in the dashboard."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from commerce.tables import tracking_lists
from commerce.tables.shops import shops
from tests.webapp import lists, parcels, stock
from tests.webapp.markup import assert_nothing_is_inline, token, words

PAGE = "/dashboard/parcels"


def post(merchant: Any, path: str, **form: Any) -> Any:
    return merchant.post(f"{PAGE}{path}", data={"csrf_token": token(merchant, f"{PAGE}/all")} | form)


class TestAll:
    def test_are_shown_once_page_by_page(self, merchant: Any, shop: Any) -> None:
        numbers = [parcels.parcel(shop, f"1Z999AA1{number:010}") for number in range(110)]
        seen = lists.walk(merchant, f"{PAGE}/all", r'class="mono" href="/dashboard/parcels/(\d+)')
        assert sorted(map(int, seen)) == sorted(numbers)


class TestTheQueue:
    def test_says_what_is_wrong_with_each_and_leaves_out_the_others(self, merchant: Any, shop: Any) -> None:
        wrong, well = parcels.troubled(shop), parcels.well(shop)
        answer = merchant.get(PAGE)
        assert_nothing_is_inline(answer.text)
        text = words(answer.text)
        assert "All 9" in text
        for told in (
            *("It is on its way back in Memphis.", "Something happened to it in Memphis (damaged)."),
            *("It could not be handed over in Memphis.", "No new line for 8 days. Last seen in Memphis."),
            *("days ago. Tell the customer", "Label only for 20 days: UPS does not have it."),
            *("UPS does not know the number after 20 days.", "FedEx cannot be asked without an account."),
            *("Nobody can tell whose number it is. The shop calls it",),
        ):
            assert told in text, told
        for key in wrong.values():
            assert f"{PAGE}/{key}" in answer.text
        for key in well:
            assert f'{PAGE}/{key}"' not in answer.text

    @pytest.mark.parametrize("reason", tracking_lists.REASONS)
    def test_shows_one_reason_alone(self, merchant: Any, shop: Any, reason: str) -> None:
        wrong = parcels.troubled(shop)
        text = merchant.get(f"{PAGE}?reason={reason}").text
        shown = {name for name, key in wrong.items() if f'id="parcel-{key}"' in text}
        assert shown == {reason}

    def test_lets_go_of_one_that_is_settled_until_something_new_happens(self, merchant: Any, shop: Any) -> None:
        key = parcels.troubled(shop)["exception"]
        assert post(merchant, f"/{key}/settle").status_code == 302
        assert f'id="parcel-{key}"' not in merchant.get(PAGE).text
        with shop.here.database.write() as db:
            later = stock.NOW + timedelta(minutes=5)
            parcels.order_tracking.change(db, [{"id": key, "saved_at": later}])
        assert f'id="parcel-{key}"' in merchant.get(PAGE).text

    def test_keeps_the_shops_own_days(self, merchant: Any, shop: Any) -> None:
        key = parcels.troubled(shop)["stuck"]
        form = {"level": "balanced", "stuck_days": "9", "overdue_days": "2"}
        form |= {"no_information_days": "2", "not_handed_over_days": "3"}
        assert post(merchant, "/settings", **form).status_code == 302
        assert f'id="parcel-{key}"' not in merchant.get(PAGE).text

    def test_is_empty_where_nothing_is_wrong(self, merchant: Any, shop: Any) -> None:
        parcels.well(shop)
        assert "Nothing needs you." in merchant.get(PAGE).text

    def test_asks_the_same_of_the_database_for_any_number(self, merchant: Any, shop: Any, statements: Any) -> None:
        parcels.troubled(shop)
        merchant.get(PAGE)
        with statements() as few:
            merchant.get(PAGE)
        for number in range(20):
            parcels.parcel(shop, f"1ZMORE{number:04}", status="exception", order="21")
        shop.order()
        with statements() as many:
            merchant.get(PAGE)
        assert len(many) == len(few)


class TestAllParcels:
    def test_are_found_by_each_filter(self, merchant: Any, shop: Any) -> None:
        shop.order()
        mine = parcels.parcel(shop, "1ZMINE", order="21", status="in_transit", moved=True)
        parcels.parcel(shop, "794612345678", carrier="fedex")
        for asked in ("number=zmi", "order=%2321", "order=21", "status=in_transit", "carrier=ups"):
            text = merchant.get(f"{PAGE}/all?{asked}").text
            assert (f"{PAGE}/{mine}" in text, "794612345678" in text) == (True, False), asked
        assert "No parcel fits." in merchant.get(f"{PAGE}/all?since=2100-01-01").text
        assert "1ZMINE" in merchant.get(f"{PAGE}/all?until=2100-01-01").text

    def test_with_a_wrong_filter_are_none(self, merchant: Any, shop: Any) -> None:
        for asked in ("status=lost", "since=yesterday"):
            assert merchant.get(f"{PAGE}/all?{asked}").status_code == 400

    def test_ask_the_same_of_the_database_for_any_number(self, merchant: Any, shop: Any, statements: Any) -> None:
        parcels.well(shop)
        merchant.get(f"{PAGE}/all")
        with statements() as few:
            merchant.get(f"{PAGE}/all")
        parcels.troubled(shop)
        with statements() as many:
            merchant.get(f"{PAGE}/all")
        assert len(many) == len(few)


class TestAParcel:
    def test_tells_its_journey(self, merchant: Any, shop: Any) -> None:
        shop.order()
        key = parcels.journey(shop, order="21")
        parcels.parcel(shop, "1ZSISTER", order="21")
        answer = merchant.get(f"{PAGE}/{key}")
        assert_nothing_is_inline(answer.text)
        text = words(answer.text)
        for told in ("Los Angeles time", "Chicago time", "UTC", "unknown code QX:77", "order #21", "1ZSISTER"):
            assert told in text, told
        assert "Louisville, KY, US" in text
        row = parcels.row(shop, key)
        assert f"/track/{row.token}" in answer.text
        assert "tracknum=1Z999AA10123456784" in answer.text

    def test_calls_a_time_the_merchants_only_where_the_shops_zone_is_known(self, merchant: Any, shop: Any) -> None:
        key = parcels.journey(shop)
        assert "your time" not in words(merchant.get(f"{PAGE}/{key}").text)
        with shop.here.database.write() as db:
            db.execute(update(shops).where(shops.c.id == shop.id).values(timezone="America/Chicago"))
        assert "your time" in words(merchant.get(f"{PAGE}/{key}").text)

    def test_of_an_order_that_is_not_known_leads_nowhere(self, merchant: Any, shop: Any) -> None:
        key = parcels.journey(shop, order="77")
        for page in (f"{PAGE}/{key}", f"{PAGE}/all"):
            text = merchant.get(page).text
            assert "77" in words(text)
            assert "/dashboard/orders/77" not in text

    def test_that_waits_to_be_picked_up_is_not_called_missing(self, merchant: Any, shop: Any) -> None:
        waits = {"status": "ready_for_pickup", "moved": True, "scanned_at": parcels.ago(days=1), "city": "Memphis"}
        key = parcels.parcel(shop, "1ZWAITS", expected_last=parcels.ago(days=4).date(), **waits)
        text = words(merchant.get(f"{PAGE}/{key}").text)
        assert "It waits in Memphis to be picked up." in text
        assert "should have been there" not in text

    def test_that_is_trusted_less_says_so(self, merchant: Any, shop: Any) -> None:
        key = parcels.journey(shop, trusted=False)
        assert "Lower trust" in merchant.get(f"{PAGE}/{key}").text

    def test_of_another_shop_is_none(self, merchant: Any, shop: Any, other: Any) -> None:
        key = parcels.journey(other)
        assert merchant.get(f"{PAGE}/{key}?shop={shop.key}").status_code == 404
        for act in ("settle", "ask", "retrack", "complete"):
            answer = post(merchant, f"/{key}/{act}?shop={shop.key}")
            assert answer.status_code == 404, act
        row = parcels.row(other, key)
        assert (row.settled_at, row.stopped, row.status) == (None, "", "out_for_delivery")
        assert merchant.get(f"{PAGE}/{10**30}").status_code == 404

    def test_is_asked_for_at_once_but_not_all_the_time(self, merchant: Any, shop: Any) -> None:
        key = parcels.journey(shop)
        post(merchant, f"/{key}/ask")
        assert parcels.row(shop, key).next_check_at <= stock.NOW + timedelta(minutes=1)
        later = {"id": key, "checked_at": stock.NOW, "next_check_at": stock.NOW + timedelta(hours=2)}
        with shop.here.database.write() as db:
            parcels.order_tracking.change(db, [later])
        post(merchant, f"/{key}/ask")
        assert "asked a moment ago" in merchant.get(f"{PAGE}/{key}").text
        assert parcels.row(shop, key).next_check_at == later["next_check_at"]

    def test_is_not_asked_for_while_its_carrier_is_left_alone(self, merchant: Any, shop: Any) -> None:
        key = parcels.journey(shop)
        parcels.figures(shop)
        post(merchant, f"/{key}/ask")
        text = words(merchant.get(f"{PAGE}/{key}").text)
        assert "UPS is not asked before" in text
        assert "UPS is left alone until" in text

    def test_begins_anew_with_another_carrier(self, merchant: Any, shop: Any) -> None:
        key = parcels.journey(shop)
        parcels.account(shop)
        assert post(merchant, f"/{key}/retrack", carrier="fedex").status_code == 302
        row = parcels.row(shop, key)
        assert (row.carrier, row.candidates, row.status, row.stopped) == ("fedex", "ups", "label_created", "no_account")
        assert "The carrier told nothing of it so far." in merchant.get(f"{PAGE}/{key}").text
        post(merchant, f"/{key}/retrack", carrier="ups")
        row = parcels.row(shop, key)
        assert (row.carrier, row.stopped, row.next_check_at is not None) == ("ups", "", True)
        assert post(merchant, f"/{key}/retrack", carrier="nobody").status_code == 400

    def test_is_completed(self, merchant: Any, shop: Any) -> None:
        key = parcels.troubled(shop)["stuck"]
        post(merchant, f"/{key}/complete")
        row = parcels.row(shop, key)
        assert (row.stopped, row.next_check_at) == ("done", None)
        assert f'id="parcel-{key}"' not in merchant.get(PAGE).text
        assert "it is completed" in merchant.get(f"{PAGE}/{key}").text


class TestOtherPages:
    def test_show_an_orders_parcels_as_they_are_followed(self, merchant: Any, shop: Any) -> None:
        shop.order()
        key = parcels.parcel(shop, "JD01", carrier="dhl", order="21", status="out_for_delivery", moved=True)
        parcels.parcel(shop, "1ZAPART", order="21")
        text = merchant.get("/dashboard/orders/21").text
        assert f'href="{PAGE}/{key}"' in text
        assert "Out for delivery" in text
        assert "1ZAPART" in text

    def test_count_those_that_need_attention_at_home(self, merchant: Any, shop: Any) -> None:
        assert "parcels need you" not in merchant.get("/dashboard/").text
        parcels.troubled(shop)
        assert "9 parcels need you" in words(merchant.get("/dashboard/").text)


class TestTheDownloadOfThese:
    def test_carries_the_filters_and_nothing_else(self, merchant: Any, shop: Any) -> None:
        parcels.well(shop)
        text = merchant.get(f"{PAGE}/all?status=delivered&id_token=secret").text
        assert f'href="{PAGE}/parcels.csv?status=delivered"' in text
        assert "secret" not in text
