"""Products, categories and stock in our own JSON."""

from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.rules.events import StockLevel, UnableToRead
from commerce.rules.products import CategoryFacts, CategoryRef, Image, Option, ProductFacts
from tests.integrations.platforms.custom.conftest import Read

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


def product_of(reading: Any) -> ProductFacts:
    facts = reading.changes[0].facts
    assert isinstance(facts, ProductFacts)
    return facts


class TestAProduct:
    def test_is_told_whole(self, read: Read) -> None:
        product = product_of(read("product.saved"))
        assert (product.id, product.title, product.handle) == ("lamp-7", "Desk lamp", "desk-lamp")
        assert (product.price, product.compare_at_price, product.stock, product.available) == (6900, None, 4, True)
        assert (product.brand, product.product_type, product.tags) == ("Lux", "Lamps", ("new", "office"))
        assert (product.status, product.published, product.url) == ("active", True, "https://shop.example/desk-lamp")
        assert product.categories == (CategoryRef(id="3", name="Desk", handle="desk"),)
        assert product.images == (Image(url="https://shop.example/desk-lamp.jpg", alt="The lamp"),)
        assert product.options == (Option(name="Finish", values=("Brass", "Black")),)
        assert product.attributes == (("Material", ("Brass", "Glass")),)
        assert product.updated_at == AT
        assert product.created_at == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)

    def test_has_its_variants_in_the_shops_order(self, read: Read) -> None:
        brass, black = product_of(read("product.saved")).variants or ()
        assert (brass.id, brass.sku, brass.barcode, brass.position) == ("71", "L7-B", "4006381333931", 1)
        assert (brass.price, brass.compare_at_price, brass.stock, brass.available) == (7900, 9900, 4, True)
        assert (brass.options, brass.image) == ((("Finish", "Brass"),), "https://shop.example/desk-lamp-brass.jpg")
        assert (black.id, black.stock, black.available, black.position) == ("72", 0, False, 2)

    def test_without_variants_is_one_itself(self, read: Read) -> None:
        told = {"variants": None, "price": "19.99", "compare_at_price": "25", "stock": 3, "sku": "L", "barcode": "1"}
        product = product_of(read("product.saved", **told))
        (only,) = product.variants or ()
        assert product.variant_ids == (only.id,) == ("lamp-7:only",)
        assert (only.price, only.compare_at_price, only.stock, only.sku, only.barcode) == (1999, 2500, 3, "L", "1")
        assert (product.price, product.stock, product.options) == (1999, 3, ())

    def test_says_its_stock_as_stock_too(self, read: Read) -> None:
        counted = read("product.saved").changes[1:]
        assert counted == (
            StockLevel(inventory_item_id="71", location_id="shop", available=4, updated_at=AT),
            StockLevel(inventory_item_id="72", location_id="shop", available=0, updated_at=AT),
        )

    def test_whose_stock_is_not_counted_is_available(self, read: Read) -> None:
        reading = read("product.saved", variants=[{"id": 1, "price": "5"}])
        product = product_of(reading)
        assert (product.stock, product.available, len(reading.changes)) == (None, True, 1)

    def test_may_sell_without_stock(self, read: Read) -> None:
        product = product_of(read("product.saved", variants=[{"id": 1, "stock": -2, "sells_without_stock": True}]))
        assert (product.stock, product.available) == (-2, True)

    def test_may_be_unavailable_all_the_same(self, read: Read) -> None:
        assert not product_of(read("product.saved", variants=[{"id": 1, "stock": 9, "available": False}])).available

    @pytest.mark.parametrize(
        ("changes", "shown"),
        [({}, True), ({"published": False}, False), ({"status": "draft"}, False), ({"status": "archived"}, False)],
    )
    def test_is_seen_where_it_is_active_and_published(self, read: Read, changes: Any, shown: bool) -> None:
        assert product_of(read("product.saved", **changes)).published is shown

    def test_was_changed_when_the_event_happened_where_it_does_not_say(self, read: Read) -> None:
        assert product_of(read("product.saved", updated_at=None)).updated_at == AT.replace(microsecond=250_000)

    def test_needs_only_an_id_and_a_title(self, read: Read) -> None:
        nothing = dict.fromkeys(
            ("variants", "images", "categories", "tags", "attributes", "status", "published", "url", "handle")
        )
        product = product_of(read("product.saved", **nothing))
        assert (product.status, product.published, product.price, product.available) == ("active", True, None, True)

    @pytest.mark.parametrize(("currency", "price", "units"), [("JPY", "1980", 1980), ("KWD", "1.2345", 1235)])
    def test_has_prices_of_its_currency(self, read: Read, currency: str, price: str, units: int) -> None:
        assert product_of(read("product.saved", currency, variants=[{"id": 1, "price": price}])).price == units

    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"id": "a b"}, "`data.id` is no id: 'a b'"),
            ({"id": 1.5}, "`data.id` is no id"),
            ({"title": ""}, "`data.title` is missing"),
            ({"title": ["x"]}, "`data.title` is not text"),
            ({"status": "live"}, "`data.status` is none of active, draft, archived: 'live'"),
            ({"published": "yes"}, "`data.published` is neither true nor false"),
            ({"url": "javascript:alert(1)"}, "`data.url` is no address"),
            ({"images": ["https://x.example/1.jpg"]}, "`data.images` is not a list of objects"),
            ({"attributes": ["Brass"]}, "`data.attributes` is not an object"),
            ({"attributes": {"Material": [1]}}, "`data.attributes.Material` is not a list of texts"),
            ({"categories": [{"title": "x"}]}, "`data.categories[0].id` is missing"),
            ({"updated_at": "yesterday"}, "`data.updated_at` is no time"),
            ({"variants": {}}, "`data.variants` is not a list of objects"),
            ({"variants": [{"sku": "x"}]}, "`data.variants[0].id` is missing"),
            ({"variants": [{"id": 1}, {"id": "1"}]}, "`data.variants[1].id` is there twice"),
            ({"variants": [{"id": 1, "price": 1999}]}, "`data.variants[0].price` is no amount as text"),
            ({"variants": [{"id": 1, "price": 19.99}]}, "`data.variants[0].price` is no amount as text"),
            ({"variants": [{"id": 1, "price": "19,99"}]}, "`data.variants[0].price` is no amount as text"),
            ({"variants": [{"id": 1, "price": "-1"}]}, "`data.variants[0].price` is no amount as text"),
            ({"variants": [{"id": 1, "price": "1e3"}]}, "`data.variants[0].price` is no amount as text"),
            ({"variants": [{"id": 1, "stock": "3"}]}, "`data.variants[0].stock` is not a whole number"),
            ({"variants": [{"id": 1, "stock": 2**31}]}, "`data.variants[0].stock` is not a whole number"),
            ({"variants": [{"id": 1, "options": {"Size": {}}}]}, "`data.variants[0].options.Size` is not text"),
        ],
    )
    def test_that_is_written_wrongly_is_refused_by_field(self, read: Read, changes: Any, complaint: str) -> None:
        with pytest.raises(UnableToRead) as refused:
            read("product.saved", **changes)
        assert complaint in str(refused.value)
        assert str(refused.value).startswith("product.saved: ")


