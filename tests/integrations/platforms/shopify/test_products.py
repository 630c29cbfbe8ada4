from datetime import UTC, datetime

import pytest

from commerce.rules.events import Deleted, Saved, UnableToRead, Unclear
from commerce.rules.products import CategoryFacts, Image, Option


@pytest.fixture
def parka(fixture):
    return fixture("products_update__two_options")


def facts(reading):
    return reading.changes[0].facts


class TestReadProduct:
    def test_reads_the_product(self, read, parka):
        reading = read("products/update", parka)
        product = facts(reading)
        assert (reading.kind, reading.object_id, len(reading.changes)) == ("product", "9007199254740993", 1)
        assert (product.title, product.handle) == ("Harbour Parka <b>Pro</b>", "harbour-parka")
        assert (product.brand, product.product_type, product.tags) == ("Nordvik", "Jackets", ("rain", "winter"))
        assert product.description == "<p>Stays dry &amp; warm.</p>"
        assert (product.status, product.platform_status, product.published) == ("active", "active", True)
        assert product.updated_at == datetime(2026, 11, 20, 17, 30, 5, tzinfo=UTC)
        assert product.categories is None
        assert product.images == (
            Image(url="https://cdn.example/parka-1.jpg", alt="Front"),
            Image(url="https://cdn.example/parka-2.jpg"),
        )
        assert product.options == (
            Option(name="Size", values=("S", "M")),
            Option(name="Colour", values=("Navy", "Sand")),
        )

    def test_reads_its_variants_and_sums_them_up(self, read, parka):
        product = facts(read("products/update", parka))
        small, medium = product.variants
        assert (small.id, small.sku, small.price, small.compare_at_price) == ("501", "HP-S-NAVY", 19900, 24900)
        assert small.options == (("Size", "S"), ("Colour", "Navy"))
        assert (small.image, small.inventory_item_id) == ("https://cdn.example/parka-2.jpg", "9501")
        assert (medium.stock, medium.available) == (-2, True)
        assert (product.price, product.compare_at_price, product.stock, product.available) == (18950, None, 2, True)
        assert product.variant_ids == ("501", "502")

    @pytest.mark.parametrize(
        ("status", "published_at", "ours", "published"),
        [
            ("active", "2026-01-01T00:00:00Z", "active", True),
            ("active", None, "active", False),
            ("unlisted", "2026-01-01T00:00:00Z", "active", False),
            ("draft", "2026-01-01T00:00:00Z", "draft", False),
            ("archived", None, "archived", False),
        ],
    )
    def test_tells_what_shoppers_may_see(self, read, parka, status, published_at, ours, published):
        product = facts(read("products/update", parka | {"status": status, "published_at": published_at}))
        assert (product.status, product.platform_status, product.published) == (ours, status, published)

    def test_takes_a_body_without_published_at_for_published(self, read, parka):
        del parka["published_at"]
        assert facts(read("products/update", parka)).published

    def test_does_not_count_stock_that_is_not_tracked(self, read, parka):
        parka["variants"] = [parka["variants"][0] | {"inventory_management": None, "inventory_quantity": 0}]
        variant = facts(read("products/update", parka)).variants[0]
        assert (variant.stock, variant.available) == (None, True)

    def test_sold_out(self, read, parka):
        parka["variants"] = [parka["variants"][0] | {"inventory_management": "shopify", "inventory_quantity": 0}]
        assert not facts(read("products/update", parka)).available

    def test_names_options_that_have_no_names(self, read, parka):
        product = facts(read("products/update", parka | {"options": []}))
        assert [option.name for option in product.options] == ["Option 1", "Option 2"]
        assert product.options[0].values == ("S", "M")
        assert product.variants[1].options == (("Option 1", "M"), ("Option 2", "Sand"))

    @pytest.mark.parametrize("options", [[], [{"name": "Title", "values": ["Default Title"]}]])
    def test_a_product_without_options_has_none(self, read, parka, options):
        only = parka["variants"][0] | {"title": "Default Title", "option1": "Default Title", "option2": None}
        product = facts(read("products/update", parka | {"options": options, "variants": [only]}))
        assert product.options == ()
        assert product.variants[0].options == ()

    def test_reads_prices_in_the_shops_currency(self, read, parka):
        assert facts(read("products/update", parka, currency="JPY")).price == 190
        assert facts(read("products/update", parka, currency=None)).price == 18950

    def test_says_that_more_variants_exist_than_it_carries(self, read, parka):
        parka["variant_gids"] += [
            {"admin_graphql_api_id": f"gid://shopify/ProductVariant/{n}"} for n in range(600, 700)
        ]
        saved, unclear = read("products/update", parka).changes
        assert len(saved.facts.variant_ids) == 102
        assert unclear == Unclear(
            kind="product", id="9007199254740993", reason="The delivery carries only 2 of 102 variants."
        )

    @pytest.mark.parametrize("payload", [{"id": 5}, {"id": 5, "title": "No variants told"}])
    def test_an_id_only_body_is_to_be_read_again(self, read, payload):
        (unclear,) = read("products/create", payload).changes
        assert (type(unclear), unclear.kind, unclear.id) == (Unclear, "product", "5")

    def test_tags_may_be_a_list(self, read, parka):
        assert facts(read("products/update", parka | {"tags": ["b", " a "]})).tags == ("b", "a")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"price": "abc"}, "products/update: `variants[1].price` is not an amount of money: 'abc'"),
            ({"id": None}, "products/update: `variants[1].id` is missing"),
            ({"inventory_quantity": "many"}, "products/update: `variants[1].inventory_quantity` is not a whole number"),
            ({"sku": ["a"]}, "products/update: `variants[1].sku` is not text: ['a']"),
        ],
    )
    def test_names_the_field_that_it_cannot_read(self, read, parka, change, message):
        parka["variants"][1] |= change
        with pytest.raises(UnableToRead) as complaint:
            read("products/update", parka)
        assert str(complaint.value).startswith(message)

    @pytest.mark.parametrize("payload", [None, [], 5, "x", {}, {"id": True}, {"id": "a b"}])
    def test_a_body_without_an_id_cannot_be_read(self, read, payload):
        with pytest.raises(UnableToRead):
            read("products/update", payload)

    def test_deletions_may_be_followed_by_a_second_life(self, read):
        (deleted,) = read("products/delete", {"id": 5}).changes
        assert deleted == Deleted(kind="product", id="5", at=datetime(2026, 11, 22, 11, 59, tzinfo=UTC), final=False)


