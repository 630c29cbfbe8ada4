"""How deliveries get into the inbox: in order, each once."""

from dataclasses import replace
from datetime import UTC, datetime

from commerce.tables.arrivals import NewDelivery, store
from tests.conftest import Backroom
from tests.stored import deliveries


def delivery(shop_id: int, delivery_id: str | None = None, body: bytes = b"{}") -> NewDelivery:
    return NewDelivery(
        shop_id=shop_id,
        topic="products/update",
        delivery_id=delivery_id,
        headers={"x-wc-webhook-id": "1"},
        body=body,
        triggered_at=None,
        received_at=datetime.now(UTC),
    )


class TestStore:
    def test_gives_ids_in_the_order_of_the_deliveries(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify().id
        new = [delivery(shop, f"w{place}" if place % 3 else None, str(place).encode()) for place in range(30)]
        with backroom.parts.database.write() as db:
            ids = store(db, new)
        stored = {row.id: row.body for row in deliveries(backroom.parts.database, shop)}
        assert [stored[row_id or 0] for row_id in ids] == [one.body for one in new]

    def test_counts_a_repeat_on_the_row_that_is_there(self, backroom: Backroom) -> None:
        shop, other = backroom.shops.shopify().id, backroom.shops.shopify("two.myshopify.com").id
        with backroom.parts.database.write() as db:
            first = store(db, [delivery(shop, "a"), delivery(shop, "b"), delivery(shop, "a")])
            second = store(db, [delivery(shop, "a"), delivery(other, "a"), delivery(shop), delivery(shop)])
        assert [row_id is None for row_id in first] == [False, False, True]
        assert [row_id is None for row_id in second] == [True, False, False, False]
        repeats = [(row.delivery_id, row.repeats) for row in deliveries(backroom.parts.database, shop)]
        assert repeats == [("a", 2), ("b", 0), (None, 0), (None, 0)]

    def test_takes_nothing_and_any_bytes(self, backroom: Backroom) -> None:
        shop = backroom.shops.shopify().id
        body = bytes(range(256))
        with backroom.parts.database.write() as db:
            assert store(db, []) == []
            store(db, [replace(delivery(shop), body=body), replace(delivery(shop), body=b"")])
        assert [row.body for row in deliveries(backroom.parts.database, shop)] == [body, b""]
