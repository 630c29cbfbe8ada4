"""What a product's page shows at first sight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.products import Summary, VariantFacts, crossed_out, summary

OWN = Summary(price=500, compare_at_price=None, stock=9, available=True)


def variant(key: int, **changes: object) -> VariantFacts:
    return VariantFacts(id=str(key), product_id="1", position=key, **changes)  # type: ignore[arg-type]


variants = st.lists(
    st.builds(
        variant,
        st.integers(1, 50),
        price=st.none() | st.integers(0, 10_000),
        stock=st.none() | st.integers(-5, 50),
        available=st.booleans(),
        published=st.booleans(),
    ),
    max_size=6,
)


class TestSummary:
    def test_takes_the_cheapest_variant_with_its_crossed_out_price(self) -> None:
        told = [
            variant(1, price=900, compare_at_price=1200, stock=1),
            variant(2, price=700, compare_at_price=800, stock=2),
        ]
        assert summary(OWN, told, complete=True) == Summary(price=700, compare_at_price=800, stock=3, available=True)

    def test_takes_the_first_of_equally_cheap_ones(self) -> None:
        told = [variant(2, price=700, compare_at_price=800), variant(1, price=700)]
        assert summary(OWN, told, complete=True).compare_at_price is None

    def test_keeps_what_the_product_says_while_variants_are_missing(self) -> None:
        assert summary(OWN, [variant(1, price=1)], complete=False) == OWN
        assert summary(OWN, [], complete=True) == OWN

    def test_leaves_out_variants_that_are_not_offered(self) -> None:
        told = [variant(1, price=100, stock=5, published=False), variant(2, price=300, stock=1)]
        assert summary(OWN, told, complete=True) == Summary(price=300, compare_at_price=None, stock=1, available=True)

    def test_counts_only_stock_that_is_counted(self) -> None:
        assert summary(OWN, [variant(1, stock=None), variant(2, stock=4)], complete=True).stock == 4
        assert summary(OWN, [variant(1, stock=None)], complete=True).stock == 9

    def test_is_sold_out_when_all_variants_are(self) -> None:
        told = [variant(1, available=False), variant(2, available=False)]
        assert not summary(OWN, told, complete=True).available

    @given(variants)
    def test_never_asks_more_than_any_offered_variant(self, told: list[VariantFacts]) -> None:
        shown = summary(OWN, told, complete=True)
        prices = [one.price for one in told if one.published and one.price is not None]
        assert shown.price == (min(prices) if prices else OWN.price)


class TestCrossedOut:
    @pytest.mark.parametrize(
        ("price", "regular", "shown"),
        [(700, 900, 900), (900, 900, None), (900, 700, None), (None, 900, None), (900, None, None)],
    )
    def test_is_the_regular_price_where_it_is_higher(
        self, price: int | None, regular: int | None, shown: int | None
    ) -> None:
        assert crossed_out(price, regular) == shown
