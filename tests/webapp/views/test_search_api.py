"""Settings and rules of the search over the merchant's own API."""

from typing import Any

import pytest

SETTINGS, RULES = "/api/v1/search/settings", "/api/v1/search/rules"
PIN = {
    "name": "Pin",
    "applies_to": "exact",
    "words": ["tent"],
    "actions": [{"do": "pin", "product": "1", "position": 1}],
}


class TestSettings:
    def test_are_read_and_changed(self, api: Any, shop: Any) -> None:
        before = api.get(SETTINGS).json
        assert before["languages"] == ["english"]
        changes = {"synonyms": {"Sofa": ["couch"]}, "labels": {"Brand": "Marke"}}
        answer = api.put(SETTINGS, json=changes)
        assert answer.status_code == 200
        assert answer.json == before | {"synonyms": {"sofa": ["couch"]}, "labels": {"brand": "Marke"}}
        assert api.put(SETTINGS, json={"typos": False}).json["labels"] == {"brand": "Marke"}
        assert api.get(SETTINGS).json["typos"] is False

    @pytest.mark.parametrize(
        ("body", "field"),
        [({"languages": ["klingon"]}, "languages"), ({"typo": True}, "typo"), ({"labels": {"a": 5}}, "labels")],
    )
    def test_name_the_field_that_is_wrong(self, api: Any, body: Any, field: str) -> None:
        answer = api.put(SETTINGS, json=body)
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
        assert answer.json["field"] == field

    def test_have_to_be_an_object(self, api: Any) -> None:
        assert api.put(SETTINGS, data="[1]").status_code == 400


class TestRules:
    def test_are_added_read_replaced_and_removed(self, api: Any) -> None:
        added = api.post(RULES, json=PIN)
        assert added.status_code == 201
        address = added.headers["Location"]
        assert (
            api.get(address).json
            == added.json
            == PIN
            | {
                "id": added.json["id"],
                "enabled": True,
                "starts_at": None,
                "ends_at": None,
            }
        )
        assert api.get(RULES).json["data"] == [added.json]
        again = added.json | {"name": "Again", "starts_at": "2026-05-01T12:00:00+02:00"}
        assert api.put(address, json=again).json["starts_at"] == "2026-05-01T10:00:00+00:00"
        assert api.get(address).json["name"] == "Again"
        assert api.delete(address).status_code == 204
        assert (api.get(address).status_code, api.delete(address).status_code) == (404, 404)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": ""}, "name"),
            ({"actions": [{"do": "pin", "product": "1"}]}, "actions[0].position"),
            ({"x": 1}, "x"),
        ],
    )
    def test_name_the_field_that_is_wrong(self, api: Any, changes: Any, field: str) -> None:
        answer = api.post(RULES, json=PIN | changes)
        assert (answer.status_code, answer.json["field"]) == (400, field)

    def test_of_another_shop_are_not_there(self, api: Any, foreign_api: Any) -> None:
        address = api.post(RULES, json=PIN).headers["Location"]
        assert foreign_api.get(address).status_code == 404
        assert foreign_api.put(address, json=PIN).status_code == 404
        assert foreign_api.delete(address).status_code == 404
        assert foreign_api.get(RULES).json["data"] == []
        assert api.get(address).status_code == 200

    @pytest.mark.parametrize("path", [SETTINGS, RULES, f"{RULES}/1"])
    def test_need_the_key(self, stranger: Any, path: str) -> None:
        assert stranger.get(path).status_code == 401
