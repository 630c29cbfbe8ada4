"""Many customers at once, merges, timelines, consents, points, segments and own fields in the API."""

from typing import Any

import pytest

from tests.webapp.api.peopled import RULES, Peopled, people

HERE = "/api/v1/customers"


@pytest.fixture
def made(shop: Any) -> Peopled:
    return people(shop)


class TestBulk:
    def test_says_of_each_row_what_came_of_it(self, api: Any, made: Peopled) -> None:
        rows: list[dict[str, Any]] = [
            {"id": "31", "note": "Likes tents."},
            {"email": "new@example.org", "first_name": "New"},
            {"email": "new@example.org", "last_name": "Comer"},
            {"email": "bob@example.org"},
            {"id": "none", "note": "x"},
            {"id": "31", "email": "bob@example.org"},
            {"platform_ids": {"till": "7"}, "first_name": "Till"},
            {},
        ]
        answer = api.post(f"{HERE}/bulk", json={"rows": rows}).json
        told = [(row["index"], row["status"], (row["problem"] or {}).get("field")) for row in answer["data"]]
        assert told == [
            (0, "updated", None),
            (1, "created", None),
            (2, "updated", None),
            (3, "unchanged", None),
            (4, "refused", "id"),
            (5, "refused", "email"),
            (6, "created", None),
            (7, "refused", "email"),
        ]
        assert answer["counts"] == {"created": 2, "refused": 3, "unchanged": 1, "updated": 2}
        assert answer["data"][5]["problem"]["customer_id"] == "32"
        new = api.get(f"{HERE}/{answer['data'][1]['id']}").json
        assert (new["first_name"], new["last_name"]) == ("New", "Comer")

    def test_tells_two_rows_of_one_customer_apart(self, api: Any, made: Peopled) -> None:
        same, other = {"id": "31", "note": "Likes tents."}, {"email": "ada31@example.org", "note": "Likes stoves."}
        new = {"email": "new@example.org", "first_name": "New"}
        answer = api.post(f"{HERE}/bulk", json={"rows": [same, same, other, other, new, new]}).json
        told = [row["status"] for row in answer["data"]]
        assert told == ["updated", "unchanged", "updated", "unchanged", "created", "unchanged"]
        assert api.get(f"{HERE}/31").json["note"] == "Likes stoves."

    def test_again_changes_nothing(self, api: Any, made: Peopled) -> None:
        rows = [{"email": f"n{number}@example.org", "first_name": "N"} for number in range(120)]
        assert api.post(f"{HERE}/bulk", json={"rows": rows}).json["counts"] == {"created": 120}
        assert api.post(f"{HERE}/bulk", json={"rows": rows}).json["counts"] == {"unchanged": 120}

    def test_has_500_rows_at_most(self, api: Any) -> None:
        assert api.post(f"{HERE}/bulk", json={"rows": [{"first_name": "A"}] * 501}).status_code == 422


class TestMerging:
    def test_is_undone_exactly(self, api: Any, made: Peopled) -> None:
        before = [api.get(f"{HERE}/{key}").json for key in ("31", "32")]
        answer = api.post(f"{HERE}/31/merge", json={"secondary_id": "32", "reason": "Same"})
        assert answer.status_code == 201
        assert api.get(f"{HERE}/33").json["id"] == "31"
        told = api.get(f"{HERE}/31/merges").json["data"]
        assert [(row["primary_id"], row["secondary_id"]) for row in told] == [("31", "32"), ("32", "33")]
        undone = api.post(f"/api/v1/merges/{answer.json['id']}/undo").json
        assert undone["undone_by"] == "key 0 (first key)"
        after = [api.get(f"{HERE}/{key}").json for key in ("31", "32")]
        plain = [{name: value for name, value in row.items() if name != "created_at"} for row in (*before, *after)]
        assert plain[:2] == plain[2:]

    def test_that_cannot_be_is_refused(self, api: Any, made: Peopled) -> None:
        assert api.post(f"{HERE}/32/merge", json={"secondary_id": "33"}).json["field"] == "secondary_id"
        assert api.post(f"{HERE}/32/merge", json={"secondary_id": "none"}).status_code == 409
        assert api.post(f"{HERE}/none/merge", json={"secondary_id": "32"}).status_code == 404
        assert api.post(f"/api/v1/merges/{made.merge_id}/undo").status_code == 200
        assert api.post(f"/api/v1/merges/{made.merge_id}/undo").status_code == 409

    def test_by_rule_is_split(self, api: Any, shop: Any) -> None:
        shop.order("71", customer_id="", email="ada31@example.org")
        shop.customer("31")
        row = api.get(f"{HERE}/31").json
        (guest,) = set(row["member_ids"]) - {"31"}
        assert api.post(f"{HERE}/31/split", json={"member_id": "31"}).status_code == 409
        assert api.post(f"{HERE}/31/split", json={"member_id": guest}).json["id"] == guest
        assert api.get(f"{HERE}/31").json["member_ids"] == ["31"]
        assert api.get(f"{HERE}/31/suggestions").json["data"] == []


