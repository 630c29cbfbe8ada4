"""Readings become rows: what is newer, what belongs together, what has to be read again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from commerce.mirror.apply import apply
from commerce.mirror.digests import digest
from commerce.mirror.outcomes import Happened, Result
from commerce.mirror.tellings import Told, Ways, told_currency
from commerce.rules.customers import Consent, CustomerFacts, Purchases, TagsChanged
from commerce.rules.events import (
    Deleted,
    PrivacyRequest,
    Reading,
    Refunded,
    Saved,
    ShipmentScanned,
    ShopFacts,
    StockCounted,
    StockLevel,
    Unclear,
    Uninstalled,
)
from commerce.rules.orders import OrderFacts, OrderLine, Refund, ShipmentFacts
from commerce.rules.products import CategoryFacts, CategoryRef, ProductFacts, VariantFacts
from commerce.tables import (
    categories,
    clicks,
    customers,
    orders,
    privacy,
    products,
    searches,
    shipments,
    shops,
    variants,
    versions,
)
from commerce.tables.clicks import Click
from commerce.tables.people import profiles
from tests.conftest import Backroom
from tests.stored import row, rows

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHOPIFY = Ways(says_when_deleted=True, variants_as_products=False)
WOOCOMMERCE = Ways(says_when_deleted=False, variants_as_products=True)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Mirror:
    """A shop's tables, and a way to tell them things."""

    def __init__(self, backroom: Backroom, shop_id: int, ways: Ways) -> None:
        self.database, self.vault = backroom.parts.database, backroom.parts.vault
        self.shop_id, self.ways, self.told = shop_id, ways, 0

    def tell(
        self, *changes: Any, received: float = 10_000, now: float = 100_000
    ) -> tuple[list[Result], list[Happened]]:
        """One delivery per change, all in one batch."""
        deliveries = []
        for change in changes:
            self.told += 1
            several = change if isinstance(change, tuple) else (change,)
            deliveries.append(
                Told(
                    inbox_id=self.told,
                    received_at=at(received + self.told),
                    triggered_at=None,
                    origin="live",
                    reading=Reading(changes=several),
                )
            )
        with self.database.write() as db:
            shop = shops.by_id(db, self.vault, self.shop_id)
            assert shop is not None
            return apply(db, shop, deliveries, ways=self.ways, now=at(now))

    def one(self, table: Any, **equal: Any) -> Any:
        return row(self.database, table, shop_id=self.shop_id, **equal)

    def all(self, table: Any, **equal: Any) -> Sequence[Any]:
        return rows(self.database, table, shop_id=self.shop_id, **equal)


@pytest.fixture
def mirror(backroom: Backroom) -> Mirror:
    return Mirror(backroom, backroom.shops.shopify(currency="EUR").id, SHOPIFY)


@pytest.fixture
def woo(backroom: Backroom) -> Mirror:
    return Mirror(backroom, backroom.shops.woocommerce(currency="EUR").id, WOOCOMMERCE)


def product(key: str = "1", *, second: float = 0, variants_: Sequence[str] = ("11",), **changes: Any) -> Saved:
    own = tuple(
        VariantFacts(
            id=variant,
            product_id=key,
            price=1000 + place,
            stock=5,
            position=place,
            inventory_item_id=f"i{variant}",
            updated_at=at(second),
        )
        for place, variant in enumerate(variants_)
    )
    told: dict[str, Any] = {
        "id": key,
        "handle": f"h{key}",
        "title": f"Product {key}",
        "variants": own,
        "variant_ids": tuple(variants_),
        "updated_at": at(second),
    }
    return Saved(kind="product", facts=ProductFacts(**{**told, **changes}))


def order(key: str = "1", *, second: float = 0, **changes: Any) -> Saved:
    told: dict[str, Any] = {
        "id": key,
        "number": f"#{key}",
        "currency": "EUR",
        "total": 5000,
        "customer_id": "7",
        "lines": (OrderLine(id="1", quantity=1, price=5000, total=5000),),
        "placed_at": at(second),
        "updated_at": at(second),
    }
    return Saved(kind="order", facts=OrderFacts(**{**told, **changes}))


