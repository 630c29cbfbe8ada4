"""What follows from a change of products is worked out from what is stored, also where two write at once."""

import threading
import time
from typing import Any

from sqlalchemy import update

from commerce.mirror.refresh import refresh
from commerce.tables import cards, products, shops, variants
from jobs.job import utc_now
from tests.conftest import Backroom
from tests.payloads import product
from tests.shops import Shop


class TestRefresh:
    def test_waits_for_who_is_changing_the_product(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/create", product(1, title="Lamp"))
        backroom.work()
        database, rebuilt = backroom.process.database, []

        def rebuild() -> None:
            with database.write() as db:
                known = _shop(backroom, db, shop)
                rebuilt.append(refresh(db, known, ["1"], gone=(), now=utc_now()))

        another = threading.Thread(target=rebuild)
        with database.write() as db:
            chosen = (products.products.c.shop_id == shop.id, products.products.c.id == "1")
            db.execute(update(products.products).where(*chosen).values(title="Bright lamp"))
            another.start()
            time.sleep(0.3)  # the other one has read what it reads before it has to wait
            refresh(db, _shop(backroom, db, shop), ["1"], gone=(), now=utc_now())
        another.join()
        with database.read() as db:
            assert cards.by_ids(db, shop_id=shop.id, ids=["1"])["1"].title == "Bright lamp"

    def test_sees_what_another_one_wrote_of_its_variants(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify()
        shop.send("products/create", product(1, title="Lamp"))
        backroom.work()
        database = backroom.process.database

        def reprice() -> None:
            with database.write() as db:
                db.execute(update(variants.variants).where(variants.variants.c.shop_id == shop.id).values(price=4200))
                refresh(db, _shop(backroom, db, shop), ["1"], gone=(), now=utc_now())

        another = threading.Thread(target=reprice)
        with database.write() as db:
            chosen = (products.products.c.shop_id == shop.id, products.products.c.id == "1")
            db.execute(update(products.products).where(*chosen).values(title="Bright lamp"))
            another.start()
            time.sleep(0.3)
            refresh(db, _shop(backroom, db, shop), ["1"], gone=(), now=utc_now())
        another.join()
        with database.read() as db:
            card = cards.by_ids(db, shop_id=shop.id, ids=["1"])["1"]
        assert (card.title, card.price) == ("Bright lamp", 4200)


def _shop(backroom: Backroom, db: Any, shop: Shop) -> shops.Shop:
    found = shops.by_id(db, backroom.process.vault, shop.id)
    assert found is not None
    return found
