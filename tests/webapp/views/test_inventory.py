"""Stock in the dashboard and by the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from commerce.mirror.stock import booking
from commerce.rules.inventory import Held
from commerce.rules.order_steps.settings import OrderSettings
from commerce.tables import shops, variants
from commerce.tables.order_steps import settings as chosen
from commerce.tables.stock import items
from tests.webapp.markup import token, words
from tests.webapp.stock import NOW

AT = "/api/v1/inventory"


@pytest.fixture
def kept(here: Any, shop: Any) -> Any:
    """A shop whose stock is kept here, with a product of two variants, one of which an order holds."""
    shop.product()
    shop.order()
    with here.database.write() as db:
        chosen.save(db, shop_id=shop.id, chosen=OrderSettings(keeps_stock=True), now=NOW)
    hold(here, shop, "21", Held(allocated=2))
    return shop


@pytest.fixture
def post(merchant: Any) -> Any:
    def send(path: str, **told: str) -> Any:
        page = path.rpartition("/")[0] if "770" not in path else "/dashboard/stock/110"
        return merchant.post(path, data={"csrf_token": token(merchant, page), **told})

    return send


def hold(here: Any, shop: Any, order_id: str, held: Held) -> None:
    with here.database.write() as db:
        found = shops.by_id(db, here.vault, shop.id)
        assert found is not None
        known = variants.by_ids(db, shop_id=shop.id, ids=["110"])
        bought = booking.Bought(targets={order_id: {"110": held}}, products={"110": "11"}, variants=known)
        booking.book(db, found, OrderSettings(keeps_stock=True), bought, why="order", now=NOW)
        items.count(db, shop_id=shop.id, item_id="110", on_hand=4, now=NOW)


@contextmanager
def counted(here: Any) -> Iterator[list[str]]:
    told: list[str] = []

    def heard(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        told.append(statement)

    event.listen(here.database.engine, "before_cursor_execute", heard)
    try:
        yield told
    finally:
        event.remove(here.database.engine, "before_cursor_execute", heard)


class TestThePages:
    def test_list_what_is_left(self, merchant: Any, kept: Any) -> None:
        text = words(merchant.get("/dashboard/stock").text)
        assert "KX-11-0 4 0 2 2" in text
        assert "No variant fits." in words(merchant.get("/dashboard/stock?only=low").text)
        assert "KX-11-1" not in merchant.get("/dashboard/stock?q=KX-11-0").text

    def test_show_one_with_its_movements_and_orders(self, merchant: Any, kept: Any) -> None:
        text = words(merchant.get("/dashboard/stock/110").text)
        assert "Order #21 +2" in text
        assert "#21 : 2, paid" in text
        assert "2 held by orders" in words(merchant.get("/dashboard/products/11").text)

    def test_change_it_and_say_why(self, merchant: Any, post: Any, kept: Any) -> None:
        answer = post("/dashboard/stock/110/adjust", number="-1", way="by", reason="Broken")
        assert answer.status_code == 302
        text = words(merchant.get("/dashboard/stock/110").text)
        assert "Changed by hand Broken" in text
        assert "-1" in text

    def test_refuse_what_is_no_number(self, post: Any, kept: Any) -> None:
        answer = post("/dashboard/stock/110/adjust", number="many", way="by")
        assert (answer.status_code, "Write a whole number" in answer.text) == (400, True)
        assert post("/dashboard/stock/110/warning", low_at="x").status_code == 400
        assert post("/dashboard/stock/110/warning", low_at="7").status_code == 302

    @pytest.mark.parametrize("number", ["-+5", "+-5", "--5", "+", "٣", "1e3", "1234567890", "5\x00"])
    def test_refuse_what_only_looks_like_a_number(self, post: Any, kept: Any, number: str) -> None:
        assert post("/dashboard/stock/110/adjust", number=number, way="by").status_code == 400
        assert post("/dashboard/stock/110/warning", low_at=number).status_code == 400

    def test_show_again_what_was_filled_in(self, post: Any, kept: Any) -> None:
        page = post("/dashboard/stock/110/adjust", number="1O", way="to", reason="Count <1>").text
        assert '<option value="to" selected>' in page
        assert 'value="1O"' in page
        assert 'value="Count &lt;1&gt;"' in page
        assert 'value="x7"' in post("/dashboard/stock/110/warning", low_at="x7").text

    def test_refuse_a_count_below_nothing(self, post: Any, kept: Any) -> None:
        answer = post("/dashboard/stock/110/adjust", number="-3", way="to")
        assert (answer.status_code, "To take pieces off" in answer.text) == (409, True)
        assert post("/dashboard/stock/110/adjust", number="-9", way="by").status_code == 302  # there may be less than 0

    def test_refuse_where_the_platform_keeps_it(self, merchant: Any, post: Any, shop: Any) -> None:
        shop.product()
        assert "Change the stock" not in merchant.get("/dashboard/stock/110").text
        assert post("/dashboard/stock/110/adjust", number="1", way="by").status_code == 409

    def test_know_no_variant_of_others(self, merchant: Any, post: Any, kept: Any, other: Any) -> None:
        other.product("77")
        assert merchant.get("/dashboard/stock/770").status_code == 404
        assert post("/dashboard/stock/770/adjust", number="1", way="by").status_code == 404

    def test_take_as_many_queries_for_many_as_for_few(self, here: Any, merchant: Any, kept: Any) -> None:
        with counted(here) as few:
            merchant.get("/dashboard/stock")
        kept.products(40)
        with counted(here) as many:
            merchant.get("/dashboard/stock")
        assert len(many) == len(few)


class TestTheApi:
    def test_lists_and_pages(self, api: Any, kept: Any) -> None:
        first = api.get(f"{AT}?limit=1").json
        assert [row["variant_id"] for row in first["data"]] == ["110"]
        assert first["data"][0]["available"] == 2
        second = api.get(f"{AT}?limit=1&cursor={first['next_cursor']}").json
        assert [(row["variant_id"], row["on_hand"], row["available"]) for row in second["data"]] == [("111", None, 4)]
        assert second["next_cursor"] is None

    def test_changes_stock(self, api: Any, kept: Any) -> None:
        assert api.post(f"{AT}/110/adjust", json={"to": 9, "reason": "Count"}).json["available"] == 7
        assert api.post(f"{AT}/110/adjust", json={"by": -2}).json["on_hand"] == 7
        assert api.get(f"{AT}/110").json["on_hand"] == 7

    @pytest.mark.parametrize("body", [{}, {"by": 1, "to": 2}, {"by": "1"}, {"by": 10**10}])
    def test_refuses_what_cannot_be(self, api: Any, kept: Any, body: dict[str, Any]) -> None:
        assert api.post(f"{AT}/110/adjust", json=body).status_code == 422

    def test_refuses_a_count_below_nothing(self, api: Any, kept: Any) -> None:
        answer = api.post(f"{AT}/110/adjust", json={"to": -1})
        assert (answer.status_code, "To take pieces off" in answer.json["detail"]) == (409, True)

    def test_knows_no_variant_of_others(self, api: Any, kept: Any, other: Any) -> None:
        other.product("77")
        assert api.get(f"{AT}/770").status_code == 404
        assert api.post(f"{AT}/770/adjust", json={"by": 1}).status_code == 404
