"""The API's description as OpenAPI 3.1, made from one table of routes and one of shapes."""

from dataclasses import dataclass
from typing import Any

from commerce.tables import inbox
from webapp.api.parameters import EFFECT_STATES, PARAMETERS
from webapp.labels import described as labels_described
from webapp.search import described
from webapp.tracking import described as parcels_described

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
TEXTS: Schema = {"type": "array", "items": TEXT}
WORDS: Schema = {"type": "object", "additionalProperties": TEXT}
MONEY: Schema = {"$ref": "#/components/schemas/money"}


def maybe(schema: Schema) -> Schema:
    """That, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def many(**properties: Schema) -> Schema:
    """A list of objects that have all these properties."""
    return {"type": "array", "items": _object(properties)}


def _object(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


QUERIES: Schema = many(query=TEXT, **dict.fromkeys(("searches", "without_results", "clicks", "orders"), NUMBER))

SHAPES: dict[str, dict[str, Schema]] = {
    "product": {
        **dict.fromkeys(("id", "handle", "title", "description", "sku", "brand", "product_type"), TEXT),
        "categories": TEXTS,
        "tags": TEXTS,
        "status": {"type": "string", "enum": ["active", "draft", "archived"]},
        "platform_status": TEXT,
        "published": FLAG,
        "price": maybe(MONEY),
        "compare_at_price": maybe(MONEY),
        "available": FLAG,
        "stock": maybe(NUMBER),
        "images": TEXTS,
        "options": many(name=TEXT, values=TEXTS),
        "variants": many(
            **dict.fromkeys(("id", "sku", "title", "barcode"), TEXT),
            options=WORDS,
            price=maybe(MONEY),
            compare_at_price=maybe(MONEY),
            stock=maybe(NUMBER),
            available=FLAG,
            published=FLAG,
            image=maybe(TEXT),
            updated_at=maybe(TIME),
        ),
        "attributes": {"type": "object", "additionalProperties": TEXTS},
        "url": TEXT,
        "created_at": maybe(TIME),
        "updated_at": maybe(TIME),
        "reread": FLAG,
    },
    "order": {
        **dict.fromkeys(("id", "number"), TEXT),
        "status": {"type": "string", "enum": ["open", "completed", "cancelled"]},
        **dict.fromkeys(("platform_status", "financial_status", "fulfillment_status", "currency"), TEXT),
        **dict.fromkeys(("total", "subtotal", "tax", "shipping", "discount", "refunded"), MONEY),
        "customer_id": maybe(TEXT),
        **dict.fromkeys(("email", "phone", "note"), TEXT),
        "tags": TEXTS,
        "lines": many(
            id=TEXT,
            product_id=maybe(TEXT),
            variant_id=maybe(TEXT),
            sku=TEXT,
            title=TEXT,
            quantity=NUMBER,
            price=MONEY,
            total=MONEY,
        ),
        "shipments": many(
            **dict.fromkeys(("id", "carrier", "tracking_number", "tracking_url", "status", "platform_status"), TEXT),
            shipped_at=maybe(TIME),
            tracking=maybe({"$ref": "#/components/schemas/shipment_in_order"}),
        ),
        "refunds": many(id=TEXT, amount=MONEY, reason=TEXT, created_at=maybe(TIME)),
        "billing_address": WORDS,
        "delivery_address": WORDS,
        **dict.fromkeys(("placed_at", "paid_at", "updated_at"), maybe(TIME)),
        "reread": FLAG,
    },
    "event": {
        "id": TEXT,
        "topic": TEXT,
        "kind": maybe(TEXT),
        "object_id": maybe(TEXT),
        "state": {"type": "string", "enum": list(inbox.STATES)},
        "attempts": NUMBER,
        "repeats": NUMBER,
        "origin": {"type": "string", "enum": ["live", "import", "reconcile", "replay"]},
        "triggered_at": maybe(TIME),
        "received_at": TIME,
        "applied_at": maybe(TIME),
        "note": TEXT,
        "error": maybe(TEXT),
    },
    "effect": {
        **dict.fromkeys(("id", "kind", "object_kind", "object_id"), TEXT),
        "event_id": maybe(TEXT),
        "state": {"type": "string", "enum": EFFECT_STATES},
        "attempts": NUMBER,
        "origin": TEXT,
        "reason": TEXT,
        "error": maybe(TEXT),
        "created_at": TIME,
        "due_at": TIME,
        "finished_at": maybe(TIME),
    },
    "search_analytics": {
        "since": TEXT,
        "counted_since": maybe(TEXT),
        **dict.fromkeys(("days", "searches", "without_results", "clicks", "carts", "orders"), NUMBER),
        "by_day": many(day=TEXT, searches=NUMBER, without_results=NUMBER),
        **dict.fromkeys(("top", "top_without_results", "rarely_clicked"), QUERIES),
        "positions": many(**dict.fromkeys(("position", "shown", "clicks", "orders"), NUMBER)),
    },
}

PROBLEM = _object({"type": TEXT, "title": TEXT, "status": NUMBER, "detail": TEXT})
PROBLEM["properties"] |= {
    "field": TEXT | {"description": "What is wrong, where one thing is."},
    "errors": many(field=TEXT, message=TEXT) | {"description": "All that is wrong with a body."},
    "scope": TEXT | {"description": "The scope that the key lacks."},
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address: a list of a shape with its parameters, or one of them by id; `is_list`: or a single one."""

    path: str
    shape: str
    summary: str
    parameters: tuple[str, ...] | None = None
    is_list: bool = True


