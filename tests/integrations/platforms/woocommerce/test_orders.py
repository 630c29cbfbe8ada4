"""Orders in the shapes of wc/v3, with parcels as tracking plug-ins write them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.rules.events import Deleted, Saved
from commerce.rules.orders import OrderFacts
from tests.integrations.platforms.woocommerce.conftest import Read

ORDER = "order_updated__shipped_and_refunded"


def order_of(reading: Any) -> OrderFacts:
    (saved,) = reading.changes
    assert isinstance(saved.facts, OrderFacts)
    return saved.facts


class TestAnOrder:
    def test_is_told_whole(self, read: Read) -> None:
        order = order_of(read("order.updated", ORDER))
        assert (order.id, order.number, order.currency, order.customer_id) == ("900", "900", "EUR", "77")
        assert (order.total, order.subtotal, order.tax, order.shipping) == (5388, 5490, 898, 490)
        assert (order.discount, order.refunded) == (500, 1129)
        assert (order.status, order.platform_status) == ("completed", "completed")
        assert order.financial_status == "partially_refunded"
        assert order.email == "ada@shopper.example"
        assert (order.billing.address1, order.delivery.address1) == ("Hauptstr. 1", "Lager 2")
        assert order.placed_at == datetime(2026, 2, 2, 9, tzinfo=UTC)
        assert order.paid_at == datetime(2026, 2, 2, 9, 5, tzinfo=UTC)

    def test_has_its_lines_with_plain_titles(self, read: Read) -> None:
        first, second = order_of(read("order.updated", ORDER)).lines
        assert (first.title, first.product_id, first.variant_id, first.price, first.total) == (
            "Scarf & Co",
            "101",
            "",
            2740,
            2740,
        )
        assert (second.variant_id, second.quantity, second.price, second.total) == ("201", 2, 1129, 2258)

    @pytest.mark.parametrize(
        ("status", "completed", "restocked", "pieces"),
        [
            ("processing", None, None, (0, 0, 0)),
            ("processing", None, "1", (0, 1, 0)),
            ("completed", "2026-02-03T10:00:00", None, (2, 0, 0)),
            ("completed", "2026-02-03T10:00:00", "1", (2, 0, 1)),
            ("refunded", "2026-02-03T10:00:00", "2", (2, 0, 2)),
            ("refunded", None, None, (0, 2, 0)),
            ("completed", "2026-02-03T10:00:00", "some", (2, 0, 0)),
        ],
    )
    def test_tells_what_became_of_its_pieces(
        self, read: Read, status: str, completed: str | None, restocked: str | None, pieces: tuple[int, ...]
    ) -> None:
        metas = [] if restocked is None else [{"id": 1, "key": "_restock_refunded_items", "value": restocked}]
        lines = [{"id": 1, "product_id": 101, "quantity": 2, "total": "2.00", "price": 1, "meta_data": metas}]
        told = order_of(read("order.updated", ORDER, status=status, date_completed=completed, line_items=lines)).lines
        assert (told[0].fulfilled, told[0].cancelled, told[0].returned) == pieces

    def test_has_its_refunds_as_positive_amounts(self, read: Read) -> None:
        (refund,) = order_of(read("order.updated", ORDER)).refunds
        assert (refund.id, refund.amount, refund.reason) == ("950", 1129, "too small")

    def test_has_the_parcels_of_a_tracking_plug_in(self, read: Read) -> None:
        (parcel,) = order_of(read("order.updated", ORDER)).shipments or ()
        assert (parcel.id, parcel.carrier, parcel.tracking_number) == ("a1b2", "DHL Paket", "00340434161094042557")
        assert parcel.tracking_url == "https://track.example/00340434161094042557"
        assert parcel.shipped_at == datetime.fromtimestamp(1770199200, UTC)

    def test_says_nothing_of_parcels_without_a_plug_in(self, read: Read) -> None:
        assert order_of(read("order.updated", ORDER, meta_data=[])).shipments is None

    def test_of_a_guest_has_no_customer(self, read: Read) -> None:
        assert order_of(read("order.updated", ORDER, customer_id=0)).customer_id == ""

    @pytest.mark.parametrize(
        ("word", "status"),
        [
            ("pending", "open"),
            ("processing", "open"),
            ("on-hold", "open"),
            ("wc-of-a-plug-in", "open"),
            ("completed", "completed"),
            ("refunded", "completed"),
            ("cancelled", "cancelled"),
            ("failed", "cancelled"),
        ],
    )
    def test_has_our_status_beside_theirs(self, read: Read, word: str, status: str) -> None:
        order = order_of(read("order.updated", ORDER, status=word))
        assert (order.status, order.platform_status) == (status, word)

    @pytest.mark.parametrize("word", ["checkout-draft", "auto-draft"])
    def test_that_is_not_placed_is_none(self, read: Read, word: str) -> None:
        reading = read("order.updated", ORDER, status=word)
        assert reading.changes == ()
        assert "not finished" in reading.note

    def test_in_the_bin_is_deleted_and_restored(self, read: Read) -> None:
        (gone,) = read("order.updated", ORDER, status="trash").changes
        assert isinstance(gone, Deleted)
        (saved,) = read("order.restored", ORDER).changes
        assert isinstance(saved, Saved)
        assert saved.restored

    @pytest.mark.parametrize(("currency", "total", "units"), [("JPY", "5388", 5388), ("KWD", "5.3885", 5389)])
    def test_counts_in_its_own_currency(self, read: Read, currency: str, total: str, units: int) -> None:
        order = order_of(read("order.updated", ORDER, currency=currency, total=total, line_items=[], refunds=[]))
        assert order.total == units

    def test_brings_back_the_click_of_the_search_that_led_to_it(self, read: Read) -> None:
        meta = [{"id": 1, "key": "_backroom_search", "value": "aB3_x-9Q.4"}]
        assert order_of(read("order.updated", ORDER, meta_data=meta)).search_id == "aB3_x-9Q.4"
        assert order_of(read("order.updated", ORDER, meta_data=[])).search_id == ""
