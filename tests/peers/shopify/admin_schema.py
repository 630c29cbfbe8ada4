"""The Admin schema that the stand-in executes, ready for graphql-core."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

from graphql import (
    GraphQLNamedType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)

from tests.peers.shopify.cut_schema import SUBSET

LEAF, ONE, MANY, CONNECTION, PART = "leaf", "one", "many", "connection", "part of a connection"


def written(told: Any) -> Any:
    """A DateTime as Shopify writes it: UTC, whole seconds, Z."""
    return f"{told.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(told, datetime) else told


@cache
def schema() -> GraphQLSchema:
    """Built once: takes a moment."""
    return build_schema(SUBSET.read_text())


def shape(type_: Any) -> str:
    """What a field of this type leads to."""
    named: GraphQLNamedType = get_named_type(type_)
    if not is_composite_type(named):
        return LEAF
    if named.name.endswith("Connection"):
        return CONNECTION
    if named.name == "PageInfo" or named.name.endswith("Edge"):
        return PART
    inner = type_.of_type if is_non_null_type(type_) else type_
    return MANY if is_list_type(inner) else ONE


def kind_of(source: Any) -> str:
    """The name of the GraphQL type of a thing."""
    return str(source["__typename"] if isinstance(source, dict) else source.kind)