class TestTimeline:
    def test_has_what_others_told_once(self, api: Any, made: Peopled) -> None:
        event = {
            "kind": "ticket.opened",
            "title": "Torn",
            "happened_at": "2026-05-01T12:00:00Z",
            "source": "desk",
            "source_id": "T-1",
            "detail": {"number": 1},
        }
        body = {"events": [event, event | {"source_id": None}]}
        assert api.post(f"{HERE}/31/events", json=body).json == {"added": 2, "known": 0}
        assert api.post(f"{HERE}/31/events", json={"events": [event]}).json == {"added": 0, "known": 1}
        seen, cursor = [], ""
        while True:
            page = api.get(f"{HERE}/31/timeline?limit=2{cursor}").json
            seen += page["data"]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        kinds = [entry["kind"] for entry in seen]
        assert kinds.count("ticket.opened") == 2
        assert "order.placed" in kinds

    @pytest.mark.parametrize(
        ("change", "status"),
        [({"kind": "Opened"}, 422), ({"source": "backroom"}, 409), ({"happened_at": "2199-01-01T00:00:00Z"}, 409)],
    )
    def test_refuses_what_is_none(self, api: Any, made: Peopled, change: dict[str, str], status: int) -> None:
        event = {"kind": "a.b", "title": "A", "happened_at": "2026-05-01T12:00:00Z", "source": "desk"} | change
        answer = api.post(f"{HERE}/31/events", json={"events": [event]})
        assert (answer.status_code, answer.json["field"]) == (status, f"events.0.{next(iter(change))}")


class TestConsents:
    def test_count_by_their_time(self, api: Any, made: Peopled) -> None:
        for state, at in (("unsubscribed", "2026-03-01T00:00:00Z"), ("subscribed", "2026-02-01T00:00:00Z")):
            told = {"channel": "sms", "state": state, "at": at, "method": "paper", "source": "till"}
            answer = api.post(f"{HERE}/31/consents", json=told)
            assert answer.status_code == 201
        assert answer.json["current"]["sms"]["state"] == "unsubscribed"
        assert [row["state"] for row in api.get(f"{HERE}/31/consents").json["data"]] == ["unsubscribed", "subscribed"]
        assert api.get(f"{HERE}/31").json["communication_preferences"]["sms"] == "unsubscribed"

    def test_are_apart_from_suppressions(self, api: Any, made: Peopled) -> None:
        told = {"channel": "email", "address": "ADA31@example.org", "reason": "bounced"}
        assert api.put("/api/v1/suppressions", json=told).json["address"] == "ada31@example.org"
        api.put("/api/v1/suppressions", json={"channel": "sms", "address": "+49 30 123456", "reason": "wish"})
        first = api.get("/api/v1/suppressions?limit=1").json
        second = api.get(f"/api/v1/suppressions?limit=1&cursor={first['next_cursor']}").json
        assert [row["address"] for row in first["data"] + second["data"]] == ["ada31@example.org", "+4930123456"]
        gone = {"channel": "email", "address": "ada31@example.org"}
        assert [api.delete("/api/v1/suppressions", json=gone).status_code for _ in range(2)] == [204, 404]
        assert api.put("/api/v1/suppressions", json=told | {"address": "secret"}).json["field"] == "address"


class TestPoints:
    def test_are_earned_once_for_a_key(self, api: Any, made: Peopled) -> None:
        first, again = (api.post(f"{HERE}/31/points/earn", json={"action": "review", "key": "r1"}) for _ in range(2))
        assert (first.json["points"], first.json["again"]) == (50, False)
        assert (again.json["points"], again.json["again"]) == (50, True)
        more = api.post(f"{HERE}/31/points/earn", json={"action": "review", "key": "r2"}).json
        assert (more["points"], more["capped"]) == (0, True)

    def test_are_spent_for_a_code_and_never_more_than_there_are(self, api: Any, made: Peopled) -> None:
        spent = api.post(f"{HERE}/31/points/spend", json={"reward": "five_off"}).json
        assert spent["code"].startswith("P")
        assert spent["balance"]["available"] == 400
        refused = api.post(f"{HERE}/31/points/spend", json={"points": 401})
        assert (refused.status_code, refused.json["available"]) == (409, 400)
        for body in ({}, {"reward": "five_off", "points": 1}, {"reward": "none"}):
            assert api.post(f"{HERE}/31/points/spend", json=body).status_code == 409

    def test_are_adjusted_with_a_reason_and_listed(self, api: Any, made: Peopled) -> None:
        headers = {"Idempotency-Key": "one"}
        for _ in range(2):
            answer = api.post(f"{HERE}/31/points/adjust", json={"points": -20, "reason": "Error"}, headers=headers)
        assert answer.json["balance"]["available"] == 480
        assert api.get(f"{HERE}/31").json["loyalty_points"] == 480
        entries = api.get(f"{HERE}/31/points/entries?limit=1").json
        assert (entries["data"][0]["points"], entries["data"][0]["reason"]) == (-20, "Error")
        more = api.get(f"{HERE}/31/points/entries?limit=50&cursor={entries['next_cursor']}").json
        assert 500 in [row["points"] for row in more["data"]]
        assert api.get(f"{HERE}/31/points").json["is_on"] is True


