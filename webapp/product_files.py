"""All products as a file: a line for each variant."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from commerce.database import Database
from commerce.rules.documents import Product
from commerce.rules.money import decimal_text
from commerce.tables import products
from webapp import spreadsheets

COLUMNS = (
    *("id", "handle", "title", "brand", "type", "categories", "tags", "status", "published", "variant_id", "variant"),
    *("sku", "barcode", "currency", "price", "compare_at_price", "stock", "available", "updated_at"),
)
_STEP = 500


def written(database: Database, *, shop_id: int, currency: str | None) -> Iterator[str]:
    """The lines, piece by piece: each is a short look at the database."""
    yield spreadsheets.BEGIN + spreadsheets.lines([COLUMNS])
    last_id = ""
    while True:
        with database.read() as db:
            some = products.after(db, shop_id=shop_id, last_id=last_id, limit=_STEP, currency=currency)
        if some:
            yield spreadsheets.lines(line for product in some for line in _lines(product))
        if len(some) < _STEP:
            return
        last_id = some[-1].id


def _lines(product: Product) -> Iterator[list[Any]]:
    about = [
        *(product.id, product.handle, product.title, product.brand, product.product_type),
        *(", ".join(product.categories), ", ".join(product.tags), product.status, _yes_or_no(product.published)),
    ]
    if not product.variants:
        prices = [_price(amount, product.currency) for amount in (product.price, product.compare_at_price)]
        bought = ["", "", product.sku, "", product.currency, *prices, product.stock, _yes_or_no(product.available)]
        yield [*about, *bought, product.updated_at]
    for variant in product.variants:
        prices = [_price(amount, product.currency) for amount in (variant.price, variant.compare_at_price)]
        bought = [variant.id, variant.title, variant.sku, variant.barcode, product.currency, *prices, variant.stock]
        yield [*about, *bought, _yes_or_no(variant.available), variant.updated_at or product.updated_at]


def _price(amount: int | None, currency: str | None) -> Decimal | None:
    return None if amount is None else Decimal(decimal_text(amount, currency))


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"
