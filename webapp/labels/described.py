"""The part of the API's description (OpenAPI 3.1) that is about labels."""

from typing import Any

from integrations.label_api import FORMATS
from integrations.labels.written import ADDRESS, LONGEST, MOST_BOXES, SIDES
from webapp.labels.words import STATES

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_FLAG: Schema = {"type": "boolean"}
_FORMAT: Schema = {"type": "string", "enum": list(FORMATS)}
_WORD: Schema = {"anyOf": [_TEXT, {"type": "null"}]}
_TIME: Schema = {"type": "string", "format": "date-time"}
_SIDE: Schema = {"type": "integer", "minimum": 0, "maximum": LONGEST, "description": "Millimetres; 0 is not known."}
_SHIP_ON: Schema = {"type": "string", "format": "date"}
_MONEY: Schema = {"$ref": "#/components/schemas/money"}

_BOX: Schema = {
    "type": "object",
    "properties": {"grams": {"type": "integer", "minimum": 1}, **dict.fromkeys(SIDES, _SIDE)},
    "required": ["grams"],
}
_ADDRESS: Schema = {
    "type": "object",
    "properties": {name: {"type": "string", "maxLength": longest} for name, longest in ADDRESS.items()},
}
_BOXES: Schema = {"type": "array", "minItems": 1, "maxItems": MOST_BOXES, "items": _BOX}


def _said(schema: Schema, description: str) -> Schema:
    return schema | {"description": description}


_LABEL: dict[str, Schema] = {
    **dict.fromkeys(("id", "key"), _TEXT),
    "order_id": _WORD,
    "carrier": _TEXT,
    "service": _WORD,
    "state": {"type": "string", "enum": list(STATES)},
    "number": _WORD,
    "price": {"anyOf": [_MONEY, {"type": "null"}]},
    "format": _TEXT,
    "boxes": {"type": "array", "items": _BOX},
    **{who: {"anyOf": [_ADDRESS, {"type": "null"}]} for who in ("from", "to")},
    "reference": _TEXT,
    **dict.fromkeys(("error", "file"), _WORD),
    "created_at": _TIME,
    "finished_at": {"anyOf": [_TIME, {"type": "null"}]},
}
SCHEMAS: dict[str, Schema] = {
    "label": {"type": "object", "properties": _LABEL, "required": list(_LABEL)},
    "new_label": {
        "type": "object",
        "properties": {
            "key": _said(_TEXT, "The same key is the same label, however often it is sent. Needed without an order."),
            "order_id": _said(_WORD, "Whose label it is; it says where to, and its number is the reference."),
            "carrier": _said(_TEXT, "`house` where it is left out."),
            "service": _said(_TEXT, "As the carrier calls it; the cheapest where it is left out."),
            "format": _FORMAT,
            "from": _said(_ADDRESS, "The shop's own sender where it is left out."),
            "to": _said(_ADDRESS, "The order's address where it is left out."),
            "boxes": _BOXES,
            "reference": _TEXT,
            "signature": _FLAG,
            "ship_on": _SHIP_ON,
        },
        "required": ["boxes"],
        "additionalProperties": False,
    },
}
_FILES: Schema = {
    kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("application/pdf", "application/zpl")
}


def paths() -> dict[str, Any]:
    """Addresses and what may be done there."""
    by_id = [{"name": "id", "in": "path", "required": True, "schema": _TEXT}]
    shown: Schema = {"application/json": {"schema": _ref("label")}}
    added = _operation(
        "add_label", "Ask for a label; 200 where its key was used before", shown, "400", "A field is wrong."
    )
    added["responses"]["202"] = added["responses"]["200"]
    added["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref("new_label")}}}
    gone = "There is no such label."
    file = _operation("label_file", "What is to be printed", _FILES, "404", gone)
    file["responses"]["409"] = _problem("It is not bought yet, or its file was erased.")
    void = _operation("void_label", "Take it back", shown, "404", gone)
    void["responses"]["409"] = _problem("Only a label that was bought can be taken back.")
    return {
        "/labels": {"post": added},
        "/labels/{id}": {"parameters": by_id, "get": _operation("label_by_id", "One label", shown, "404", gone)},
        "/labels/{id}/file": {"parameters": by_id, "get": file},
        "/labels/{id}/void": {"parameters": by_id, "post": void},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _operation(name: str, summary: str, content: Schema, wrong: str, why: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {
            "200": {"description": summary, "content": content},
            "401": _problem("The API key is missing or unknown."),
            wrong: _problem(why),
        },
    }


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": _ref("problem")}}}