class TestACategory:
    def test_is_told_whole(self, read: Read) -> None:
        (saved,) = read("category.saved").changes
        assert saved.facts == CategoryFacts(  # type: ignore[union-attr]
            id="3", handle="desk", title="Desk", description="<p>For desks.</p>", published=True, updated_at=AT
        )


class TestStock:
    def test_of_a_variant_is_the_whole_shops(self, read: Read) -> None:
        reading = read("stock.changed")
        at = AT.replace(second=1)
        counted = StockLevel(inventory_item_id="71", location_id="shop", available=3, updated_at=at)
        assert (reading.kind, reading.object_id, reading.changes) == ("product", "lamp-7", (counted,))

    def test_of_a_product_is_that_of_its_only_variant(self, read: Read) -> None:
        (counted,) = read("stock.changed", variant_id=None).changes
        assert isinstance(counted, StockLevel)
        assert counted.inventory_item_id == "lamp-7:only"

    @pytest.mark.parametrize(
        ("changes", "complaint"),
        [
            ({"product_id": None}, "`data.product_id` is missing"),
            ({"stock": None}, "`data.stock` is missing"),
            ({"stock": "3"}, "`data.stock` is not a whole number"),
            ({"stock": True}, "`data.stock` is not a whole number"),
        ],
    )
    def test_has_to_name_product_and_number(self, read: Read, changes: Any, complaint: str) -> None:
        with pytest.raises(UnableToRead) as refused:
            read("stock.changed", **changes)
        assert complaint in str(refused.value)
