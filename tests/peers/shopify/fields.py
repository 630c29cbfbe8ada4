"""How each field of the schema is read from the shop.

A field that is named in no table here is the attribute of the same name, and what the shop does not know has the
neutral value of its type: null where that is allowed, else 0, "", false, an empty list or page.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_enum_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from tests.peers.shopify import fields_goods, fields_root, fields_sales, fields_shop
from tests.peers.shopify.state import State

# From what, with which arguments, in which shop.
Getter = Callable[[Any, dict[str, Any], State], Any]
NOTHING = object()
NEUTRAL = {
    "Boolean": False,
    "DateTime": datetime(2026, 1, 1, tzinfo=UTC),
    "Decimal": "0.0",
    "Float": 0.0,
    "Int": 0,
    "JSON": None,
    "Money": "0.00",
    "UnsignedInt64": "0",
}
GETTERS: dict[str, dict[str, Getter]] = {
    **fields_root.GETTERS,
    **fields_shop.GETTERS,
    **fields_goods.GETTERS,
    **fields_sales.GETTERS,
}


@cache
def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def getter(owner: GraphQLObjectType | GraphQLInterfaceType, name: str) -> Getter:
    """What reads this field."""
    own = GETTERS.get(owner.name, {}).get(name)
    if own is not None:
        return own
    if name == "id":
        unknown = f"gid://shopify/{owner.name}/1"
        return lambda source, _, __: source.get("id", unknown) if isinstance(source, dict) else source.gid
    if name == "legacyResourceId":
        return lambda source, _, __: str(source.id)
    attribute, neutral = snake(name), _neutral(owner.fields[name])

    def read(source: Any, _: dict[str, Any], __: State) -> Any:
        told = source.get(name, NOTHING) if isinstance(source, dict) else getattr(source, attribute, NOTHING)
        return neutral if told is NOTHING else told

    return read


def _neutral(field: GraphQLField) -> Any:
    named = get_named_type(field.type)
    inner = field.type.of_type if is_non_null_type(field.type) else field.type
    if named.name.endswith("Connection") or (is_list_type(inner) and inner is not field.type):
        return []
    if inner is field.type:
        return None
    if is_enum_type(named):
        return next(iter(named.values))
    return NEUTRAL.get(named.name, "") if is_leaf_type(named) else {}
