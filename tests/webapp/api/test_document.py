"""The served description and its page: whole, consistent, without anything from elsewhere."""

import re
from typing import Any

import jsonschema_rs
import pytest

from commerce.rules.api_keys import SCOPES
from webapp.api import document
from webapp.headers import CONTENT_SECURITY_POLICY


@pytest.fixture
def told(stranger: Any) -> Any:
    return stranger.get("/api/v1/openapi.json").json


def operations(told: Any) -> Any:
    for path, there in told["paths"].items():
        for method, operation in there.items():
            if method != "parameters":
                yield path, method, operation


class TestDocument:
    def test_has_every_call_and_no_other(self, app: Any, told: Any) -> None:
        known = {(call.path, call.method) for call in document.calls(app)}
        assert {(path, method) for path, method, _ in operations(told)} == known

    def test_says_which_scope_each_call_needs(self, app: Any, told: Any) -> None:
        for call in document.calls(app):
            operation = told["paths"][call.path][call.method]
            assert operation["security"] == [{"key": [call.scope]}]
            assert SCOPES[call.scope] in operation["description"]
            assert {"401", "403", "429"} <= set(operation["responses"])

    def test_names_each_call_once(self, told: Any) -> None:
        names = [operation["operationId"] for _, _, operation in operations(told)]
        assert len(names) == len(set(names))

    def test_has_examples_that_its_own_schemas_allow(self, told: Any) -> None:
        checked = 0
        for path, method, operation in operations(told):
            contents = [operation.get("requestBody", {}).get("content", {})]
            contents += [answer.get("content", {}) for code, answer in operation["responses"].items() if code < "300"]
            for content in contents:
                if "application/json" not in content:
                    continue
                schema = content["application/json"]["schema"] | {"components": told["components"]}
                error = next(jsonschema_rs.iter_errors(schema, content["application/json"]["example"]), None)
                assert error is None, (path, method, error)
                checked += 1
        assert checked > 20

    def test_refers_only_to_what_it_has(self, told: Any) -> None:
        for reference in set(re.findall(r"'\$ref': '#/components/(\w+)/([^']+)'", str(told))):
            assert reference[1] in told["components"][reference[0]]


class TestPage:
    def test_shows_every_call_with_curl(self, app: Any, stranger: Any) -> None:
        page = stranger.get("/api/v1/docs")
        assert page.status_code == 200
        calls = list(document.calls(app))
        assert page.text.count("curl ") == len(calls)
        assert all(f"<code>{call.path}</code>" in page.text for call in calls)

    def test_needs_nothing_from_elsewhere(self, stranger: Any) -> None:
        page = stranger.get("/api/v1/docs")
        assert page.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert "<script" not in page.text
        assert "style=" not in page.text
        assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', page.text) == []

    def test_leads_only_to_places_on_it(self, stranger: Any) -> None:
        text = stranger.get("/api/v1/docs").text
        ids = re.findall(r' id="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
