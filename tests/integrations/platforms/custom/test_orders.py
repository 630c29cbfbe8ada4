"""Orders in our own JSON."""

from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.rules.events import UnableToRead
from commerce.rules.orders import OrderFacts, OrderLine
from tests.integrations.platforms.custom.conftest import Read


def order_of(reading: Any) -> OrderFacts:
    (saved,) = reading.changes
    assert isinstance(saved.facts, OrderFacts)
    return saved.facts


class TestAnOrder:
    def test_is_told_whole(self, read: Read) -> None:
        order = order_of(read("order.saved"))
        assert (order.id, order.number, order.currency, order.customer_id) == ("1001", "L-1001", "EUR", "55")
        assert (order.total, order.subtotal, order.tax, order.shipping) == (14290, 13800, 2282, 490)
        assert (order.discount, order.refunded) == (1000, 500)
        assert (order.status, order.platform_status) == ("open", "picking")
        assert (order.financial_status, order.fulfillment_status) == ("partially_refunded", "partial")
        assert (order.email, order.locale, order.note, order.tags) == (
            "ada@shopper.example",
            "de",
            "Ring twice.",
            ("gift",),
        )
        assert (order.billing.address1, order.delivery.address1) == ("Hauptstr. 1", "Lager 2")
        assert order.placed_at == datetime(2026, 11, 22, 9, 59, tzinfo=UTC)
        assert order.paid_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
        assert order.updated_at == datetime(2026, 11, 22, 10, 5, tzinfo=UTC)

    def test_has_its_lines_refunds_and_parcels(self, read: Read) -> None:
        order = order_of(read("order.saved"))
        assert order.lines == (
            OrderLine(
                id="1",
                product_id="lamp-7",
                variant_id="71",
                sku="L7-B",
                title="Desk lamp, brass",
                quantity=2,
                price=7400,
                total=13800,
                fulfilled=1,
            ),
        )
        (refund,) = order.refunds
        assert (refund.id, refund.amount, refund.reason) == ("r1", 500, "Scratch")
        (parcel,) = order.shipments or ()
        assert (parcel.id, parcel.order_id, parcel.carrier, parcel.status) == ("p1", "1001", "DHL", "in_transit")
        assert parcel.tracking_url == "https://track.example/00340434161094042557"

    def test_says_nothing_of_parcels_that_it_leaves_out(self, read: Read) -> None:
        assert order_of(read("order.saved", shipments=None)).shipments is None
        assert order_of(read("order.saved", shipments=[])).shipments == ()

    @pytest.mark.parametrize(
        ("told", "status"),
        [
            ({}, "label_created"),
            ({"status": "customs"}, "customs"),
            ({"status": "attempt_failed"}, "attempt_failed"),
            ({"status": "pending"}, "label_created"),
            ({"status": "attempted_delivery"}, "attempt_failed"),
        ],
    )
    def test_has_parcels_in_our_words(self, read: Read, told: dict[str, str], status: str) -> None:
        (parcel,) = order_of(read("order.saved", shipments=[{"id": 1, **told}])).shipments or ()
        assert (parcel.status, parcel.platform_status) == (status, told.get("status", ""))

    def test_works_out_what_it_leaves_out(self, read: Read) -> None:
        lines = [{"quantity": 2, "price": "10.00"}, {"quantity": 1, "price": "5", "total": "4.50"}]
        left_out = dict.fromkeys(("number", "currency", "subtotal", "platform_status"))
        order = order_of(read("order.saved", lines=lines, **left_out))
        assert (order.number, order.currency, order.subtotal, order.platform_status) == ("1001", "EUR", 2450, "open")
        assert [(line.id, line.total) for line in order.lines] == [("1", 2000), ("2", 450)]

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({}, "paid"),
            ({"paid_at": None}, "pending"),
            ({"refunds": [{"id": 1, "amount": "1.00"}]}, "partially_refunded"),
            ({"refunds": [{"id": 1, "amount": "142.90"}]}, "refunded"),
            ({"financial_status": "voided"}, "voided"),
        ],
    )
    def test_is_paid_as_its_fields_say(self, read: Read, changes: dict[str, Any], status: str) -> None:
        told = {"financial_status": None, "refunds": None, **changes}
        assert order_of(read("order.saved", **told)).financial_status == status

    @pytest.mark.parametrize(
        ("changes", "status"),
        [({}, ""), ({"status": "completed"}, "fulfilled"), ({"fulfillment_status": "unfulfilled"}, "")],
    )
    def test_is_fulfilled_as_its_fields_say(self, read: Read, changes: dict[str, Any], status: str) -> None:
        told = {"fulfillment_status": None, **changes}
        assert order_of(read("order.saved", **told)).fulfillment_status == status

    @pytest.mark.parametrize(
        ("line", "back", "pieces"),
        [
            ({"fulfilled": 1, "cancelled": 1}, [], (1, 1, 0)),
            ({}, [{"id": 1, "quantity": 2}], (0, 2, 0)),
            ({"fulfilled": 2}, [{"id": 1, "quantity": 2}], (2, 1, 1)),
            ({"fulfilled": 1}, [{"id": 1, "quantity": 3}], (1, 2, 1)),
            ({"fulfilled": 1}, [{"id": 1, "quantity": 3, "restock": False}], (1, 2, 0)),
            ({"fulfilled": 3}, [{"id": 1, "quantity": 1}, {"id": 1, "quantity": 1}], (3, 0, 2)),
        ],
    )
    def test_tells_what_became_of_its_pieces(self, read: Read, line: Any, back: Any, pieces: tuple[int, ...]) -> None:
        lines = [{"id": 1, "quantity": 3, "price": "1.00", **line}]
        refunds = [{"id": "r1", "amount": "1.00", "lines": back}]
        (told,) = order_of(read("order.saved", lines=lines, refunds=refunds, fulfillment_status="partial")).lines
        assert (told.fulfilled, told.cancelled, told.returned) == pieces

    def test_that_was_sent_whole_takes_back_what_comes_back(self, read: Read) -> None:
        refunds = [{"id": "r1", "amount": "1.00", "lines": [{"id": 1, "quantity": 1}]}]
        lines = [{"id": 1, "quantity": 3, "price": "1.00"}]
        told = order_of(read("order.saved", lines=lines, refunds=refunds, fulfillment_status="fulfilled")).lines
        assert (told[0].cancelled, told[0].returned) == (0, 1)

    def test_is_in_its_own_currency(self, read: Read) -> None:
        order = order_of(read("order.saved", currency="jpy", total="1980", lines=[{"quantity": 1, "price": "1980"}]))
        assert (order.currency, order.total, order.lines[0].price) == ("JPY", 1980, 1980)

    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"total": None}, "`data.total` is missing"),
            ({"total": 142.9}, "`data.total` is no amount as text"),
            ({"currency": "euros"}, "`data.currency` is no ISO 4217 code"),
            ({"status": "processing"}, "`data.status` is none of open, completed, cancelled"),
            ({"financial_status": "ok"}, "`data.financial_status` is none of"),
            ({"lines": [{"quantity": 1}]}, "`data.lines[0].price` is missing"),
            ({"lines": [{"price": "1.00"}]}, "`data.lines[0].quantity` is missing"),
            ({"lines": [{"price": "1.00", "quantity": "1"}]}, "`data.lines[0].quantity` is not a whole number"),
            (
                {"lines": [{"price": "1", "quantity": 1, "fulfilled": 2}]},
                "`data.lines[0].fulfilled` is not between 0 and 1",
            ),
            ({"lines": [{"price": "1", "quantity": 1, "cancelled": -1}]}, "`data.lines[0].cancelled` is not between 0"),
            ({"lines": [{"price": "1", "quantity": 2, "returned": "1"}]}, "`data.lines[0].returned` is not a whole"),
            ({"refunds": [{"id": 1, "amount": "1", "lines": [{"id": "9"}]}]}, "is none of the order's lines"),
            (
                {"refunds": [{"id": 1, "amount": "1", "lines": [{"id": 1}]}]},
                "`data.refunds[0].lines[0].quantity` is missing",
            ),
            ({"refunds": [{"id": 1, "amount": "1", "lines": [{"id": 1, "quantity": 3}]}]}, "is not between 0 and 2"),
            ({"refunds": [{"amount": "1"}]}, "`data.refunds[0].id` is missing"),
            ({"refunds": [{"id": 1}]}, "`data.refunds[0].amount` is missing"),
            ({"shipments": [{"id": 1}, {"id": 1}]}, "`data.shipments[1].id` is there twice"),
            ({"shipments": [{"id": 1, "status": "gone"}]}, "`data.shipments[0].status` is none of"),
            ({"billing_address": "Hauptstr. 1"}, "`data.billing_address` is not an object"),
            ({"placed_at": "22.11.2026"}, "`data.placed_at` is no time"),
        ],
    )
    def test_that_is_written_wrongly_is_refused_by_field(self, read: Read, changes: Any, complaint: str) -> None:
        with pytest.raises(UnableToRead) as refused:
            read("order.saved", **changes)
        assert complaint in str(refused.value)

    def test_needs_a_currency_of_its_own_where_the_shops_is_not_known(self, read: Read) -> None:
        with pytest.raises(UnableToRead, match=r"`data\.currency` is missing"):
            read("order.saved", None, currency=None)
