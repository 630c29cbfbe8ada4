"""Calls with an Idempotency-Key: done once, answered alike, whoever comes second, whatever breaks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Blueprint

from commerce.tables import idempotency, search_rules
from webapp import guards
from webapp.api.changing import HEADER, REPLAYED, Change, changes
from webapp.errors import Problem

RULE = {
    "name": "Pin",
    "applies_to": "exact",
    "words": ["tent"],
    "actions": [{"do": "pin", "product": "1", "position": 1}],
}
ADDRESS = "/api/v1/search/rules"


def rules(here: Any, shop: Any) -> int:
    with here.database.read() as db:
        return len(search_rules.all_of(db, shop_id=shop.id))


@pytest.fixture
def breaking(app: Any) -> list[str]:
    """A call that changes something, then ends as the list says."""
    ends: list[str] = []
    blueprint = Blueprint("breaking", __name__)

    @blueprint.post("/api/v1/breaking")
    @guards.api_key("search:write")
    @changes
    def breaks(*, change: Change) -> Any:
        from flask import g, jsonify  # noqa: PLC0415

        search_rules.add(change.db, shop_id=g.shop.id, rule=rule(), now=change.now)
        match ends.pop(0):
            case "bug":
                raise RuntimeError
            case "problem":
                raise Problem(409, "Not now")
            case "refusal":
                return jsonify({"sorry": True}), 422
        return {"ok": True}

    app.register_blueprint(blueprint)
    return ends


def rule() -> Any:
    from commerce.rules import written_rules  # noqa: PLC0415

    return written_rules.read(RULE, rule_id="")


class TestRepeated:
    def test_is_answered_as_the_first_time(self, api: Any, here: Any, shop: Any) -> None:
        first = api.post(ADDRESS, json=RULE, headers={HEADER: "a"})
        second = api.post(ADDRESS, json=RULE, headers={HEADER: "a"})
        assert (first.status_code, second.status_code) == (201, 201)
        assert second.data == first.data
        assert second.headers["Location"] == first.headers["Location"]
        assert second.mimetype == "application/json"
        assert (first.headers.get(REPLAYED), second.headers[REPLAYED]) == (None, "true")
        assert rules(here, shop) == 1

    def test_without_a_key_is_done_again(self, api: Any, here: Any, shop: Any) -> None:
        api.post(ADDRESS, json=RULE)
        api.post(ADDRESS, json=RULE)
        assert rules(here, shop) == 2

    def test_with_another_body_is_refused(self, api: Any, here: Any, shop: Any) -> None:
        api.post(ADDRESS, json=RULE, headers={HEADER: "a"})
        answer = api.post(ADDRESS, json=RULE | {"name": "Another secret name"}, headers={HEADER: "a"})
        assert (answer.status_code, answer.json["field"]) == (422, HEADER)
        assert "secret" not in answer.text
        assert rules(here, shop) == 1

    def test_at_another_address_is_refused(self, api: Any) -> None:
        api.post(ADDRESS, json=RULE, headers={HEADER: "a"})
        answer = api.post("/api/v1/shipments", json={"number": "00340434161094042557"}, headers={HEADER: "a"})
        assert answer.status_code == 422

    def test_by_another_key_is_another_call(self, api: Any, add_key: Any, with_key: Any, here: Any, shop: Any) -> None:
        client = with_key(add_key("search:write")[1])
        api.post(ADDRESS, json=RULE, headers={HEADER: "a"})
        answer = client.post(ADDRESS, json=RULE | {"name": "Another"}, headers={HEADER: "a"})
        assert answer.status_code == 201
        assert rules(here, shop) == 2

    def test_by_another_shop_is_another_call(self, api: Any, foreign_api: Any) -> None:
        first = api.post(ADDRESS, json=RULE, headers={HEADER: "a"})
        second = foreign_api.post(ADDRESS, json=RULE, headers={HEADER: "a"})
        assert second.status_code == 201
        assert second.json["id"] != first.json["id"]

    @pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
    def test_with_a_key_that_is_none_is_refused(self, api: Any, here: Any, shop: Any, key: str) -> None:
        answer = api.post(ADDRESS, json=RULE, headers={HEADER: key})
        assert (answer.status_code, answer.json["field"]) == (400, HEADER)
        assert rules(here, shop) == 0


class TestBroken:
    @pytest.mark.parametrize(("end", "status"), [("bug", 500), ("problem", 409), ("refusal", 422)])
    def test_leaves_nothing_and_can_be_repeated(
        self, api: Any, here: Any, shop: Any, breaking: list[str], end: str, status: int
    ) -> None:
        breaking += [end, "well"]
        headers = {HEADER: "a"}
        assert api.post("/api/v1/breaking", headers=headers).status_code == status
        assert rules(here, shop) == 0
        answer = api.post("/api/v1/breaking", headers=headers)
        assert (answer.status_code, answer.headers.get(REPLAYED)) == (200, None)
        assert rules(here, shop) == 1

    def test_while_the_answer_is_stored_undoes_the_change(
        self, api: Any, here: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: Any, **__: Any) -> None:
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr(idempotency, "keep", broken)
            assert api.post(ADDRESS, json=RULE, headers={HEADER: "a"}).status_code == 500
        assert rules(here, shop) == 0
        assert api.post(ADDRESS, json=RULE, headers={HEADER: "a"}).status_code == 201


class TestAtOnce:
    def test_is_done_once_and_answered_alike(self, app: Any, here: Any, shop: Any, with_key: Any) -> None:
        together, many = Barrier(6), 6

        def call(_: int) -> Any:
            client = with_key(shop.api_key)
            together.wait()
            return client.post(ADDRESS, json=RULE, headers={HEADER: "a"})

        with ThreadPoolExecutor(many) as threads:
            answers = list(threads.map(call, range(many)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.data for answer in answers}) == 1
        assert sum(REPLAYED in answer.headers for answer in answers) == many - 1
        assert rules(here, shop) == 1


class TestForgotten:
    def test_is_what_is_older_than_the_time(self, api: Any, here: Any, shop: Any) -> None:
        api.post(ADDRESS, json=RULE, headers={HEADER: "a"})
        now = datetime.now(UTC)
        for before, gone in ((now - timedelta(hours=1), 0), (now + timedelta(hours=1), 1)):
            with here.database.write() as db:
                assert idempotency.forget(db, before=before) == gone
        assert api.post(ADDRESS, json=RULE, headers={HEADER: "a"}).headers.get(REPLAYED) is None
        assert rules(here, shop) == 2
