from datetime import UTC, datetime

import pytest

from commerce.rules.customers import Consent, Purchases, TagsChanged
from commerce.rules.events import (
    Deleted,
    Merged,
    PrivacyRequest,
    ShopFacts,
    StockLevel,
    UnableToRead,
    Unclear,
    Uninstalled,
)

TRIGGERED = datetime(2026, 11, 22, 11, 59, tzinfo=UTC)
MIRA = {
    "id": 3301,
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-11-19T07:00:02Z",
    "first_name": "Mira",
    "last_name": "Voss",
    "note": None,
    "email": "mira@example.com",
    "phone": "+49431",
    "addresses": [{"id": 1, "city": "Kiel", "zip": "24103", "country": "Germany", "country_code": "DE"}, {"id": 2}],
    "default_address": {"id": 1, "city": "Kiel"},
}


class TestReadCustomer:
    def test_reads_a_customer(self, read):
        reading = read("customers/update", MIRA)
        customer = reading.changes[0].facts
        assert (reading.kind, reading.object_id) == ("customer", "3301")
        assert (customer.email, customer.phone, customer.last_name) == ("mira@example.com", "+49431", "Voss")
        assert (customer.tags, customer.consents, len(customer.addresses)) == (None, None, 2)
        assert (customer.addresses[0]["country"], customer.addresses[0]["postcode"]) == ("DE", "24103")
        assert customer.updated_at == datetime(2026, 11, 19, 7, 0, 2, tzinfo=UTC)

    def test_reads_tags_and_consent_where_they_are_told(self, read):
        consent = {"state": "subscribed", "opt_in_level": "single", "consent_updated_at": "2026-11-01T00:00:00Z"}
        told = MIRA | {"tags": "vip", "email_marketing_consent": consent, "sms_marketing_consent": None}
        customer = read("customers/create", told).changes[0].facts
        assert customer.tags == ("vip",)
        moment = datetime(2026, 11, 1, tzinfo=UTC)
        assert customer.consents == (
            Consent(customer_id="3301", channel="email", state="subscribed", updated_at=moment),
        )

    def test_an_id_only_body_is_to_be_read_again(self, read):
        assert isinstance(read("customers/update", {"id": 3301}).changes[0], Unclear)

    def test_redacted_fields_are_fine(self, read):
        told = {"id": 3301, "email": None, "first_name": None, "last_name": None, "phone": None}
        assert read("customers/update", told).changes[0].facts.email == ""

    def test_deletion(self, read):
        deleted = Deleted(kind="customer", id="3301", at=TRIGGERED)
        assert read("customers/delete", {"id": 3301, "tax_exemptions": []}).changes == (deleted,)


class TestMerge:
    def told(self, status):
        return {
            "admin_graphql_api_customer_kept_id": "gid://shopify/Customer/1",
            "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/2",
            "admin_graphql_api_job_id": None,
            "status": status,
            "errors": [],
        }

    def test_a_finished_merge_deletes_one_and_reads_the_other_again(self, read):
        kept, merged, gone = read("customers/merge", self.told("completed")).changes
        assert merged == Merged(kept="1", gone="2")
        assert (type(kept), kept.id, type(gone), gone.id) == (Unclear, "1", Deleted, "2")

    def test_a_failed_merge_deletes_nobody(self, read):
        (kept,) = read("customers/merge", self.told("failed")).changes
        assert (type(kept), kept.id) == (Unclear, "1")


