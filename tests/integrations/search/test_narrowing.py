"""What narrows a search, whichever engine: filters and counts under them, some products only, some left out, parts."""

import pytest

from commerce.rules.documents import Document
from integrations.search_api import ID, Boost, Condition, SearchQuery

PRODUCTS = [
    Document(
        id=f"gid://p/{number:03}",
        title=f"{color} {kind}",
        facets={"color": (color,), "kind": (kind,), "size": sizes},
        price=number * 100,
        available=number % 3 != 0,
        created=number,
    )
    for number, (color, kind, sizes) in enumerate(
        [
            ("Red", "shoe", ("S", "M")),
            ("Blue", "shoe", ("M",)),
            ("Red", "hat", ("M", "L")),
            ("Green", "shoe", ()),
            ("Blue", "hat", ("S",)),
            ("Red", "scarf", ()),
        ],
        start=1,
    )
]


@pytest.fixture
def filled(engine, index):
    engine.save(index, PRODUCTS)
    return index


def found(engine, index, **query):
    return engine.search(index, SearchQuery(**query))


def numbers(result):
    return [int(hit.id[-3:]) for hit in result.hits]


class TestOnly:
    def test_searches_among_these_products(self, engine, filled):
        only = ("gid://p/001", "gid://p/003", "gid://p/999")
        result = found(engine, filled, only=only, facets=("kind",))
        assert (sorted(numbers(result)), result.total, result.price) == ([1, 3], 2, (100, 300))
        assert result.facets["kind"] == (("hat", 1), ("shoe", 1))
        assert numbers(found(engine, filled, text="hat", only=only)) == [3]

    def test_of_none_finds_nothing(self, engine, filled):
        result = found(engine, filled, only=(), facets=("kind",))
        assert (result.hits, result.total, result.facets["kind"], result.price) == ((), 0, (), None)

    def test_takes_hundreds(self, engine, index, shoe):
        engine.save(index, [shoe(f"s-{number}") for number in range(600)])
        only = tuple(f"s-{number}" for number in range(0, 600, 2))
        assert found(engine, index, only=only).total == 300


class TestWithout:
    def test_leaves_out_what_meets_any_condition_and_its_counts(self, engine, filled):
        without = (Condition(facet="color", values=("Red", "Green")), Condition(facet=ID, values=("gid://p/005",)))
        result = found(engine, filled, without=without, facets=("color", "kind"))
        assert (numbers(result), result.total) == ([2], 1)
        assert (result.facets["color"], result.facets["kind"]) == ((("Blue", 1),), (("shoe", 1),))

    def test_of_what_nobody_has_changes_nothing(self, engine, filled):
        without = (Condition(facet="nothing", values=("x",)), Condition(facet=ID, values=("unknown",)))
        assert found(engine, filled, without=without).total == len(PRODUCTS)

    def test_holds_with_words_and_sorting_too(self, engine, filled):
        without = (Condition(facet=ID, values=("gid://p/001",)),)
        assert numbers(found(engine, filled, text="shoe", sort="price:desc", without=without)) == [4, 2]


class TestFacetsUnderFilters:
    def test_of_three_each_leave_out_their_own(self, engine, filled):
        filters = {"color": ("Red",), "kind": ("shoe", "hat")}
        result = found(engine, filled, filters=filters, facets=("color", "kind", "size"))
        assert sorted(numbers(result)) == [1, 3]
        assert result.facets["color"] == (("Blue", 2), ("Red", 2), ("Green", 1))
        assert result.facets["kind"] == (("hat", 1), ("scarf", 1), ("shoe", 1))
        assert result.facets["size"] == (("M", 2), ("L", 1), ("S", 1))

    def test_follow_price_and_availability_while_the_span_leaves_out_its_own(self, engine, filled):
        result = found(engine, filled, price=(200, 500), available=True, facets=("kind",))
        assert sorted(numbers(result)) == [2, 4, 5]
        assert result.facets["kind"] == (("shoe", 2), ("hat", 1))
        assert result.price == (100, 500)

    def test_with_nothing_found_still_say_what_else_there_is(self, engine, filled):
        result = found(engine, filled, text="shoe", filters={"color": ("Pink",)}, facets=("color", "kind"))
        assert (result.total, result.facets["kind"]) == (0, ())
        assert result.facets["color"] == (("Blue", 1), ("Green", 1), ("Red", 1))


class TestOffset:
    @pytest.mark.parametrize("sort", ["relevance", "price:asc", "created:desc"])
    @pytest.mark.parametrize("text", ["", "shoe"])
    def test_may_be_any_and_the_total_stays_exact(self, engine, index, shoe, text, sort):
        engine.save(index, [shoe(f"p{i:03}", f"Shoe {i % 3}", price=i % 4 or None, created=i % 5) for i in range(130)])
        whole = [
            hit.id
            for start in (0, 100)
            for hit in found(engine, index, text=text, sort=sort, offset=start, limit=100).hits
        ]
        assert len(set(whole)) == 130
        for offset, limit in ((0, 7), (3, 5), (7, 20), (95, 11), (99, 2), (101, 9), (127, 100), (130, 5)):
            result = found(engine, index, text=text, sort=sort, offset=offset, limit=limit)
            assert [hit.id for hit in result.hits] == whole[offset : offset + limit]
            assert result.total == 130

    def test_below_nothing_is_the_beginning(self, engine, filled):
        assert numbers(found(engine, filled, offset=-5, limit=2)) == [6, 5]


class TestBoosts:
    def test_bring_up_and_bury(self, engine, filled):
        red = Condition(facet="color", values=("Red",))
        up = numbers(found(engine, filled, text="shoe", boosts=(Boost(condition=red, weight=5.0),)))
        down = numbers(found(engine, filled, text="shoe", boosts=(Boost(condition=red, weight=0.1),)))
        assert (up[0], down[-1]) == (1, 1)
        assert set(up) == set(down) == {1, 2, 4}

    def test_of_one_product_put_it_first(self, engine, filled):
        boosts = (Boost(condition=Condition(facet=ID, values=("gid://p/002",)), weight=50.0),)
        assert numbers(found(engine, filled, text="shoe", boosts=boosts))[0] == 2

    def test_find_no_more_and_no_fewer(self, engine, filled):
        boosts = (Boost(condition=Condition(facet="color", values=("Blue",)), weight=3.0),)
        result = found(engine, filled, text="shoe", boosts=boosts, facets=("color",))
        assert (result.total, len(result.hits)) == (3, 3)
        assert result.facets["color"] == (("Blue", 1), ("Green", 1), ("Red", 1))

    def test_leave_other_orders_alone(self, engine, filled):
        boosts = (Boost(condition=Condition(facet=ID, values=("gid://p/002",)), weight=50.0),)
        assert numbers(found(engine, filled, text="shoe", sort="price:desc", boosts=boosts)) == [4, 2, 1]

    def test_keep_pages_together(self, engine, index, shoe):
        engine.save(
            index,
            [shoe(f"p{i:03}", "Shoe", created=i, facets={"n": ("odd" if i % 2 else "even",)}) for i in range(150)],
        )
        boosts = (Boost(condition=Condition(facet="n", values=("odd",)), weight=2.0),)
        pages = [
            [hit.id for hit in found(engine, index, text="shoe", boosts=boosts, offset=start, limit=40).hits]
            for start in range(0, 160, 40)
        ]
        assert len({each for page in pages for each in page}) == 150
        assert all(int(each[1:]) % 2 for each in pages[0])
