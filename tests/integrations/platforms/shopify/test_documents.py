"""Every GraphQL document in the code: valid for the real schema, and cheap enough to be asked."""

import gzip
from functools import cache
from pathlib import Path

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values
from graphql.validation import NoDeprecatedCustomRule, specified_rules

from integrations.platforms.shopify import documents, objects
from tests.peers.shopify.admin_schema import schema as subset
from tests.peers.shopify.cost import HIGHEST, Cost

FULL = Path(__file__).resolve().parents[5] / "shared/data/shopify/schema/admin_2026-10.graphql.gz"
NAMED = {
    **documents.DOCUMENTS,
    **{f"BULK {name}": text for name, text in documents.BULK.items()},
    **{f"CHANGED {name}": text for name, text in documents.CHANGED.items()},
}
# The only field of theirs that is used though it is deprecated, and why it is stands beside it.
DEPRECATED = {"DELETIONS": ["The field QueryRoot.deletionEvents is deprecated. Use `events` instead."]}
AT_ONCE = dict(objects._DOCUMENTS.values())


@cache
def full() -> GraphQLSchema:
    return build_schema(gzip.decompress(FULL.read_bytes()).decode(), assume_valid=True)


def complaints(schema: GraphQLSchema, text: str) -> list[str]:
    return [error.message for error in validate(schema, parse(text), [*specified_rules, NoDeprecatedCustomRule])]


def cost(text: str) -> int:
    document = parse(text)
    (operation,) = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    ids = [f"gid://shopify/Product/{number}" for number in range(AT_ONCE.get(text, 50))]
    known = {"ids": ids, "id": ids[0], "query": "updated_at:>='2026-01-01T00:00:00Z'", "after": None}
    wanted = {node.variable.name.value for node in operation.variable_definitions or ()}
    given = get_variable_values(
        subset(), operation.variable_definitions or (), {k: v for k, v in known.items() if k in wanted}
    )
    return Cost(subset(), document, given).of(operation)


class TestDocuments:
    def test_are_all_looked_at(self) -> None:
        assert sorted(NAMED.values()) == sorted(documents.EVERY)
        assert len(NAMED) > 25

    @pytest.mark.parametrize("name", NAMED)
    def test_are_valid_for_the_part_of_the_schema_that_is_here(self, name: str) -> None:
        assert [one for one in complaints(subset(), NAMED[name]) if one not in DEPRECATED.get(name, [])] == []

    @pytest.mark.skipif(not FULL.exists(), reason="the whole schema is not here")
    @pytest.mark.parametrize("name", NAMED)
    def test_are_valid_for_the_whole_schema(self, name: str) -> None:
        assert complaints(full(), NAMED[name]) == DEPRECATED.get(name, [])

    @pytest.mark.parametrize("name", [name for name, text in NAMED.items() if text.startswith("query")])
    def test_cost_less_than_one_query_may(self, name: str) -> None:
        assert cost(NAMED[name]) <= HIGHEST

    @pytest.mark.parametrize("name", documents.BULK)
    def test_of_bulk_operations_keep_their_rules(self, name: str) -> None:
        """shopify.dev, bulk-operations: at most five connections, two levels deep below the first."""
        text = documents.BULK[name]
        assert text.count("edges") <= 5
        open_braces: list[bool] = []
        deepest, before = 0, ""
        for word in text.replace("{", " { ").replace("}", " } ").split():
            if word == "{":
                open_braces.append(before == "edges")
                deepest = max(deepest, sum(open_braces))
            elif word == "}":
                open_braces.pop()
            before = word
        assert deepest <= 3
        assert "nodes" not in text.split()

    def test_know_one_version_only(self) -> None:
        assert documents.VERSION == "2026-10"
