"""The page of the connection: what it says in each state, and what its buttons do."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.tables import connections, shops, syncs, tallies
from commerce.tables.columns import AT_ONCE
from commerce.tables.connections import Credentials
from jobs import walks
from tests.stored import rows
from tests.webapp.markup import assert_nothing_is_inline, words
from tests.webapp.stock import Stock

PAGE = "/dashboard/connection"
TOTALS = {"shop": 1, "collections": 3, "products": 20_000, "stock": 20_000, "customers": 90, "orders": 500}


def connect(shop: Stock, **told: Any) -> datetime:
    at = datetime.now(UTC) - timedelta(days=3)
    credentials = Credentials(secrets={"access_token": "shpat_secret"}, **told)
    with shop.here.database.write() as db:
        connections.save(db, shop.here.vault, shop_id=shop.id, credentials=credentials, installed_at=at)
    return at


def run(shop: Stock, kind: str, state: str = syncs.DONE, **changes: Any) -> None:
    now = datetime.now(UTC)
    row = {
        "shop_id": shop.id,
        "kind": kind,
        "state": state,
        "listing": 1,
        "place": "x",
        "done": 1200,
        "totals": TOTALS,
        "found": {},
        "notes": {},
        "calls": 42,
        "attempts": 0,
        "error": "",
        "due_at": AT_ONCE,
        "started_at": now - timedelta(minutes=10),
        "finished_at": None if state == syncs.RUNNING else now - timedelta(minutes=9),
    }
    with shop.here.database.write() as db:
        db.execute(syncs.syncs.insert().values(row | changes))


def shown(merchant: Any, shop: Stock) -> str:
    answer = merchant.get(f"{PAGE}?shop={shop.key}")
    assert answer.status_code == 200
    assert_nothing_is_inline(answer.text)
    return words(answer.text)


def token(client: Any) -> dict[str, str]:
    client.get(PAGE)
    with client.session_transaction() as session:
        return {"csrf_token": session["csrf"]}


class TestState:
    def test_never_connected(self, merchant: Any, shop: Stock) -> None:
        text = shown(merchant, shop)
        assert "Not connected" in text
        assert "knows only what the shop's webhooks tell" in text
        html = merchant.get(PAGE).text
        assert 'href="/shopify/install?shop=first.example"' in html
        assert "Look for changes now" not in html

    def test_connected(self, merchant: Any, shop: Stock) -> None:
        connect(shop, scopes=("read_products", "write_orders"))
        text = shown(merchant, shop)
        assert "Connected since 3 d ago" in text
        assert "Access does not end by itself" in text
        assert "read_products write_orders" in text
        assert "registered by the app's own configuration" in text
        assert "Connect again" not in text
        assert "shpat_secret" not in merchant.get(PAGE).text

    def test_with_access_that_ends(self, merchant: Any, shop: Stock) -> None:
        soon = datetime.now(UTC) + timedelta(minutes=40)
        connect(shop, expires_at=soon, refresh_expires_at=datetime(2027, 2, 1, tzinfo=UTC))
        text = shown(merchant, shop)
        assert f"renewed by itself; the present one holds until {soon:%Y-%m-%d %H:%M:%S} UTC" in text
        assert "renewed until 2027-02-01" in text

    def test_lost_has_one_button(self, merchant: Any, shop: Stock) -> None:
        at = connect(shop)
        with shop.here.database.write() as db:
            connections.lose(db, shop_id=shop.id, error="Shopify answered 401.", installed_at=at)
        text = shown(merchant, shop)
        assert "Shopify answered 401." in text
        html = merchant.get(PAGE).text
        (button,) = re.findall(r'<a class="button first" href="([^"]*)"', html)
        assert button == "/shopify/install?shop=first.example"
        for words_of_button in ("Compare everything now", "Look for changes now"):
            assert words_of_button not in html

    def test_removed(self, merchant: Any, shop: Stock) -> None:
        connect(shop)
        with shop.here.database.write() as db:
            connections.remove(db, shop_id=shop.id)
        text = shown(merchant, shop)
        assert "The app was removed from the shop" in text
        assert "Connect again" in text

    @pytest.mark.parametrize(
        ("platform", "demo", "told"),
        [("shopify", True, "The demo shop has no API of its own"), ("custom", False, "There is no API")],
    )
    def test_that_can_have_none(self, merchant: Any, shop: Stock, platform: str, demo: bool, told: str) -> None:
        with shop.here.database.write() as db:
            shops.learn(db, shop.id, platform=platform, demo=demo)
        assert told in shown(merchant, shop)
        assert "Connect the shop" not in merchant.get(PAGE).text

    def test_woocommerce_is_connected_by_its_address(self, merchant: Any, shop: Stock) -> None:
        with shop.here.database.write() as db:
            shops.learn(db, shop.id, platform="woocommerce", domain="https://lamps.example/shop")
        html = merchant.get(PAGE).text
        assert 'href="/woocommerce/connect?address=https%3A%2F%2Flamps.example%2Fshop"' in html


class TestWebhooks:
    @pytest.fixture
    def shop(self, shop: Stock) -> Stock:
        with shop.here.database.write() as db:
            shops.learn(db, shop.id, platform="woocommerce", domain="https://lamps.example")
        connect(shop)
        return shop

    def hooks(self, shop: Stock, active: int) -> None:
        told = {"wanted": 14, "active": active, "notes": ["One was switched off."], "at": "2026-05-01T12:00:00+00:00"}
        with shop.here.database.write() as db:
            connections.save_hooks(db, shop_id=shop.id, hooks=told)

    def test_are_counted_with_notes(self, merchant: Any, shop: Stock) -> None:
        assert "Webhooks not looked at yet" in shown(merchant, shop)
        self.hooks(shop, 14)
        text = shown(merchant, shop)
        assert "14 of 14 registered" in text
        assert "One was switched off." in text
        assert 'class="button first" id="run-repair"' not in merchant.get(PAGE).text

    def test_that_are_missing_make_repairing_the_main_action(self, merchant: Any, shop: Stock) -> None:
        self.hooks(shop, 13)
        html = merchant.get(PAGE).text
        assert "13 of 14 registered" in html
        assert re.findall(r'class="button first" id="([^"]*)"', html) == ["run-repair"]


class TestRuns:
    def test_under_way(self, merchant: Any, shop: Stock) -> None:
        connect(shop)
        began = datetime.now(UTC) - timedelta(seconds=100)
        run(shop, syncs.IMPORT, syncs.RUNNING, done=10_000, started_at=began)
        text = shown(merchant, shop)
        assert "First import Cancel" in text
        assert "Done 10,000 of 40,593" in text
        assert re.search(r"Speed (9\d|100) a second", text)
        assert re.search(r"Time left 5\.?\d? min", text.replace("\u00a0", " "))
        assert "Now looks at products, 20,000 in all" in text
        assert '<progress class="progress" aria-label="First import" max="40593" value="10000">' in (
            merchant.get(PAGE).text
        )

    def test_that_is_not_counted_yet(self, merchant: Any, shop: Stock) -> None:
        connect(shop)
        run(shop, syncs.IMPORT, syncs.RUNNING, totals={"shop": 1})
        text = shown(merchant, shop)
        assert "Done 1,200 so far; the shop is still being counted" in text
        assert "Time left known once everything is counted" in text

    def test_that_waits_for_the_shop(self, merchant: Any, shop: Stock) -> None:
        connect(shop)
        later = datetime.now(UTC) + timedelta(minutes=5)
        run(shop, syncs.CHANGES, syncs.RUNNING, due_at=later, error="The shop is down for maintenance.")
        text = shown(merchant, shop)
        assert "The shop is down for maintenance. It is tried again in" in text
        assert "Time left waits for the shop" in text

    def test_that_ended_tell_what_they_healed(self, merchant: Any, shop: Stock) -> None:
        connect(shop)
        run(shop, syncs.IMPORT)
        run(shop, syncs.COMPARE, found={"product.missing": 3, "product.stale": 1})
        run(shop, syncs.CHANGES)
        text = shown(merchant, shop)
        assert "3 products were missing, 1 was out of date. All of it was put right. 1,200 42" in text
        assert "Look for changes Nothing differed." in text
        assert "First import 1,200 objects were brought in." in text

    def test_that_failed_can_be_tried_again(self, merchant: Any, shop: Stock) -> None:
        connect(shop)
        run(shop, syncs.COMPARE, syncs.FAILED, error="The shop answered 500 too often.")
        assert "The shop answered 500 too often." in shown(merchant, shop)
        assert 'id="run-again-compare"' in merchant.get(PAGE).text
        run(shop, syncs.COMPARE)
        assert "The shop answered 500 too often." not in shown(merchant, shop)

    def test_come_as_often_as_the_page_says(self, merchant: Any, shop: Stock) -> None:
        connect(shop)
        assert "looked for every 10 minutes, and everything is compared once a day" in shown(merchant, shop)
        assert timedelta(minutes=10) == walks.CHANGES_EVERY
        assert timedelta(days=1) == walks.COMPARE_EVERY

    def test_of_other_shops_are_not_shown(self, merchant: Any, shop: Stock, other: Stock) -> None:
        connect(shop)
        connect(other)
        run(shop, syncs.COMPARE, found={"product.missing": 3})
        assert "3 products" not in shown(merchant, other)


class TestNumbers:
    def test_here_against_there(self, merchant: Any, shop: Stock) -> None:
        connect(shop)
        run(shop, syncs.IMPORT)
        shop.products(2)
        text = shown(merchant, shop)
        assert "Products 2 of 20,000 Collections 0 of 3 Customers 0 of 90 Orders 0 of 500" in text

    def test_calls_by_purpose_and_per_thousand_changes(self, merchant: Any, shop: Stock) -> None:
        connect(shop)
        counted = {
            (shop.id, "api_calls", "re-read"): 3,
            (shop.id, "api_calls", "changes"): 120,
            (shop.id, "changed", "product"): 1500,
            (shop.id, "changed", "order"): 900,
        }
        with shop.here.database.write() as db:
            tallies.add(db, counted, now=datetime.now(UTC))
            tallies.add(db, {(shop.id, "api_calls", "compare"): 99}, now=datetime.now(UTC) - timedelta(days=2))
        text = shown(merchant, shop)
        assert "123 for 1,500 product changes" in text
        assert "Reading again what a delivery left open 3 2" in text
        assert "Looking for changes 120 80" in text
        assert "Comparing everything 0 0" in text

    def test_without_changes_nothing_is_divided(self, merchant: Any, shop: Stock) -> None:
        connect(shop)
        assert "Looking for changes 0 –" in shown(merchant, shop)


class TestButtons:
    @pytest.mark.parametrize(("kind", "begun"), [("changes", "compare"), ("compare", "compare"), ("import", "import")])
    def test_start_runs(self, merchant: Any, shop: Stock, monkeypatch: Any, kind: str, begun: str) -> None:
        connect(shop)
        woken: list[Any] = []
        monkeypatch.setattr(type(shop.here.queues), "wake", lambda _self, *what, **_: woken.append(what))
        for _ in range(2):
            answer = merchant.post(f"{PAGE}/runs", data=token(merchant) | {"kind": kind})
            assert answer.headers["Location"].startswith(PAGE)
        (row,) = rows(shop.here.database, syncs.syncs)
        assert (row.shop_id, row.kind, row.state) == (shop.id, begun, "running")
        assert woken == [("sync", [shop.id])] * 2
        assert "now." in shown(merchant, shop)

    def test_look_for_changes_since_the_last_run(self, merchant: Any, shop: Stock) -> None:
        connect(shop)
        run(shop, syncs.IMPORT)
        merchant.post(f"{PAGE}/runs", data=token(merchant) | {"kind": "changes"})
        last = rows(shop.here.database, syncs.syncs)[-1]
        assert (last.kind, last.since) == ("changes", rows(shop.here.database, syncs.syncs)[0].started_at)

    def test_do_nothing_while_the_connection_is_lost(self, merchant: Any, shop: Stock) -> None:
        answer = merchant.post(f"{PAGE}/runs", data=token(merchant) | {"kind": "compare"})
        assert answer.status_code == 302
        assert not rows(shop.here.database, syncs.syncs)
        assert "connect it first" in shown(merchant, shop)

    def test_cancel(self, merchant: Any, shop: Stock, other: Stock) -> None:
        for one in (shop, other):
            connect(one)
            run(one, syncs.COMPARE, syncs.RUNNING)
        merchant.post(f"{PAGE}/cancel?shop={shop.key}", data=token(merchant))
        states = {row.shop_id: row.state for row in rows(shop.here.database, syncs.syncs)}
        assert states == {shop.id: "cancelled", other.id: "running"}
        assert "What was brought in so far stays." in shown(merchant, shop)

    @pytest.mark.parametrize("kind", ["", "everything"])
    def test_refuse_what_is_no_run(self, merchant: Any, shop: Stock, kind: str) -> None:
        connect(shop)
        assert merchant.post(f"{PAGE}/runs", data=token(merchant) | {"kind": kind}).status_code == 400

    @pytest.mark.parametrize("path", ["runs", "cancel"])
    def test_need_the_forms_token_and_a_merchant(self, merchant: Any, stranger: Any, shop: Stock, path: str) -> None:
        connect(shop)
        assert merchant.post(f"{PAGE}/{path}", data={"kind": "compare"}).status_code == 400
        assert stranger.post(f"{PAGE}/{path}", data={"kind": "compare"}).status_code in (302, 400)
        assert not rows(shop.here.database, syncs.syncs)


class TestQueries:
    def test_are_few_however_much_ran(self, merchant: Any, shop: Stock, statements: Any) -> None:
        connect(shop)
        counts = []
        for number in (1, 30):
            for _ in range(number):
                run(shop, syncs.IMPORT)
                run(shop, syncs.CHANGES, found={"product.stale": 1})
                run(shop, syncs.COMPARE, syncs.FAILED)
            with statements() as seen:
                merchant.get(PAGE)
            counts.append(len(seen))
        assert counts[0] == counts[1] <= 13


class TestHome:
    def test_shows_the_first_import(self, merchant: Any, shop: Stock) -> None:
        connect(shop)
        run(shop, syncs.IMPORT, syncs.RUNNING)
        text = words(merchant.get("/dashboard/").text)
        assert "Everything is being read once." in text
        assert "Done 1,200 of 40,593" in text

    def test_names_a_lost_connection_first(self, merchant: Any, shop: Stock) -> None:
        shop.everything()
        at = connect(shop)
        with shop.here.database.write() as db:
            connections.lose(db, shop_id=shop.id, error="Shopify answered 401.", installed_at=at)
        html = merchant.get("/dashboard/").text
        look = words(html[html.index('id="needs-title"') :])
        assert "Wrong The shop does not let Backroom in any more. Shopify answered 401. Connect again" in look
        assert look.index("let Backroom in any more") < look.index("failed delivery")
        assert "to be read again from the platform, until the shop is connected" in look

    def test_says_for_what_rereads_wait(self, merchant: Any, shop: Stock) -> None:
        shop.effect()
        assert "until the shop is connected: product 11" in words(merchant.get("/dashboard/").text)
        connect(shop)
        assert "to be read again from the platform: product 11" in words(merchant.get("/dashboard/").text)
        with shop.here.database.write() as db:
            db.execute(connections.connections.delete())
            shops.learn(db, shop.id, demo=True)
        assert "which this shop does not offer: product 11" in words(merchant.get("/dashboard/").text)

    def test_says_what_was_healed(self, merchant: Any, shop: Stock) -> None:
        connect(shop)
        run(shop, syncs.CHANGES, found={"order.missing": 2})
        text = words(merchant.get("/dashboard/").text)
        assert "Look for changes , 9 min ago : 2 orders were missing. All of it was put right." in (
            text.replace("\u00a0", " ")
        )
