"""Products, variations and categories in the shapes of wc/v3."""

from datetime import UTC, datetime
from typing import Any

import pytest

from commerce.rules.events import Deleted, Named, Saved
from commerce.rules.products import ProductFacts, VariantFacts
from tests.integrations.platforms.woocommerce.conftest import Read


def product_of(reading: Any) -> ProductFacts:
    facts = reading.changes[0].facts
    assert isinstance(facts, ProductFacts)
    return facts


class TestASimpleProduct:
    def test_is_told_whole(self, read: Read) -> None:
        reading = read("product.updated", "product_updated__simple")
        facts = product_of(reading)
        assert (facts.id, facts.handle, facts.title) == ("101", "linen-wool-scarf", "Linen & Wool Scarf")
        assert (facts.price, facts.compare_at_price, facts.stock, facts.available) == (2990, 3990, 12, True)
        assert (facts.brand, facts.tags) == ("Nord & Søn", ("winter",))
        assert [(category.id, category.name) for category in facts.categories or ()] == [("15", "Scarves & Hats")]
        assert facts.attributes == (("Material", ("Linen", "Wool & Silk")),)
        assert facts.images[0].url == "https://two.example/a.jpg"
        assert facts.updated_at == datetime(2026, 2, 1, 11, 30, tzinfo=UTC)
        assert (facts.status, facts.platform_status, facts.published) == ("active", "publish", True)
        (only,) = facts.variants or ()
        assert (only.id, only.product_id, only.sku, only.barcode, only.stock) == (
            "101",
            "101",
            "SC-1",
            "4006381333931",
            12,
        )
        named = reading.changes[1]
        assert isinstance(named, Named)
        assert (named.category.id, named.category.name) == ("15", "Scarves & Hats")

    def test_is_the_same_however_its_related_products_are_shuffled(self, read: Read) -> None:
        one = read("product.updated", "product_updated__simple", related_ids=[1, 2])
        assert one == read("product.updated", "product_updated__simple", related_ids=[2, 1])

    @pytest.mark.parametrize(
        ("changes", "published", "status"),
        [
            ({"status": "draft"}, False, "draft"),
            ({"status": "pending"}, False, "draft"),
            ({"status": "future"}, False, "draft"),
            ({"status": "private"}, False, "active"),
            ({"catalog_visibility": "hidden"}, False, "active"),
            ({"post_password": "x"}, False, "active"),
            ({"catalog_visibility": "search"}, True, "active"),
        ],
    )
    def test_is_shown_only_when_published(
        self, read: Read, changes: dict[str, Any], published: bool, status: str
    ) -> None:
        facts = product_of(read("product.updated", "product_updated__simple", **changes))
        assert (facts.published, facts.status) == (published, status)

    @pytest.mark.parametrize(
        ("changes", "stock", "available"),
        [
            ({"manage_stock": False, "stock_quantity": None}, None, True),
            ({"stock_quantity": 0, "stock_status": "outofstock"}, 0, False),
            ({"stock_quantity": -2, "stock_status": "onbackorder"}, -2, True),
        ],
    )
    def test_counts_its_stock(self, read: Read, changes: dict[str, Any], stock: int | None, available: bool) -> None:
        facts = product_of(read("product.updated", "product_updated__simple", **changes))
        assert (facts.stock, facts.available) == (stock, available)

    def test_in_the_bin_is_deleted(self, read: Read) -> None:
        (gone,) = read("product.updated", "product_updated__simple", status="trash").changes
        assert gone == Deleted(kind="product", id="101", at=datetime(2026, 2, 1, 11, 30, tzinfo=UTC))

    def test_out_of_the_bin_is_restored(self, read: Read) -> None:
        saved = read("product.restored", "product_updated__simple").changes[0]
        assert isinstance(saved, Saved)
        assert saved.restored

    def test_may_lack_what_older_versions_do_not_have(self, read: Read) -> None:
        old = {"brands": None, "global_unique_id": None, "tags": None, "images": None, "attributes": None}
        facts = product_of(read("product.updated", "product_updated__simple", **old))
        assert (facts.brand, facts.images, facts.attributes) == ("", (), ())


class TestOtherTypes:
    def test_a_variable_product_lists_its_variations_without_telling_them(self, read: Read) -> None:
        facts = product_of(read("product.updated", "product_updated__variable"))
        assert (facts.variants, facts.variant_ids) == (None, ("201", "202"))
        assert [(option.name, option.values) for option in facts.options] == [("Size", ("S", "M"))]
        assert facts.attributes == (("Care", ("30 °C",)),)
        assert (facts.price, facts.stock) == (1500, None)

    def test_a_variation_comes_as_a_product_with_a_parent(self, read: Read) -> None:
        (saved,) = read("product.updated", "product_updated__variation").changes
        assert isinstance(saved, Saved)
        facts = saved.facts
        assert isinstance(facts, VariantFacts)
        assert (saved.kind, facts.id, facts.product_id) == ("product", "201", "200")
        assert (facts.options, facts.price, facts.compare_at_price) == ((("Size", "M"),), 1500, 1800)
        assert (facts.stock, facts.position, facts.image) == (4, 2, "https://two.example/m.jpg")

    def test_a_variation_may_share_its_parents_stock(self, read: Read) -> None:
        (saved,) = read("product.updated", "product_updated__variation", manage_stock="parent").changes
        assert isinstance(saved, Saved)
        assert getattr(saved.facts, "stock", 0) is None

    def test_a_grouped_product_has_no_price_of_its_own(self, read: Read) -> None:
        assert product_of(read("product.created", "product_created__grouped")).price is None

    def test_an_external_product_is_one_like_others(self, read: Read) -> None:
        facts = product_of(read("product.created", "product_created__external"))
        assert (facts.price, facts.compare_at_price, facts.stock) == (500, None, None)
