"""The description for people: calls by noun, with their parameters, what is sent and given, and an example."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A parameter or a field. `place` is where a parameter stands: path, query, header."""

    name: str
    kind: str
    said: str
    needed: bool
    place: str = ""
    leads_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One call."""

    id: str
    method: str
    path: str
    summary: str
    said: str
    scope: str
    parameters: list[Line]
    sends: str
    gives: str
    answers: list[tuple[str, str]]
    curl: str
    example: str


def nouns(told: Schema) -> dict[str, list[Shown]]:
    """Calls by the noun that they are about."""
    found: dict[str, list[Shown]] = {tag["name"]: [] for tag in told["tags"]}
    for path, there in told["paths"].items():
        for method in _METHODS:
            if method in there:
                found[there[method]["tags"][0]].append(_call(told, path, method, there))
    return found


def schemas(told: Schema) -> dict[str, list[Line]]:
    """The fields of every schema that is an object."""
    found = told["components"]["schemas"]
    return {name: _fields(schema) for name, schema in sorted(found.items()) if schema.get("properties")}


def _call(told: Schema, path: str, method: str, there: Schema) -> Shown:
    operation = there[method]
    success = next((code for code in sorted(operation["responses"]) if code.startswith("2")), "")
    given = operation["responses"].get(success, {}).get("content", {}).get("application/json", {})
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    parameters = [*there.get("parameters", ()), *operation.get("parameters", ()), *operation.get("x-headers", ())]
    return Shown(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        said=operation["description"].rpartition("Scope `")[0].strip(),
        scope=operation["x-scope"],
        parameters=[_parameter(each) for each in parameters],
        sends=_reference(sent.get("schema", {})),
        gives=_reference(given.get("schema", {})),
        answers=[(code, _answer(told, answer)) for code, answer in sorted(operation["responses"].items())],
        curl=_curl(told["servers"][0]["url"], path, method, sent.get("example")),
        example=_json(given["example"]) if "example" in given else "",
    )


def _parameter(told: Schema) -> Line:
    return Line(
        name=told["name"],
        kind=_kind(told["schema"]),
        said=told.get("description", ""),
        needed=bool(told.get("required")),
        place=told["in"],
    )


def _fields(schema: Schema) -> list[Line]:
    needed = set(schema.get("required", ()))
    return [
        Line(
            name=name,
            kind=_kind(inner),
            said=inner.get("description", ""),
            needed=name in needed,
            leads_to=_reference(inner),
        )
        for name, inner in schema["properties"].items()
    ]


def _kind(schema: Schema) -> str:
    """What it is, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(each) for each in schema["anyOf"]))
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if isinstance(kind, list):
        return " or ".join(_kind({**schema, "type": each}) for each in kind)
    words = {"string": "text", "integer": "whole number", "boolean": "true or false", "date-time": "time"}
    return words.get(str(schema.get("format")), words.get(kind, str(kind)))


def _reference(schema: Schema) -> str:
    """The schema that is meant by it, or that it is a list of."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    inner = [schema.get("items", {}), *schema.get("anyOf", ())]
    rows = schema.get("properties", {}).get("data", {}) if "next_cursor" in schema.get("properties", {}) else {}
    return next((found for each in [*inner, rows] if each and (found := _reference(each))), "")


def _answer(told: Schema, answer: Schema) -> str:
    if "$ref" in answer:
        answer = told["components"]["responses"][_reference(answer)]
    return str(answer["description"])


def _curl(server: str, path: str, method: str, sent: Any) -> str:
    words = ["curl"] + (["-X", method.upper()] if method != "get" else [])
    address = shlex.quote(f"{server}{path.replace('{', '').replace('}', '')}".replace("/id", "/1042"))
    lines = [" ".join([*words, address]), '-H "Authorization: Bearer $API_KEY"']
    if sent is not None:
        lines += ['-H "Content-Type: application/json"', f"-d {shlex.quote(json.dumps(sent, ensure_ascii=False))}"]
    return " \\\n  ".join(lines)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
