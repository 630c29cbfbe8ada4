from datetime import UTC, datetime

import pytest

from commerce.rules.events import Deleted, ShipmentScanned, UnableToRead, Unclear
from commerce.rules.orders import OrderLine, Refund


@pytest.fixture
def order(fixture):
    return fixture("orders_updated__shipped_and_refunded")


def facts(reading):
    return reading.changes[0].facts


class TestReadOrder:
    def test_reads_amounts(self, read, order):
        told = facts(read("orders/updated", order, currency="JPY"))
        assert (told.number, told.currency) == ("#1042", "EUR")
        amounts = (told.total, told.subtotal, told.tax, told.shipping, told.discount, told.refunded)
        assert amounts == (9890, 9400, 1579, 490, 500, 1200)

    def test_reads_who_and_when(self, read, order):
        told = facts(read("orders/updated", order))
        assert (told.email, told.customer_id, told.locale, told.tags) == (
            "mira@example.com",
            "3301",
            "de",
            ("gift", "vip"),
        )
        assert told.placed_at == datetime(2026, 11, 19, 7, 0, 1, tzinfo=UTC)
        assert (told.delivery.address2, told.delivery.country, told.delivery.postcode) == ("2. Stock", "DE", "24103")

    def test_reads_lines_after_discounts(self, read, order):
        assert facts(read("orders/updated", order)).lines == (
            OrderLine(
                id="601",
                product_id="701",
                variant_id="801",
                sku="MUG-B",
                title="Mug",
                quantity=2,
                price=1200,
                total=2400,
            ),
            OrderLine(id="602", title="Lamp", quantity=1, price=7500, total=7000),
        )

    def test_reads_a_parcel_for_every_tracking_number(self, read, order):
        first, second = facts(read("orders/updated", order)).shipments
        assert (first.id, first.tracking_number, first.status) == ("5501", "JD01", "out_for_delivery")
        assert (second.id, second.tracking_number) == ("5501-2", "JD02")
        assert (second.tracking_url, second.platform_status) == ("https://track.example/JD02", "out_for_delivery")

    def test_orders_changes_of_one_second(self, read, order):
        before = read("orders/updated", order | {"refunds": []}).changes[0].tiebreak
        after = read("orders/updated", order).changes[0].tiebreak
        closed = read("orders/updated", order | {"closed_at": "2026-11-22T00:00:00Z"}).changes[0].tiebreak
        assert before < after < closed

    @pytest.mark.parametrize(
        ("change", "status", "word"),
        [
            ({"cancelled_at": "2026-11-22T00:00:00Z", "closed_at": "2026-11-22T00:00:00Z"}, "cancelled", "cancelled"),
            ({"closed_at": "2026-11-22T00:00:00Z"}, "completed", "closed"),
            ({"financial_status": "paid"}, "completed", "open"),
            ({"financial_status": "paid", "fulfillment_status": None}, "open", "open"),
            ({}, "open", "open"),
        ],
    )
    def test_tells_what_became_of_it(self, read, order, change, status, word):
        told = facts(read("orders/updated", order | change))
        assert (told.status, told.platform_status) == (status, word)

    def test_reads_its_customer_with_it(self, read, order):
        customer = read("orders/create", order).changes[1].facts
        assert (customer.id, customer.email, customer.first_name) == ("3301", "mira@example.com", "Mira")
        # It carries the main address only, which tells nothing of the others.
        assert (customer.tags, customer.consents, customer.addresses) == (None, None, None)

    @pytest.mark.parametrize("customer", [None, {"id": 3301}, {"email": "a@b.c"}])
    def test_a_customer_without_id_or_name_is_not_told(self, read, order, customer):
        assert len(read("orders/create", order | {"customer": customer}).changes) == 1

    def test_redacted_people_are_fine(self, read, order):
        nobody = {"email": None, "phone": None, "billing_address": None, "shipping_address": None}
        assert facts(read("orders/create", order | nobody | {"contact_email": None})).email == ""

    def test_adds_up_shipping_lines_without_a_total(self, read, order):
        del order["total_shipping_price_set"]
        assert facts(read("orders/create", order)).shipping == 490

    def test_an_id_only_body_is_to_be_read_again(self, read):
        (unclear,) = read("orders/updated", {"id": 1}).changes
        assert (unclear.kind, unclear.id) == ("order", "1")

    def test_names_the_field_that_it_cannot_read(self, read, order):
        with pytest.raises(UnableToRead, match=r"orders/paid: `total_price` is missing"):
            read("orders/paid", order | {"total_price": None})
        order["line_items"][1]["discount_allocations"][0]["amount"] = "much"
        with pytest.raises(UnableToRead, match=r"`line_items\[1\].discount_allocations\[0\].amount` is not an amount"):
            read("orders/paid", order)