def customer(key: str = "7", *, second: float = 0, **changes: Any) -> Saved:
    told: dict[str, Any] = {"id": key, "email": "a@b.example", "updated_at": at(second)}
    return Saved(kind="customer", facts=CustomerFacts(**{**told, **changes}))


def names(happened: Sequence[Happened]) -> list[tuple[str, str]]:
    """All but that something looks different, which has tests of its own."""
    return sorted((one.name, one.object_id) for one in happened if not one.name.endswith(".looks_changed"))


class TestProducts:
    def test_are_created_once_and_changed_after_that(self, mirror: Mirror) -> None:
        _, happened = mirror.tell(product())
        assert names(happened) == [("product.created", "1"), ("product.document_changed", "1")]
        _, happened = mirror.tell(product(second=1, title="Renamed"))
        assert names(happened) == [("product.changed", "1"), ("product.document_changed", "1")]
        assert mirror.one(products.products).title == "Renamed"

    def test_that_did_not_change_cause_nothing(self, mirror: Mirror) -> None:
        mirror.tell(product())
        results, happened = mirror.tell(product(second=5))
        assert (results[0].state, results[0].note, happened) == ("skipped", "Nothing changed.", [])

    def test_that_changed_elsewhere_are_not_indexed_again(self, mirror: Mirror) -> None:
        mirror.tell(product(url="https://a.example"))
        _, happened = mirror.tell(product(second=1, url="https://b.example"))
        assert names(happened) == [("product.changed", "1")]

    def test_that_are_older_are_left_out(self, mirror: Mirror) -> None:
        mirror.tell(product(second=5, title="New"))
        results, happened = mirror.tell(product(second=1, title="Old"))
        assert (results[0].state, happened) == ("skipped", [])
        assert mirror.one(products.products).title == "New"

    def test_lose_the_variants_they_no_longer_list(self, mirror: Mirror) -> None:
        mirror.tell(product(variants_=["11", "12", "13"]))
        mirror.tell(product(second=1, variants_=["12", "14"]))
        assert [variant.id for variant in mirror.all(variants.variants)] == ["12", "14"]
        shown = mirror.one(products.products)
        assert (shown.price, shown.stock) == (1000, 10)

    def test_keep_the_variants_that_a_delivery_lists_without_telling_them(self, mirror: Mirror) -> None:
        mirror.tell(product(variants_=["11", "12"]))
        mirror.tell(product(second=1, variants_=["11"], variant_ids=("11", "12")))
        assert [variant.id for variant in mirror.all(variants.variants)] == ["11", "12"]

    def test_in_one_batch_are_written_as_the_last_one(self, mirror: Mirror) -> None:
        results, happened = mirror.tell(*(product(second=second, title=f"T{second}") for second in (1, 3, 2)))
        assert [result.state for result in results] == ["applied", "applied", "skipped"]
        assert mirror.one(products.products).title == "T3"
        assert len(names(happened)) == 3  # created, changed, document_changed: each once

    def test_keep_their_categories_where_a_delivery_does_not_tell_them(self, mirror: Mirror) -> None:
        mirror.tell(product(categories=(CategoryRef(id="5", name="Home", handle="home"),)))
        mirror.tell(product(second=1, title="New"))
        assert mirror.one(products.products).categories == [{"id": "5", "name": "Home", "handle": "home"}]

    def test_of_the_same_id_in_two_shops_stay_apart(self, backroom: Backroom, mirror: Mirror) -> None:
        other = Mirror(backroom, backroom.shops.shopify("two.myshopify.com").id, SHOPIFY)
        mirror.tell(product(title="Ours"))
        other.tell(product(title="Theirs"), Deleted(kind="product", id="1", at=at(9)))
        assert mirror.one(products.products).title == "Ours"
        assert other.all(products.products) == []


