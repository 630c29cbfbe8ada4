"""Runs a GraphQL request against a shop, and answers as Shopify does: always 200, with the cost of it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution.values import get_argument_values, get_variable_values

from tests.peers.shopify.admin_schema import CONNECTION, MANY, ONE, kind_of, schema, shape, written
from tests.peers.shopify.connections import Listing
from tests.peers.shopify.cost import HIGHEST, Bucket, Cost
from tests.peers.shopify.fields import Getter, getter
from tests.peers.shopify.mutations import KEY
from tests.peers.shopify.state import State

MUTATION = 10
LIMITS_PAGE = "https://shopify.dev/api/usage/rate-limits"


@dataclass
class Run:
    """What the fields of one request share."""

    shop: State
    hidden: frozenset[tuple[str, str]]
    spent: int = 0


@dataclass
class Answer:
    """What goes back, and what is worth remembering about it."""

    body: dict[str, Any]
    operation: str = ""
    requested: int = 0
    throttled: bool = False


@cache
def _reading(owner: Any, name: str) -> tuple[Getter, str]:
    return getter(owner, name), shape(owner.fields[name].type)


def _resolve(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    run: Run = info.context
    owner, name = info.parent_type, info.field_name
    if (owner.name, name) in run.hidden:
        raise denied(owner.name, name)
    if owner.name == "Mutation":
        run.spent += MUTATION
        arguments[KEY] = _idempotency_key(info)
    read, form = _reading(owner, name)
    told = read(source, arguments, run.shop)
    if form == CONNECTION:
        run.spent += 2
        return (told if isinstance(told, Listing) else Listing(told)).page(arguments) if told is not None else None
    if name in {"nodes", "edges"} and owner.name.endswith("Connection"):
        run.spent += len(told)
    elif form == MANY:
        run.spent += len(told or ())
    elif form == ONE and name != "node":
        run.spent += told is not None
    return written(told)


def _idempotency_key(info: GraphQLResolveInfo) -> str | None:
    directive: DirectiveNode | None = next(
        (each for each in info.field_nodes[0].directives or () if each.name.value == "idempotent"), None
    )
    if directive is None:
        return None
    definition = info.schema.get_directive("idempotent")
    assert definition is not None
    return str(get_argument_values(definition, directive, info.variable_values)["key"])


def denied(owner: str, name: str) -> GraphQLError:
    """What Shopify says of a field with protected customer data."""
    message = (
        f"This app is not approved to access the {owner} object's {name} field. See"
        " https://shopify.dev/docs/apps/launch/protected-customer-data for more details."
    )
    return GraphQLError(message, extensions={"code": "ACCESS_DENIED", "documentation": LIMITS_PAGE})


def _type_of(source: Any, _: Any, __: Any) -> str:
    return kind_of(source)


def answer(
    request: dict[str, Any], shop: State, bucket: Bucket, hidden: frozenset[tuple[str, str]] = frozenset()
) -> Answer:
    """Execute `{"query", "variables", "operationName"}`."""
    variables = request.get("variables") or {}
    try:
        document = parse(str(request.get("query") or ""))
        errors = list(validate(schema(), document))
    except GraphQLError as error:
        return Answer({"errors": [error.formatted]})
    if errors:
        return Answer({"errors": [error.formatted for error in errors]})
    operation = get_operation_ast(document, request.get("operationName"))
    if operation is None:
        return Answer({"errors": [{"message": "An operation name is required"}]})
    return _priced(document, operation, variables, Run(shop, hidden), bucket)


def _priced(
    document: DocumentNode, operation: OperationDefinitionNode, variables: dict[str, Any], run: Run, bucket: Bucket
) -> Answer:
    name = operation.name.value if operation.name else ""
    values = get_variable_values(schema(), operation.variable_definitions or (), variables)
    if isinstance(values, list):
        return Answer({"errors": [error.formatted for error in values]}, name)
    requested = Cost(schema(), document, values).of(operation)
    if requested > HIGHEST:
        return Answer({"errors": [_too_expensive(requested)]}, name, requested)
    if not bucket.take(requested):
        error = {"message": "Throttled", "extensions": {"code": "THROTTLED", "documentation": LIMITS_PAGE}}
        return Answer({"errors": [error], **_cost(requested, None, bucket)}, name, requested, throttled=True)
    with run.shop.lock:
        result = execute_sync(
            schema(),
            document,
            context_value=run,
            variable_values=variables,
            operation_name=name or None,
            field_resolver=_resolve,
            type_resolver=_type_of,
        )
    actual = min(run.spent, requested)
    bucket.give_back(requested - actual)
    body = {"data": result.data, **_cost(requested, actual, bucket)}
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    return Answer(body, name, requested)


def _too_expensive(requested: int) -> dict[str, Any]:
    told = {"code": "MAX_COST_EXCEEDED", "cost": requested, "maxCost": HIGHEST, "documentation": LIMITS_PAGE}
    message = f"Query cost is {requested}, which exceeds the single query max cost limit ({HIGHEST})."
    return {"message": message, "extensions": told}


def _cost(requested: int, actual: int | None, bucket: Bucket) -> dict[str, Any]:
    told = {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": bucket.status()}
    return {"extensions": {"cost": told}}