class TestSegments:
    def test_are_tried_stored_changed_and_removed(self, api: Any, made: Peopled) -> None:
        tried = api.post("/api/v1/segments/count", json={"rules": RULES}).json
        assert (tried["count"], tried["out_of"]) == (2, 3)
        assert {row["id"] for row in tried["sample"]} >= {"31"}
        answer = api.post("/api/v1/segments", json={"name": "Buyers too", "rules": RULES})
        here = answer.headers["Location"]
        assert (answer.status_code, answer.json["rules"]) == (201, RULES)
        etag = api.get(here).headers["ETag"]
        changed = {"name": "Big", "rules": RULES}
        assert api.put(here, json=changed, headers={"If-Match": etag}).json["name"] == "Big"
        assert api.put(here, json=changed, headers={"If-Match": etag}).status_code == 412
        assert api.get(f"{here}/customers").json == {"data": [], "next_cursor": None}
        assert [api.delete(here).status_code, api.get(here).status_code] == [204, 404]

    def test_that_cannot_be_say_where(self, api: Any, made: Peopled) -> None:
        rules = {"all": [{"field": "orders_count", "operator": "at_least", "value": "secret"}]}
        answer = api.post("/api/v1/segments", json={"name": "A", "rules": rules})
        assert (answer.status_code, answer.json["field"]) == (409, "rules.all.0.value")
        assert "secret" not in answer.text

    def test_ask_for_no_number_that_is_too_large(self, api: Any, made: Peopled) -> None:
        rules = {"all": [{"field": "orders_count", "operator": "at_least", "value": 10**400}]}
        assert api.post("/api/v1/segments/count", json={"rules": rules}).status_code == 409

    def test_have_a_name_that_can_be_read(self, api: Any, made: Peopled) -> None:
        for name in (" ", "\u3000", "\t"):
            answer = api.post("/api/v1/segments", json={"name": name, "rules": RULES})
            assert (answer.status_code, answer.json["field"]) == (422, "name")
        assert api.post("/api/v1/segments", json={"name": " Big  feet ", "rules": RULES}).json["name"] == "Big feet"


class TestFields:
    def test_are_declared_and_removed(self, api: Any, made: Peopled) -> None:
        told = {"type": "choice", "label": "Size", "choices": ["S", "M"]}
        assert api.put("/api/v1/customer-fields/size", json=told).json == told | {"name": "size"}
        assert api.patch(f"{HERE}/31", json={"attributes": {"size": "M"}}).status_code == 200
        assert api.patch(f"{HERE}/31", json={"attributes": {"size": "L"}}).status_code == 409
        assert api.put("/api/v1/customer-fields/size", json=told | {"type": "text"}).json["field"] == "type"
        assert api.put("/api/v1/customer-fields/Size", json=told).json["field"] == "name"
        assert {row["name"] for row in api.get("/api/v1/customer-fields").json["data"]} == {"size", "shoe_size"}
        assert [api.delete("/api/v1/customer-fields/size").status_code for _ in range(2)] == [204, 404]

    def test_that_a_segment_asks_are_not_removed(self, api: Any, made: Peopled) -> None:
        rules = {"all": [{"field": "custom.shoe_size", "operator": "at_least", "value": 40}]}
        here = api.post("/api/v1/segments", json={"name": "Big feet", "rules": rules}).headers["Location"]
        refused = api.delete("/api/v1/customer-fields/shoe_size")
        assert (refused.status_code, "Big feet" in refused.json["detail"]) == (409, True)
        api.delete(here)
        assert api.delete("/api/v1/customer-fields/shoe_size").status_code == 204

    def test_have_days_as_days(self, api: Any, made: Peopled) -> None:
        assert api.put("/api/v1/customer-fields/born", json={"type": "date", "label": "Born"}).status_code == 200
        for told, status in (("1990-05-01", 200), ("1990-W01-1", 409)):
            assert api.patch(f"{HERE}/31", json={"attributes": {"born": told}}).status_code == status