class TestDeletions:
    def test_take_the_product_with_its_variants(self, mirror: Mirror) -> None:
        mirror.tell(product(variants_=["11", "12"]))
        _, happened = mirror.tell(Deleted(kind="product", id="1", at=at(5)))
        assert names(happened) == [("product.deleted", "1")]
        assert mirror.all(products.products) == mirror.all(variants.variants) == []

    def test_leave_a_tombstone(self, mirror: Mirror) -> None:
        mirror.tell(Deleted(kind="product", id="1", at=at(5)))
        results, happened = mirror.tell(product(second=3))
        assert (results[0].state, happened) == ("skipped", [])
        assert mirror.one(versions.versions).deleted_at == at(5)
        assert mirror.all(products.products) == []

    def test_are_undone_by_what_is_provably_later(self, mirror: Mirror) -> None:
        mirror.tell(product(), Deleted(kind="product", id="1", at=at(5)), product(second=6))
        assert len(mirror.all(products.products)) == 1
        assert mirror.one(versions.versions).deleted_at is None

    def test_and_saves_in_one_batch_end_as_they_happened(self, mirror: Mirror) -> None:
        mirror.tell(product("1"), Deleted(kind="product", id="1", at=at(1)), product("2"))
        assert [one.id for one in mirror.all(products.products)] == ["2"]

    def test_of_what_never_was_a_product_are_harmless(self, woo: Mirror) -> None:
        # WooCommerce sends false deletions: a page's or a coupon's number under product.deleted.
        results, happened = woo.tell(Deleted(kind="product", id="999"))
        assert (results[0].state, happened) == ("skipped", [])

    def test_of_a_variation_leave_its_product(self, woo: Mirror) -> None:
        woo.tell(product(variants=None, variant_ids=("11", "12"), price=500, stock=None))
        for key in ("11", "12"):
            woo.tell(Saved(kind="product", facts=VariantFacts(id=key, product_id="1", price=int(key) * 100)))
        assert woo.one(products.products).price == 1100
        woo.tell(Deleted(kind="product", id="11", final=True))
        assert [variant.id for variant in woo.all(variants.variants)] == ["12"]
        assert len(woo.all(products.products)) == 1

    def test_of_an_order_take_lines_and_parcels_and_correct_its_customer(self, mirror: Mirror) -> None:
        mirror.tell(customer(), order(shipments=(ShipmentFacts(id="s1", order_id="1"),)), order("2", total=100))
        mirror.tell(Deleted(kind="order", id="1", at=at(5)))
        assert mirror.all(shipments.shipments) == []
        assert [line.order_id for line in mirror.all(orders.lines)] == ["2"]
        known = mirror.one(profiles.profiles)
        assert (known.orders_count, known.total_spent) == (1, 100)

    def test_of_a_customer_keep_the_orders(self, mirror: Mirror) -> None:
        mirror.tell(customer(), order(), Deleted(kind="customer", id="7", at=at(5)))
        assert mirror.all(customers.customers) == []
        assert len(mirror.all(orders.orders)) == 1


