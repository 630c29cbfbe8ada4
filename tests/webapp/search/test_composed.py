"""Pages with pinned and added products, through both engines: each is a piece of one list, and counted right."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.rules.documents import Document
from commerce.rules.merchandising import ID, NOTHING, Outcome, Target
from integrations.search.embedded import engine as embedded
from integrations.search.meilisearch import engine as meilisearch
from integrations.search_api import SearchEngine, SearchQuery
from tests.examples import examples
from tests.peers.meilisearch.peer import Peer
from webapp.search.composed import ADDED, PINNED, Search, compose, weight, with_rules

INDEX = "shop-1"
_KEY = "a master key of the tests"
KEYS = [str(key) for key in range(1, 31)]
COLOURS = ("red", "blue", "green")


def _document(key: str) -> Document:
    number = int(key)
    kind = "lamp" if number % 2 else "chair"
    colour = COLOURS[number % 3]
    return Document(
        id=key,
        title=f"{kind} number {key}",
        facets={"colour": (colour,), "kind": (kind,)},
        price=number * 100,
        created=number,
        digest=key,
    )


@pytest.fixture(scope="module", params=["embedded", "meilisearch"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchEngine]:
    """Each engine in turn, the other one on a stand-in for its server."""
    folder = Path(tmp_path_factory.mktemp("search"))
    with ExitStack() as stack:
        if request.param == "embedded":
            engine = embedded.open_engine(url="", key="", folder=folder)
        else:
            peer = stack.enter_context(Peer(master_key=_KEY))
            engine = meilisearch.open_engine(url=peer.url, key=_KEY, folder=folder)
        engine.save(INDEX, [_document(key) for key in KEYS])
        yield engine


def lamps(**more: object) -> SearchQuery:
    return SearchQuery(text="lamp", facets=("colour", "kind"), **more)  # type: ignore[arg-type]


def pages(search: Search) -> tuple[list[str], int]:
    """All hits, page by page, and the total that every page tells."""
    query, hits, totals = search.query, list[str](), set[int]()
    for offset in range(0, 31, query.limit):
        page = compose(Search(search.engine, search.index, _at(query, offset), search.outcome)).result
        hits += [hit.id for hit in page.hits]
        totals.add(page.total)
    (total,) = totals
    return hits, total


def _at(query: SearchQuery, offset: int) -> SearchQuery:
    return lamps(offset=offset, limit=query.limit, filters=query.filters, price=query.price, sort=query.sort)


class TestCompose:
    @given(
        pins=st.dictionaries(st.sampled_from(KEYS), st.integers(1, 25), max_size=6),
        additions=st.lists(st.sampled_from(KEYS), unique=True, max_size=4),
        hidden=st.frozensets(st.sampled_from([*KEYS[:6], "colour"]), max_size=2),
        colours=st.sampled_from([(), ("red",), ("red", "blue")]),
        low=st.sampled_from([None, 900]),
        limit=st.sampled_from([3, 7, 20]),
        sort=st.sampled_from(["relevance", "price:asc"]),
    )
    @settings(deadline=None, max_examples=examples(12))
    def test_is_a_piece_of_one_list(
        self,
        engine: SearchEngine,
        pins: dict[str, int],
        additions: list[str],
        hidden: frozenset[str],
        colours: tuple[str, ...],
        low: int | None,
        limit: int,
        sort: str,
    ) -> None:
        targets = frozenset(
            Target(facet="colour", value="green") if one == "colour" else Target(facet=ID, value=one) for one in hidden
        )
        pins = {key: place for key, place in sorted(pins.items(), key=lambda pin: pin[1]) if key not in hidden}
        additions = [key for key in additions if key not in pins and key not in hidden]
        outcome = Outcome(rules=("1",), pins=pins, additions=tuple(additions), hidden=targets)
        filters = {"colour": colours} if colours else {}
        query = lamps(limit=limit, filters=filters, price=(low, None), sort=sort)
        hits, total = pages(Search(engine, INDEX, query, outcome))

        def fits(key: str, *, colour: bool = True) -> bool:
            one = _document(key)
            is_hidden = key in hidden or ("colour" in hidden and one.facets["colour"] == ("green",))
            of_colour = not colours or not colour or one.facets["colour"][0] in colours
            return not is_hidden and of_colour and (low is None or (one.price or 0) >= low)

        chosen = {key for key in KEYS if int(key) % 2 or key in pins or key in additions}
        assert sorted(hits) == sorted(key for key in chosen if fits(key)), "each product once, those that fit"
        assert total == len(hits)
        shown = [key for key in pins if fits(key)]
        if sort == "relevance":
            for at, key in enumerate(shown):
                before = max([pins[key] - 1, *(hits.index(other) + 1 for other in shown[:at])])
                assert hits.index(key) == min(before, len(hits) - len(shown) + at)
        page = compose(Search(engine, INDEX, query, outcome)).result
        counted = Counter(_document(key).facets["colour"][0] for key in chosen if fits(key, colour=False))
        assert dict(page.facets["colour"]) == dict(counted)
        prices = [_document(key).price for key in chosen if fits(key)]
        if prices and low is None:
            assert page.price == (min(prices), max(prices))  # type: ignore[type-var]

    def test_without_rules_asks_the_engine_once(self, engine: SearchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
        asked, search = list[SearchQuery](), type(engine).search

        def counted(self: SearchEngine, index: str, query: SearchQuery) -> object:
            asked.append(query)
            return search(self, index, query)

        monkeypatch.setattr(type(engine), "search", counted)
        query = lamps()
        compose(Search(engine, INDEX, query, NOTHING))
        assert asked == [query]
        assert asked[0] is query

    def test_tells_what_rules_placed(self, engine: SearchEngine) -> None:
        outcome = Outcome(rules=("1",), pins={"2": 1, "3": 2}, additions=("4", "5"))
        page = compose(Search(engine, INDEX, lamps(limit=50), outcome))
        assert page.placed == {"2": PINNED, "3": PINNED, "4": ADDED}, "5 is found by itself"
        assert [page.result.hits[at].id for at in (0, 1, -1)] == ["2", "3", "4"]

    def test_is_not_partial_because_the_product_with_all_the_words_is_pinned(self, engine: SearchEngine) -> None:
        query = SearchQuery(text="lamp number 7", is_prefix=False)
        alone = compose(Search(engine, INDEX, query, NOTHING)).result
        pinned = compose(Search(engine, INDEX, query, Outcome(rules=("1",), pins={"7": 1}))).result
        assert (alone.is_partial, pinned.is_partial) == (False, False)
        assert (pinned.total, {hit.id for hit in pinned.hits}) == (alone.total, {hit.id for hit in alone.hits})

    def test_does_not_show_a_pinned_product_that_is_not_in_the_index(self, engine: SearchEngine) -> None:
        page = compose(Search(engine, INDEX, lamps(limit=50), Outcome(rules=("1",), pins={"gone": 1}))).result
        assert "gone" not in [hit.id for hit in page.hits]
        assert page.total == 15


class TestWithRules:
    def test_searches_other_words_with_boosts_and_without_the_hidden(self, engine: SearchEngine) -> None:
        red, one = Target(facet="colour", value="red"), Target(facet=ID, value="1")
        outcome = Outcome(rules=("1",), hidden=frozenset({one}), strengths={red: 3}, query="chair")
        asked = with_rules(lamps(), outcome)
        assert (asked.text, len(asked.without), asked.boosts[0].weight) == ("chair", 1, weight(3))
        first = engine.search(INDEX, asked).hits[0].id
        assert _document(first).facets == {"colour": ("red",), "kind": ("chair",)}

    @pytest.mark.parametrize("strength", [1, 2, 3])
    def test_buries_as_much_as_it_boosts(self, strength: int) -> None:
        assert weight(-strength) == 1 / weight(strength) < 1
