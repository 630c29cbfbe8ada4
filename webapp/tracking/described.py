"""The part of the API's description (OpenAPI 3.1) that is about parcels."""

from typing import Any

from commerce.rules import tracking

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer"}
_FLAG: Schema = {"type": "boolean"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_STATUS: Schema = {"type": "string", "enum": list(tracking.STATUSES)}


def _maybe(**schema: Any) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _text(longest: int) -> Schema:
    """Words, or null; without NUL, which no database takes."""
    return {"type": ["string", "null"], "maxLength": longest, "pattern": r"^[^\x00]*$", "examples": [None]}


def _object(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


_TIME, _DAY, _WORD = (
    _maybe(type="string", format="date-time"),
    _maybe(type="string", format="date"),
    _maybe(type="string"),
)
_PLACE = _object(dict.fromkeys(("city", "province", "postcode", "country"), _TEXT))
_BRIEF: dict[str, Schema] = {
    "id": _TEXT,
    "status": _STATUS,
    "progress": _NUMBER | {"description": "Steps of five that are done."},
    "scanned_at": _TIME,
    "expected_first": _DAY,
    "expected_last": _DAY,
    "tracking_page": _TEXT,
}
_SHIPMENT: dict[str, Schema] = {
    "id": _TEXT,
    "number": _TEXT,
    "carrier": _WORD,
    "carrier_named": _TEXT,
    "candidates": _TEXTS,
    **dict.fromkeys(("order_id", "shipment_id"), _WORD),
    "source": {"type": "string", "enum": ["shop", "api", "file", "label"]},
    "sub_status": _TEXT,
    "trusted": _FLAG,
    "place": _PLACE,
    **dict.fromkeys(("scanned_local", "scanned_zone"), _WORD),
    **dict.fromkeys(("service", "signed_by", "language"), _TEXT),
    "to": _object(dict.fromkeys(("country", "postcode", "zone"), _TEXT)),
    **dict.fromkeys(("shipped_at", "created_at", "first_scan_at", "ended_at", "checked_at", "next_check_at"), _TIME),
    "calls": _NUMBER,
    **dict.fromkeys(("problem", "error", "stopped", "carrier_url"), _WORD),
    "updated_at": _TIME,
}
_SCAN: dict[str, Schema] = {
    **{name: {"type": "string", "format": "date-time"} for name in ("at", "seen_at")},
    **dict.fromkeys(("local", "zone", "status"), _WORD),
    "zone_is_guessed": _FLAG,
    **dict.fromkeys(("sub_status", "code", "text"), _TEXT),
    "place": _PLACE,
}
_WHOLE = _SHIPMENT | _BRIEF

SCHEMAS: dict[str, Schema] = {
    "shipment_in_order": _object(_BRIEF),
    "shipment": _object(_WHOLE),
    "shipment_with_scans": _object(_WHOLE | {"scans": {"type": "array", "items": _object(_SCAN)}}),
    "new_shipment": {
        "type": "object",
        "properties": {
            "number": {"type": "string", "minLength": 4, "maxLength": 100, "examples": ["00340434161094042557"]},
            "carrier": _text(100) | {"description": "Its name; told from the number where it is left out."},
            "order_id": _text(100),
            "to": {
                "anyOf": [
                    {
                        "type": "object",
                        "properties": {"country": _text(100), "postcode": _text(20), "province": _text(60)},
                        "additionalProperties": False,
                    },
                    {"type": "null"},
                ],
            },
            "shipped_at": _TIME | {"description": "At most a day ahead."},
            "language": _text(20),
        },
        "required": ["number"],
        "additionalProperties": False,
    },
}
_FILTERS = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 250, "default": 50},
    "cursor": _TEXT,
    "status": _STATUS,
    **dict.fromkeys(("carrier", "order_id", "number"), _TEXT),
    "updated_since": {"type": "string", "format": "date-time"},
}


def paths() -> dict[str, Any]:
    """Addresses and what may be done there."""
    page = _object({"data": {"type": "array", "items": _ref("shipment")}, "next_cursor": _WORD})
    whole, by_id = _ref("shipment_with_scans"), [{"name": "id", "in": "path", "required": True, "schema": _TEXT}]
    asked = [{"name": name, "in": "query", "schema": schema} for name, schema in _FILTERS.items()]
    listed = _operation("shipments", "Parcels, oldest news first", page, wrong="400") | {"parameters": asked}
    added = _operation("add_shipment", "Follow a parcel; 200 where it is followed already", whole, wrong="400")
    added["responses"]["201"] = added["responses"]["200"]
    added["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref("new_shipment")}}}
    return {
        "/shipments": {"get": listed, "post": added},
        "/shipments/{id}": {
            "parameters": by_id,
            "get": _operation("shipment_by_id", "One parcel with its lines, by id or number", whole),
        },
        "/shipments/{id}/retrack": {
            "parameters": by_id,
            "post": _operation("retrack_shipment", "Forget its lines and begin anew", whole),
        },
        "/shipments/{id}/complete": {
            "parameters": by_id,
            "post": _operation("complete_shipment", "It is at an end: ask no more", whole),
        },
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _operation(name: str, summary: str, answer: Schema, *, wrong: str = "404") -> dict[str, Any]:
    why = "There is no such parcel." if wrong == "404" else "A field is wrong; `field` names it."
    return {
        "operationId": name,
        "summary": summary,
        "responses": {
            "200": {"description": summary, "content": {"application/json": {"schema": answer}}},
            "401": _problem("The API key is missing or unknown."),
            wrong: _problem(why),
        },
    }


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": _ref("problem")}}}