class TestVariations:
    def test_come_before_or_after_their_product(self, woo: Mirror) -> None:
        variation = Saved(kind="product", facts=VariantFacts(id="11", product_id="1", price=900, stock=2))
        woo.tell(variation)
        assert woo.all(products.products) == []
        _, happened = woo.tell(product(variants=None, variant_ids=("11",), price=500))
        assert ("product.document_changed", "1") in names(happened)
        shown = woo.one(products.products)
        assert (shown.price, shown.stock) == (900, 2)

    def test_count_only_once_all_are_known(self, woo: Mirror) -> None:
        woo.tell(product(variants=None, variant_ids=("11", "12"), price=500))
        woo.tell(Saved(kind="product", facts=VariantFacts(id="11", product_id="1", price=900)))
        assert woo.one(products.products).price == 500
        woo.tell(Saved(kind="product", facts=VariantFacts(id="12", product_id="1", price=800)))
        assert woo.one(products.products).price == 800

    def test_that_change_alone_let_their_product_be_told_as_changed(self, woo: Mirror) -> None:
        """Neither its price nor its stock differs, but what the API tells of the product does."""
        own = [VariantFacts(id=key, product_id="1", price=900, updated_at=at(1)) for key in ("11", "12")]
        woo.tell(product(variants=None, variant_ids=("11", "12")), *(Saved(kind="product", facts=one) for one in own))
        woo.tell(Saved(kind="product", facts=replace(own[1], price=950, updated_at=at(9))), now=200_000)
        assert woo.one(products.products).price == 900
        assert woo.one(products.products).saved_at == at(200_000)

    def test_that_the_product_drops_go(self, woo: Mirror) -> None:
        told = [VariantFacts(id=key, product_id="1", updated_at=at(1)) for key in ("11", "12")]
        woo.tell(product(variants=None, variant_ids=("11", "12")), *(Saved(kind="product", facts=v) for v in told))
        woo.tell(product(second=5, variants=None, variant_ids=("12",)))
        assert [variant.id for variant in woo.all(variants.variants)] == ["12"]

    def test_told_apart_by_a_platform_that_tells_both_together(self, mirror: Mirror) -> None:
        mirror.tell(product())
        facts = VariantFacts(id="11", product_id="1", price=700, stock=0, updated_at=at(9))
        mirror.tell(Saved(kind="variant", facts=facts))
        assert mirror.one(products.products).price == 700
        results, _ = mirror.tell(Saved(kind="variant", facts=replace(facts, price=1, updated_at=at(8))))
        assert results[0].state == "skipped"

    def test_of_an_unknown_product_ask_for_it(self, mirror: Mirror) -> None:
        _, happened = mirror.tell(Saved(kind="variant", facts=VariantFacts(id="99", product_id="9")))
        assert names(happened) == [("object.unclear", "9")]


class TestCustomers:
    def test_count_what_they_bought_less_refunds_without_cancelled_orders(self, mirror: Mirror) -> None:
        mirror.tell(
            order("1", total=5000, second=0),
            order("2", total=3000, refunded=1000, second=10),
            order("3", total=9000, status="cancelled", second=20),
            order("4", total=100, customer_id="8", second=30),
            customer(),
        )
        known = {row.id: row for row in mirror.all(profiles.profiles)}["7"]
        assert (known.orders_count, known.total_spent) == (2, 7000)
        assert (known.first_order_at, known.last_order_at) == (at(0), at(10))
        mirror.tell(order("1", total=5000, status="cancelled", second=50))
        known = {row.id: row for row in mirror.all(profiles.profiles)}["7"]
        assert (known.orders_count, known.total_spent) == (1, 2000)

    def test_lose_an_order_that_changes_its_customer(self, mirror: Mirror) -> None:
        mirror.tell(customer("7"), customer("8"), order("1"))
        mirror.tell(order("1", customer_id="8", second=5))
        counts = {one.id: one.orders_count for one in mirror.all(profiles.profiles)}
        assert counts == {"7": 0, "8": 1}

    def test_keep_tags_consents_and_addresses_that_are_not_told(self, mirror: Mirror) -> None:
        consent = Consent(customer_id="7", channel="email", state="subscribed", updated_at=at(1))
        mirror.tell(customer(tags=("vip",), consents=(consent,), addresses=({"city": "Graz"},)))
        mirror.tell(customer(second=5, email="new@b.example"))
        known = mirror.one(customers.customers)
        assert (known.email, known.tags, known.addresses) == ("new@b.example", ["vip"], [{"city": "Graz"}])
        assert known.consents["email"]["state"] == "subscribed"

    def test_consents_are_newest_first_in_any_order(self, mirror: Mirror) -> None:
        mirror.tell(customer())
        yes = Consent(customer_id="7", channel="sms", state="subscribed", updated_at=at(1))
        no = Consent(customer_id="7", channel="sms", state="unsubscribed", updated_at=at(5))
        results, _ = mirror.tell(no, yes)
        assert [result.state for result in results] == ["applied", "skipped"]
        assert mirror.one(customers.customers).consents["sms"]["state"] == "unsubscribed"

    def test_a_late_picture_of_the_customer_keeps_a_newer_consent(self, mirror: Mirror) -> None:
        no = Consent(customer_id="7", channel="email", state="unsubscribed", updated_at=at(50))
        yes = replace(no, state="subscribed", updated_at=at(1))
        mirror.tell(customer(), no)
        mirror.tell(customer(second=5, email="new@b.example", consents=(yes,)))
        assert mirror.one(customers.customers).consents["email"]["state"] == "unsubscribed"

    def test_tags_come_and_go(self, mirror: Mirror) -> None:
        mirror.tell(customer(tags=("a", "b")))
        mirror.tell(TagsChanged(customer_id="7", tags=("b", "c"), added=True, occurred_at=at(1)))
        assert mirror.one(customers.customers).tags == ["a", "b", "c"]
        mirror.tell(TagsChanged(customer_id="7", tags=("a",), added=False, occurred_at=at(2)))
        assert mirror.one(customers.customers).tags == ["b", "c"]

    def test_purchases_are_the_newest_told(self, mirror: Mirror) -> None:
        mirror.tell(customer())
        told = Purchases(customer_id="7", orders_count=3, total_spent=900, currency="EUR", occurred_at=at(5))
        mirror.tell(told, replace(told, orders_count=2, occurred_at=at(1)))
        assert mirror.one(customers.customers).told_orders == 3

    @pytest.mark.parametrize(
        "change",
        [
            Consent(customer_id="7", channel="email", state="subscribed"),
            TagsChanged(customer_id="7", tags=("x",), added=True, occurred_at=START),
            Purchases(customer_id="7", orders_count=1, total_spent=1, currency="EUR", occurred_at=START),
        ],
    )
    def test_who_are_not_known_are_asked_for(self, mirror: Mirror, change: Any) -> None:
        _, happened = mirror.tell(change)
        assert names(happened) == [("object.unclear", "7")]


