"""Examples for the description: what a schema says of itself, else something plausible of its kind."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

# By the name of the field.
_BY_NAME: Mapping[str, Any] = {
    "id": "1042",
    "email": "jane@example.com",
    "phone": "+4930123456",
    "first_name": "Jane",
    "last_name": "Doe",
    "currency": "EUR",
    "country": "DE",
    "postcode": "10115",
    "city": "Berlin",
    "title": "Tent for two",
    "handle": "tent-for-two",
    "sku": "TENT-2",
    "number": "00340434161094042557",
    "carrier": "dhl",
    "url": "https://shop.example/products/tent-for-two",
    "product": "1042",
    "query": "tent",
    "name": "Tents first",
}
_LISTS: Mapping[str, Any] = {"words": ["tent"]}
_DEEPEST = 12


def example_of(schema: Schema, schemas: Mapping[str, Schema], *, name: str = "", depth: int = 0) -> Any:
    """A value that the schema allows; `schemas` are those that it refers to by name."""
    if "$ref" in schema:
        referred = str(schema["$ref"]).rsplit("/", 1)[1]
        return example_of(schemas[referred], schemas, name=name, depth=depth + 1)
    for key in ("example", "default", "const"):
        if key in schema:
            return schema[key]
    if schema.get("examples") or schema.get("enum"):
        return (schema.get("examples") or schema["enum"])[0]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return example_of(schema[key][0], schemas, name=name, depth=depth + 1)
    return _plain(schema, schemas, name=name, depth=depth)


def _plain(schema: Schema, schemas: Mapping[str, Schema], *, name: str, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        known = {} if depth > _DEEPEST else schema.get("properties", {})
        return {
            key: example_of(inner, schemas, name=key, depth=depth + 1)
            for key, inner in known.items()
            if not inner.get("readOnly")
        }
    if kind == "array":
        return _LISTS.get(name) or [example_of(schema.get("items", {}), schemas, name=name, depth=depth + 1)]
    if kind == "integer":
        return max(schema.get("minimum", 1), 1)
    return {"boolean": True, "number": 1.5, "null": None}.get(str(kind), _text(schema, name))


def _text(schema: Schema, name: str) -> str:
    by_format = {"date-time": "2026-05-01T12:00:00Z", "date": "2026-05-01", "binary": ""}
    return str(by_format.get(schema.get("format", "")) or _BY_NAME.get(name) or "text")
