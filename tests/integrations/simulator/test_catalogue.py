from datetime import UTC, datetime
from itertools import count

import pytest

from integrations.simulator.catalogue import catalogue
from integrations.simulator.words import DEPARTMENTS

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def made(seed=1, size=540, *, own_ids=True):
    ids = count(1)
    return catalogue(seed, size, lambda: next(ids), NOW, own_ids=own_ids)


class TestCatalogue:
    def test_is_the_same_for_the_same_seed(self):
        assert made() == made()
        assert made() != made(2)

    def test_has_at_least_500_products_that_cannot_be_confused(self):
        products = made()
        skus = [variant.sku for product in products for variant in product.variants]
        ids = [product.id for product in products] + [
            variant.id for product in products for variant in product.variants
        ]
        assert len(products) >= 500
        assert len({product.handle for product in products}) == len(products)
        assert len(set(skus)) == len(skus)
        assert len(set(ids)) == len(ids)

    def test_is_believable(self):
        for product in made():
            assert product.description.count(".") >= 3
            assert "{" not in product.description + product.title
            assert product.variants
            for variant in product.variants:
                assert 100 <= variant.price < 100_000
                assert variant.compare_at is None or variant.compare_at > variant.price
                assert variant.stock >= 0
                assert len(variant.choices) == len(product.option_names)

    def test_sells_from_every_department(self):
        assert {product.department for product in made()} == {department.name for department in DEPARTMENTS}

    def test_variants_differ(self):
        for product in made():
            assert len({tuple(variant.choices) for variant in product.variants}) == len(product.variants)

    def test_products_without_options_may_stand_for_their_variant(self):
        plain = [product for product in made(own_ids=False) if not product.option_names]
        assert plain
        assert all(product.variants[0].id == product.id for product in plain)

    def test_says_when_it_cannot_be_that_large(self):
        with pytest.raises(ValueError, match="no more than"):
            made(size=10_000)