class TestRefundsAndParcels:
    def test_a_refund_told_apart_counts_once(self, mirror: Mirror) -> None:
        refund = Refunded(order_id="1", refund=Refund(id="r1", amount=1500))
        results, _ = mirror.tell(customer(), order(), refund, refund)
        assert [result.state for result in results] == ["applied", "applied", "applied", "skipped"]
        assert mirror.one(orders.orders).refunded == 1500
        assert mirror.one(profiles.profiles).total_spent == 3500

    def test_a_refund_of_an_unknown_order_asks_for_it(self, mirror: Mirror) -> None:
        _, happened = mirror.tell(Refunded(order_id="9", refund=Refund(id="r1", amount=1)))
        assert names(happened) == [("object.unclear", "9"), ("order.refunded", "9")]

    def test_parcels_are_replaced_by_what_the_order_tells(self, mirror: Mirror) -> None:
        first = (ShipmentFacts(id="s1", order_id="1"), ShipmentFacts(id="s2", order_id="1"))
        mirror.tell(order(shipments=first))
        mirror.tell(order(second=1, shipments=(ShipmentFacts(id="s2", order_id="1", tracking_number="T"),)))
        assert [(parcel.id, parcel.tracking_number) for parcel in mirror.all(shipments.shipments)] == [("s2", "T")]
        mirror.tell(order(second=2, note="changed", shipments=None))
        assert len(mirror.all(shipments.shipments)) == 1, "a delivery without parcels says nothing of them"

    def test_scans_are_newest_first_in_any_order(self, mirror: Mirror) -> None:
        mirror.tell(order(shipments=(ShipmentFacts(id="s1", order_id="1", updated_at=at(0)),)))
        scan = ShipmentScanned(
            shipment_id="s1", order_id="1", status="delivered", platform_status="delivered", happened_at=at(9)
        )
        results, _ = mirror.tell(scan, replace(scan, status="in_transit", happened_at=at(5)))
        assert [result.state for result in results] == ["applied", "skipped"]
        assert mirror.one(shipments.shipments).status == "delivered"

    def test_let_their_order_be_told_as_changed(self, mirror: Mirror) -> None:
        parcel = ShipmentFacts(id="s1", order_id="1", updated_at=at(0))
        mirror.tell(order(shipments=(parcel,)))
        scan = {"shipment_id": "s1", "order_id": "1", "platform_status": "", "happened_at": at(9)}
        mirror.tell(ShipmentScanned(status="in_transit", **scan), now=200_000)
        assert mirror.one(orders.orders).saved_at == at(200_000)
        mirror.tell(Saved(kind="shipment", facts=replace(parcel, tracking_number="T", updated_at=at(20))), now=300_000)
        assert mirror.one(orders.orders).saved_at == at(300_000)


