"""Stock changed by hand, warnings, and many orders at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commerce.mirror.stock import adjusting, booking
from commerce.mirror.stock.adjusting import Change, UnableToAdjust
from commerce.rules.inventory import Held
from commerce.rules.order_steps.settings import OrderSettings
from commerce.tables import alerts, effect_lists, effects, shops
from commerce.tables.order_steps import settings as chosen
from commerce.tables.stock import items
from jobs import queues
from tests.conftest import Backroom
from tests.shops import Shop

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def shop(backroom: Backroom) -> Shop:
    shop = backroom.shops.custom(currency="EUR")
    shop.send("product.saved", {"id": "1", "title": "Lamp", "price": "10.00", "stock": 50, "sku": "L-1"})
    backroom.work()
    return shop


def act(backroom: Backroom, shop: Shop, what: Any, *told: Any) -> Any:
    with backroom.parts.database.write() as db:
        found = shops.by_id(db, backroom.parts.vault, shop.id)
        given = what(db, found, "1:only", *told, now=NOW)
    backroom.parts.queues.wake(queues.STOCK, [shop.id], again=True)
    backroom.work()
    return given


def told(backroom: Backroom, shop: Shop) -> list[tuple[str, str]]:
    with backroom.parts.database.read() as db:
        return sorted((row.kind, row.words) for row in alerts.newest(db, shop_id=shop.id, limit=9))


class TestAChangeByHand:
    def test_is_what_is_left_from_then_on(self, backroom: Backroom, shop: Shop) -> None:
        assert act(backroom, shop, adjusting.adjust, Change(by=-3, reason="Broken", made_by="merchant")) == 47
        assert shop.read("products/1")["stock"] == 47
        assert act(backroom, shop, adjusting.adjust, Change(to=20)) == 20
        assert shop.read("products/1")["stock"] == 20

    def test_is_refused_where_the_platform_keeps_the_stock(self, backroom: Backroom) -> None:
        shop = backroom.shops.woocommerce()
        with backroom.parts.database.write() as db:
            found = shops.by_id(db, backroom.parts.vault, shop.id)
            assert found is not None
            with pytest.raises(KeyError):
                adjusting.adjust(db, found, "none", Change(by=1), now=NOW)

    def test_has_its_limits(self, backroom: Backroom, shop: Shop) -> None:
        with pytest.raises(UnableToAdjust, match="at most"):
            act(backroom, shop, adjusting.adjust, Change(to=adjusting.MOST + 1))


class TestAWarning:
    def test_is_told_once_until_it_is_over(self, backroom: Backroom, shop: Shop) -> None:
        act(backroom, shop, adjusting.adjust, Change(to=4))
        act(backroom, shop, adjusting.adjust, Change(to=3))
        assert told(backroom, shop) == [("low_stock", "Few are left of L-1: 4 pieces.")]
        act(backroom, shop, adjusting.adjust, Change(by=-5))
        assert ("oversold", "More of L-1 was sold than there is: 2 pieces too many.") in told(backroom, shop)
        act(backroom, shop, adjusting.adjust, Change(to=90))
        assert told(backroom, shop) == []

    def test_has_a_limit_of_its_own_for_an_item(self, backroom: Backroom, shop: Shop) -> None:
        act(backroom, shop, adjusting.warn_at, 60)
        assert told(backroom, shop) == [("low_stock", "Few are left of L-1: 50 pieces.")]
        act(backroom, shop, adjusting.warn_at, None)
        assert told(backroom, shop) == []

    def test_of_a_product_that_is_gone_is_over(self, backroom: Backroom, shop: Shop) -> None:
        act(backroom, shop, adjusting.adjust, Change(to=1))
        shop.send("product.deleted", {"id": "1"})
        backroom.work()
        assert told(backroom, shop) == []


class TestOrdersAtOnce:
    def test_lose_nothing(self, backroom: Backroom, shop: Shop) -> None:
        """Every worker books the same orders, and each order's pieces count once."""
        act(backroom, shop, adjusting.adjust, Change(to=1000))
        targets = {str(number): {"1:only": Held(reserved=1, taken=1)} for number in range(20)}

        def work(part: int) -> None:
            for number in range(20):
                key = str((number * 7 + part) % 20)
                with backroom.parts.database.write() as db:
                    found = shops.by_id(db, backroom.parts.vault, shop.id)
                    assert found is not None
                    bought = booking.Bought(targets={key: targets[key]}, products={"1:only": "1"}, variants={})
                    settings = chosen.of_shop(db, shop_id=shop.id, platform="custom")
                    booking.book(db, found, settings, bought, why="order", now=NOW)

        with ThreadPoolExecutor(4) as workers:
            for done in [workers.submit(work, part) for part in range(4)]:
                done.result()
        with backroom.parts.database.read() as db:
            item = items.by_ids(db, shop_id=shop.id, ids=["1:only"])["1:only"]
        assert (item.on_hand, item.reserved, item.allocated) == (980, 20, 0)


