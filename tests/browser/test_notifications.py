"""Messages in a real browser: without errors and barriers, narrow and wide; a template is written and seen at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from commerce.rules.notifications import tokens
from commerce.tables.notifications import notifications, subscriptions, templates
from commerce.tables.people import suppressions
from integrations.channels import rendering, samples
from tests.browser import test_dashboard as dashboard
from tests.stored import rows

pytestmark = dashboard.pytestmark

here, app, link = dashboard.here, dashboard.app, dashboard.link
add_shop, shop, other = dashboard.add_shop, dashboard.shop, dashboard.other
browser, address, complaints, page = dashboard.browser, dashboard.address, dashboard.complaints, dashboard.page

PHONE = {"width": 360, "height": 780}
BASE = "/dashboard/notifications"
EDITOR = f"{BASE}/templates/order_confirmation/de"
NOW = datetime.now(UTC)
STATES = ("sent", "uncertain", "held", "bounced", "suppressed")


@pytest.fixture
def told(here: Any, shop: Any) -> Any:
    """A shop with messages in several states, a wish, a suppressed address and a template of its own."""
    made = rendering.render_usual(
        "order_confirmation",
        samples.sample_context("order_confirmation", "de"),
        language="de",
        brand=samples.brand("de"),
    )
    shop.product("11")
    for number, state in enumerate(STATES):
        row = {"kind": "back_in_stock", "channel": "mail", "occasion": f"wish/{number}/1", "recipient": "a@b.example"}
        row |= {"category": "commercial", "expires_at": NOW + timedelta(days=1), "detail": {}, "language": "de"}
        ended = {"state": state, "due_at": NOW + timedelta(hours=9) if state == "held" else None, "reason": "A reason."}
        said = {"subject": made.subject, "html": made.html, "text": made.text, "began_at": NOW, "sent_at": NOW}
        with here.database.write() as db:
            (key,) = notifications.add(db, shop_id=shop.id, rows=[row], now=NOW).values()
            one = notifications.notifications.c.id == key
            db.execute(update(notifications.notifications).where(one).values(ended | said))
    with here.database.write() as db:
        about = {"channel": "email", "address": "gone@b.example", "reason": "bounced", "source": "x", "detail": ""}
        suppressions.save(db, shop_id=shop.id, told=about | {"at": NOW})
        wish = {"product_id": "11", "variant_id": "", "recipient": "a@b.example", "member_id": "", "language": "de"}
        subscriptions.add(db, shop_id=shop.id, told=wish, now=NOW)
        mine = {"subject": "Mine {{ order.number }}", "preheader": "", "body": "<mj-section></mj-section>"}
        place = {"kind": "order_paid", "channel": "mail", "language": "en"}
        templates.save(db, shop_id=shop.id, **place, told=mine, saved_by="merchant", now=NOW)
    return shop


class TestPages:
    @pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
    def test_are_sound(self, page: Page, told: Any, complaints: list[str], scheme: Any) -> None:
        first, *_ = (row.id for row in rows(told.here.database, notifications.notifications))
        token = tokens.token_of(told.here.vault.link_keys, shop_id=told.id, notification_id=first)
        paths = [BASE, *(f"{BASE}/{name}" for name in ("log", "settings", "templates", "suppressed")), EDITOR]
        paths += [f"{BASE}/log/{first + number}" for number in range(len(STATES))]
        paths += [f"{BASE}/templates/order_paid/en/versions/1", f"/u/{token}", "/u/nothing"]
        page.emulate_media(color_scheme=scheme)
        for size in (PHONE, dashboard.WIDE):
            page.set_viewport_size(size)
            for path in paths:
                answer = page.goto(path)
                assert answer is not None
                assert answer.status == (404 if path == "/u/nothing" else 200), path
                assert dashboard._overhang(page) <= 0, f"{path} scrolls sideways at {size['width']}"
                assert dashboard._barriers(page) == [], path
        assert [one for one in complaints if "404" not in one] == []


class TestTheEditor:
    @pytest.mark.parametrize("size", [PHONE, dashboard.WIDE])
    def test_shows_mails_as_computers_and_phones_do_wherever_it_is_open(self, page: Page, told: Any, size: Any) -> None:
        """Between 480 and 600 pixels a mail looks like on neither."""
        page.set_viewport_size(size)
        page.goto(EDITOR)
        widths = {}
        for name in ("desktop", "phone"):
            frame = page.locator(f"iframe[name={name}]")
            frame.scroll_into_view_if_needed()
            expect(page.frame_locator(f"iframe[name={name}]").locator("body")).to_contain_text("Gießkanne")
            box = frame.bounding_box()
            assert box is not None
            widths[name] = box["width"]
        assert widths["desktop"] >= 640
        assert 280 <= widths["phone"] <= 390

    def test_shows_what_is_written_at_once(self, page: Page, told: Any, complaints: list[str]) -> None:
        page.goto(EDITOR)
        for name in ("desktop", "phone"):
            expect(page.frame_locator(f"iframe[name={name}]").locator("body")).to_contain_text("Gießkanne")
        section = "<mj-section><mj-column><mj-text>Ganz neu: {{ order.number }}</mj-text></mj-column></mj-section>"
        page.get_by_label("Body").fill(section)
        for name in ("desktop", "phone", "text"):
            expect(page.frame_locator(f"iframe[name={name}]").locator("body")).to_contain_text("Ganz neu: 1001")
        page.locator("main").get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_contain_text("Saved.")
        page.get_by_label("Body").fill("<mj-section>{{ nothing.there }}</mj-section>")
        page.locator("main").get_by_role("button", name="Save").click()
        expect(page.locator("#wrong-body")).to_contain_text("This cannot be saved.")
        assert [one for one in complaints if "400" not in one] == []


class TestALogEntry:
    def test_shows_the_mail_and_sends_it_again(self, page: Page, told: Any, complaints: list[str]) -> None:
        page.goto(f"{BASE}/log?state=uncertain")
        page.get_by_role("link", name="Back in stock").click()
        expect(page.frame_locator("iframe").locator("body")).to_contain_text("Gießkanne")
        page.get_by_role("button", name="Send again").click()
        expect(page.get_by_role("status")).to_contain_text("It is sent again.")
        assert complaints == []
