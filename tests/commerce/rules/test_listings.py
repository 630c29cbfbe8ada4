"""Pages of categories: what they show, and that it is known exactly when a change makes them old."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.rules.cards import Card, CardChange
from commerce.rules.listing_changes import Verdict, made, verdict
from commerce.rules.listings import SORTS, ListingQuery, listing
from tests.examples import examples

COLORS, SIZES, BRANDS = ("red", "blue"), ("S", "M"), ("Acme", "Zenit")
variants = st.lists(
    st.tuples(st.sampled_from(COLORS), st.sampled_from(SIZES)).map(
        lambda pair: (("color", pair[0]), ("size", pair[1]))
    ),
    max_size=2,
).map(tuple)


@st.composite
def cards(draw: Any, number: int | None = None) -> Card:
    """A card with few different values, so that things coincide."""
    offered = draw(variants)
    facets = {name: tuple(dict.fromkeys(dict(each)[name] for each in offered)) for name in ("color", "size") if offered}
    return Card(
        id=str(draw(st.integers(0, 9)) if number is None else number),
        handle=draw(st.sampled_from(("a", "b"))),
        title=draw(st.sampled_from(("Lamp", "lamp", "Shelf"))),
        price=draw(st.none() | st.integers(1, 5)),
        available=draw(st.booleans()),
        created=draw(st.integers(1, 3)),
        categories=draw(st.sampled_from(((), ("1",), ("2",), ("1", "2")))),
        facets=facets | {"brand": (draw(st.sampled_from(BRANDS)),)},
        variants=offered,
        page=draw(st.sampled_from(("x", "y"))),
    )


shelves = st.integers(0, 9).flatmap(lambda size: st.tuples(*(cards(number) for number in range(size))))
queries = st.builds(
    ListingQuery,
    category=st.just("1"),
    page=st.integers(1, 3),
    per_page=st.integers(1, 4),
    sort=st.sampled_from(SORTS),
    filters=st.dictionaries(
        st.sampled_from(("color", "size", "brand")),
        st.sampled_from((("red",), ("M",), ("Acme",), ("blue", "S"))),
        max_size=2,
    ),
    price=st.sampled_from(((None, None), (2, None), (None, 3), (2, 4))),
    available=st.none() | st.booleans(),
    facets=st.none() | st.just(()) | st.just(("brand", "size")),
    pinned=st.just(()) | st.just(("3", "1")),
    lifted=st.just(()) | st.just((("brand", ("Acme",), 2.0),)),
    hidden=st.just(()) | st.just((("color", ("blue",)),)) | st.just((("id", ("2",)),)),
    added=st.just(()) | st.just(("4",)),
)


SINGLE: tuple[dict[str, Any], ...] = ({"page": "z"}, {"price": 2}, {"title": "Zebra"}, {"created": 2}, {"created": 4})


def there(found: Any, query: ListingQuery) -> list[Card]:
    return [card for card in found if query.category in card.categories or card.id in query.added]


class TestVerdict:
    @settings(max_examples=examples(300), deadline=None)
    @given(shelf=shelves, query=queries, data=st.data())
    def test_says_exactly_whether_a_page_would_be_another(self, shelf: Any, query: ListingQuery, data: Any) -> None:
        shown = made(query, listing(there(shelf, query), query))
        stored = {card.id: card for card in shelf}
        for _ in range(data.draw(st.integers(1, 3))):
            key = str(data.draw(st.integers(0, 9)))
            before, after = stored.get(key), data.draw(st.none() | cards(int(key)))
            if before is not None and after is not None and data.draw(st.booleans()):
                after = replace(before, **data.draw(st.sampled_from(SINGLE)))
            said = verdict(shown, CardChange(product_id=key, before=before, after=after))
            stored.pop(key, None)
            stored |= {key: after} if after is not None else {}
            now = made(query, listing(there(stored.values(), query), query))
            if said is Verdict.UNSURE:
                said = Verdict.SAME if now.digest == shown.digest else Verdict.CHANGED
            assert said is (Verdict.SAME if now.digest == shown.digest else Verdict.CHANGED)
            if said is Verdict.CHANGED:
                return

    def test_stays_exact_after_changes_that_moved_nothing(self) -> None:
        query = ListingQuery(category="1", facets=())
        a, b, c = (
            Card(id=key, handle="", title="", price=1, created=created, categories=("1",))
            for key, created in (("a", 10), ("b", 8), ("c", 5))
        )
        shown = made(query, listing([a, b, c], query))
        later = replace(b, created=6)  # it stays where it is
        assert self.says(shown, [a, later, c], b, later)
        dearer = replace(later, price=2)
        assert not self.says(shown, [a, dearer, c], later, dearer), "it is still shown"
        newer = replace(c, created=7)
        assert not self.says(shown, [a, later, newer], c, newer), "it comes before the one that was moved back"

    def says(self, shown: Any, now: Any, before: Card, after: Card) -> bool:
        """Whether the page is the same, by the verdict and, where that is not sure, by making it anew."""
        said = verdict(shown, CardChange(product_id=before.id, before=before, after=after))
        if said is Verdict.UNSURE:
            return made(shown.query, listing(now, shown.query)).digest == shown.digest
        return said is Verdict.SAME


class TestListing:
    def test_pages_follow_each_other_without_gaps(self) -> None:
        found = [Card(id=str(key), handle="", title="", price=key % 3, categories=("1",)) for key in range(10)]
        pages = [
            listing(found, ListingQuery(category="1", page=page, per_page=4, sort="price:asc")) for page in (1, 2, 3)
        ]
        seen = [card for page in pages for card in page.cards]
        assert len({card.id for card in seen}) == 10
        assert [card.price for card in seen] == sorted(card.price or 0 for card in seen)

    def test_two_options_have_to_be_met_by_one_variant(self) -> None:
        red_small = Card(
            id="1",
            handle="",
            title="",
            facets={"color": ("red", "blue"), "size": ("S", "M")},
            variants=((("color", "red"), ("size", "S")), (("color", "blue"), ("size", "M"))),
            categories=("1",),
        )
        asked = ListingQuery(category="1", filters={"color": ("red",), "size": ("M",)})
        assert listing([red_small], asked).total == 0
        counted = listing([red_small], ListingQuery(category="1", filters={"color": ("red",)})).facets
        assert dict(counted)["size"] == (("S", 1),), "there is no red one in M"
        assert dict(counted)["color"] == (("blue", 1), ("red", 1)), "its own filter does not narrow a facet"

    def test_pinned_come_first_and_lifted_before_others(self) -> None:
        found = [
            Card(id=key, handle="", title="", created=created, facets={"brand": (brand,)}, categories=("1",))
            for key, created, brand in (("a", 9, "X"), ("b", 5, "Acme"), ("c", 1, "X"))
        ]
        asked = ListingQuery(category="1", pinned=("c",), lifted=(("brand", ("Acme",), 1.0),))
        assert [card.id for card in listing(found, asked).cards] == ["c", "b", "a"]
