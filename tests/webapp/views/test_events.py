"""The event log: filters, one delivery's story, payloads and replays."""

import json
import re
from typing import Any

import pytest

from commerce.rules.events import REPLAY
from commerce.tables import effects, events, inbox
from tests.webapp import lists
from webapp.doors.deliveries import SHOWN_BYTES


class TestList:
    def test_filters_stand_in_the_address(self, merchant: Any, shop: Any) -> None:
        shop.delivery(outcome={})
        shop.delivery(topic="orders/create", outcome={"kind": "order", "object_id": "21", "state": inbox.FAILED})
        for query in ("topic=orders/create", "state=failed", "kind=order", "object_id=21"):
            rows = _topics(merchant.get(f"/dashboard/events?{query}").text)
            assert rows == ["orders/create"], query
        assert len(_topics(merchant.get("/dashboard/events?since=2020-01-01T00:00").text)) == 2
        assert _topics(merchant.get("/dashboard/events?since=2099-01-01").text) == []

    @pytest.mark.parametrize("query", ["state=odd", "kind=odd", "since=odd", "before=x"])
    def test_bad_filters_are_refused(self, merchant: Any, shop: Any, query: str) -> None:
        assert merchant.get(f"/dashboard/events?{query}").status_code == 400

    def test_older_ones_are_a_page_further(self, merchant: Any, shop: Any) -> None:
        for _ in range(60):
            shop.delivery()
        first = merchant.get("/dashboard/events").text
        assert len(_topics(first)) == 50
        (older,) = re.findall(r'href="([^"]*)" rel="next"', first)
        assert len(_topics(merchant.get(older.replace("&amp;", "&")).text)) == 10

    def test_are_taken_along_as_they_are_filtered(self, merchant: Any, shop: Any) -> None:
        shop.delivery(outcome={})
        shop.delivery(topic="orders/create", outcome={"kind": "order", "object_id": "21", "state": inbox.FAILED})
        (row,) = lists.rows_of(merchant.get("/dashboard/events/events.csv?state=failed"))
        assert (row["topic"], row["kind"], row["object_id"], row["state"]) == ("orders/create", "order", "21", "failed")
        assert len(lists.rows_of(merchant.get("/dashboard/events/events.csv"))) == 2

    def test_lag_of_a_replayed_delivery_is_not_made_up(self, merchant: Any, shop: Any) -> None:
        number = shop.delivery(outcome={})
        assert ">1 s<" in merchant.get("/dashboard/events").text.replace("\u00a0", " ")
        _replay_all(shop)
        with shop.here.database.write() as db:
            done = inbox.Outcome(id=number, state=inbox.APPLIED, due_at=_now(shop, number))
            inbox.finish(db, [done], taken_at=done.due_at, now=done.due_at)
        assert "done in" not in merchant.get(f"/dashboard/events/{number}").text


class TestOne:
    def test_tells_the_story(self, merchant: Any, shop: Any) -> None:
        number = shop.delivery(outcome={"note": "Saved."})
        shop.effect(kind=effects.INDEX, state=effects.DONE, inbox_id=number, reason="")
        shop.effect(inbox_id=number)
        text = merchant.get(f"/dashboard/events/{number}").text
        story = ["Happened in the shop", "Received and stored", "Taken by a worker", "Applied", "Saved."]
        story += ["Search index: done", "Read again from the platform: waits", "Unsure of it."]
        assert [step for step in story if step not in text] == []

    def test_shortens_signatures_and_leaves_out_credentials(self, merchant: Any, shop: Any) -> None:
        headers = {"x-wc-webhook-signature": "abcdefghijkl", "authorization": "Bearer tok", "cookie": "sess", "a": "b"}
        text = merchant.get(f"/dashboard/events/{shop.delivery(headers=headers)}").text
        assert "abcdef…" in text
        assert "abcdefg" not in text
        assert "Bearer tok" not in text
        assert "sess<" not in text

    def test_cuts_a_long_payload_and_offers_it_whole(self, merchant: Any, shop: Any) -> None:
        body = json.dumps({"title": "x" * SHOWN_BYTES}).encode()
        number = shop.delivery(body)
        assert "Only the beginning is shown" in merchant.get(f"/dashboard/events/{number}").text
        whole = merchant.get(f"/dashboard/events/{number}/payload")
        assert whole.data == body
        assert whole.mimetype == "application/octet-stream"
        assert whole.headers["Content-Disposition"].startswith("attachment")

    def test_says_why_a_delivery_was_turned_away(self, merchant: Any, shop: Any) -> None:
        number = shop.delivery(b"no json", state=inbox.REJECTED, error="not_json")
        text = merchant.get(f"/dashboard/events/{number}").text
        assert "Its body is not JSON." in text
        assert "Replay</button>" not in text

    def test_rejections_are_listed_in_plain_words(self, merchant: Any, shop: Any) -> None:
        shop.counters()
        assert "Its signature does not fit" in merchant.get("/dashboard/events/rejected").text


