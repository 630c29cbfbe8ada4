"""The home page: how it is in one line, what needs somebody until it is put aside, today, and the first steps."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.rules.order_steps.settings import usual
from commerce.rules.roles import READ_ONLY
from commerce.tables import alerts, effects, inbox, pauses
from commerce.tables.order_steps import settings, steps
from jobs.queues import Queues, connect
from tests.signed_in import as_user
from tests.webapp import parcels
from tests.webapp.markup import token, words
from tests.webapp.stepped import step
from tests.webapp.stock import Stock
from webapp.app import create_app

HOME = "/dashboard/"


def seen(client: Any) -> str:
    return words(client.get(HOME).text).replace("\u00a0", " ")


def post(client: Any, path: str, **form: Any) -> Any:
    return client.post(f"/dashboard{path}", data={"csrf_token": token(client, HOME), **form})


def kinds(client: Any) -> list[str]:
    """What needs somebody, in the order of the page."""
    return re.findall(r'<li id="need-([a-z_.]+)"', client.get(HOME).text)


@pytest.fixture
def running(here: Any, shop: Stock, link: str, redis_url: str) -> Any:
    """A client of a Backroom whose queue is there and has a worker."""
    queues = Queues(connect(redis_url, timeout=1))
    queues.show_up("one")
    client = create_app(here.settings, replace(here, queues=queues)).test_client()
    client.post(link)
    yield client
    queues.redis.close()


class TestWhatHappenedLast:
    def test_names_an_order_and_not_the_product_of_the_same_id(self, running: Any, shop: Stock) -> None:
        shop.product("11", title="Kestrel tent")
        shop.order("11", number="#1001")
        for kind, topic in (("order", "orders/updated"), ("product", "products/update")):
            shop.delivery(topic=topic, body=topic.encode(), outcome={"kind": kind, "object_id": "11"})
        text = seen(running)
        assert "Order #1001 changed" in text
        assert "Product Kestrel tent changed" in text

    def test_leads_to_no_order_that_is_gone(self, running: Any, shop: Stock) -> None:
        shop.product("11", title="Kestrel tent")
        shop.delivery(outcome={})
        shop.delivery(topic="orders/delete", body=b"{}", outcome={"kind": "order", "object_id": "11"})
        assert "Order 11 was deleted" in seen(running)
        assert 'href="/dashboard/orders/11' not in running.get(HOME).text


class TestTheBanner:
    def test_says_that_all_is_well(self, running: Any) -> None:
        assert "All is well. Nothing waits in the queue, 1 worker is running." in seen(running)
        assert "Nothing has failed, and nothing waits for you." in seen(running)

    def test_names_the_worst_and_counts_the_others(self, running: Any, shop: Stock) -> None:
        shop.everything()
        text = seen(running)
        assert "Something is wrong. 1 failed delivery could not be applied. 3 more things need attention." in text

    def test_says_what_only_waits(self, running: Any, shop: Stock) -> None:
        shop.order()
        step(shop, "hold", "held")
        assert "Something waits for you. 1 step of an order held for you." in seen(running)


class TestNeeds:
    def test_are_one_line_for_each_kind_the_most_urgent_first(self, running: Any, shop: Stock) -> None:
        shop.everything()
        for _ in range(3):
            shop.delivery(outcome={"state": inbox.FAILED, "error": "title is missing"})
        step(shop, "hold", "held")
        step(shop, "label", "unsure")
        parcels.troubled(shop)
        assert kinds(running) == [
            *("deliveries", "steps.unsure", "steps.held", "effects", "parcels", "rejections", "rereads"),
        ]
        assert "4 failed deliveries could not be applied." in seen(running)
        assert "Look at 4 failed" in seen(running)

    def test_add_up_alerts_of_a_kind(self, running: Any, shop: Stock) -> None:
        now = datetime.now(UTC)
        with shop.here.database.write() as db:
            for about, passed in (("1", 9), ("2", 1), ("3", 5)):
                told = {"about": about, "words": f"Few are left of {about}.", "now": now - timedelta(minutes=passed)}
                alerts.raise_one(db, shop_id=shop.id, kind="low_stock", **told)
            alerts.raise_one(db, shop_id=shop.id, kind="template", about="order_paid/en", words="It broke.", now=now)
        text = seen(running)
        assert "3 items run low. The newest: Few are left of 2." in text
        assert "It broke." in text
        assert "/dashboard/notifications/templates/order_paid/en" in running.get(HOME).text

    def test_tell_the_operator_where_to_look_and_others_whom_to_ask(self, merchant: Any, app: Any, shop: Stock) -> None:
        assert 'href="/dashboard/operator"' in merchant.get(HOME).text
        mine = as_user(app.test_client(), shop_id=shop.id)
        text = seen(mine)
        assert "Queue unreachable" in text
        assert "Whoever runs Backroom here has to look at it." in text
        assert 'href="/dashboard/operator"' not in mine.get(HOME).text


class TestPuttingAside:
    def test_holds_until_it_gets_worse(self, running: Any, shop: Stock) -> None:
        shop.effect(kind=effects.INDEX, state=effects.FAILED)
        assert post(running, "/needs/effects", number=1).status_code == 302
        assert kinds(running) == []
        assert "All is well." in seen(running)
        assert "Put aside: 1" in seen(running)
        shop.effect(kind=effects.INDEX, state=effects.FAILED)
        assert kinds(running) == ["effects"]

    def test_covers_only_what_was_shown(self, running: Any, shop: Stock) -> None:
        for order in ("1", "2"):
            step(shop, "hold", "held", order=order)
        post(running, "/needs/steps.held", number=1)
        assert kinds(running) == ["steps.held"]

    def test_leaves_what_came_in_the_place_of_what_was_shown(self, running: Any, shop: Stock) -> None:
        shop.effect(kind=effects.INDEX, state=effects.FAILED)
        shown = re.search(r'name="newest" value="([^"]+)"', running.get(HOME).text)
        assert shown is not None
        before = datetime.fromisoformat(shown[1]) - timedelta(hours=1)
        post(running, "/needs/effects", number=1, newest=before.isoformat())
        assert kinds(running) == ["effects"]
        post(running, "/needs/effects", number=1, newest=shown[1])
        assert kinds(running) == []

    def test_follows_the_number_down(self, running: Any, shop: Stock) -> None:
        rows = [step(shop, "hold", "held", order=order) for order in "123"]
        post(running, "/needs/steps.held", number=3)
        with shop.here.database.write() as db:
            db.execute(steps.steps.delete().where(steps.steps.c.id.in_(rows[:2])))
        assert kinds(running) == []
        step(shop, "hold", "held", order="4")
        assert kinds(running) == ["steps.held"]

    def test_is_taken_back(self, running: Any, shop: Stock) -> None:
        step(shop, "hold", "held")
        post(running, "/needs/steps.held", number=1)
        post(running, "/needs/steps.held", again=1)
        assert kinds(running) == ["steps.held"]

    @pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30, "²"])
    def test_refuses_a_number_that_is_none(self, running: Any, number: str) -> None:
        assert post(running, "/needs/effects", number=number).status_code == 400

    def test_knows_its_kinds(self, running: Any) -> None:
        assert post(running, "/needs/guide", number=1).status_code == 404

    def test_is_of_one_shop(self, running: Any, shop: Stock, other: Stock) -> None:
        for one in (shop, other):
            step(one, "hold", "held")
        post(running, f"/needs/steps.held?shop={shop.key}", number=1)
        assert 'id="need-steps.held"' not in running.get(f"{HOME}?shop={shop.key}").text
        assert 'id="need-steps.held"' in running.get(f"{HOME}?shop={other.key}").text

    def test_is_not_for_who_only_reads(self, app: Any, shop: Stock) -> None:
        reader = as_user(app.test_client(), shop_id=shop.id, role=READ_ONLY)
        assert "Put aside" not in reader.get(HOME).text
        assert "Send a test event" not in reader.get(HOME).text
        assert post(reader, "/needs/queue", number=1).status_code == 403


class TestTheGuide:
    def test_says_what_was_found(self, merchant: Any, shop: Stock) -> None:
        assert "First steps: 0 of 6 done" in seen(merchant)
        shop.everything()
        with shop.here.database.write() as db:
            settings.save(db, shop_id=shop.id, chosen=usual("shopify"), now=datetime.now(UTC))
        text = seen(merchant)
        assert "First steps: 3 of 6 done" in text
        assert "They come in: 7 deliveries in 30 days." in text
        assert "Shoppers use it: 49 searches in 30 days." in text
        assert "You chose what runs when an order comes in." in text

    def test_is_folded_up_for_the_whole_shop(self, merchant: Any, app: Any, shop: Stock) -> None:
        assert "Connect the shop" in seen(merchant)
        post(merchant, "/guide", folded=1)
        for client in (merchant, as_user(app.test_client(), shop_id=shop.id)):
            assert "Connect the shop" not in seen(client)
            assert "Show the steps" in seen(client)
        post(merchant, "/guide", folded=0)
        assert "Connect the shop" in seen(merchant)


class TestStatements:
    def test_are_few_and_do_not_grow(self, merchant: Any, shop: Stock, statements: Any) -> None:
        counts = []
        for more in (range(2), range(20)):
            for number in more:
                shop.everything()
                shop.product(f"5{number}")
                step(shop, f"custom:{number}{len(more)}", "failed")
            merchant.get(HOME)
            with statements() as found:
                merchant.get(HOME)
            counts.append(len(found))
        assert counts[0] == counts[1] <= 50


class TestAPause:
    def test_of_the_shop_stands_above_all(self, merchant: Any, shop: Stock) -> None:
        assert "is paused" not in seen(merchant)
        with shop.here.database.write() as db:
            pauses.pause(db, shop_id=shop.id, by="Operator", now=datetime.now(UTC))
        assert "Work for this shop is paused since" in seen(merchant)
