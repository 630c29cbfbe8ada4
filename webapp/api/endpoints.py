"""Endpoints: who may call, what they take, what they give, said once; the description is made from the same.

    @blueprint.patch("/<key>")
    @endpoint("customers:write", takes=CustomerChange, gives=Customer, changes=True, versioned=True)
    def change(key: str, *, body: CustomerChange, change: Change) -> Given: …

The view gets what it declared: `body` (`takes`), `asked` (`asks`), `change` (`changes`). It answers with the model of
`gives`, or with `Reply` where a status, an ETag or an address belongs to it, or None for 204.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar, cast, get_origin

import orjson
from flask import Response, request
from pydantic import BaseModel, ValidationError

from webapp import guards
from webapp.api import changing, complaints, etags, sparse
from webapp.errors import Problem

View = TypeVar("View", bound=Callable[..., Any])

LONGEST_BODY = 2_000_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What an endpoint says of itself. `refuses`: statuses with the reason, beside those that all have."""

    takes: type[BaseModel] | None = None
    asks: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    code: int = 200
    codes: Mapping[int, str] = field(default_factory=dict)
    refuses: Mapping[int, str] = field(default_factory=dict)
    versioned: bool = False
    sparse: type[BaseModel] | None = None
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer with more than its shape. `etag`: of the version (etags.etag_of); `location`: of what was made.

    `shape` may be a mapping that looks as the model does (orjson writes it), where making models would take too long.
    """

    shape: BaseModel | Mapping[str, Any] | None = None
    code: int | None = None
    etag: str = ""
    location: str = ""


def endpoint(
    scope: str,
    *,
    takes: type[BaseModel] | None = None,
    asks: type[BaseModel] | None = None,
    gives: type[BaseModel] | None = None,
    code: int = 200,
    codes: Mapping[int, str] | None = None,
    refuses: Mapping[int, str] | None = None,
    changes: bool = False,
    versioned: bool = False,
    sparse: type[BaseModel] | None = None,
    files: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an endpoint.

    `codes`: further statuses of success; `refuses`: errors of its own, by status; `versioned`: it answers with an ETag
    and, where it changes something, heeds If-Match (`etags.require`); `sparse`: the model whose fields `?fields=`
    chooses, `gives` itself or the rows of its page; `files`: what is answered in the place of JSON, content type to
    what is in it.
    """
    declared = Declared(
        takes=takes,
        asks=asks,
        gives=gives,
        code=code if gives or files else 204,
        codes=codes or {},
        refuses=refuses or {},
        versioned=versioned,
        sparse=sparse,
        files=files or {},
    )

    def declare(view: Callable[..., Any]) -> Callable[..., Any]:
        answering = _answering(view, declared)
        checked = _checking(changing.changes(answering) if changes else answering, declared)
        checked.declared = declared  # type: ignore[attr-defined]
        return guards.api_key(scope)(checked)

    return declare


def declared_by(view: Any) -> Declared | None:
    """What a view declared; None where it is none of these endpoints."""
    return getattr(view, "declared", None)


def _checking(view: View, declared: Declared) -> View:
    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if declared.asks is not None:
            kwargs["asked"] = _parameters(declared.asks, declared)
        if declared.takes is not None:
            kwargs["body"] = _body(declared.takes)
        return view(*args, **kwargs)

    return cast(View, checked)


def _answering(view: View, declared: Declared) -> View:
    @wraps(view)
    def answering(*args: Any, **kwargs: Any) -> Response:
        fields = sparse.wanted(declared.sparse) if declared.sparse else None
        told = view(*args, **kwargs)
        if isinstance(told, Response):
            return told
        return _response(told if isinstance(told, Reply) else Reply(shape=told), declared, fields)

    return cast(View, answering)


def _response(reply: Reply, declared: Declared, fields: frozenset[str] | None) -> Response:
    response = Response(status=reply.code or declared.code, mimetype="application/json")
    if reply.shape is None:
        response.status_code = reply.code or 204
        del response.headers["Content-Type"]
    else:
        response.set_data(_written(reply.shape, fields))
    if reply.location:
        response.headers["Location"] = reply.location
    return etags.mark(response, reply.etag) if reply.etag else response


def _written(shape: BaseModel | Mapping[str, Any], fields: frozenset[str] | None) -> bytes:
    if isinstance(shape, BaseModel):
        if fields is None:
            return shape.__pydantic_serializer__.to_json(shape, by_alias=True)
        shape = shape.model_dump(mode="json", by_alias=True)
    return orjson.dumps(shape if fields is None else _chosen(shape, fields), option=orjson.OPT_UTC_Z)


def _chosen(shape: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    if "next_cursor" not in shape:
        return sparse.only(shape, fields)
    return dict(shape) | {"data": [sparse.only(row, fields) for row in shape["data"]]}


def _body(model: type[BaseModel]) -> BaseModel:
    """The body as that model. Raises Problem."""
    request.max_content_length = LONGEST_BODY
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            raise Problem(400, "Not JSON", "Send JSON as the request's body, in UTF-8.") from None
        raise complaints.of_body(error) from None


def _parameters(model: type[BaseModel], declared: Declared) -> BaseModel:
    """The parameters of the address as that model; lists may be repeated, nothing else. Raises Problem."""
    told: dict[str, Any] = {}
    for name, values in request.args.lists():
        if name == sparse.PARAMETER and declared.sparse:
            continue
        known = model.model_fields.get(name)
        if known is not None and get_origin(known.annotation) is list:
            told[name] = values
        elif len(values) == 1 or known is None:
            told[name] = values[0].strip()
        else:
            raise Problem(400, "A parameter came twice", f"`{name}` can be sent once.", field=name)
    try:
        return model.model_validate(told)
    except ValidationError as error:
        raise complaints.of_parameters(error) from None
