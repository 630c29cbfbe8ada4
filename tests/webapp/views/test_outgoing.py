"""Outgoing webhooks in the dashboard."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from commerce.mirror import outgoing
from commerce.tables import alerts
from commerce.tables.outgoing import dispatches, endpoints, replays, tries
from tests.webapp.api.test_outgoing import end, happens
from tests.webapp.markup import assert_nothing_is_inline, token, words
from tests.webapp.stock import Stock

LIST = "/dashboard/webhooks-out"
PLACE = {
    "url": "https://93.184.216.34/hooks?key=hidden",
    "event": ["order.*", "product.changed"],
    "description": "Books",
}


@pytest.fixture
def post(merchant: Any, shop: Stock) -> Any:
    sent = token(merchant, f"{LIST}/new")
    return lambda path, **form: merchant.post(f"{LIST}{path}", data={"csrf_token": sent, **form})


@pytest.fixture
def endpoint(post: Any, shop: Stock) -> int:
    assert post("/new", **PLACE).status_code == 201
    return known(shop).id


def known(shop: Stock) -> Any:
    with shop.here.database.read() as db:
        return db.execute(select(endpoints.endpoints)).one()


def states(shop: Stock) -> set[str]:
    with shop.here.database.read() as db:
        return set(db.execute(select(dispatches.dispatches.c.state)).scalars())


def tried(shop: Stock, dispatch_id: int) -> None:
    row = {"shop_id": shop.id, "dispatch_id": dispatch_id, "url": "https://x", "sent": {"webhook-id": "msg_1"}}
    row |= {"status": 500, "answered": {"Server": "nginx"}, "answer": "<b>broken</b>", "is_cut": False}
    row |= {"error": "It answered 500.", "milliseconds": 12, "at": datetime.now(UTC)}
    with shop.here.database.write() as db:
        tries.add(db, [row])


class TestEndpoints:
    def test_are_added_with_a_secret_that_is_shown_once(self, merchant: Any, post: Any, shop: Stock) -> None:
        assert "No endpoint yet." in merchant.get(LIST).text
        page = post("/new", **PLACE)
        (secret,) = re.findall(r"whsec_[\w+/=]+", page.text)
        assert_nothing_is_inline(page.text)
        assert known(shop).filters == ["order.*", "product.changed"]
        for path in (LIST, f"{LIST}/{known(shop).id}", f"{LIST}/{known(shop).id}/edit"):
            html = merchant.get(path).text
            assert_nothing_is_inline(html)
            assert secret not in html
        assert "Books" in words(merchant.get(LIST).text)

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"url": "http://shop.example"}, "has to begin with https://"),
            ({"url": "https://10.0.0.1/"}, "in a private network"),
            ({"event": []}, "Choose at least one event"),
            ({"event": ["nothing"]}, "There is no event"),
        ],
    )
    def test_that_cannot_be_are_not_stored(self, merchant: Any, post: Any, wrong: Any, said: str) -> None:
        page = post("/new", **PLACE | wrong)
        assert page.status_code == 422
        assert said in words(page.text)
        assert 'aria-invalid="true"' in page.text
        assert "No endpoint yet." in merchant.get(LIST).text

    def test_are_changed_and_deleted(self, merchant: Any, post: Any, shop: Stock, endpoint: int) -> None:
        assert 'value="order.*" checked' in merchant.get(f"{LIST}/{endpoint}/edit").text
        assert post(f"/{endpoint}/edit", **PLACE | {"event": ["*"]}).status_code == 302
        assert known(shop).filters == ["*"]
        assert post(f"/{endpoint}/remove").status_code == 302
        assert merchant.get(f"{LIST}/{endpoint}").status_code == 404

    def test_get_another_secret(self, merchant: Any, post: Any, shop: Stock, endpoint: int) -> None:
        assert "whsec_" in post(f"/{endpoint}/rotate", overlap="24").text
        assert "signs as well until" in words(merchant.get(f"{LIST}/{endpoint}").text)
        assert len(endpoints.secrets_of(known(shop), shop.here.vault, now=datetime.now(UTC))) == 2

    def test_are_paused_disabled_and_go_on(self, post: Any, shop: Stock, endpoint: int) -> None:
        happens(shop.here, shop, "1")
        for state, there in (("paused", "held"), ("active", "waiting"), ("disabled", "dropped")):
            assert post(f"/{endpoint}/state", state=state).status_code == 302
            assert known(shop).state == state
            assert states(shop) == {there}
        assert post(f"/{endpoint}/state", state="off").status_code == 400

    def test_that_fail_are_problems_of_the_home_page(
        self, merchant: Any, post: Any, shop: Stock, endpoint: int
    ) -> None:
        with shop.here.database.write() as db:
            told = {"kind": outgoing.ALERT, "about": str(endpoint), "words": "The endpoint “Books” was switched off."}
            alerts.raise_one(db, shop_id=shop.id, now=datetime.now(UTC), **told)
            endpoints.learn(db, endpoint, state="off", why="It took nothing for three days.")
        assert "The endpoint “Books” was switched off." in words(merchant.get("/dashboard/").text)
        assert "Switched off It took nothing for three days." in words(merchant.get(LIST).text)
        post(f"/{endpoint}/state", state="active")
        assert "was switched off" not in merchant.get("/dashboard/").text


class TestTheLog:
    def test_shows_what_was_sent_and_answered(self, merchant: Any, shop: Stock, endpoint: int) -> None:
        happens(shop.here, shop, "77")
        tried(shop, 1)
        html = merchant.get(f"{LIST}/log/1").text
        assert_nothing_is_inline(html)
        assert "&lt;b&gt;broken&lt;/b&gt;" in html
        assert "Try 1: 500" in words(html)
        assert "msg_1" in html
        assert "whsec_" not in html

    def test_is_filtered_and_paged(self, merchant: Any, shop: Stock, endpoint: int, statements: Any) -> None:
        happens(shop.here, shop, *map(str, range(60)))
        with statements() as seen:
            first = merchant.get(f"{LIST}/log?state=waiting&to={endpoint}").text
        assert len(seen) <= 12
        assert first.count("/log/") >= 50
        (older,) = re.findall(r'href="([^"]*before=[^"]*)"', first)
        assert merchant.get(older.replace("&amp;", "&")).text.count('class="main"') == 10
        assert "Nothing fits these filters." in merchant.get(f"{LIST}/log?state=failed").text
        assert merchant.get(f"{LIST}/log?state=unheard").status_code == 400

    def test_sends_one_again(self, post: Any, shop: Stock, endpoint: int) -> None:
        happens(shop.here, shop, "1")
        end(shop.here, dispatches.FAILED)
        assert post("/log/1/replay").status_code == 302
        assert states(shop) == {dispatches.WAITING}

    def test_of_a_test_event_is_shown_at_once(self, merchant: Any, post: Any, endpoint: int) -> None:
        answer = post(f"/{endpoint}/test")
        page = merchant.get(answer.headers["Location"]).text
        assert "webhook.test" in page
        assert "It goes out in a moment." in page


class TestReplays:
    def test_act_on_exactly_what_was_told(self, merchant: Any, post: Any, shop: Stock, endpoint: int) -> None:
        happens(shop.here, shop, "1", "2", "3")
        end(shop.here, dispatches.FAILED)
        page = merchant.get(f"{LIST}/{endpoint}/replay?choice=failed").text
        assert "Send 3 events again?" in words(page)
        (address,) = re.findall(r'action="([^"]*replay[^"]*)"', page)
        with shop.here.database.write() as db:
            one = dispatches.dispatches.c.id == 1
            db.execute(update(dispatches.dispatches).where(one).values(state=dispatches.SENT))
        path = address.replace("&amp;", "&").removeprefix(LIST)
        told = post(path, number="3")
        assert told.status_code == 409
        assert "Send 2 events again?" in words(told.text)
        assert post(path, number="2").status_code == 302
        assert states(shop) == {dispatches.SENT, dispatches.WAITING}
        assert post(path, number="many").status_code == 400

    def test_of_many_are_left_to_the_job_and_can_be_stopped(
        self, merchant: Any, post: Any, shop: Stock, endpoint: int
    ) -> None:
        happens(shop.here, shop, *map(str, range(outgoing.AT_ONCE + 1)))
        end(shop.here, dispatches.SENT)
        assert post(f"/{endpoint}/replay?choice=all", number=str(outgoing.AT_ONCE + 1)).status_code == 302
        assert "501 events are sent again 0 of 501 so far" in words(merchant.get(f"{LIST}/{endpoint}").text)
        assert post(f"/{endpoint}/replays/1/cancel").status_code == 302
        with shop.here.database.read() as db:
            assert db.execute(select(replays.replays.c.state)).scalar_one() == replays.CANCELLED


class TestAnotherShop:
    def test_reaches_nothing(
        self, app: Any, merchant: Any, post: Any, shop: Stock, other: Stock, endpoint: int
    ) -> None:
        happens(shop.here, shop, "1")
        for path in (f"/{endpoint}", f"/{endpoint}/edit", f"/{endpoint}/replay", "/log/1"):
            assert merchant.get(f"{LIST}{path}?shop={other.key}").status_code == 404
        for path in ("edit", "state", "rotate", "test", "remove", "replay", "replays/1/cancel"):
            assert post(f"/{endpoint}/{path}?shop={other.key}", state="paused", number="1").status_code == 404
        assert post(f"/log/1/replay?shop={other.key}").status_code == 404
        assert "No endpoint yet." in merchant.get(f"{LIST}?shop={other.key}").text
        assert known(shop).state == "active"
