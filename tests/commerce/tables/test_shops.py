"""Shops: found by their keys, secrets open only with the vault, never shown."""

from datetime import UTC, datetime

import pytest

from commerce.tables import shops
from tests.conftest import Backroom

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class TestAdd:
    def test_stores_no_secret_in_the_open(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce(secret="the webhook secret")
        with backroom.parts.database.read() as db:
            (row,) = db.execute(shops.shops.select()).all()
        stored = str(tuple(row))
        assert "the webhook secret" not in stored
        assert shop.api_key not in stored

    def test_refuses_the_same_domain_on_the_same_platform(self, backroom: Backroom) -> None:
        backroom.shops.shopify()
        with pytest.raises(shops.UnableToAddShop, match="is there already"):
            backroom.shops.shopify()
        backroom.shops.woocommerce(domain="one.myshopify.com")


class TestFinding:
    def test_is_by_key_number_domain_and_api_key(self, backroom: Backroom) -> None:
        made, vault = backroom.shops.shopify(), backroom.parts.vault
        with backroom.parts.database.read() as db:
            found = {
                shops.by_key(db, vault, made.key),
                shops.by_id(db, vault, made.id),
                shops.by_domain(db, vault, platform="shopify", domain=made.domain),
                shops.by_api_key(db, vault, made.api_key),
                *shops.all_shops(db, vault),
            }
            assert shops.by_key(db, vault, "a\x00b") is None
            assert shops.by_domain(db, vault, platform="shopify", domain="\x00") is None
            assert shops.by_api_key(db, vault, made.publishable_key) is None
        (shop,) = found
        assert shop is not None
        assert shop.key == made.key

    def test_shows_no_secret_in_a_repr(self, backroom: Backroom) -> None:
        made = backroom.shops.woocommerce(secret="hidden well")
        with backroom.parts.database.read() as db:
            shop = shops.by_id(db, backroom.parts.vault, made.id)
        assert shop is not None
        assert shop.secrets == ("hidden well",)
        assert "hidden well" not in repr(shop)
