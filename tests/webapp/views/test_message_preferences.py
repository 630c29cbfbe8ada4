"""The page on which recipients of news say what they want no more of, and what mail providers tell."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from commerce.rules.notifications import tokens
from commerce.rules.notifications.states import BOUNCED, DELIVERED, SENT
from commerce.tables import shops
from commerce.tables.notifications import choices, notifications, subscriptions
from commerce.tables.notifications.choices import Secrets
from commerce.tables.people import consents, suppressions
from tests.stored import row, rows
from tests.webapp.markup import assert_nothing_is_inline, words

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ADA = "ada@example.com"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def written(shop: Any, *, member: str = "31", language: str = "en") -> tuple[int, str]:
    """A message of news that was sent, and the token of its links."""
    told = {"kind": "back_in_stock", "channel": "mail", "occasion": "wish/1/1", "recipient": ADA, "detail": {}}
    told |= {"category": "commercial", "member_id": member, "language": language}
    with shop.here.database.write() as db:
        expires = {"expires_at": NOW + timedelta(days=1)}
        (number,) = notifications.add(db, shop_id=shop.id, rows=[told | expires], now=NOW).values()
        db.execute(update(notifications.notifications).values(state=SENT, due_at=None))
    return number, tokens.token_of(shop.here.vault.link_keys, shop_id=shop.id, notification_id=number)


def wish(shop: Any, product: str) -> None:
    told = {"product_id": product, "variant_id": "", "recipient": ADA, "member_id": "", "language": ""}
    with shop.here.database.write() as db:
        subscriptions.add(db, shop_id=shop.id, told=told, now=NOW)


def states(shop: Any) -> list[str]:
    return [one.state for one in rows(shop.here.database, subscriptions.subscriptions)]


def said(shop: Any) -> list[tuple[str, str, str]]:
    return [(one.state, one.method, one.source) for one in rows(shop.here.database, consents.consents)]


class TestOneClick:
    def test_ends_everything(self, stranger: Any, shop: Any) -> None:
        shop.customer("31", email=ADA)
        _, token = written(shop)
        wish(shop, "1")
        answer = stranger.post(f"/u/{token}", data=ONE_CLICK)
        assert (answer.status_code, answer.text) == (200, "ok\n")
        assert states(shop) == ["ended"]
        assert said(shop) == [("unsubscribed", "one_click", "message")]

    def test_of_nobody_known_ends_wishes(self, stranger: Any, shop: Any) -> None:
        _, token = written(shop, member="")
        wish(shop, "1")
        assert stranger.post(f"/u/{token}", data=ONE_CLICK).status_code == 200
        assert (states(shop), said(shop)) == (["ended"], [])

    def test_on_a_link_that_is_none_any_more_is_fine(self, stranger: Any, shop: Any) -> None:
        assert stranger.post("/u/" + "A" * 38, data=ONE_CLICK).status_code == 200


class TestThePage:
    def test_changes_nothing_when_it_is_looked_at(self, stranger: Any, shop: Any) -> None:
        shop.customer("31", email=ADA)
        _, token = written(shop)
        wish(shop, "1")
        for method in (stranger.get, stranger.head):
            assert method(f"/u/{token}").status_code == 200
        assert (states(shop), said(shop)) == (["waiting"], [])
        page = stranger.get(f"/u/{token}")
        assert_nothing_is_inline(page.text)
        assert ADA not in page.text
        assert page.headers["Referrer-Policy"] == "no-referrer"

    def test_speaks_the_recipients_language(self, stranger: Any, shop: Any) -> None:
        _, token = written(shop, language="ar")
        page = stranger.get(f"/u/{token}").text
        assert '<html lang="ar" dir="rtl">' in page

    def test_takes_choices(self, stranger: Any, shop: Any) -> None:
        shop.customer("31", email=ADA)
        _, token = written(shop)
        shop.product("1")
        for product in ("1", "2"):
            wish(shop, product)
        kept = rows(shop.here.database, subscriptions.subscriptions)[0]
        page = stranger.post(f"/u/{token}", data={"action": "save", "wish": [str(kept.id)]})
        assert "Saved." in words(page.text)
        assert states(shop) == ["waiting", "ended"]
        assert said(shop) == [("unsubscribed", "preference_page", "message")]
        stranger.post(f"/u/{token}", data={"action": "save", "wish": [str(kept.id)], "news": "1"})
        assert said(shop)[-1] == ("subscribed", "preference_page", "message")
        assert states(shop) == ["waiting", "ended"]

    @pytest.mark.parametrize("change", ["another signature", "another message", "nonsense"])
    def test_is_only_for_who_got_the_message(self, stranger: Any, shop: Any, change: str) -> None:
        number, token = written(shop)
        forged = {
            "another signature": token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
            "another message": tokens.token_of([b"another key"], shop_id=shop.id, notification_id=number),
            "nonsense": "x",
        }[change]
        assert stranger.get(f"/u/{forged}").status_code == 404
        wish(shop, "1")
        stranger.post(f"/u/{forged}", data={"action": "stop"})
        assert states(shop) == ["waiting"]


@pytest.fixture
def provided(shop: Any) -> Any:
    """A shop whose mail provider is set up."""

    def set_up(provider: str, key: str) -> str:
        with shop.here.database.write() as db:
            stored = shops.by_id(db, shop.here.vault, shop.id)
            assert stored is not None
            told = Secrets(bounces={"provider": provider, "key": key})
            choices.save_secrets(db, shop.here.vault, shop=stored, secrets=told, now=NOW)
        return f"/webhooks/mail/{provider}/{shop.key}"

    return set_up


def suppressed(shop: Any) -> list[tuple[str, str]]:
    return [(one.address, one.reason) for one in rows(shop.here.database, suppressions.suppressions)]


class TestMailProviders:
    def bounce(self, shop: Any, number: int) -> dict[str, Any]:
        headers = {"message-id": f"backroom-{shop.id}-{number}@lamps.example"}
        return {"event": "failed", "severity": "permanent", "reason": "bounce", "recipient": "Ada@example.com"} | {
            "message": {"headers": headers}
        }

    def signed(self, told: Any, key: str) -> dict[str, Any]:
        stamp, token = str(int(time.time())), "a token"
        made = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
        return {"event-data": told, "signature": {"timestamp": stamp, "token": token, "signature": made}}

    def test_tell_that_mail_came_back(self, stranger: Any, shop: Any, provided: Any) -> None:
        number, _ = written(shop)
        door = provided("mailgun", "a key")
        assert stranger.post(door, json=self.signed(self.bounce(shop, number), "a key")).status_code == 200
        assert row(shop.here.database, notifications.notifications).state == BOUNCED
        assert suppressed(shop) == [(ADA, "bounced")]

    def test_tell_that_mail_arrived_and_may_think_better_of_it(self, stranger: Any, shop: Any, provided: Any) -> None:
        number, _ = written(shop)
        door, told = provided("mailgun", "a key"), self.bounce(shop, number)
        for event, became in (("delivered", DELIVERED), ("failed", BOUNCED), ("delivered", BOUNCED)):
            assert stranger.post(door, json=self.signed(told | {"event": event}, "a key")).status_code == 200
            assert row(shop.here.database, notifications.notifications).state == became
            assert suppressed(shop) == ([] if became == DELIVERED else [(ADA, "bounced")])

    def test_that_are_not_are_refused(self, stranger: Any, shop: Any, provided: Any) -> None:
        number, _ = written(shop)
        door = provided("mailgun", "a key")
        assert stranger.post(door, json=self.signed(self.bounce(shop, number), "another")).status_code == 401
        assert stranger.post(f"/webhooks/mail/ses/{shop.key}", json={}).status_code == 404
        assert stranger.post("/webhooks/mail/mailgun/nobody", json={}).status_code == 404
        assert suppressed(shop) == []

    def test_touch_no_other_shops_messages(self, stranger: Any, shop: Any, other: Any, provided: Any) -> None:
        number, _ = written(other)
        told = self.bounce(other, number)
        stranger.post(provided("mailgun", "a key"), json=self.signed(told, "a key"))
        assert row(shop.here.database, notifications.notifications).state == SENT
        assert suppressed(shop) == []  # nor is one shop shown whom another one writes to

    def test_tell_of_complaints(self, stranger: Any, shop: Any, provided: Any) -> None:
        door = provided("postmark", "a password")
        body = json.dumps({"RecordType": "SpamComplaint", "Email": ADA}).encode()
        login = base64.b64encode(b"backroom:a password").decode()
        assert stranger.post(door, data=body).status_code == 401
        assert stranger.post(door, data=body, headers={"Authorization": f"Basic {login}"}).status_code == 200
        assert suppressed(shop) == [(ADA, "complained")]
