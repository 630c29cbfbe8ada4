"""What orders hold: in whatever order it is told, sums are right to the unit."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.inventory import Catalogue, Count, Held, Keeping, Level, counted, held, in_words, of_order
from commerce.rules.orders import OrderLine


@dataclass(frozen=True)
class Order:
    status: str = "open"
    financial_status: str = "pending"
    fulfillment_status: str = ""


def line(quantity: int = 3, **changes: int) -> OrderLine:
    return OrderLine(id="1", quantity=quantity, **changes)


NUMBERS = st.integers(min_value=-2, max_value=9)
LINES = st.builds(OrderLine, id=st.just("1"), quantity=NUMBERS, fulfilled=NUMBERS, cancelled=NUMBERS, returned=NUMBERS)
ORDERS = st.builds(
    Order,
    st.sampled_from(["open", "completed", "cancelled"]),
    st.sampled_from(["pending", "paid", "partially_refunded", "voided"]),
    st.sampled_from(["", "partial", "fulfilled"]),
)


class TestWhatALineHolds:
    @pytest.mark.parametrize(
        ("order", "told", "expected"),
        [
            (Order(), line(), Held(reserved=3)),
            (Order(financial_status="paid"), line(), Held(allocated=3)),
            (Order(financial_status="paid"), line(fulfilled=1), Held(allocated=2, taken=1)),
            (Order(fulfillment_status="fulfilled"), line(), Held(taken=3)),
            (Order(status="completed"), line(cancelled=1), Held(taken=2)),
            (Order(fulfillment_status="fulfilled"), line(returned=2), Held(taken=1)),
            (Order(status="cancelled"), line(), Held()),
            (Order(status="cancelled", financial_status="paid"), line(fulfilled=1), Held(taken=1)),
            (Order(), line(-3), Held()),
        ],
    )
    def test_is_as_it_was_told_last(self, order: Order, told: OrderLine, expected: Held) -> None:
        assert held(order, told) == expected

    @given(ORDERS, LINES)
    def test_is_never_more_than_was_bought_and_never_less_than_nothing(self, order: Order, told: OrderLine) -> None:
        found = held(order, told)
        assert min(found.reserved, found.allocated, found.taken) >= 0
        assert found.reserved + found.allocated + found.taken <= max(0, told.quantity)
        assert not (found.reserved and found.allocated)


class TestBookings:
    @given(st.lists(st.tuples(ORDERS, st.lists(st.tuples(st.sampled_from(["a", "b", ""]), LINES), max_size=3))))
    def test_end_with_what_was_told_last_whatever_was_told_before(
        self, pictures: list[tuple[Order, list[tuple[str, OrderLine]]]]
    ) -> None:
        booked: dict[str, Held] = {}
        sums: dict[str, Held] = {}
        for order, lines in pictures:
            target = of_order(order, lines)
            for item in {*target, *booked}:
                change = target.get(item, Held()) - booked.get(item, Held())
                sums[item] = sums.get(item, Held()) + change
            booked = target
        assert {item: one for item, one in sums.items() if one != Held()} == {
            item: one for item, one in booked.items() if one != Held()
        }


class TestWords:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (Held(reserved=1), "Reserved 1 piece."),
            (Held(reserved=-2, allocated=2), "Set 2 pieces aside for sending: the order is paid."),
            (Held(allocated=2), "Set 2 pieces aside for sending."),
            (Held(allocated=-2, taken=2), "Sent 2 pieces."),
            (Held(allocated=-3, taken=2), "Sent 2 pieces. Released 1 piece."),
            (Held(taken=-1), "Took 1 piece back into stock."),
            (Held(reserved=-3), "Released 3 pieces."),
            (Held(), "Nothing changed."),
        ],
    )
    def test_say_what_became_of_the_pieces(self, change: Held, words: str) -> None:
        assert in_words([change]) == words


class TestACount:
    HERE, NET, THERE = (
        Keeping(here=True, is_net=False),
        Keeping(here=True, is_net=True),
        Keeping(here=False, is_net=True),
    )

    @pytest.mark.parametrize(
        ("count", "waiting", "figure", "keeping", "expected"),
        [
            (Count(), 2, 50, HERE, Count(on_hand=50, told=50, shown=48)),
            (Count(), 2, 48, NET, Count(on_hand=50, told=48, shown=48)),
            (Count(on_hand=50, told=50, shown=48), 2, 50, HERE, Count(on_hand=50, told=50, shown=48)),
            (Count(on_hand=50, told=50, shown=48), 2, 48, HERE, Count(on_hand=50, told=50, shown=48)),
            (Count(on_hand=50, told=50, shown=48), 2, 80, HERE, Count(on_hand=80, told=80, shown=78)),
            (Count(on_hand=50, told=50, shown=48), 2, 80, NET, Count(on_hand=50, told=80, shown=48)),
            (Count(on_hand=50, told=50, shown=50), 3, 50, HERE, Count(on_hand=50, told=50, shown=47)),
            (Count(on_hand=50, told=50, shown=48), 2, 80, THERE, Count(told=80, shown=80)),
            (Count(), 2, None, HERE, Count()),
        ],
    )
    def test_takes_what_the_shop_tells(
        self, count: Count, waiting: int, figure: int | None, keeping: Keeping, expected: Count
    ) -> None:
        assert counted(count, waiting, figure, keeping) == expected


class TestALevel:
    @pytest.mark.parametrize(
        ("left", "low_at", "sells_without_stock", "low", "oversold"),
        [
            (6, 5, False, False, False),
            (5, 5, False, True, False),
            (0, -1, False, False, False),
            (-1, 5, False, True, True),
            (-1, 5, True, True, False),
            (None, 5, False, False, False),
        ],
    )
    def test_is_low_or_oversold(
        self, left: int | None, low_at: int, sells_without_stock: bool, low: bool, oversold: bool
    ) -> None:
        level = Level(left=left, low_at=low_at, sells_without_stock=sells_without_stock)
        assert (level.is_low, level.is_oversold) == (low, oversold)


class TestACatalogue:
    def test_finds_the_item_of_a_line(self) -> None:
        catalogue = Catalogue(only={"p": "p:only"}, skus={"S": "7"})
        lines = [{"variant_id": "9", "product_id": "p"}, {"product_id": "p"}, {"product_id": "q"}, {"sku": "S"}, {}]
        found = [catalogue.item_of(OrderLine(id="1", **told)) for told in lines]
        assert found == ["9", "p:only", "product:q", "7", ""]
