"""What a query must be like to be run in bulk."""

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    parse,
    validate,
)

from tests.peers.shopify.admin_schema import CONNECTION, MANY, PART, schema, shape

MOST_CONNECTIONS = 5
# Below a connection at the root.
DEEPEST_NESTING = 2


def read(query: str) -> tuple[DocumentNode | None, list[str]]:
    """The parsed query and what is wrong with it."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return None, [f"Invalid bulk query: {error.message}"]
    errors = [f"Invalid bulk query: {error.message}" for error in validate(schema(), document)]
    return document, errors or _Rules(document).broken()


class _Rules:
    """Walks over a valid query and notes what bulk operations refuse."""

    def __init__(self, document: DocumentNode) -> None:
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        self.connections = 0
        self.complaints: list[str] = []

    def broken(self) -> list[str]:
        if len(self.operations) != 1 or self.operations[0].operation is not OperationType.QUERY:
            return ["Invalid bulk query: exactly one query is needed."]
        self._walk(self.operations[0].selection_set, schema().query_type, depth=0, in_list=False)
        if not self.connections:
            self.complaints.append("Bulk queries must contain at least one connection.")
        if self.connections > MOST_CONNECTIONS:
            self.complaints.append(f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections.")
        return self.complaints

    def _walk(self, selections: SelectionSetNode, owner: Any, *, depth: int, in_list: bool) -> None:
        for field in self._fields(selections):
            definition = getattr(owner, "fields", {}).get(field.name.value)
            if owner is schema().query_type and field.name.value in {"node", "nodes"}:
                self.complaints.append("Bulk queries cannot contain a top level `node` or `nodes` field.")
            if definition is not None and field.selection_set is not None:
                self._field(field, field.selection_set, definition.type, depth=depth, in_list=in_list)

    def _field(self, field: FieldNode, inside: SelectionSetNode, type_: Any, *, depth: int, in_list: bool) -> None:
        named, form = get_named_type(type_), shape(type_)
        if form == CONNECTION:
            self.connections += 1
            depth += 1
            if depth > DEEPEST_NESTING + 1:
                self.complaints.append(f"Bulk queries cannot nest connections deeper than {DEEPEST_NESTING} levels.")
            if in_list:
                self.complaints.append("Queries that contain a connection field within a list field are not supported.")
        elif form == MANY and not _is_page(field):
            in_list = True
        elif form == PART and field.name.value == "pageInfo":
            return
        if field.name.value in {"node", "nodes"} and "id" in getattr(named, "fields", {}):
            self._needs_id(inside)
        self._walk(inside, named, depth=depth, in_list=in_list)

    def _needs_id(self, inside: SelectionSetNode) -> None:
        if "id" not in {field.name.value for field in self._fields(inside) if field.alias is None}:
            self.complaints.append("The `id` field is required on every node of a connection.")

    def _fields(self, selections: SelectionSetNode) -> list[FieldNode]:
        """The fields, those of fragments included."""
        found: list[FieldNode] = []
        for node in selections.selections:
            if isinstance(node, FieldNode):
                found.append(node)
            elif isinstance(node, FragmentSpreadNode):
                found += self._fields(self.fragments[node.name.value].selection_set)
            else:
                found += self._fields(node.selection_set)
        return found


def _is_page(field: FieldNode) -> bool:
    return field.name.value in {"nodes", "edges"}