class TestReplay:
    def test_one_waits_again(self, merchant: Any, shop: Any) -> None:
        number = shop.delivery(outcome={})
        answer = merchant.post(f"/dashboard/events/{number}/replay", data=_token(merchant))
        assert answer.headers["Location"] == f"/dashboard/events/{number}"
        row = _row(shop, number)
        assert (row.state, row.origin) == (inbox.WAITING, REPLAY)
        assert "applied again now" in merchant.get(f"/dashboard/events/{number}").text

    def test_wakes_the_worker(self, merchant: Any, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        woken: list[Any] = []
        monkeypatch.setattr(type(shop.here.queues), "wake", lambda _self, kind, ids: woken.append((kind, ids)))
        number = shop.delivery(outcome={})
        merchant.post(f"/dashboard/events/{number}/replay", data=_token(merchant))
        merchant.post("/dashboard/events/replay", data=_token(merchant))
        assert woken == [("apply", [shop.id])] * 2

    def test_all_that_match_are_counted_before(self, merchant: Any, shop: Any) -> None:
        for state in (inbox.APPLIED, inbox.FAILED, inbox.FAILED):
            shop.delivery(outcome={"state": state})
        shop.delivery()
        shop.delivery(state=inbox.REJECTED, error="not_json")
        assert "Replay 3 deliveries?" in merchant.get("/dashboard/events/replay").text
        page = merchant.get("/dashboard/events/replay?state=failed").text
        assert "Replay 2 deliveries?" in page
        (action,) = re.findall(r'action="(/dashboard/events/replay[^"]*)"', page)
        late = shop.delivery(outcome={"state": inbox.FAILED}, received_at=_now(shop, 1).replace(year=2099))
        answer = merchant.post(action.replace("&amp;", "&"), data=_token(merchant))
        assert answer.headers["Location"] == "/dashboard/events"
        assert "2 deliveries are applied again now" in merchant.get("/dashboard/events").text
        assert _row(shop, late).state == inbox.FAILED

    def test_needs_the_forms_token(self, merchant: Any, shop: Any) -> None:
        number = shop.delivery(outcome={})
        for path in (f"{number}/replay", "replay"):
            assert merchant.post(f"/dashboard/events/{path}").status_code == 400
        assert _row(shop, number).state == inbox.APPLIED

    def test_does_not_reach_other_shops(self, merchant: Any, shop: Any, other: Any) -> None:
        number = shop.delivery(outcome={})
        token = _token(merchant)
        assert merchant.post(f"/dashboard/events/{number}/replay?shop={other.key}", data=token).status_code == 404
        merchant.post(f"/dashboard/events/replay?shop={other.key}", data=token)
        assert _row(shop, number).state == inbox.APPLIED


def _topics(html: str) -> list[str]:
    return re.findall(r'<td class="main"><a [^>]*>([^<]*)</a>', html)


def _token(client: Any) -> dict[str, str]:
    client.get("/dashboard/")
    with client.session_transaction() as session:
        return {"csrf_token": session["csrf"]}


def _row(shop: Any, number: int) -> Any:
    with shop.here.database.read() as db:
        return events.one(db, shop_id=shop.id, row_id=number)


def _now(shop: Any, number: int) -> Any:
    return _row(shop, number).received_at


def _replay_all(shop: Any) -> None:
    with shop.here.database.write() as db:
        events.replay(db, shop_id=shop.id, filters=events.Filters())