class TestStock:
    def level(self, available: int | None, second: float, place: str = "L1") -> StockLevel:
        return StockLevel(inventory_item_id="i11", location_id=place, available=available, updated_at=at(second))

    def test_changes_by_the_difference_at_one_place(self, mirror: Mirror) -> None:
        mirror.tell(product())  # stock 5
        _, happened = mirror.tell(self.level(3, 10))
        assert ("object.unclear", "1") in names(happened), "what was at this place before is not known"
        mirror.tell(self.level(1, 20))
        assert mirror.one(variants.variants).stock == 3
        assert mirror.one(products.products).stock == 3

    def test_is_not_counted_twice_or_from_the_past(self, mirror: Mirror) -> None:
        mirror.tell(product(), self.level(5, 10), self.level(4, 20))
        results, _ = mirror.tell(self.level(4, 30), self.level(9, 15))
        assert [result.state for result in results] == ["skipped", "skipped"]
        assert mirror.one(variants.variants).stock == 4

    def test_that_the_product_told_already_is_only_remembered(self, mirror: Mirror) -> None:
        mirror.tell(product(second=50), self.level(9, 40))
        assert mirror.one(variants.variants).stock == 5

    def test_counted_at_all_places_leaves_what_was_told_of_one_later(self, mirror: Mirror) -> None:
        """An export that was begun before one place sold two; of the other place it tells the first time."""
        mirror.tell(product(), self.level(5, 10), self.level(3, 40))
        assert mirror.one(variants.variants).stock == 3
        mirror.tell(StockCounted(inventory_item_id="i11", places=(("L1", 5), ("L2", 7)), told_at=at(30)))
        assert mirror.one(variants.variants).stock == 10

    def test_of_an_unknown_item_is_remembered(self, mirror: Mirror) -> None:
        results, happened = mirror.tell(self.level(9, 40))
        assert (results[0].state, happened) == ("applied", [])


class TestCurrency:
    def test_of_an_order_does_not_change_a_known_one(self, mirror: Mirror) -> None:
        mirror.tell(product(), order(currency="JPY"))
        assert mirror.one(variants.variants).price == 1000

    def test_of_the_shop_itself_corrects_a_wrong_one(self, mirror: Mirror) -> None:
        mirror.tell(ShopFacts(told_at=at(5), currency="JPY", name="Mine"))
        mirror.tell(ShopFacts(told_at=at(2), currency="USD", name="Mine before"))
        known = row(mirror.database, shops.shops, id=mirror.shop_id)
        assert (known.name, known.currency) == ("Mine", "JPY")

    @pytest.mark.parametrize("junk", ['XXX"><b>', "eur", "EU", "€€€", ""])
    def test_is_three_letters(self, backroom: Backroom, junk: str) -> None:
        mirror = Mirror(backroom, backroom.shops.shopify().id, SHOPIFY)
        mirror.tell(order(currency=junk))
        assert row(mirror.database, shops.shops, id=mirror.shop_id).currency is None

    def test_is_told_by_shops_before_orders(self) -> None:
        readings = [
            Reading(changes=(order(currency="USD"),)),
            Reading(changes=(ShopFacts(told_at=at(0), name="x"),)),
            Reading(changes=(ShopFacts(told_at=at(0), currency="JPY"),)),
        ]
        assert told_currency(readings) == "JPY"
        assert told_currency(readings[:2]) == "USD"
        assert told_currency([]) == ""


class TestCategories:
    def test_are_saved_changed_and_deleted(self, mirror: Mirror) -> None:
        facts = CategoryFacts(id="5", handle="home", title="Home", description="All of it", updated_at=at(0))
        mirror.tell(Saved(kind="category", facts=facts))
        mirror.tell(Saved(kind="category", facts=replace(facts, title="At home", description="", updated_at=at(1))))
        known = mirror.one(categories.categories)
        assert (known.title, known.description) == ("At home", "All of it")
        mirror.tell(Deleted(kind="category", id="5", at=at(9)))
        assert mirror.all(categories.categories) == []


