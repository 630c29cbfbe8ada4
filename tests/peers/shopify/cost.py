"""What a query costs, by a simple rule close to Shopify's published one, and the bucket it is paid from.

A plain field costs nothing, an object 1 and what is inside, a connection 2 and `first` times what one node costs, a
mutation 10. What was asked for too much is given back once the answer is known.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
)
from graphql.execution.values import VariableValues, get_argument_values

from tests.peers.shopify.admin_schema import CONNECTION, LEAF, PART, shape

HIGHEST = 1000
MUTATION = 10


class Bucket:
    """A leaky bucket of points: what was taken comes back at `restore_rate` a second."""

    def __init__(self, size: float, restore_rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.size, self.restore_rate, self.clock = size, restore_rate, clock
        self._level, self._at = size, clock()
        self._lock = threading.Lock()

    def available(self) -> int:
        with self._lock:
            return int(self._restored())

    def take(self, points: float) -> bool:
        """Take points; False, and nothing taken, where there are too few."""
        with self._lock:
            level = self._restored()
            if points > level:
                return False
            self._level = level - points
            return True

    def give_back(self, points: float) -> None:
        with self._lock:
            self._level = min(self.size, self._restored() + points)

    def empty(self) -> None:
        with self._lock:
            self._level, self._at = 0.0, self.clock()

    def _restored(self) -> float:
        now = self.clock()
        self._level = min(self.size, self._level + (now - self._at) * self.restore_rate)
        self._at = now
        return self._level

    def status(self) -> dict[str, Any]:
        """`throttleStatus` of an answer."""
        return {
            "maximumAvailable": float(self.size),
            "currentlyAvailable": self.available(),
            "restoreRate": float(self.restore_rate),
        }


class Cost:
    """Counts what one operation costs at most."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: VariableValues) -> None:
        self.schema, self.variables = schema, variables
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def of(self, operation: OperationDefinitionNode) -> int:
        if operation.operation is OperationType.MUTATION:
            return MUTATION * len(operation.selection_set.selections)
        return self._inside(operation.selection_set, self.schema.query_type)

    def _inside(self, selections: SelectionSetNode, owner: Any) -> int:
        total = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total += self._field(node, owner)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                total += self._inside(fragment.selection_set, self.schema.type_map[fragment.type_condition.name.value])
            else:
                name = node.type_condition and node.type_condition.name.value
                total += self._inside(node.selection_set, self.schema.type_map[name] if name else owner)
        return total

    def _field(self, node: FieldNode, owner: Any) -> int:
        field = getattr(owner, "fields", {}).get(node.name.value)
        if field is None or node.selection_set is None or shape(field.type) == LEAF:
            return 0
        inside = self._inside(node.selection_set, get_named_type(field.type))
        form = shape(field.type)
        if form == CONNECTION:
            arguments = get_argument_values(field, node, self.variables)
            return (arguments.get("first") or arguments.get("last") or 0) * inside + 2
        if form == PART:
            return inside
        if node.name.value == "nodes" and owner is self.schema.query_type:
            return len(get_argument_values(field, node, self.variables)["ids"]) * (1 + inside)
        return 1 + inside