class TestReadVariant:
    def test_reads_a_variant_of_a_known_product(self, read, parka):
        reading = read("variants/out_of_stock", parka["variants"][0] | {"inventory_quantity": 0})
        (saved,) = reading.changes
        assert (reading.object_id, saved.kind) == ("9007199254740993", "variant")
        assert (saved.facts.id, saved.facts.product_id, saved.facts.stock) == ("501", "9007199254740993", 0)
        assert (saved.facts.available, saved.facts.options) == (False, ())


class TestReadCollection:
    def test_reads_a_collection(self, read):
        body = {
            "id": 8,
            "handle": "winter",
            "title": "Winter",
            "updated_at": "2026-11-01T10:00:00+01:00",
            "body_html": "<b>Warm</b>",
            "published_at": None,
            "sort_order": "manual",
        }
        assert read("collections/update", body).changes == (
            Saved(
                kind="category",
                facts=CategoryFacts(
                    id="8",
                    handle="winter",
                    title="Winter",
                    description="<b>Warm</b>",
                    published=False,
                    updated_at=datetime(2026, 11, 1, 9, tzinfo=UTC),
                ),
            ),
        )

    def test_reads_its_deletion_and_an_id_only_body(self, read):
        assert isinstance(read("collections/delete", {"id": 8, "published_scope": "web"}).changes[0], Deleted)
        assert isinstance(read("collections/create", {"id": 8}).changes[0], Unclear)


class TestReadEvent:
    def told(self, data, **more):
        return {"topic": "Product", "action": "update", "handle": "h", "fields_changed": {}, "data": data, **more}

    def test_reads_the_object_where_it_is_told(self, read, parka):
        reading = read("Product/update", self.told({"product": parka}))
        assert facts(reading).title == "Harbour Parka <b>Pro</b>"

    def test_reads_again_what_a_query_told_only_in_part(self, read):
        (unclear,) = read("Product/update", self.told({"product": {"id": "gid://shopify/Product/123"}})).changes
        assert (unclear.kind, unclear.id) == ("product", "123")

    def test_finds_the_id_in_the_variables_when_data_is_left_out(self, read):
        variables = {"variantsId": "gid://shopify/ProductVariant/4", "productId": "gid://shopify/Product/123"}
        told = self.told(None, query_variables=variables, payload_url="https://x", payload_size_bytes=9)
        assert read("Product/update", told).changes[0].id == "123"

    def test_reads_deletions(self, read):
        told = self.told({"product": {"id": "gid://shopify/Product/123"}})
        assert isinstance(read("Product/delete", told).changes[0], Deleted)

    def test_says_so_when_no_id_is_there(self, read):
        reading = read("Product/update", self.told({}))
        assert (reading.changes, reading.note) == ((), "The event names no Product.")

    def test_reads_again_what_has_the_right_names_but_other_types(self, read, parka):
        told = self.told({"product": parka | {"variants": {"nodes": []}}})
        assert read("Product/update", told).changes[0].id == "9007199254740993"
