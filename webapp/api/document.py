"""The whole API as OpenAPI 3.1: the tables of what was there first, and what endpoints declare of themselves.

What all calls share (keys and scopes, rates, keys against repetition, errors) is added here, from the views' own marks:
nothing can be described that is not so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask.sansio.app import App

from commerce.rules.api_keys import SCOPES
from webapp import guards, openapi
from webapp.api import changing, declarations, examples
from webapp.api.endpoints import declared_by
from webapp.api.rates import USUAL

Schema = dict[str, Any]

PREFIX = "/api/v1"
_EXTENSION = "backroom_api_document"
_ABOUT = f"""What Backroom keeps of a shop, for the shop's own systems.

Every call carries a key of the shop as `Authorization: Bearer …`. A key may do what its scopes say; the shop's first
key may do everything. Lists answer `data` and `next_cursor`, which goes into `?cursor=` with the same filters. Money is
in minor units, times are RFC 3339 in UTC, ids are text. Errors are `application/problem+json` and name the field.

A key may call {USUAL.per_second} times a second, {USUAL.saved_up} at once after a pause: `RateLimit-Remaining` says how
many are left, and 429 comes with `Retry-After`. A call that changes something can carry `{changing.HEADER}`: sent again
with the same key it is not done again, but answered as the first time (kept for 24 hours)."""
_PROBLEMS = {
    "400": ("wrong_parameter", "A parameter or the body cannot be read; `field` names what is wrong."),
    "401": ("no_key", "The API key is missing, unknown, revoked or expired."),
    "403": ("no_scope", "The API key lacks the scope that `scope` names."),
    "404": ("nothing_there", "Nothing of this shop has this id."),
    "409": ("under_way", "It cannot be done now: another call is at it, or what is there does not allow it."),
    "412": ("other_version", "It was changed since it was read: `If-Match` names another version."),
    "413": ("too_large", "The body is too large."),
    "422": ("wrong_fields", "Fields of the body are wrong; `errors` names them. It never says what was sent."),
    "429": ("too_many", "The key called too often; `Retry-After` says when it may again."),
    "503": ("away", "The database is away or busy; `Retry-After` says when to repeat the call."),
}


@dataclass(frozen=True, slots=True)
class Call:
    """A route and method of the API with its view. `path`: as the description writes it, without the prefix."""

    path: str
    method: str
    view: Any

    @property
    def scope(self) -> str:
        """The scope that it needs."""
        return guards.scope_of(self.view) or ""


def calls(app: App) -> Iterator[Call]:
    """Every call that needs a key."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        if rule.rule.startswith(f"{PREFIX}/") and guards.guard_of(view) == "api_key":
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield Call(_path(rule.rule), method.lower(), view)


def _path(rule: str) -> str:
    named = re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.removeprefix(PREFIX))
    return named.replace("{key}", "{id}")


def whole(base_url: str) -> Schema:
    """The description of the present application; `base_url` is where this server is."""
    kept = current_app.extensions.get(_EXTENSION)
    if kept is None:
        kept = current_app.extensions[_EXTENSION] = _made(base_url)
    return dict(kept)


def _made(base_url: str) -> Schema:
    told, known = openapi.document(base_url), list(calls(current_app))
    own = {
        (call.path, call.method): (declared, call.view)
        for call in known
        if (declared := declared_by(call.view)) is not None
    }
    schemas, operations = declarations.described(own)
    told["components"]["schemas"] |= schemas
    for (path, method), operation in operations.items():
        told["paths"].setdefault(path, {})[method] = operation
    for call in known:
        _complete(told["paths"][call.path], call, told["components"]["schemas"])
    nouns = dict.fromkeys(call.scope.partition(":")[0] for call in known)
    told["info"]["description"] = _ABOUT
    told["tags"] = [{"name": noun} for noun in nouns]
    told["components"]["responses"] = {name: _problem(text) for name, text in _PROBLEMS.values()}
    told["components"]["responses"]["no_such_place"] = _problem("The list has no such place as `cursor` says.")
    told["components"]["headers"] = _headers()
    told["components"]["securitySchemes"]["key"]["description"] = "A key of the shop; what it may do are its scopes."
    told["x-scopes"] = dict(SCOPES)
    return told


def _complete(at_path: Schema, call: Call, schemas: Schema) -> None:
    """What a call has in common with others."""
    operation = at_path[call.method]
    operation["tags"] = [call.scope.partition(":")[0]]
    operation["security"] = [{"key": [call.scope]}]
    operation["x-scope"] = call.scope
    said = operation.get("description", "")
    operation["description"] = f"{said}\n\nScope `{call.scope}`: {SCOPES[call.scope]}".strip()
    parameters = operation.setdefault("parameters", [])
    refused = {"401", "403", "429", "503"} | ({"404"} if "{" in call.path else set())
    refused |= {"400"} if any(each["in"] == "query" for each in parameters) else set()
    refused |= {"400", "413"} if "requestBody" in operation else set()
    if getattr(call.view, "changes", False):
        operation.setdefault("x-headers", []).append(_IDEMPOTENCY)
        refused |= {"400", "409", "422"}
    if any(each["name"] == "cursor" for each in parameters):
        operation["responses"].setdefault("404", {"$ref": "#/components/responses/no_such_place"})
    for status in refused:
        operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{_PROBLEMS[status][0]}"})
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            names = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
            answer.setdefault("headers", {}).update({name: _header(name) for name in names})
            _exemplify(answer.get("content", {}), schemas)
    _exemplify(operation.get("requestBody", {}).get("content", {}), schemas)


def _exemplify(content: Schema, schemas: Schema) -> None:
    told = content.get("application/json")
    if told is not None and not {"example", "examples"} & set(told):
        told["example"] = examples.example_of(told["schema"], schemas)


# Not among the parameters: tools that make them up would take the answers to keys and versions that they invent for
# faults. So are the headers of versions (webapp/api/declarations.py).
_IDEMPOTENCY: Schema = {
    "name": changing.HEADER,
    "in": "header",
    "required": False,
    "description": "A new one for each thing that is to be done, such as a UUID. The same again does nothing twice.",
    "schema": {"type": "string", "maxLength": changing.LONGEST},
}


def _header(name: str) -> Schema:
    return {"$ref": f"#/components/headers/{name}"}


def _headers() -> Schema:
    told = {
        "RateLimit-Limit": "How many calls may be saved up.",
        "RateLimit-Remaining": "How many of them are left.",
        "RateLimit-Reset": "Seconds until all of them are back.",
    }
    return {name: {"description": text, "schema": {"type": "integer"}} for name, text in told.items()}


def _problem(text: str) -> Schema:
    schema = {"schema": {"$ref": "#/components/schemas/problem"}}
    return {"description": text, "content": {"application/problem+json": schema}}
