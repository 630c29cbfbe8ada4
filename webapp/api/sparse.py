"""`?fields=id,email`: only these fields of what is answered."""

from collections.abc import Mapping
from typing import Any

from flask import request
from pydantic import BaseModel

from webapp.errors import Problem
from webapp.inputs import wrong

PARAMETER = "fields"


def wanted(model: type[BaseModel]) -> frozenset[str] | None:
    """The fields of the model that the caller wants; None: all of them. Raises Problem 400."""
    told = request.args.get(PARAMETER)
    if told is None:
        return None
    names = frozenset(name.strip() for name in told.split(","))
    if not names <= set(model.model_fields):
        raise unknown(model)
    return names


def unknown(model: type[BaseModel]) -> Problem:
    """The answer to a field that there is not."""
    return wrong(PARAMETER, "names with commas between them, of " + ", ".join(model.model_fields))


def only(shape: Mapping[str, Any], names: frozenset[str] | None) -> dict[str, Any]:
    """These fields of a shape; `id` is always among them."""
    return dict(shape) if names is None else {name: shape[name] for name in shape if name in names or name == "id"}