_PAGED = ("limit", "cursor")
ROUTES = (
    Route("/products", "product", "Products, oldest change first", (*_PAGED, "updated_since")),
    Route("/products/{id}", "product", "One product"),
    Route("/orders", "order", "Orders, oldest change first", (*_PAGED, "updated_since")),
    Route("/orders/{id}", "order", "One order"),
    Route("/events", "event", "Deliveries, newest first", (*_PAGED, "topic", "state", "kind", "object_id", "since")),
    Route("/events/{id}", "event", "One delivery"),
    Route(
        "/effects", "effect", "What deliveries brought about, newest first", (*_PAGED, "effect_kind", "effect_state")
    ),
    Route("/search/analytics", "search_analytics", "What shoppers search for", ("days",), is_list=False),
)


def document(base_url: str) -> dict[str, Any]:
    """The whole description; `base_url` is where this server is."""
    schemas = {name: _object(properties) for name, properties in SHAPES.items()}
    schemas["money"] = _object({"amount": NUMBER | {"description": "Minor units."}, "currency": maybe(TEXT)})
    schemas["problem"] = PROBLEM
    schemas |= described.SCHEMAS | parcels_described.SCHEMAS | labels_described.SCHEMAS
    return {
        "openapi": "3.1.0",
        "info": {"title": "Backroom", "version": "1", "description": "What Backroom keeps of a shop, and its search."},
        "servers": [{"url": f"{base_url}/api/v1"}],
        "security": [{"key": []}],
        "paths": {route.path: {"get": _operation(route)} for route in ROUTES}
        | described.paths()
        | parcels_described.paths()
        | labels_described.paths(),
        "components": {"schemas": schemas, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(route: Route) -> dict[str, Any]:
    shape: Schema = {"$ref": f"#/components/schemas/{route.shape}"}
    if route.parameters is None:
        asked = [{"name": "id", "in": "path", "required": True, "schema": TEXT}]
    else:
        asked = [
            {
                "name": name.removeprefix("effect_"),
                "in": "query",
                "schema": PARAMETERS[name][0],
                "description": PARAMETERS[name][1],
            }
            for name in route.parameters
        ]
        shape = (
            shape
            if not route.is_list
            else _object({"data": {"type": "array", "items": shape}, "next_cursor": maybe(TEXT)})
        )
    wrong = "400" if route.parameters is not None else "404"
    return {
        "operationId": route.path.strip("/").replace("/{id}", "_by_id").replace("/", "_"),
        "summary": route.summary,
        "parameters": asked,
        "responses": {
            "200": {"description": "OK", "content": {"application/json": {"schema": shape}}},
            "401": _problem("The API key is missing or unknown."),
            wrong: _problem("Nothing has this id." if wrong == "404" else "A parameter is wrong; `field` names it."),
        },
    }


def _problem(description: str) -> dict[str, Any]:
    schema = {"schema": {"$ref": "#/components/schemas/problem"}}
    return {"description": description, "content": {"application/problem+json": schema}}
