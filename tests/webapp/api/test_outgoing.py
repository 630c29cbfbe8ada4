"""Endpoints of outgoing webhooks and dispatches by the API."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from commerce.rules.outgoing.names import Announced
from commerce.tables import idempotency, shops
from commerce.tables.outgoing import dispatches, endpoints, planning, replays
from webapp.api import document
from webapp.api.changing import HEADER

AT = "/api/v1/webhook-endpoints"
SENT = "/api/v1/webhook-dispatches"
PLACE = {"url": "https://93.184.216.34/hooks", "events": ["order.*"], "description": "Bookkeeping"}


@pytest.fixture
def made(api: Any) -> Any:
    return api.post(AT, json=PLACE).json


def happens(here: Any, shop: Any, *occasions: str) -> None:
    now = datetime.now(UTC)
    events = [Announced(name="order.paid", occasion=one, body={"id": one}, told_at=now) for one in occasions]
    with here.database.write() as db:
        known = shops.by_id(db, here.vault, shop.id)
        assert known is not None
        planning.plan(db, known, events, now=now)


def end(here: Any, state: str) -> None:
    with here.database.write() as db:
        ended = update(dispatches.dispatches).values(state=state, finished_at=datetime.now(UTC), due_at=None)
        db.execute(ended)


class TestEndpoints:
    def test_are_added_shown_changed_and_deleted(self, api: Any, made: Any) -> None:
        assert made["secret"].startswith("whsec_")
        assert (made["state"], made["events"], made["url"]) == ("active", ["order.*"], PLACE["url"])
        address = f"{AT}/{made['id']}"
        shown = api.get(address)
        assert shown.json == {name: value for name, value in made.items() if name != "secret"}
        changed = api.patch(
            address, json={"events": ["*"], "state": "paused"}, headers={"If-Match": shown.headers["ETag"]}
        )
        assert (changed.json["events"], changed.json["state"], changed.json["url"]) == (["*"], "paused", PLACE["url"])
        assert api.patch(address, json={}, headers={"If-Match": shown.headers["ETag"]}).status_code == 412
        assert api.get(AT).json["data"] == [changed.json]
        assert api.delete(address).status_code == 204
        assert api.get(AT).json == {"data": []}

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"url": "http://shop.example/x"}, "url"),
            ({"url": "https://127.0.0.1/x"}, "url"),
            ({"url": "https://169.254.169.254/latest"}, "url"),
            ({"url": "https://[::1]/x"}, "url"),
            ({"url": "https://me:secret@93.184.216.34/"}, "url"),
            ({"url": "https://93.184.216.34:99999/"}, "url"),
            ({"events": ["order.unheard"]}, "events"),
        ],
    )
    def test_that_cannot_be_are_refused(self, api: Any, made: Any, wrong: Any, field: str) -> None:
        for answer in (api.post(AT, json=PLACE | wrong), api.patch(f"{AT}/{made['id']}", json=wrong)):
            assert (answer.status_code, answer.json["field"]) == (409, field)
        assert len(api.get(AT).json["data"]) == 1

    def test_are_at_most_twenty(self, api: Any) -> None:
        answers = [api.post(AT, json=PLACE).status_code for _ in range(endpoints.MOST + 1)]
        assert answers == [201] * endpoints.MOST + [409]

    def test_get_another_secret(self, api: Any, here: Any, made: Any) -> None:
        told = api.post(f"{AT}/{made['id']}/rotate", json={"overlap_hours": 2}).json
        assert told["secret"] not in ("", made["secret"])
        assert told["previous_secret_until"] is not None
        with here.database.read() as db:
            row = db.execute(select(endpoints.endpoints)).one()
        assert endpoints.secrets_of(row, here.vault, now=datetime.now(UTC)) == [told["secret"], made["secret"]]
        assert made["secret"] not in repr(row)
        assert api.post(f"{AT}/{made['id']}/rotate", json={"overlap_hours": 0}).json["previous_secret_until"] is None

    def test_repeated_with_a_key_answer_alike_and_keep_no_secret(self, api: Any, here: Any) -> None:
        first, second = (api.post(AT, json=PLACE, headers={HEADER: "one"}) for _ in range(2))
        assert first.json == second.json
        with here.database.read() as db:
            kept = db.execute(select(idempotency.answers)).one()
        assert b"whsec_" not in kept.body


class TestDispatches:
    def test_are_listed_page_by_page(self, api: Any, here: Any, shop: Any, made: Any) -> None:
        happens(here, shop, "1", "2", "3")
        first = api.get(f"{SENT}?limit=2").json
        rest = api.get(f"{SENT}?limit=2&cursor={first['next_cursor']}").json
        found = [*first["data"], *rest["data"]]
        assert [row["event"] for row in found] == ["order.paid"] * 3
        assert rest["next_cursor"] is None
        assert api.get(f"{SENT}?state=sent").json["data"] == []
        assert len(api.get(f"{SENT}?endpoint_id={made['id']}&event=order.paid").json["data"]) == 3
        one = api.get(f"{SENT}/{found[0]['id']}").json
        assert one["body"]["data"] == {"id": "3"}
        assert one["tries"] == []

    def test_of_tests_go_to_whom_they_are_for(self, api: Any, made: Any) -> None:
        api.patch(f"{AT}/{made['id']}", json={"state": "disabled"})
        answer = api.post(f"{AT}/{made['id']}/test")
        assert (answer.status_code, answer.json["event"], answer.json["state"]) == (202, "webhook.test", "waiting")
        assert api.get(answer.headers["Location"]).json["id"] == answer.json["id"]

    def test_are_sent_again_in_the_number_that_was_told(self, api: Any, here: Any, shop: Any, made: Any) -> None:
        happens(here, shop, "1", "2", "3")
        end(here, dispatches.FAILED)
        address = f"{AT}/{made['id']}"
        told = api.get(f"{address}/replayable").json
        assert told["count"] == 3
        other = api.post(f"{address}/replays", json={"count": 2})
        assert (other.status_code, other.json["number"]) == (409, 3)
        again = api.post(f"{address}/replays", json=told)
        assert (again.status_code, again.json) == (202, {"id": None, "total": 3, "done": 3, "state": "done"})
        assert {row["state"] for row in api.get(SENT).json["data"]} == {"waiting"}
        assert api.get(f"{address}/replayable").json["count"] == 0

    def test_that_are_many_are_left_to_the_job(self, api: Any, here: Any, shop: Any, made: Any) -> None:
        happens(here, shop, *map(str, range(501)))
        end(here, dispatches.SENT)
        told = api.post(f"{AT}/{made['id']}/replays", json={"choice": "all", "count": 501}).json
        assert told == {"id": told["id"], "total": 501, "done": 0, "state": "running"}
        assert api.get(f"{AT}/{made['id']}/replays").json == {"data": [told]}

    def test_are_sent_again_one_by_one(self, api: Any, here: Any, shop: Any, made: Any) -> None:
        happens(here, shop, "1")
        end(here, dispatches.SENT)
        (row,) = api.get(SENT).json["data"]
        again = api.post(f"{SENT}/{row['id']}/replay")
        assert (again.status_code, again.json["state"], again.json["message_id"]) == (202, "waiting", row["message_id"])
        end(here, dispatches.DROPPED)
        api.patch(f"{AT}/{made['id']}", json={"state": "disabled"})
        assert api.post(f"{SENT}/{row['id']}/replay").status_code == 409
        assert api.post(f"{AT}/{made['id']}/replays", json={}).status_code == 409


class TestAnotherShopsKey:
    def test_reaches_none_of_the_ids(
        self, app: Any, api: Any, foreign_api: Any, here: Any, shop: Any, made: Any
    ) -> None:
        happens(here, shop, "1")
        end(here, dispatches.FAILED)
        ids = {"webhook-endpoints": made["id"], "webhook-dispatches": api.get(SENT).json["data"][0]["id"]}
        before, walked = (api.get(AT).json, api.get(SENT).json), 0
        for call in document.calls(app):
            noun = call.path.split("/")[1]
            if noun not in ids or "{id}" not in call.path:
                continue
            path = "/api/v1" + call.path.replace("{id}", ids[noun])
            answer = foreign_api.open(path, method=call.method.upper(), json={})
            assert answer.status_code == 404, (call.method, path, answer.text)
            walked += 1
        assert walked >= 9
        assert (api.get(AT).json, api.get(SENT).json) == before
        assert foreign_api.get(SENT).json["data"] == foreign_api.get(AT).json["data"] == []


class TestLists:
    def test_take_as_many_statements_for_many(self, api: Any, here: Any, shop: Any, statements: Any) -> None:
        counted = []
        for number in (2, 40):
            api.post(AT, json=PLACE)
            happens(here, shop, *(f"{number}-{one}" for one in range(number)))
            with here.database.write() as db:
                row = {"shop_id": shop.id, "endpoint_id": 1, "choice": "all", "asked_at": datetime.now(UTC)}
                db.execute(insert(replays.replays).values(row | {"total": 1, "state": "done"}))
            with statements() as seen:
                assert len(api.get(f"{SENT}?limit=50").json["data"]) >= number
                api.get(AT)
                api.get(f"{AT}/1/replays")
            counted.append(len(seen))
        assert counted[0] == counted[1] <= 12
