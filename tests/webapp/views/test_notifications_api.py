"""Messages for the merchant's own systems."""

from typing import Any

import pytest

from commerce.rules.notifications.states import QUEUED, SENT, UNCERTAIN
from commerce.tables.notifications import notifications
from tests.stored import rows
from tests.webapp.views.test_notifications import written

PAGE = "/api/v1/notifications"


class TestTheList:
    def test_is_narrowed_and_goes_on(self, api: Any, shop: Any) -> None:
        keys = [str(written(shop, occasion=f"{number}/created")) for number in range(5)]
        first = api.get(f"{PAGE}?limit=3").json
        rest = api.get(f"{PAGE}?limit=3&cursor={first['next_cursor']}").json
        assert [one["id"] for one in (*first["data"], *rest["data"])] == keys[::-1]
        assert rest["next_cursor"] is None
        assert api.get(f"{PAGE}?recipient=nobody@example.com").json["data"] == []
        assert len(api.get(f"{PAGE}?kind=order_confirmation&state=sent").json["data"]) == 5
        assert api.get(f"{PAGE}?state=elsewhere").status_code == 400

    def test_holds_only_the_shops_own(self, foreign_api: Any, shop: Any) -> None:
        key = written(shop)
        assert foreign_api.get(PAGE).json["data"] == []
        assert foreign_api.get(f"{PAGE}/{key}").status_code == 404
        assert foreign_api.post(f"{PAGE}/{key}/resend").status_code == 404


class TestOne:
    def test_says_what_it_said(self, api: Any, shop: Any) -> None:
        told = api.get(f"{PAGE}/{written(shop)}").json
        assert (told["html"], told["text"], told["subject"], told["state"]) == (
            "<b>Hello</b>",
            "Hello",
            "Thank you",
            SENT,
        )
        assert (told["due_at"], told["order_id"], told["recipient"]) == (None, None, "ada@example.com")

    def test_is_sent_again_as_a_new_one_and_once_for_a_key(self, api: Any, shop: Any) -> None:
        key = written(shop, state=UNCERTAIN)
        answers = [api.post(f"{PAGE}/{key}/resend", headers={"Idempotency-Key": "one"}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].json == answers[1].json
        assert (answers[0].json["resend_of"], answers[0].json["state"]) == (str(key), QUEUED)
        assert len(rows(shop.here.database, notifications.notifications)) == 2

    def test_that_is_on_its_way_is_not(self, api: Any, shop: Any) -> None:
        assert api.post(f"{PAGE}/{written(shop, state=QUEUED)}/resend").status_code == 409

    @pytest.mark.parametrize("key", ["0", "x", "9" * 30])
    def test_that_is_none_is_not_found(self, api: Any, shop: Any, key: str) -> None:
        assert api.get(f"{PAGE}/{key}").status_code == 404
