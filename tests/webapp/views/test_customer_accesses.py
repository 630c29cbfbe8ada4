"""Whoever looks at a profile from the dashboard, or changes it, stands in the log of accesses."""

from typing import Any

import pytest

from commerce.tables.people import accesses
from tests.webapp.markup import token
from tests.webapp.stock import Stock

LIST = "/dashboard/customers"


@pytest.fixture
def noted(shop: Stock) -> Any:
    """What is noted of a customer, newest first, and of nobody else's shop."""
    shop.customer("31")
    shop.customer("32", email="bob@example.org", first_name="Bob")

    def of(key: str = "31") -> list[str]:
        shop.here.sightings.write()
        with shop.here.database.read() as db:
            return [row.what for row in accesses.page(db, shop_id=shop.id, profile_ids=[key], limit=10)]

    return of


class TestAccesses:
    @pytest.mark.parametrize(
        ("page", "what"),
        [
            (LIST, "listed"),
            (f"{LIST}/31", "read"),
            (f"{LIST}/31/edit", "read"),
            (f"{LIST}/31/points", "read"),
            (f"{LIST}/31/merge?q=bob", "listed"),
            (f"{LIST}/31/merge/32", "read"),
            (f"{LIST}/31/erase", "read"),
            (f"{LIST}/31/export", "exported"),
        ],
    )
    def test_are_noted_of_every_page_that_shows_somebody(self, merchant: Any, noted: Any, page: str, what: str) -> None:
        assert merchant.get(page).status_code == 200
        assert noted() == [what]

    def test_are_noted_of_whom_a_search_found(self, merchant: Any, noted: Any) -> None:
        merchant.get(f"{LIST}/31/merge?q=bob")
        assert noted("32") == ["listed"]

    def test_are_noted_of_the_sample_of_a_segment(self, merchant: Any, noted: Any) -> None:
        page = "/dashboard/segments/new"
        condition = {"match_0": "all", "in_0": "0", "field_0": "first_name", "operator_0": "is", "value_0": "Bob"}
        merchant.post(page, data={"csrf_token": token(merchant, page), "act": "count", **condition})
        assert (noted("31"), noted("32")) == ([], ["listed"])

    def test_are_noted_of_changes(self, merchant: Any, noted: Any) -> None:
        sent = token(merchant, f"{LIST}/new")
        merchant.post(f"{LIST}/31/notes", data={"csrf_token": sent, "text": "Calls on Mondays"})
        points = {"key": "k", "way": "give", "points": "5", "reason": "Late parcel"}
        merchant.post(f"{LIST}/31/points/adjust", data={"csrf_token": sent, **points})
        assert noted() == ["changed", "changed"]
