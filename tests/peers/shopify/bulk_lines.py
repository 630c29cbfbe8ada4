"""Turns a bulk query into lines: every node of a connection is one, a nested one names its parent.

The query is made into steps once and then run over all things, far faster than executing it as GraphQL for each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.values import get_argument_values

from tests.peers.shopify.admin_schema import CONNECTION, LEAF, MANY, kind_of, schema, shape, written
from tests.peers.shopify.connections import Listing
from tests.peers.shopify.fields import Getter, getter
from tests.peers.shopify.state import State

Line = dict[str, Any]


@dataclass(slots=True)
class Step:
    """One field: where it goes, how it is read, and what is inside."""

    key: str
    form: str
    read: Getter
    arguments: dict[str, Any]
    is_list: bool
    inside: "Plan | None"


class Plan:
    """The steps for things of one selection; for an interface, those of each type."""

    def __init__(self, lines: "Lines", type_: Any, selections: SelectionSetNode) -> None:
        types = schema().get_possible_types(type_) if is_abstract_type(type_) else [type_]
        self.steps = {each.name: list(lines.steps(each, selections)) for each in types}
        self.only = self.steps[type_.name] if len(self.steps) == 1 and not is_abstract_type(type_) else None
        self.shop = lines.shop

    def line(self, source: Any, children: list[tuple["Plan", Any]]) -> Line:
        """What is told of a thing itself; its nested connections are left in `children`."""
        told: Line = {}
        for step in self.only if self.only is not None else self.steps[kind_of(source)]:
            value = step.read(source, step.arguments, self.shop)
            if step.form == LEAF:
                told[step.key] = list(value) if step.is_list and value is not None else written(value)
            elif value is None:
                told[step.key] = None
            elif step.form == CONNECTION:
                assert step.inside is not None
                children.append((step.inside, value.things if isinstance(value, Listing) else value))
            elif step.form == MANY:
                assert step.inside is not None
                told[step.key] = [step.inside.line(each, children) for each in value]
            else:
                assert step.inside is not None
                told[step.key] = step.inside.line(value, children)
        return told

    def lines(self, source: Any, parent: str | None = None) -> Iterator[Line]:
        """The thing and all below it."""
        children: list[tuple[Plan, Any]] = []
        told = self.line(source, children)
        own = told.get("id", parent)
        if parent is not None:
            told["__parentId"] = parent
        yield told
        for plan, things in children:
            for thing in things:
                yield from plan.lines(thing, own)


class Lines:
    """A bulk query, ready to run. `reads` are the fields it touches."""

    def __init__(self, document: DocumentNode, shop: State) -> None:
        self.shop = shop
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.reads: set[tuple[str, str]] = set()
        operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
        query_type = schema().query_type
        assert query_type is not None
        self.root = Plan(self, query_type, operation.selection_set)

    def run(self) -> Iterator[tuple[bool, Line]]:
        """Every line, and whether it is one of a connection at the root."""
        children: list[tuple[Plan, Any]] = []
        self.root.line(self.shop, children)
        for plan, things in children:
            for thing in list(things):
                for place, line in enumerate(plan.lines(thing)):
                    yield place == 0, line

    def steps(self, owner: GraphQLObjectType, selections: SelectionSetNode) -> Iterator[Step]:
        for node in self.fields(owner, selections):
            name = node.name.value
            key = node.alias.value if node.alias else name
            if name == "__typename":
                yield Step(key, LEAF, lambda *_, kind=owner.name: kind, {}, False, None)
                continue
            self.reads.add((owner.name, name))
            field = owner.fields[name]
            form, inner = shape(field.type), field.type
            inner = inner.of_type if is_non_null_type(inner) else inner
            inside = None
            if form == CONNECTION:
                inside = self._node(get_named_type(field.type), node)
            elif node.selection_set is not None:
                inside = Plan(self, get_named_type(field.type), node.selection_set)
            arguments = get_argument_values(field, node, {})
            yield Step(key, form, getter(owner, name), arguments, is_list_type(inner), inside)

    def _node(self, connection: Any, field: FieldNode) -> Plan:
        """What is asked of the nodes of a connection, through `edges` or `nodes`."""
        assert field.selection_set is not None
        for part in self.fields(connection, field.selection_set):
            if part.name.value == "nodes" and part.selection_set is not None:
                return Plan(self, get_named_type(connection.fields["nodes"].type), part.selection_set)
            if part.name.value == "edges" and part.selection_set is not None:
                edge = get_named_type(connection.fields["edges"].type)
                node = next(each for each in self.fields(edge, part.selection_set) if each.name.value == "node")
                assert node.selection_set is not None
                return Plan(self, get_named_type(edge.fields["node"].type), node.selection_set)
        raise LookupError(f"{field.name.value} asks for no nodes.")

    def fields(self, owner: Any, selections: SelectionSetNode) -> Iterator[FieldNode]:
        """The fields that a selection asks of a type, those of fitting fragments included."""
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield node
                continue
            fragment = self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            condition = fragment.type_condition and schema().type_map[fragment.type_condition.name.value]
            fits = condition in {None, owner} or (
                is_abstract_type(condition) and schema().is_sub_type(condition, owner)
            )
            if fits:
                yield from self.fields(owner, fragment.selection_set)