class TestTheShop:
    def test_remembers_that_it_was_uninstalled(self, mirror: Mirror) -> None:
        mirror.tell(Uninstalled(at=at(5)))
        known = row(mirror.database, shops.shops, id=mirror.shop_id)
        assert (known.state, known.uninstalled_at) == ("uninstalled", at(5))

    def test_keeps_requests_under_privacy_law(self, mirror: Mirror) -> None:
        mirror.tell(PrivacyRequest(kind="customer_erasure", customer_id="7", order_ids=("1",)))
        asked = mirror.one(privacy.requests)
        assert (asked.kind, asked.customer_id, asked.order_ids, asked.fulfilled_at) == (
            "customer_erasure",
            "7",
            ["1"],
            None,
        )

    def test_clock_goes_on_with_its_deliveries(self, woo: Mirror) -> None:
        woo.tell(*(product(str(key), second=key) for key in range(1, 8)))
        known = row(woo.database, shops.shops, id=woo.shop_id)
        assert (known.clock_at, known.clock_seen, known.clock_disorder) == (at(7), 7, 0.0)

    def test_deleted_and_restored_in_unknown_order_is_read_again(self, woo: Mirror) -> None:
        restored = replace(product(second=2), restored=True)
        _, happened = woo.tell(product(second=1), restored, Deleted(kind="product", id="1"))
        assert ("object.unclear", "1") in names(happened)


class TestUnclear:
    def test_is_an_event_with_its_reason(self, mirror: Mirror) -> None:
        results, (happened,) = mirror.tell(Unclear(kind="product", id="1", reason="Only the id."))
        assert (happened.name, happened.object_id, happened.reason) == ("object.unclear", "1", "Only the id.")
        assert results[0].state == "applied"


class TestSearchId:
    def test_counts_the_order_once_and_stays_out_of_it(self, mirror: Mirror) -> None:
        click = Click(shop_id=mirror.shop_id, token="abcdefgh.2", query="tent", product_id="1", position=2)
        with mirror.database.write() as db:
            clicks.save(db, [click], day=START.date())
        for second in (1, 2):
            mirror.tell(order(second=second, search_id="abcdefgh.2", note=str(second)))
        with mirror.database.read() as db:
            assert searches.totals(db, shop_id=mirror.shop_id, since=START.date()).orders == 1
        assert "abcdefgh.2" not in repr(row(mirror.database, orders.orders, id="1"))


class TestDigest:
    def test_leaves_out_when_it_changed_and_nothing_else(self) -> None:
        one = product().facts
        assert digest(one) == digest(product(second=9).facts)
        assert digest(one) != digest(product(title="Other").facts)
        assert digest(one) != digest(product(variants_=["12"]).facts)


@contextmanager
def counted(mirror: Mirror) -> Iterator[list[str]]:
    """The SQL statements that run in the block."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(mirror.database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(mirror.database.engine, "before_cursor_execute", note)


class TestABatch:
    @pytest.mark.parametrize(
        "make",
        [
            lambda key: product(key, variants_=[f"{key}1", f"{key}2"]),
            lambda key: (
                order(key, shipments=(ShipmentFacts(id=f"s{key}", order_id=key),)),
                customer("7", second=int(key)),
            ),
            customer,
            lambda key: Saved(kind="category", facts=CategoryFacts(id=key, handle=key, title=key)),
            lambda key: Deleted(kind="product", id=key, at=at(1)),
        ],
        ids=["products", "orders", "customers", "categories", "deletions"],
    )
    def test_takes_as_many_queries_for_100_deliveries_as_for_10(self, mirror: Mirror, make: Any) -> None:
        with counted(mirror) as few:
            mirror.tell(*(make(str(key)) for key in range(100, 110)))
        with counted(mirror) as many:
            mirror.tell(*(make(str(key)) for key in range(200, 300)))
        assert len(many) <= len(few) + 3
        assert len([one for one in many if "pg_advisory" not in one]) < 40  # SQLite needs no locks of its own
