"""Nothing of one shop's customers is reached with another shop's key: every route with an id, every body with one."""

from typing import Any

from tests.webapp.api.peopled import people
from webapp.api import document

BODIES: dict[str, Any] = {
    "PATCH /customers/{id}": {"note": "x"},
    "POST /customers/{id}/merge": {"secondary_id": "32"},
    "POST /customers/{id}/split": {"member_id": "33"},
    "POST /customers/{id}/attributes": {"attributes": {"shoe_size": 1}, "source": "x"},
    "POST /customers/{id}/consents": {"channel": "sms", "state": "subscribed"},
    "POST /customers/{id}/points/earn": {"action": "review"},
    "POST /customers/{id}/points/spend": {"points": 1},
    "POST /customers/{id}/points/adjust": {"points": 1, "reason": "x"},
    "PUT /segments/{id}": {"name": "x", "rules": {"all": [{"field": "points", "operator": "missing"}]}},
}
EVENT = {"kind": "a.b", "title": "A", "happened_at": "2026-05-01T12:00:00Z", "source": "x"}
BODIES["POST /customers/{id}/events"] = {"events": [EVENT]}
NOUNS = ("/customers/{id}", "/segments/{id}", "/merges/{id}", "/customer-fields/{id}")


class TestAnotherShopsKey:
    def test_reaches_none_of_the_ids(self, app: Any, api: Any, foreign_api: Any, shop: Any) -> None:
        made = people(shop)
        ids = {"customers": "31", "segments": made.segment_id, "merges": made.merge_id, "customer-fields": "shoe_size"}
        before = api.get("/api/v1/customers").json
        walked = 0
        for call in document.calls(app):
            if not call.path.startswith(NOUNS) or (call.path == "/customer-fields/{id}" and call.method == "put"):
                continue
            path = "/api/v1" + call.path.replace("{id}", ids[call.path.split("/")[1]])
            body = BODIES.get(f"{call.method.upper()} {call.path}")
            answer = foreign_api.open(path, method=call.method.upper(), json=body)
            assert answer.status_code == 404, (call.method, call.path, answer.text)
            walked += 1
        assert walked >= 20
        assert api.get("/api/v1/customers").json == before

    def test_reaches_none_by_bodies_and_filters(self, api: Any, foreign_api: Any, shop: Any, other: Any) -> None:
        people(shop)
        other.customer("41", email="eve@example.org")
        before = api.get("/api/v1/customers").json
        assert foreign_api.post("/api/v1/customers/41/merge", json={"secondary_id": "31"}).status_code == 409
        assert foreign_api.post("/api/v1/customers/lookup", json={"email": "bob@example.org"}).json["data"] == []
        for query in ("email=bob@example.org", "platform_id=shopify:31", "q=bob", "tag=vip&q=31", "segment=s_1"):
            assert foreign_api.get(f"/api/v1/customers?{query}").json["data"] == [], query
        rows = [{"id": "31", "note": "x"}, {"email": "bob@example.org", "note": "x"}]
        told = foreign_api.post("/api/v1/customers/bulk", json={"rows": rows}).json["data"]
        assert [row["status"] for row in told] == ["refused", "created"]
        assert [row["id"] for row in foreign_api.get("/api/v1/customers").json["data"]] == ["41", told[1]["id"]]
        assert len(foreign_api.get("/api/v1/customers/export").text.splitlines()) == 2
        assert api.get("/api/v1/customers").json == before