class TestOtherTellings:
    def test_deletion_and_edit(self, read):
        assert isinstance(read("orders/delete", {"id": 1}).changes[0], Deleted)
        (unclear,) = read("orders/edited", {"order_edit": {"id": 2, "order_id": 1}}).changes
        assert (type(unclear), unclear.kind, unclear.id) == (Unclear, "order", "1")

    def test_refund_by_its_transactions(self, read, order):
        (refunded,) = read("refunds/create", order["refunds"][0]).changes
        assert refunded.order_id == "820001"
        assert refunded.refund == Refund(
            id="901", amount=1200, reason="Scratched", created_at=datetime(2026, 11, 21, 10, 59, tzinfo=UTC)
        )

    @pytest.mark.parametrize(
        ("adjustments", "amount"),
        [
            ([], 1392),
            ([{"kind": "shipping_refund", "amount": "-4.00", "tax_amount": "-0.90"}], 1882),
            ([{"kind": "refund_discrepancy", "amount": "3.92", "tax_amount": "0.00"}], 1000),
        ],
    )
    def test_refund_by_its_lines_where_transactions_are_not_told(self, read, order, adjustments, amount):
        refund = order["refunds"][0] | {"order_adjustments": adjustments}
        del refund["transactions"]
        assert read("refunds/create", refund).changes[0].refund.amount == amount

    def test_goods_taken_back_without_money(self, read, order):
        refund = order["refunds"][0] | {"transactions": []}
        assert read("refunds/create", refund).changes[0].refund.amount == 0

    def test_refund_in_the_currency_that_it_names(self, read, order):
        refund = order["refunds"][0] | {"total_duties_set": {"shop_money": {"amount": "0", "currency_code": "JPY"}}}
        assert read("refunds/create", refund, currency="EUR").changes[0].refund.amount == 12

    def test_fulfilment_as_parcels(self, read, order):
        parcels = read("fulfillments/update", order["fulfillments"][0]).changes
        assert [(parcel.kind, parcel.facts.id) for parcel in parcels] == [("shipment", "5501"), ("shipment", "5501-2")]
        assert parcels[0].facts.order_id == "820001"

    @pytest.mark.parametrize(
        ("status", "word", "ours"),
        [
            ("cancelled", "in_transit", "cancelled"),
            ("success", None, "label_created"),
            ("success", "label_purchased", "label_created"),
            ("success", "carrier_picked_up", "picked_up"),
            ("success", "delayed", "delayed"),
            ("success", "attempted_delivery", "attempt_failed"),
            ("success", "failure", "exception"),
            ("success", "teleported", "unknown"),
        ],
    )
    def test_parcel_states(self, read, order, status, word, ours):
        told = order["fulfillments"][0] | {"status": status, "shipment_status": word, "tracking_numbers": []}
        assert read("fulfillments/update", told).changes[0].facts.status == ours

    def test_scan(self, read):
        told = {"id": 1, "fulfillment_id": 5501, "order_id": 820001, "status": "in_transit"}
        happened = "2026-11-22T08:00:00+01:00"
        assert read("fulfillment_events/create", told | {"happened_at": happened}).changes == (
            ShipmentScanned(
                shipment_id="5501",
                order_id="820001",
                status="in_transit",
                platform_status="in_transit",
                happened_at=datetime(2026, 11, 22, 7, tzinfo=UTC),
            ),
        )
        with pytest.raises(UnableToRead, match="happened_at"):
            read("fulfillment_events/create", told)


class TestSearchId:
    @pytest.mark.parametrize(
        ("details", "token"),
        [
            ([{"name": "gift", "value": "yes"}, {"name": "_backroom_search", "value": "aB3_x-9Q.4"}], "aB3_x-9Q.4"),
            ([{"name": "_backroom_search", "value": "not a token"}], ""),
            ([{"name": "_backroom_search", "value": None}, "odd"], ""),
            ("odd", ""),
            ([], ""),
        ],
    )
    def test_comes_back_with_the_carts_details(self, read, order, details, token):
        assert facts(read("orders/updated", order | {"note_attributes": details})).search_id == token
