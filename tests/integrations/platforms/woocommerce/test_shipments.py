"""Parcels as plug-ins write them into an order's metas."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.rules.events import Saved, Unclear
from commerce.rules.orders import ShipmentFacts
from tests.integrations.platforms.woocommerce.conftest import Read
from tests.integrations.platforms.woocommerce.test_orders import ORDER, order_of

ITEM = {
    "tracking_provider": "DHL Parcel",
    "custom_tracking_provider": "",
    "custom_tracking_link": "",
    "tracking_number": "00340434161094042557",
    "tracking_product_code": "",
    "source": "REST_API",
    "date_shipped": 1795361390,
    "status_shipped": "0",
    "tracking_id": "e5248bbede81e94434d83ef1cb394104",
    "user_id": 1,
}


def parcels(read: Read, *metas: tuple[str, Any], **changes: Any) -> tuple[ShipmentFacts, ...] | None:
    told = [{"id": place, "key": key, "value": value} for place, (key, value) in enumerate(metas)]
    return order_of(read("order.updated", ORDER, meta_data=told, **changes)).shipments


def one(read: Read, *metas: tuple[str, Any], **changes: Any) -> ShipmentFacts:
    (parcel,) = parcels(read, *metas, **changes) or ()
    return parcel


class TestShipmentTracking:
    def test_tells_one_parcel_an_entry(self, read: Read) -> None:
        bike = {
            "tracking_provider": "Bike Courier",
            "custom_tracking_link": "https://bike.example/t/{tracking_number}",
            "tracking_number": "BK-77",
            "tracking_id": "91924655087215fc00085bf02cba0075",
        }
        first, second = parcels(read, ("_wc_shipment_tracking_items", [ITEM, bike])) or ()
        assert (first.carrier, first.tracking_number, first.status) == (
            "DHL Parcel",
            "00340434161094042557",
            "label_created",
        )
        assert first.shipped_at == datetime.fromtimestamp(1795361390, UTC)
        assert (second.carrier, second.tracking_url) == ("Bike Courier", "https://bike.example/t/BK-77")

    def test_tells_parts_of_an_order(self, read: Read) -> None:
        part = ITEM | {"products_list": [{"product": 101, "item_id": 5, "qty": 1}], "tracking_product_code": "V01PAK"}
        other = ITEM | {"tracking_id": "other", "tracking_number": "JJD014600006281230704"}
        numbers = [
            parcel.tracking_number for parcel in parcels(read, ("_wc_shipment_tracking_items", [part, other])) or ()
        ]
        assert numbers == ["00340434161094042557", "JJD014600006281230704"]

    def test_names_a_carrier_of_the_shops_own_in_either_field(self, read: Read) -> None:
        custom = ITEM | {"tracking_provider": "", "custom_tracking_provider": "Bike Courier"}
        assert one(read, ("_wc_shipment_tracking_items", [custom])).carrier == "Bike Courier"

    @pytest.mark.parametrize("gaps", [{"0": ITEM}, {"3": ITEM, "4": None}])
    def test_may_be_a_list_with_gaps(self, read: Read, gaps: Any) -> None:
        assert one(read, ("_wc_shipment_tracking_items", gaps)).tracking_number == "00340434161094042557"

    @pytest.mark.parametrize(
        ("written", "day"),
        [
            ("1795361390", datetime.fromtimestamp(1795361390, UTC)),
            ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
            ("", None),
            ("soon", None),
            (0, None),
            (20261122, None),
            (None, None),
        ],
    )
    def test_dates_in_any_way(self, read: Read, written: Any, day: datetime | None) -> None:
        assert one(read, ("_wc_shipment_tracking_items", [ITEM | {"date_shipped": written}])).shipped_at == day

    def test_several_numbers_in_one_field(self, read: Read) -> None:
        item = ITEM | {"tracking_number": "1Z5R89390357567127, 1Z879E930346834440;1Z5R89390357567127"}
        first, second = parcels(read, ("_wc_shipment_tracking_items", [item])) or ()
        assert (first.id, second.id) == (ITEM["tracking_id"], f"{ITEM['tracking_id']}-2")
        assert second.tracking_number == "1Z879E930346834440"

    @pytest.mark.parametrize("odd", [[], [None], [{}], [{"tracking_number": " "}], [{"tracking_number": ["x"]}]])
    def test_entries_without_a_number_are_none(self, read: Read, odd: Any) -> None:
        assert parcels(read, ("_wc_shipment_tracking_items", odd)) == ()


class TestOtherPlugIns:
    def test_aftership(self, read: Read) -> None:
        item = {"tracking_id": "t1", "slug": "usps", "tracking_number": "9400111899223197428490", "line_items": []}
        parcel = one(read, ("_aftership_tracking_items", [item]))
        assert (parcel.id, parcel.carrier, parcel.tracking_number) == ("t1", "usps", "9400111899223197428490")

    def test_yith(self, read: Read) -> None:
        parcel = one(
            read,
            ("ywot_tracking_code", " 1Z5R89390357567127 "),
            ("ywot_carrier_name", "UPS"),
            ("ywot_pick_up_date", "2026-11-20"),
            ("ywot_picked_up", "on"),
        )
        assert (parcel.carrier, parcel.tracking_number) == ("UPS", "1Z5R89390357567127")
        assert parcel.shipped_at == datetime(2026, 11, 20, tzinfo=UTC)

    def test_a_bare_number(self, read: Read) -> None:
        parcel = one(read, ("_tracking_number", 123456789012), ("_shipment_provider", "fedex"))
        assert (parcel.carrier, parcel.tracking_number) == ("fedex", "123456789012")

    def test_nothing(self, read: Read) -> None:
        assert parcels(read, ("_tracking_number", ""), ("ywot_tracking_code", None)) is None
        assert parcels(read, ("_wc_shipment_tracking_items", "x")) is None


class TestCoreFulfilments:
    def test_are_parcels_where_they_were_asked_for(self, read: Read) -> None:
        metas = [
            {"id": 1, "key": "_tracking_number", "value": "1Z5R89390357567127"},
            {"id": 2, "key": "_shipment_provider", "value": "ups"},
            {"id": 3, "key": "_tracking_url", "value": "https://ups.example/1Z5R89390357567127"},
            {"id": 4, "key": "_date_fulfilled", "value": "2026-11-20 10:00:00"},
            {"id": 5, "key": "_items", "value": [{"item_id": 5, "qty": 1}]},
        ]
        told = [
            {"id": 7, "entity_id": "900", "is_fulfilled": True, "date_deleted": None, "meta_data": metas},
            {"id": 8, "entity_id": "900", "is_fulfilled": False, "meta_data": metas},
            {"id": 9, "entity_id": "900", "date_deleted": "2026-11-21T00:00:00", "meta_data": metas},
        ]
        parcel = one(read, ("_fulfillment_status", "fulfilled"), fulfillments=told)
        assert (parcel.id, parcel.carrier, parcel.tracking_number) == ("f7", "ups", "1Z5R89390357567127")
        assert parcel.tracking_url == "https://ups.example/1Z5R89390357567127"
        assert parcel.shipped_at == datetime(2026, 11, 20, 10, tzinfo=UTC)

    def test_say_nothing_by_their_status_alone(self, read: Read) -> None:
        assert parcels(read, ("_fulfillment_status", "fulfilled")) is None


class TestReadingAgain:
    """An order whose parcels stand in fulfilments that its delivery does not tell."""

    def changes(self, read: Read, status: Any = "fulfilled", *, days: float = 1, **changes: Any) -> list[type]:
        placed = f"{datetime(2026, 6, 1, tzinfo=UTC) - timedelta(days=days):%Y-%m-%dT%H:%M:%S}"
        metas = [{"id": 1, "key": "_fulfillment_status", "value": status}, *changes.pop("metas", ())]
        told = read("order.updated", ORDER, meta_data=metas, date_created_gmt=placed, **changes)
        return [type(change) for change in told.changes]

    @pytest.mark.parametrize("status", ["fulfilled", "partially_fulfilled", "unfulfilled"])
    def test_is_asked_for_where_the_order_is_young(self, read: Read, status: str) -> None:
        assert self.changes(read, status) == [Saved, Unclear]
        assert self.changes(read, status, days=46) == [Saved]

    @pytest.mark.parametrize("status", ["", "no_fulfillments", None, ["fulfilled"], True])
    def test_is_not_asked_for_where_nothing_was_sent(self, read: Read, status: Any) -> None:
        assert self.changes(read, status) == [Saved]

    @pytest.mark.parametrize("told", [[], None, [{"id": 7, "meta_data": []}]])
    def test_ends_with_the_answer(self, read: Read, told: Any) -> None:
        assert self.changes(read, fulfillments=told) == [Saved]

    def test_is_not_asked_for_where_a_plug_in_tells_the_numbers(self, read: Read) -> None:
        plug_in = {"id": 2, "key": "_wc_shipment_tracking_items", "value": [ITEM]}
        assert self.changes(read, metas=[plug_in]) == [Saved]