class TestToldApart:
    def test_purchases(self, read):
        told = {
            "customerId": "gid://shopify/Customer/1",
            "numberOfOrders": 3,
            "amountSpent": {"amount": "100.5", "currencyCode": "USD"},
            "lastOrderId": "gid://shopify/Order/1",
            "occurredAt": "2026-11-05T05:00:00.000Z",
        }
        (purchases,) = read("customers/purchasing_summary", told).changes
        moment = datetime(2026, 11, 5, 5, tzinfo=UTC)
        assert purchases == Purchases(
            customer_id="1", orders_count=3, total_spent=10050, currency="USD", occurred_at=moment
        )
        with pytest.raises(UnableToRead, match=r"amountSpent.amount` is missing"):
            read("customers/purchasing_summary", told | {"amountSpent": {"currencyCode": "USD"}})

    @pytest.mark.parametrize("spelling", ["customer.tags_{}", "customer/tags_{}", "customers/tags_{}"])
    def test_tags(self, read, spelling):
        told = {"customerId": "gid://shopify/Customer/1", "tags": ["a", "b"], "occurredAt": "2026-11-05T05:00:00Z"}
        moment = datetime(2026, 11, 5, 5, tzinfo=UTC)
        for word, added in (("added", True), ("removed", False)):
            expected = TagsChanged(customer_id="1", tags=("a", "b"), added=added, occurred_at=moment)
            assert read(spelling.format(word), told).changes == (expected,)

    @pytest.mark.parametrize(
        ("topic", "told", "channel"),
        [
            ("customers_email_marketing_consent/update", {"customer_id": 1, "email_marketing_consent": {}}, "email"),
            ("customers_marketing_consent/update", {"id": 1, "sms_marketing_consent": {}}, "sms"),
            (
                "customers_whats_app_marketing_consent/update",
                {"customer_id": 1, "whats_app_marketing_consent": {}},
                "whatsapp",
            ),
        ],
    )
    def test_consent(self, read, topic, told, channel):
        assert read(topic, told).changes == (Consent(customer_id="1", channel=channel, state=""),)


class TestStockAndShop:
    def test_stock_levels(self, read):
        told = {"inventory_item_id": 9501, "location_id": 7, "available": 10, "updated_at": "2026-11-05T05:00:00Z"}
        moment = datetime(2026, 11, 5, 5, tzinfo=UTC)
        level = StockLevel(inventory_item_id="9501", location_id="7", available=10, updated_at=moment)
        assert read("inventory_levels/update", told).changes == (level,)

    def test_a_place_that_stops_keeping_an_item(self, read):
        told = {"inventory_item_id": 9501, "location_id": 7}
        level = StockLevel(inventory_item_id="9501", location_id="7", available=None, updated_at=TRIGGERED)
        assert read("inventory_levels/disconnect", told).changes == (level,)

    def test_shop_and_uninstall(self, read):
        told = {"id": 5, "name": "Quay Goods", "currency": "eur", "iana_timezone": "Europe/Berlin", "email": "a@b.c"}
        facts = ShopFacts(told_at=TRIGGERED, name="Quay Goods", currency="EUR", timezone="Europe/Berlin", email="a@b.c")
        assert read("shop/update", told).changes == (facts,)
        assert read("app/uninstalled", told).changes == (Uninstalled(at=TRIGGERED),)
        assert read("app/scopes_update", {"current": ["read_products"]}).note == "The app may now: read_products."

    def test_privacy_requests(self, read):
        who = {"id": 1, "email": "a@b.c", "phone": "1"}
        told = {"shop_domain": "s.myshopify.com", "customer": who, "orders_requested": [4, 5]}
        assert read("customers/data_request", told).changes == (
            PrivacyRequest(kind="customer_data", customer_id="1", email="a@b.c", phone="1", order_ids=("4", "5")),
        )
        erase = {"customer": {"email": "a@b.c"}, "orders_to_redact": [4]}
        assert read("customers/redact", erase).changes == (
            PrivacyRequest(kind="customer_erasure", email="a@b.c", order_ids=("4",)),
        )
        assert read("shop/redact", {"shop_id": 1}).changes == (PrivacyRequest(kind="shop_erasure"),)
        assert read("customers/redact", {"shop_id": 1, "customer": None}).changes == (
            PrivacyRequest(kind="customer_erasure"),
        )
