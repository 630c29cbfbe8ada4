"""Saved views: a list's filters under a name, for the whole shop and no other."""

from typing import Any

import pytest

from commerce.tables import views
from tests.signed_in import as_user
from tests.stored import rows

ORDERS = "/dashboard/orders"


def post(client: Any, path: str, **form: str) -> Any:
    """Send a form whose own fields may be named `page`."""
    client.get(ORDERS)
    with client.session_transaction() as session:
        session["csrf"] = token = "a token"
    return client.post(path, data={"csrf_token": token, **form})


class TestAView:
    def test_is_kept_for_everybody(self, app: Any, merchant: Any, shop: Any) -> None:
        query = "status=open&fulfillment=unfulfilled&sort=oldest"
        told = post(merchant, "/dashboard/views", page="orders.index", name=" To  send ", query=query)
        assert told.headers["Location"].endswith(f"{ORDERS}?{query}")
        colleague = as_user(app.test_client(), shop_id=shop.id, role="read_only")
        html = colleague.get(ORDERS).text
        assert ">To send</a>" in html
        assert 'aria-current="page">To send' not in html
        assert 'aria-current="page">To send' in colleague.get(f"{ORDERS}?{query}").text

    def test_of_the_same_name_takes_its_place(self, merchant: Any, shop: Any, here: Any) -> None:
        for query in ("status=open", "status=cancelled"):
            post(merchant, "/dashboard/views", page="orders.index", name="Mine", query=query)
        (row,) = rows(here.database, views.views)
        assert row.query == "status=cancelled"

    def test_is_deleted(self, merchant: Any, shop: Any, here: Any) -> None:
        post(merchant, "/dashboard/views", page="orders.index", name="Mine", query="status=open")
        (row,) = rows(here.database, views.views)
        assert "Delete the view" in merchant.get(f"{ORDERS}?status=open").text
        post(merchant, f"/dashboard/views/{row.id}/delete", page="orders.index")
        assert rows(here.database, views.views) == []
        post(merchant, "/dashboard/views/x/delete", page="nowhere")

    def test_of_another_shop_is_neither_seen_nor_deleted(
        self, app: Any, merchant: Any, shop: Any, other: Any, here: Any
    ) -> None:
        post(merchant, f"/dashboard/views?shop={shop.key}", page="orders.index", name="Mine", query="status=open")
        (row,) = rows(here.database, views.views)
        theirs = as_user(app.test_client(), shop_id=other.id)
        assert ">Mine<" not in theirs.get(ORDERS).text
        post(theirs, f"/dashboard/views/{row.id}/delete", page="orders.index")
        assert len(rows(here.database, views.views)) == 1

    @pytest.mark.parametrize(
        "form",
        [
            {"page": "keys.index", "name": "Mine"},
            {"page": "orders.index", "name": " "},
            {"page": "orders.index", "name": "n" * 41},
            {"page": "orders.index", "name": "Mine", "query": "q=" + "x" * 1000},
        ],
    )
    def test_that_makes_no_sense_is_refused(self, merchant: Any, shop: Any, form: dict[str, str]) -> None:
        assert post(merchant, "/dashboard/views", **form).status_code == 422

    def test_carries_nothing_that_is_of_the_moment(self, merchant: Any, shop: Any, here: Any) -> None:
        query = f"status=open&cursor=abc&shop={shop.key}&page=3"
        post(merchant, "/dashboard/views", page="orders.index", name="Mine", query=query)
        (row,) = rows(here.database, views.views)
        assert row.query == "status=open"

    def test_is_one_of_twenty_at_most(self, merchant: Any, shop: Any) -> None:
        for number in range(views.MOST):
            post(merchant, "/dashboard/views", page="orders.index", name=f"View {number}", query="status=open")
        assert post(merchant, "/dashboard/views", page="orders.index", name="More", query="").status_code == 409
        assert post(merchant, "/dashboard/views", page="orders.index", name="View 3", query="").status_code == 302
