"""Rules of merchants in the order of relevance: what counts several times as much, or less."""

import math
from collections.abc import Iterable, Iterator
from itertools import product

from tantivy import Occur, Query

from integrations.search.embedded.narrowing import condition
from integrations.search_api import Boost

# Every further one doubles the parts of the query; those that change the most are kept.
MOST_BOOSTS = 6


class Boosts:
    """What counts more or less, ready for queries."""

    def __init__(self, boosts: Iterable[Boost]) -> None:
        telling = [boost for boost in boosts if boost.weight > 0 and boost.weight != 1.0]
        telling.sort(key=lambda boost: -abs(math.log(boost.weight)))
        self.kept = telling[:MOST_BOOSTS]
        self._met = [(boost.weight, condition(boost.condition)) for boost in self.kept]

    def __bool__(self) -> bool:
        return bool(self._met)

    def applied(self, query: Query) -> Query:
        """The same products, their scores multiplied by the weights of all that they meet."""
        if not self._met:
            return query
        classes = [(Occur.Should, Query.boost_query(some, weight)) for weight, some in self.classes(query)]
        return Query.boolean_query(classes)

    def classes(self, query: Query) -> Iterator[tuple[float, Query]]:
        """The products of a query, apart by what they meet: the product of the weights, and which they are."""
        for choice in product((True, False), repeat=len(self._met)):
            weight, clauses = 1.0, [(Occur.Must, query)]
            for is_met, (each, met) in zip(choice, self._met, strict=True):
                weight *= each if is_met else 1.0
                clauses.append((Occur.Must, Query.const_score_query(met, 0.0)) if is_met else (Occur.MustNot, met))
            yield weight, Query.boolean_query(clauses)
