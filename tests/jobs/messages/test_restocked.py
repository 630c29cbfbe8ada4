"""Who waits for a product is told once."""

from datetime import timedelta
from typing import Any

import pytest

from commerce.mirror import messages
from commerce.rules.notifications.states import CANCELLED, HELD, QUEUED, SENT, SUPPRESSED
from commerce.tables import shops
from commerce.tables.notifications import subscriptions
from jobs.job import utc_now
from tests.jobs.messages.conftest import Desk
from tests.stored import rows
from webapp.views import wishes

ADA = "ada@example.com"


def tell(desk: Desk, stock: int, minutes: int, key: str = "p1") -> None:
    at = (utc_now() + timedelta(minutes=minutes)).isoformat()
    variant = {"id": f"{key}-v", "title": "Blue", "price": "19.99", "stock": stock}
    told = {"id": key, "handle": key, "title": "Lamp", "url": f"https://lamps.example/{key}", "variants": [variant]}
    answer = desk.shop.send("product.saved", told | {"updated_at": at})
    assert answer.status_code < 300, answer.text
    desk.work()


def wish(desk: Desk, product: str = "p1", **more: Any) -> Any:
    told = {"product_id": product, "email": ADA} | more
    where = f"/storefront/v1/{desk.shop.key}/back-in-stock?key={desk.shop.publishable_key}"
    return desk.backroom.client.post(where, json=told)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A shop that has sold out of its lamp."""
    tell(desk, 0, -60)
    return desk


class TestAWish:
    def test_is_told_once_when_it_can_be_bought_again(self, desk: Desk) -> None:
        assert (wish(desk).status_code, wish(desk, email=" ADA@example.com ").status_code) == (202, 202)
        tell(desk, 5, -50)
        told = desk.message()
        assert (told.kind, told.state, told.recipient) == ("back_in_stock", SENT, ADA), told.reason
        (mail,) = desk.outbox()
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert f"{desk.process.settings.base_url}/u/" in mail["List-Unsubscribe"]
        tell(desk, 0, -40)
        tell(desk, 5, -30)
        assert len(desk.messages()) == 1

    def test_may_be_repeated_once_it_was_told(self, desk: Desk) -> None:
        for minutes in (-50, -30):
            wish(desk)
            tell(desk, 5, minutes)
            tell(desk, 0, minutes + 5)
        assert [row.state for row in desk.messages()] == [SENT, SENT]

    def test_for_what_is_there_is_answered_so(self, desk: Desk) -> None:
        tell(desk, 5, -50)
        assert wish(desk).get_json() == {"state": "available"}
        assert rows(desk.process.database, subscriptions.subscriptions) == []

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"email": "nobody"}, "email"),
            ({"product_id": "nothing"}, "product_id"),
            ({"variant_id": "x"}, "variant_id"),
        ],
    )
    def test_that_cannot_be_is_refused(self, desk: Desk, changes: dict[str, str], field: str) -> None:
        answer = wish(desk, **changes)
        assert answer.status_code in (404, 422), answer.text
        assert answer.get_json()["field"] == field

    def test_of_who_unsubscribed_since_is_not_told(self, desk: Desk) -> None:
        desk.order("1", email=ADA)
        desk.work()
        wish(desk)
        confirmation = desk.message(kind="order_confirmation")
        with desk.process.database.write() as db:
            said = {"method": messages.ONE_CLICK, "now": utc_now()}
            messages.unsubscribe(db, desk.stored_shop(db), confirmation, **said)
        tell(desk, 5, -50)
        assert desk.messages(kind="back_in_stock") == []
        wish(desk)  # and who asks again after that wants it
        tell(desk, 0, -40)
        wish(desk)
        tell(desk, 5, -30)
        assert [row.state for row in desk.messages(kind="back_in_stock")] == [SENT]

    @pytest.mark.parametrize("state", [QUEUED, HELD, SENT])
    def test_of_no_customer_ends_with_one_click_also_where_its_message_is_written(self, desk: Desk, state: str) -> None:
        """Nothing but the wish itself is known of whoever has no account: neither what waits goes out, nor what a
        merchant sends again."""
        wish(desk)
        tell(desk, 5, -50)
        told = desk.message()
        with desk.process.database.write() as db:
            messages.unsubscribe(db, desk.stored_shop(db), told, method=messages.ONE_CLICK, now=utc_now())
            if state == SENT:
                messages.resend(db, told, now=utc_now())
        if state != SENT:
            desk.change(state=state, due_at=utc_now())
        desk.later()
        assert desk.messages()[-1].state == SUPPRESSED
        assert len(desk.outbox()) == 1
        wish(desk)
        tell(desk, 0, -40)
        wish(desk)
        tell(desk, 5, -30)
        assert desk.messages()[-1].state == SENT

    def test_is_not_told_for_a_shop_that_is_gone(self, desk: Desk) -> None:
        """Its way to unsubscribe is gone as well."""
        wish(desk)
        tell(desk, 5, -50)
        desk.change(state=HELD, due_at=utc_now())
        with desk.process.database.write() as db:
            shops.learn(db, desk.shop.id, state=shops.UNINSTALLED)
        desk.later()
        assert (desk.message().state, desk.message().reason) == (CANCELLED, "The shop has uninstalled Backroom.")

    def test_is_one_of_so_many_of_an_address(self, desk: Desk) -> None:
        with desk.process.database.write() as db:
            for number in range(wishes.MOST):
                told = {"product_id": f"x{number}", "variant_id": "", "recipient": ADA, "member_id": "", "language": ""}
                subscriptions.add(db, shop_id=desk.shop.id, told=told, now=utc_now())
        assert wish(desk).status_code == 202  # whether somebody waits is not said
        assert len(rows(desk.process.database, subscriptions.subscriptions)) == wishes.MOST
        assert wish(desk, email="other@example.com").status_code == 202
        assert len(rows(desk.process.database, subscriptions.subscriptions)) == wishes.MOST + 1
