"""What endpoints declare, as OpenAPI 3.1: their models as schemas, and what may be done at each address."""

import copy
import inspect
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from webapp.api import sparse
from webapp.api.endpoints import Declared

Schema = dict[str, Any]
Named = dict[Any, Schema]  # by (model, mode)

_REF = "#/components/schemas/{model}"
_JSON = "application/json"


def described(declared: Mapping[tuple[str, str], tuple[Declared, Any]]) -> tuple[Schema, dict[tuple[str, str], Schema]]:
    """Schemas by name, and operations by path and method, of declared endpoints with their views."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {}
    for one, _ in declared.values():
        wanted |= {(model, "validation"): None for model in (one.takes, one.asks) if model is not None}
        wanted |= {(one.gives, "serialization"): None} if one.gives is not None else {}
    if not wanted:
        return {}, {}
    named, told = models_json_schema(list(wanted), ref_template=_REF)
    schemas: Schema = told.get("$defs", {})
    operations = {place: _operation(place, one, view, named, schemas) for place, (one, view) in declared.items()}
    asked = {_name(named[one.asks, "validation"]) for one, _ in declared.values() if one.asks is not None}
    return {name: schema for name, schema in schemas.items() if name not in asked}, operations


def _operation(place: tuple[str, str], one: Declared, view: Any, named: Named, schemas: Schema) -> Schema:
    path, method = place
    summary, _, said = (inspect.getdoc(view) or "").partition("\n\n")
    told: Schema = {
        "operationId": view.__name__,
        "summary": " ".join(summary.split()).rstrip("."),
        "parameters": [*_in_path(path), *_in_query(one, named, schemas)],
        "x-headers": _in_headers(one, method),
        "responses": _successes(one, method, named, schemas),
    }
    if said:
        told["description"] = said
    if one.takes is not None:
        told["requestBody"] = {"required": True, "content": {_JSON: {"schema": named[one.takes, "validation"]}}}
        told["responses"]["422"] = {"$ref": "#/components/responses/wrong_fields"}
    if one.versioned and method != "get":
        told["responses"]["412"] = {"$ref": "#/components/responses/other_version"}
    for status, text in one.refuses.items():
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}
        told["responses"][str(status)] = {"description": text, "content": content}
    return told


def _in_path(path: str) -> list[Schema]:
    names = [step[1:-1] for step in path.split("/") if step.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _in_query(one: Declared, named: Named, schemas: Schema) -> list[Schema]:
    found = []
    if one.asks is not None:
        model = schemas[_name(named[one.asks, "validation"])]
        for name, schema in model.get("properties", {}).items():
            told = {key: value for key, value in schema.items() if key not in ("title", "description")}
            needed = name in model.get("required", ())
            said = {"description": schema["description"]} if "description" in schema else {}
            found.append({"name": name, "in": "query", "required": needed, "schema": told, **said})
    if one.sparse is not None:
        names = {"type": "array", "items": {"type": "string", "enum": list(one.sparse.model_fields)}, "minItems": 1}
        said = {"description": "Only these fields, and `id`.", "style": "form", "explode": False}
        found.append({"name": sparse.PARAMETER, "in": "query", "required": False, "schema": names, **said})
    return found


def _in_headers(one: Declared, method: str) -> list[Schema]:
    if not one.versioned:
        return []
    name, said = (
        ("If-None-Match", "The `ETag` that the caller has: 304 where it is still that.")
        if method == "get"
        else ("If-Match", "The `ETag` of the version that is to be changed: 412 where it is another one now.")
    )
    return [{"name": name, "in": "header", "required": False, "description": said, "schema": {"type": "string"}}]


def _successes(one: Declared, method: str, named: Named, schemas: Schema) -> Schema:
    statuses = {one.code: "Done." if method != "get" else "OK", **one.codes}
    told: Schema = {}
    for status, text in statuses.items():
        told[str(status)] = {"description": text}
        if one.gives is not None and status != 204:
            schema = named[one.gives, "serialization"]
            told[str(status)]["content"] = {_JSON: {"schema": _sparse(one, schema, schemas)}}
        if one.files:
            told[str(status)]["content"] = {
                kind: {"schema": {"type": "string", "description": said}} for kind, said in one.files.items()
            }
        if one.versioned and status != 204:
            told[str(status)]["headers"] = {"ETag": {"schema": {"type": "string"}}}
    if one.versioned and method == "get":
        told["304"] = {"description": "The caller has it already."}
    return told


def _sparse(one: Declared, schema: Schema, schemas: Schema) -> Schema:
    """Where fields can be chosen, none but the id is sure to be there: a schema of its own says so."""
    if one.sparse is None:
        return schema
    name = _name(schema)
    if one.sparse is one.gives:
        return _part(name, schemas)
    page = copy.deepcopy(schemas[name])
    page["properties"]["data"]["items"] = _part(_name(page["properties"]["data"]["items"]), schemas)
    schemas[f"{name}parts"] = page
    return {"$ref": _REF.format(model=f"{name}parts")}


def _part(name: str, schemas: Schema) -> Schema:
    part = copy.deepcopy(schemas[name])
    part["required"] = [each for each in part.get("required", ()) if each == "id"]
    schemas[f"{name}_part"] = part
    return {"$ref": _REF.format(model=f"{name}_part")}


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).rsplit("/", 1)[1]