class TestWhoeverKeepsTheStock:
    def test_may_be_changed(self, backroom: Backroom, shop: Shop) -> None:
        act(backroom, shop, adjusting.adjust, Change(to=20))
        for keeps, on_hand in ((False, None), (True, 20)):
            with backroom.parts.database.write() as db:
                told = OrderSettings(keeps_stock=keeps)
                chosen.save(db, shop_id=shop.id, chosen=told, now=NOW)
                items.unsettle(db, shop_id=shop.id, now=NOW)
            backroom.parts.queues.wake(queues.STOCK, [shop.id], again=True)
            backroom.work()
            with backroom.parts.database.read() as db:
                assert items.by_ids(db, shop_id=shop.id, ids=["1:only"])["1:only"].on_hand == on_hand


class TestThePlatformsOwnStock:
    @pytest.fixture
    def woo(self, backroom: Backroom) -> Shop:
        shop = backroom.shops.woocommerce(currency="EUR")
        stock(backroom, shop, 4)
        order = {
            "id": 7,
            "status": "processing",
            "currency": "EUR",
            "total": "20.00",
            "date_created_gmt": NOW.isoformat(),
            "date_paid_gmt": NOW.isoformat(),
            "date_paid": NOW.isoformat(),
            "date_modified_gmt": NOW.isoformat(),
            "line_items": [{"id": 1, "product_id": 5, "variation_id": 0, "quantity": 2, "price": 10, "total": "20"}],
        }
        shop.send("order.created", order)
        backroom.work()
        return shop

    def test_stays_what_the_platform_says_beside_what_orders_hold(self, backroom: Backroom, woo: Shop) -> None:
        told = woo.read("inventory/5")
        assert (told["on_hand"], told["allocated"], told["available"], told["is_low"]) == (None, 2, 4, True)
        stock(backroom, woo, 90)
        assert woo.read("inventory/5")["is_low"] is False

    def test_is_oversold_where_the_platform_says_less_than_nothing(self, backroom: Backroom, woo: Shop) -> None:
        stock(backroom, woo, -1)
        assert ("oversold", "More of W-5 was sold than there is: 1 piece too many.") in told(backroom, woo)
        assert woo.read("inventory/5")["is_oversold"] is True

    def test_is_set_from_here_where_the_merchant_wants_it(self, backroom: Backroom, woo: Shop) -> None:
        with backroom.parts.database.write() as db:
            kept = OrderSettings(keeps_stock=True, writes_stock_back=True)
            chosen.save(db, shop_id=woo.id, chosen=kept, now=NOW)
            items.unsettle(db, shop_id=woo.id, now=NOW)
        backroom.parts.queues.wake(queues.STOCK, [woo.id], again=True)
        backroom.work()
        for to in (30, 40):
            with backroom.parts.database.write() as db:
                found = shops.by_id(db, backroom.parts.vault, woo.id)
                assert found is not None
                adjusting.adjust(db, found, "5", Change(to=to), now=NOW)
            backroom.parts.queues.wake(queues.STOCK, [woo.id], again=True)
            backroom.work()
        with backroom.parts.database.read() as db:
            rows = [row for row in effect_lists.page(db, shop_id=woo.id, limit=99) if row.kind == effects.CALL]
        waiting = [row.detail["stock"] for row in rows if row.state == effects.WAITING]
        assert waiting == [38]
        stock(backroom, woo, 12, minute=1)  # what it said before it was told
        assert woo.read("inventory/5")["on_hand"] == 40


def stock(backroom: Backroom, shop: Shop, left: int, *, minute: int = 0) -> None:
    """A product of a WooCommerce store, with its stock."""
    at = datetime.now(UTC) + timedelta(minutes=minute)
    told = {
        "id": 5,
        "name": "Lamp",
        "type": "simple",
        "status": "publish",
        "sku": "W-5",
        "price": "10.00",
        "manage_stock": True,
        "stock_quantity": left,
        "stock_status": "instock",
        "catalog_visibility": "visible",
        "date_created_gmt": NOW.isoformat(),
        "date_modified_gmt": at.isoformat(),
    }
    assert shop.send("product.updated", told).status_code < 300
    backroom.work()
