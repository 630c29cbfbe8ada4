"""Pages about messages: which are sent, the log with what they said, templates, settings, suppressed addresses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from commerce.rules.notifications.states import QUEUED, SENT, UNCERTAIN
from commerce.tables.notifications import choices, notifications, templates
from commerce.tables.people import suppressions
from tests.stored import rows
from tests.webapp.markup import assert_nothing_is_inline, token, words

PAGE = "/dashboard/notifications"
TEMPLATE = f"{PAGE}/templates/order_confirmation/de"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
SETTINGS = {
    "sender_name": " Nordvik  Outdoor ", "sender": "hello@shop.example", "reply_to": "", "addresses": "A@b.example",
    "digest_at": "06:30", "from_0": "08:00", "until_0": "20:00", "throttle": "3", "throttle_hours": "24",
    "keeps_days": "30", "colour": "#24508c", "logo_url": "https://shop.example/l.png", "help_url": "", "address": "x",
    "slack": "", "sms_url": "", "bounces_provider": "mailgun", "bounces_key": "a signing key",
}  # fmt: skip


def post(merchant: Any, path: str = "", page: str = PAGE, **form: Any) -> Any:
    return merchant.post(f"{PAGE}{path}", data={"csrf_token": token(merchant, page)} | form)


def written(shop: Any, *, state: str = SENT, **more: Any) -> int:
    """A message that is there, and how far it is."""
    row = {"kind": "order_confirmation", "channel": "mail", "occasion": "21/created", "recipient": "ada@example.com"}
    row |= {"category": "transactional", "expires_at": datetime.now(UTC) + timedelta(days=1), "detail": {}} | more
    ended = {"state": state, "due_at": None, "subject": "Thank you", "html": "<b>Hello</b>", "text": "Hello"}
    with shop.here.database.write() as db:
        (number,) = notifications.add(db, shop_id=shop.id, rows=[row], now=NOW).values()
        db.execute(update(notifications.notifications).values(ended))
    return number


class TestPages:
    @pytest.mark.parametrize("path", ["", "/log", "/settings", "/templates", "/suppressed", "/templates/alert/en"])
    def test_open_and_have_nothing_inline(self, merchant: Any, shop: Any, path: str) -> None:
        page = merchant.get(f"{PAGE}{path}")
        assert page.status_code == 200, page.text[:600]
        assert_nothing_is_inline(page.text)


class TestKinds:
    def test_are_switched_on_and_off(self, merchant: Any, shop: Any) -> None:
        post(merchant, on=["order_paid", "alert"], channel=["order_paid:sms", "alert:slack", "alert:sms"])
        with shop.here.database.read() as db:
            chosen = choices.of_shop(db, shop_id=shop.id, platform="shopify")
        assert chosen.of("order_paid").is_on
        assert not chosen.of("order_refunded").is_on
        assert (chosen.of("order_paid").channels, chosen.of("alert").channels) == (("sms",), ("slack",))

    def test_say_what_the_platform_sends_itself(self, merchant: Any, shop: Any) -> None:
        assert "sends its own" in words(merchant.get(PAGE).text)


class TestTests:
    def test_write_a_message_with_a_made_up_order(self, merchant: Any, shop: Any) -> None:
        answer = post(merchant, "/test", kind="order_confirmation", language="ja", to="Me@Shop.example")
        (row,) = rows(shop.here.database, notifications.notifications)
        assert answer.headers["Location"].endswith(f"/log/{row.id}")
        assert (row.recipient, row.language, row.detail["sample"], row.state) == ("me@shop.example", "ja", "ja", QUEUED)

    def test_need_an_address(self, merchant: Any, shop: Any) -> None:
        post(merchant, "/test", kind="order_confirmation", language="ja", to="nobody")
        assert rows(shop.here.database, notifications.notifications) == []


class TestLog:
    def test_is_narrowed(self, merchant: Any, shop: Any) -> None:
        written(shop)
        assert "ada@example.com" in merchant.get(f"{PAGE}/log?recipient=Ada@example.com&state=sent").text
        assert "ada@example.com" not in merchant.get(f"{PAGE}/log?state=bounced").text

    def test_shows_what_a_message_said_in_a_frame_that_can_do_nothing(self, merchant: Any, shop: Any) -> None:
        number = written(shop)
        page = merchant.get(f"{PAGE}/log/{number}")
        assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
        assert "<b>Hello</b>" not in page.text
        content = merchant.get(f"{PAGE}/log/{number}/content")
        assert content.text == "<b>Hello</b>"
        policy = content.headers["Content-Security-Policy"]
        assert "sandbox;" in policy
        assert "default-src 'none'" in policy

    def test_sends_again_as_a_new_message(self, merchant: Any, shop: Any) -> None:
        number = written(shop, state=UNCERTAIN)
        for expected in ("#2", "#3"):
            post(merchant, f"/log/{number}/resend", page=f"{PAGE}/log/{number}")
            newest = rows(shop.here.database, notifications.notifications)[-1]
            assert (newest.occasion, newest.resend_of, newest.state) == (f"21/created{expected}", number, QUEUED)
            with shop.here.database.write() as db:
                db.execute(update(notifications.notifications).values(state=SENT, due_at=None))

    def test_sends_again_what_was_said_of_an_order_with_a_number_sign(self, merchant: Any, shop: Any) -> None:
        number = written(shop, occasion="A#5/refunded:77", order_id="")
        post(merchant, f"/log/{number}/resend", page=f"{PAGE}/log/{number}")
        newest = rows(shop.here.database, notifications.notifications)[-1]
        assert newest.occasion == "A#5/refunded:77#2"

    def test_sends_once_where_the_button_is_pressed_twice(self, merchant: Any, shop: Any) -> None:
        number = written(shop, state=UNCERTAIN)
        for _ in range(2):
            post(merchant, f"/log/{number}/resend", page=f"{PAGE}/log/{number}")
        assert len(rows(shop.here.database, notifications.notifications)) == 2
        assert "sent again already" in merchant.get(PAGE).text

    def test_leaves_what_is_under_way_alone(self, merchant: Any, shop: Any) -> None:
        number = written(shop, state=QUEUED)
        other = written(shop, occasion="other")
        with shop.here.database.write() as db:
            db.execute(update(notifications.notifications).values(state=QUEUED))
        post(merchant, f"/log/{number}/resend", page=f"{PAGE}/suppressed")
        assert [row.id for row in rows(shop.here.database, notifications.notifications)] == [number, other]

    @pytest.mark.parametrize("path", ["", "/content", "/file"])
    def test_keeps_to_the_shop(self, merchant: Any, shop: Any, other: Any, path: str) -> None:
        assert merchant.get(f"{PAGE}/log/{written(other)}{path}?shop={shop.key}").status_code == 404


class TestTemplates:
    def test_that_are_saved_count_and_are_versions(self, merchant: Any, shop: Any) -> None:
        body = "<mj-section><mj-column><mj-text>{{ order.number }}</mj-text></mj-column></mj-section>"
        for subject in ("One {{ order.number }}", "Two {{ order.number }}"):
            told = {"subject": subject, "preheader": "", "body": body, "action": "save"}
            assert post(merchant, "/templates/order_confirmation/de", page=TEMPLATE, **told).status_code == 302
        with shop.here.database.read() as db:
            own = templates.current(db, shop_id=shop.id)["order_confirmation", "mail", "de"]
        assert (own.version, own.subject) == (2, "Two {{ order.number }}")
        assert "One" in merchant.get(f"{TEMPLATE}/versions/1").text
        post(merchant, "/templates/order_confirmation/de/versions/1", page=TEMPLATE)
        post(merchant, "/templates/order_confirmation/de", page=TEMPLATE, action="usual")
        with shop.here.database.read() as db:
            assert templates.current(db, shop_id=shop.id) == {}
        assert [row.version for row in rows(shop.here.database, templates.templates)] == [1, 2, 3, 4]

    def test_list_their_newest_versions_without_reading_what_all_of_them_say(self, merchant: Any, shop: Any) -> None:
        place = {"kind": "order_confirmation", "channel": "mail", "language": "de"}
        told = {"subject": "x", "preheader": "", "body": "<mj-section></mj-section>" * 100}
        with shop.here.database.write() as db:
            for _ in range(60):
                templates.save(db, shop_id=shop.id, **place, told=told, saved_by="merchant", now=NOW)
        with shop.here.database.read() as db:
            listed = templates.versions(db, shop_id=shop.id, **place, limit=50)
        assert [row.version for row in listed] == list(range(60, 10, -1))
        assert "body" not in listed[0]._fields
        page = merchant.get(TEMPLATE).text
        assert page.count("/versions/") == 50

    @pytest.mark.parametrize(
        ("subject", "body", "complaint"),
        [
            ("Hello", "<mj-section><mj-text>{{ order.number", "body-wrong"),
            ("", "<mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section>", "The subject is empty"),
            ("Hello {{ nothing.at_all }}", "<mj-text>x</mj-text>", "nothing"),
        ],
    )
    def test_that_are_broken_cannot_be_saved(
        self, merchant: Any, shop: Any, subject: str, body: str, complaint: str
    ) -> None:
        told = {"subject": subject, "preheader": "", "body": body, "action": "save"}
        answer = post(merchant, "/templates/order_confirmation/de", page=TEMPLATE, **told)
        assert answer.status_code == 400
        assert "This cannot be saved" in answer.text
        assert complaint in answer.text or complaint == "body-wrong"
        assert rows(shop.here.database, templates.templates) == []

    def test_are_shown_with_what_they_make(self, merchant: Any, shop: Any) -> None:
        made = merchant.get(f"{TEMPLATE}/preview")
        assert "Müller" in made.text
        assert "sandbox;" in made.headers["Content-Security-Policy"]
        body = "<mj-section><mj-column><mj-text>Nur {{ order.number }}</mj-text></mj-column></mj-section>"
        draft = {"subject": "x", "preheader": "", "body": body, "part": "text"}
        assert "Nur 1001" in post(merchant, "/templates/order_confirmation/de/preview", page=TEMPLATE, **draft).text


class TestSettings:
    def test_are_stored_and_secrets_are_not_shown_again(self, merchant: Any, shop: Any) -> None:
        page = f"{PAGE}/settings"
        assert post(merchant, "/settings", page=page, **SETTINGS).status_code == 302
        with shop.here.database.read() as db:
            chosen = choices.of_shop(db, shop_id=shop.id, platform="shopify")
            secrets = choices.secrets_of(db, shop.here.vault, shop_id=shop.id)
        assert (chosen.sender_name, chosen.addresses, chosen.digest_at) == ("Nordvik Outdoor", ("a@b.example",), 390)
        assert (chosen.windows, chosen.throttle, chosen.brand["colour"]) == ({0: (480, 1200)}, 3, "#24508c")
        assert secrets.bounces == {"provider": "mailgun", "key": "a signing key"}
        assert "a signing key" not in merchant.get(page).text
        post(merchant, "/settings", page=page, **SETTINGS | {"bounces_key": ""})
        with shop.here.database.read() as db:
            assert choices.secrets_of(db, shop.here.vault, shop_id=shop.id) == secrets

    def test_tell_the_key_of_a_gateway_to_no_other_one(self, merchant: Any, shop: Any) -> None:
        """Else whoever sits at the dashboard for a minute has a key that no page shows."""

        def save(url: str, key: str = "") -> Any:
            page = f"{PAGE}/settings"
            return post(merchant, "/settings", page=page, **SETTINGS | {"sms_url": url, "sms_key": key})

        def known() -> Any:
            with shop.here.database.read() as db:
                return choices.secrets_of(db, shop.here.vault, shop_id=shop.id).sms

        for wrong in ("line\nend", "“curly”"):
            assert 'id="wrong-sms_key"' in save("https://93.184.216.34/a", wrong).text
        assert save("https://93.184.216.34/a", "the key").status_code == 302
        assert save("https://93.184.216.34/b").status_code == 302
        assert known() == {"url": "https://93.184.216.34/b", "key": "the key"}
        assert 'id="wrong-sms_key"' in save("https://93.184.216.35/b").text
        assert known()["url"] == "https://93.184.216.34/b"
        assert save("https://93.184.216.35/b", "another").status_code == 302
        assert known() == {"url": "https://93.184.216.35/b", "key": "another"}

    def test_that_are_wrong_are_said_so_beside_their_fields(self, merchant: Any, shop: Any) -> None:
        wrong = {"sender": "nobody", "addresses": "x", "digest_at": "25:00", "from_0": "21:00", "throttle": "-1"}
        wrong |= {"keeps_days": "0", "colour": "green", "logo_url": "http://x", "bounces_key": "", "slack": "ftp://x"}
        answer = post(merchant, "/settings", page=f"{PAGE}/settings", **SETTINGS | wrong)
        assert answer.status_code == 400
        for name in wrong:
            assert f'id="wrong-{name}"' in answer.text, name


class TestSuppressions:
    def test_are_added_and_lifted(self, merchant: Any, shop: Any) -> None:
        page = f"{PAGE}/suppressed"
        post(merchant, "/suppressed", page=page, channel="email", address=" Ada@Example.com ", reason="she said so")
        with shop.here.database.read() as db:
            (row,) = suppressions.page(db, shop_id=shop.id, limit=9)
        assert (row.address, row.reason, row.source) == ("ada@example.com", "she said so", "dashboard")
        assert "ada@example.com" in merchant.get(page).text
        post(merchant, "/suppressed/lift", page=page, channel="email", address="ada@example.com")
        with shop.here.database.read() as db:
            assert list(suppressions.page(db, shop_id=shop.id, limit=9)) == []

    def test_that_cannot_be_read_are_refused_beside_the_field_and_kept(self, merchant: Any, shop: Any) -> None:
        form = {"channel": "sms", "address": "0151 <1>", "reason": "she said so"}
        told = post(merchant, "/suppressed", page=f"{PAGE}/suppressed", **form)
        assert told.status_code == 422
        assert 'aria-describedby="wrong-address"' in told.text
        assert 'value="0151 &lt;1&gt;"' in told.text
        assert 'value="she said so"' in told.text
        assert '<option value="sms" selected>' in told.text
        with shop.here.database.read() as db:
            assert list(suppressions.page(db, shop_id=shop.id, limit=9)) == []
