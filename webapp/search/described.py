"""The part of the API's description (OpenAPI 3.1) that is about settings and rules of the search."""

from typing import Any

from commerce.rules.merchandising import KINDS, LAST_POSITION, STRONGEST
from commerce.rules.search_settings import ATTRIBUTES, LANGUAGES, SORTS
from commerce.rules.written_rules import ACTIONS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_TIME: Schema = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}

SCHEMAS: dict[str, Schema] = {
    "search_settings": {
        "type": "object",
        "properties": {
            "languages": {"type": "array", "items": {"enum": list(LANGUAGES)}, "minItems": 1},
            "searched": {"type": "array", "items": {"enum": list(ATTRIBUTES)}, "minItems": 1},
            "synonyms": {"type": "object", "additionalProperties": _TEXTS, "description": "One-way, in lower case."},
            "stop_words": _TEXTS,
            "facets": {"anyOf": [_TEXTS, {"type": "null"}], "description": "null: everything."},
            "sorts": {"type": "array", "items": {"enum": list(SORTS)}, "minItems": 1},
            "price_bands": {"type": "array", "items": {"type": "integer"}, "description": "Minor units, rising."},
            "typos": {"type": "boolean"},
            "vectors": {"type": "boolean"},
            "labels": {"type": ["object", "null"], "additionalProperties": _TEXT, "examples": [{"brand": "Marke"}]},
        },
        "additionalProperties": False,
    },
    "search_rule": {
        "type": "object",
        "properties": {
            "id": _TEXT | {"readOnly": True},
            "name": _TEXT,
            "applies_to": {"enum": list(KINDS)},
            "words": _TEXTS | {"description": "Queries, phrases or handles of categories."},
            "actions": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": {
                        "do": {"enum": list(ACTIONS)},
                        "product": _TEXT,
                        "position": {"type": "integer", "minimum": 1, "maximum": LAST_POSITION},
                        "facet": _TEXT | {"description": "`id` for a product by its id."},
                        "value": _TEXT,
                        "strength": {"type": "integer", "minimum": -STRONGEST, "maximum": STRONGEST},
                        "url": _TEXT,
                        "query": _TEXT,
                    },
                    "required": ["do"],
                },
            },
            "enabled": {"type": "boolean"},
            "starts_at": _TIME,
            "ends_at": _TIME,
        },
        "required": ["name", "applies_to", "actions"],
        "additionalProperties": False,
    },
}


def paths() -> dict[str, Any]:
    """Addresses and what may be done there."""
    by_id = [{"name": "id", "in": "path", "required": True, "schema": _TEXT}]
    rules = {"type": "object", "properties": {"data": {"type": "array", "items": _ref("search_rule")}}}
    return {
        "/search/settings": {
            "get": _operation("search_settings", "Settings of the search", _ref("search_settings")),
            "put": _operation(
                "save_search_settings",
                "Change settings; what is left out stays as it is",
                _ref("search_settings"),
                sent="search_settings",
            ),
        },
        "/search/rules": {
            "get": _operation("search_rules", "Rules of the search, in their order", rules),
            "post": _operation("add_search_rule", "Add a rule", _ref("search_rule"), sent="search_rule", code="201"),
        },
        "/search/rules/{id}": {
            "parameters": by_id,
            "get": _operation("search_rule_by_id", "One rule", _ref("search_rule")),
            "put": _operation("save_search_rule", "Replace a rule", _ref("search_rule"), sent="search_rule"),
            "delete": _operation("remove_search_rule", "Delete a rule", None, code="204"),
        },
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _operation(name: str, summary: str, answer: Schema | None, *, sent: str = "", code: str = "200") -> dict[str, Any]:
    done: dict[str, Any] = {"description": summary}
    if answer is not None:
        done["content"] = {"application/json": {"schema": answer}}
    told: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "responses": {code: done, "401": _problem("The API key is missing or unknown.")},
    }
    if sent:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(sent)}}}
        told["responses"]["400"] = _problem("A field is wrong; `field` names it.")
    if "rule" in name and name not in ("search_rules", "add_search_rule"):
        told["responses"]["404"] = _problem("There is no such rule.")
    return told


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": _ref("problem")}}}
